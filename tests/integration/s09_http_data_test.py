"""H: every case of the public HTTP test data (Http11Probe, gunicorn) on raw sockets, with the expected status."""
import base64
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, Closed, Scenario, main  # noqa: E402

HEALTH = b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n"
# The data's server has every path and echoes; here these paths do not exist. What says 2xx there is understood here, and refused politely.
UNDERSTOOD = {404, 405}
SILENT = None  # closed without a word
TOO_LATE = 408

# id -> (accepted, why this is not what the data expects)
BY_DESIGN = {
    "COMP-405-ALLOW": ({404}, "no route is at /; Allow is tested in s04"),
    "CAP-ETAG-304": (UNDERSTOOD, "nothing here is cacheable, so nothing has an ETag"),
    "CAP-LAST-MODIFIED-304": (UNDERSTOOD, "likewise"),
    "CAP-INM-WILDCARD": (UNDERSTOOD, "likewise"),
    "SMUG-CL0-BODY-POISON": (UNDERSTOOD, "the data prefers 400; but Content-Length: 0 is valid, and what follows is the next request"),
    "invalid/chunked_04.http": ({501}, "TE in several lines: not exactly chunked, so 501 as below"),
    "COMP-CHUNKED-NO-FINAL": ({400, 404, TOO_LATE, SILENT}, "the path alone may be answered before the body ends; then it closes"),
    "invalid/rfc9112_chunked_missing_final_crlf_01.http": ({400, 404, TOO_LATE}, "likewise"),
    "valid/012.http": ({400}, "Content-Type in a trailer: after the body it must change nothing (RFC 9110 section 6.5.1)"),
    "valid/025.http": ({501}, "only chunked: RFC 9112 section 6.1 has 501 for codings that a server does not know"),
    "valid/025_line.http": ({501}, "likewise"),
    "valid/029.http": ({501}, "likewise"),
    "valid/rfc9112_smuggle_gzip_chunked_01.http": ({501}, "likewise"),
    "valid/rfc9112_smuggle_te_identity_chunked_01.http": ({501}, "likewise"),
    "valid/rfc9112_target_authority_ipv6_01.http": ({501}, "a gateway is no tunnel: CONNECT is not supported"),
    "valid/031.http": ({501}, "a method that nobody knows (RFC 9110 section 15.6.2)"),
}
RAW_ERRORS = {"LimitRequestLine": {414}, "LimitRequestHeaders": {431}, "InvalidHTTPVersion": {400, 505}}
# The fault is in the chunked body, and the path has no route.
BAD_BODIES = {"COMP-CHUNKED-NO-FINAL", "SMUG-CHUNK-UNDERSCORE", "SMUG-CHUNK-SIZE-TRAILING-OWS", "SMUG-CHUNK-MISSING-TRAILING-CRLF",
              "SMUG-CHUNK-SPILL", "SMUG-CHUNK-INVALID-SIZE-DESYNC", "valid/012.http", "invalid/chunked_01.http", "invalid/chunked_09.http",
              "invalid/chunked_10.http", "invalid/chunked_11.http", "invalid/chunked_12.http", "invalid/chunked_13.http",
              "invalid/rfc9110_trailer_forbidden_cl_01.http", "invalid/rfc9112_chunked_missing_final_crlf_01.http",
              "invalid/rfc9112_chunked_size_plus_sign_01.http"}


def accepted_by_probe(case):
    """The statuses that a probe's expectation allows; it is a column for programs, or words for people."""
    if case["id"] in BY_DESIGN:
        return BY_DESIGN[case["id"]][0]
    text = case["expected_status"] or case["expected_text"]
    if "!101" in text or "non-1" in text:
        return UNDERSTOOD | {400, 417, 426}
    accepted = {int(status) for status in re.findall(r"\b[45]\d\d\b", text)}
    if "2xx" in text or "200" in text:
        accepted |= UNDERSTOOD
    if "pass-through" in text:
        accepted |= UNDERSTOOD
    if "preserve" in text:  # NORM: what is refused or passed on as it is, is not made worse
        accepted |= UNDERSTOOD | {400}
    if case["allow_close"] or "close" in text:
        accepted.add(SILENT)
    if "timeout" in text:
        accepted |= {SILENT, TOO_LATE}
    return accepted


def accepted_by_raw(case):
    if case["id"] in BY_DESIGN:
        return BY_DESIGN[case["id"]][0]
    return UNDERSTOOD if case["expect"] == "valid" else RAW_ERRORS.get(case["error"], {400})


def with_hosts(data):
    """A Host line behind each request line that has none in its head."""
    def add(match):
        head = data[match.end():].split(b"\r\n\r\n")[0]
        return match[0] + (b"" if re.search(rb"(?im)^host *:", head) else b"Host: gateway\r\n")
    first = re.compile(rb"\A[^\r]*\r\n")
    data_with = first.sub(add, data, count=1)
    return re.sub(rb"(?<=\r\n\r\n)(?:GET|POST) /\w+ HTTP/1\.1\r\n(?!Host)", lambda match: match[0] + b"Host: gateway\r\n", data_with)


