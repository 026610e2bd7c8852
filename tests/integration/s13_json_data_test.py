"""J: every case of JSONTestSuite: as a member of a body, and as the whole body. What is JSON goes on byte for byte, what is not is 400."""
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import Scenario, main, post  # noqa: E402

CHAT = "/v1/chat/completions"
WHOLE = "/engines/gpt/chat/completions"  # the model stands in the path: any object is a body

# id -> why the whole body is refused although it is JSON
REFUSED_WHOLE = {
    "test_parsing/y_object_duplicated_key.json": "a member that stands twice: a guard here and the upstream could read different ones",
    "test_parsing/y_object_duplicated_key_and_value.json": "likewise",
}


class JsonData(Scenario):
    def setUp(self):
        super().setUp()
        self.cases = [(row["id"], row["expect"], base64.b64decode(row["body_b64"])) for row in self.needs_data("json", "test_suite.jsonl")]
        self.connection = None

    def send(self, path, body):
        """One request on a connection that lives as long as it may; the answer, and what the upstream got, if anything."""
        if self.connection is None:
            self.connection = self.raw()
        self.upstream.reset()
        self.connection.send(post(path, body))
        answer = self.connection.answer()
        if answer.header("connection") == "close":
            self.connection = None
        log = self.upstream.log()
        self.assertLessEqual(len(log), 1)
        return answer, base64_or_text(log[0]) if log else None

    def assert_accepted(self, path, body, wanted):
        answer, got = self.send(path, body)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(got, wanted)

    def assert_rejected(self, path, body):
        answer, got = self.send(path, body)
        self.assert_error(answer, 400, "invalid_request_error")
        self.assertIsNone(got, "refused, yet the upstream has it")
        return answer

    def inside(self, case, model):
        return b'{"model":"%b","messages":[],"x":%b}' % (model, case)

    def test_j01_inside_a_body(self):
        self.assertEqual(len(self.cases), 340)
        counts = {"accept": 0, "reject": 0, "either": 0, "transform": 0}
        for name, expect, case in self.cases:
            counts[expect] += 1
            with self.subTest(name, expect=expect):
                body, wanted = self.inside(case, b"gpt"), self.inside(case, b"gpt-up")
                if expect == "accept":
                    self.assert_accepted(CHAT, body, wanted)
                elif expect == "reject":
                    self.assert_rejected(CHAT, body)
                else:
                    self.check_either(CHAT, body, wanted)
        self.assertEqual(counts, {"accept": 95, "reject": 188, "either": 35, "transform": 22})

    def check_either(self, path, body, wanted):
        """Free to accept or refuse; not free to change it, to crash, or to fail otherwise."""
        answer, got = self.send(path, body)
        self.assertIn(answer.status, (200, 400))
        self.assertEqual(got, wanted if answer.status == 200 else None)

    def test_j02_as_the_whole_body(self):
        """objects go on with the model in front; everything else is no body"""
        objects = 0
        for name, expect, case in self.cases:
            is_object = case.lstrip(b" \t\r\n").startswith(b"{")
            with self.subTest(name, expect=expect):
                if expect == "accept" and is_object and name not in REFUSED_WHOLE:
                    objects += 1
                    self.assert_accepted(WHOLE, case, with_model(case))
                elif expect in ("either", "transform") and is_object:
                    self.check_either(WHOLE, case, with_model(case))
                else:
                    answer = self.assert_rejected(WHOLE, case)
                    self.assertIn(b"twice" if name in REFUSED_WHOLE else b"the body", answer.body)
        self.assertGreater(objects, 8)

    def test_j03_on_other_routes(self):
        """the same reader everywhere: a sample"""
        for name, expect, case in self.cases[::7]:
            if expect not in ("accept", "reject"):
                continue
            for path in ("/v1/embeddings", "/v1/responses", "/v1/moderations"):
                with self.subTest(name, path=path):
                    answer, _ = self.send(path, self.inside(case, b"gpt"))
                    self.assertEqual(answer.status == 400 and b"not valid JSON" in answer.body, expect == "reject", answer.body)

    def test_j04_deep_nesting(self):
        """no recursion without a bound: a megabyte of brackets is refused or passed on, never a crash"""
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"), (b"[{\"a\":", b"}]")):
            for depth in (100, 900, 5000, 200_000):
                with self.subTest(opening, depth=depth):
                    case = opening * depth + b"1" + closing * depth
                    self.check_either(CHAT, self.inside(case, b"gpt"), self.inside(case, b"gpt-up"))
                    self.assert_rejected(CHAT, self.inside(opening * depth, b"gpt"))

    def test_j05_big_integers(self):
        """RFC 8259 section 6 sets no limit"""
        for number in (b"18446744073709551616", b"-9223372036854775809", b"1" + b"0" * 300):
            self.assert_accepted(CHAT, self.inside(number, b"gpt"), self.inside(number, b"gpt-up"))


def with_model(case):
    """What the gateway makes of an object that names no model."""
    at = case.index(b"{") + 1
    comma = b"" if case[at:].lstrip(b" \t\r\n").startswith(b"}") else b","
    return case[:at] + b'"model":"gpt-up"' + comma + case[at:]


def base64_or_text(entry):
    return entry["body"].encode() if entry["body"] is not None else base64.b64decode(entry["body_b64"])


if __name__ == "__main__":
    main()