class HttpData(Scenario):
    settings = {"listen": {"limits": {"head_timeout_ms": int(250 * SLOW), "body_timeout_ms": int(250 * SLOW), "target_bytes_max": 4000,
                                      "field_bytes_max": 8180, "head_fields_max": 100}}}

    def answers_to(self, data):
        """All answers, and whether the connection may go on. One that may is asked for its health: nothing else must come first."""
        connection = self.raw(timeout=4.0 * SLOW)
        method = data.split(b" ", 1)[0].decode("latin-1").strip()
        connection.send(data)
        answers = []
        try:
            answers.append(connection.answer(method))
            while answers[-1].header("connection") != "close":
                if not self.next_is_health(connection, answers):
                    return answers, False
                return answers, True
            connection.answer()
        except Closed:
            return answers, False
        self.fail(f"an answer after the last one: {answers}")

    def next_is_health(self, connection, answers):
        """Pipelined requests of the case itself are answered first."""
        connection.send(HEALTH)
        while True:
            answer = connection.answer()
            if answer.header("allow") == "GET, HEAD":  # "X" and our GET: the follow-up is poisoned, nobody else's is
                return True
            if answer.body == b'"I\'m alive!"':
                return True
            answers.append(answer)
            if answer.header("connection") == "close":
                return False

    def check(self, case, data, accepted):
        answers, goes_on = self.answers_to(data)
        status = answers[0].status if answers else SILENT
        self.assertIn(status, accepted, answers)
        if status in (400, 408, 414, 431, 501, 505):
            self.assertFalse(goes_on and status != 501, "after a message that cannot be understood the connection closes")
            self.assert_error(answers[0], status)
        self.assertFalse(goes_on and case["id"] in BAD_BODIES, "what is left of a bad body must not be read as a request")
        self.assertEqual(self.upstream.log(), [])
        self.assertEqual(self.gateway.process.poll(), None, "the gateway has ended")
        return answers, goes_on

    def probes(self):
        return self.needs_data("http", "probe_requests.jsonl")

    def probe(self, case):
        with self.subTest(case["id"], level=case["level"], expected=case["expected_status"] or case["expected_text"]):
            data = base64.b64decode(case["request_b64"]).replace(b"@@HOST@@", b"gateway:4000")
            answers, goes_on = self.check(case, data, accepted_by_probe(case))
            if "2xx" in str(case["expected_text"]) or case["expected_status"] == "Range2xx":
                self.assertEqual(len(answers), 1)
            self.check_words(case, answers, goes_on)

    def raw_request(self, case):
        with self.subTest(case["id"], error=case["error"]):
            data = with_hosts(base64.b64decode(case["request_b64"]))
            answers, _ = self.check(case, data, accepted_by_raw(case))
            self.assertEqual(len(answers), 2 if case["id"] == "valid/018.http" else 1, "as many answers as requests")

    def test_h01_probes(self):
        cases = self.probes()
        self.assertEqual(len(cases), 83)
        for case in cases:
            self.probe(case)

    def check_words(self, case, answers, goes_on):
        """What the expectation says beside a status."""
        text = case["expected_text"] or ""
        if "close" in text and "2xx + close" in text or case["id"] == "COMP-CONNECTION-CLOSE":
            self.assertFalse(goes_on)
        if "Date" in text:
            self.assertTrue(answers[0].header("date"))
        if "Content-Type" in text:
            self.assertEqual(answers[0].header("content-type"), "application/json")
        if "no body" in text:
            self.assertEqual(answers[0].body, b"")
        if "non-1xx" in text:
            self.assertEqual(answers[0].interim, [])

    def test_h02_raw_requests(self):
        cases = self.needs_data("http", "raw_requests.jsonl")
        self.assertEqual(len(cases), 68)
        for case in cases:
            self.raw_request(case)

    def test_h03_at_a_route_that_goes_upstream(self):
        """the same messages, with a key, where a body is read: nothing that is no JSON goes on, and never two requests"""
        cases = [*self.probes(), *self.needs_data("http", "raw_requests.jsonl")]
        sent = 0
        for case in cases:
            data = with_hosts(base64.b64decode(case["request_b64"]).replace(b"@@HOST@@", b"gateway:4000"))
            moved = re.sub(rb"\A(POST|PUT|GET|OPTIONS) (/\S*) ", rb"POST /v1/chat/completions ", data)
            if moved == data:
                continue
            sent += 1
            moved = moved.replace(b"\r\n", b"\r\nAuthorization: Bearer sk-it\r\n", 1)
            with self.subTest(case["id"]):
                answers, _ = self.answers_to(moved)
                self.assertEqual(self.upstream.log(), [], answers)
                if answers:
                    self.assertIn(answers[0].status, (400, 408, 414, 415, 417, 431, 501, 505))
        self.assertGreater(sent, 80)


if __name__ == "__main__":
    main()
