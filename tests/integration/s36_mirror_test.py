"""II: a copy of a request goes to a mirror: its answer is thrown away, its record is kept, and no client notices."""
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from s30_faults_test import CHAT, Routed, failing  # noqa: E402
from scenario import KEY, SLOW, STREAMS, USER, deployment, main, wait_until, whole_lines  # noqa: E402


class Mirrored(Routed):
    router = {"num_retries": 2, "timeout": 5 * SLOW, "mirrors": {"gpt": {"to": "shadow"}, "half": {"to": "shadow", "share": 0.5},
                                                                "never": {"to": "shadow", "share": 0}, "claude": {"to": "claude-shadow"},
                                                                "shadow": {"to": "gpt"}}}

    @classmethod
    def models(cls, base):
        return [*super().models(base), deployment("shadow", "openai/gpt-shadow", base + "/shadow/v1", {"id": "shadow"}),
                deployment("claude-shadow", "anthropic/claude-s", base + "/shadow", {"id": "claude-shadow"}),
                deployment("half", "openai/gpt-half", base + "/half/v1"), deployment("never", "openai/gpt-never", base + "/never/v1")]

    def records(self, count):
        lines = wait_until(lambda: (got := whole_lines(self.file)[self.before:]) and len(got) >= count and got)
        self.assertEqual(len(lines), count, lines)
        return [json.loads(line) for line in lines]

    def requests_to(self, where):
        return [entry for entry in self.upstream.log() if entry["path"].startswith(f"/{where}/")]

    def copied(self, where="shadow", count=1):
        return wait_until(lambda: (got := self.requests_to(where)) and len(got) >= count and got)

    def test_ii01_the_copy_and_its_record(self):
        """the mirror gets the same request, the client its own answer; both are recorded, the copy on nobody's account"""
        answer = self.call(CHAT, {"model": "gpt", "messages": USER, "user": "u-1"}, **{"x-litellm-call-id": "mine"})
        self.assertEqual(answer.headers["x-litellm-model-id"], "a")
        self.assertIn("gpt-a heard", answer.json()["choices"][0]["message"]["content"])
        copy, = self.copied()
        own, = self.requests_to("a")
        self.assertEqual({**json.loads(copy["body"]), "model": "x"}, {**json.loads(own["body"]), "model": "x"})
        records = {record["model_group"]: record for record in self.records(2)}
        self.assertEqual(records["shadow"]["metadata"]["attributes"]["sluice.mirror_of"], "mine")
        self.assertNotEqual(records["shadow"]["id"], "mine")
        self.assertEqual(records["shadow"]["status"], "success")
        self.assertGreater(records["shadow"]["total_tokens"], 0)
        self.assertFalse(records["shadow"]["metadata"].get("user_api_key_hash"))

    def test_ii02_shares(self):
        for _ in range(60):
            self.assertEqual(self.call(CHAT, {"model": "half", "messages": USER}).status, 200)
            self.assertEqual(self.call(CHAT, {"model": "never", "messages": USER}).status, 200)
        self.records_settle(120)
        self.assertTrue(10 <= len(self.requests_to("shadow")) <= 50, len(self.requests_to("shadow")))

    def records_settle(self, least):
        wait_until(lambda: len(whole_lines(self.file)) - self.before >= least + len(self.requests_to("shadow")))

    def test_ii03_a_slow_or_broken_mirror_is_no_concern_of_the_client(self):
        """nor is it asked twice, and its failure is recorded as its own"""
        for how in ([{"stall": True}], failing(503), [{"reset": True}]):
            with self.subTest(how):
                self.upstream.reset()
                self.at("shadow", how, times=None)
                begin = time.monotonic()
                self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER}).status, 200)
                self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
                self.copied()
        time.sleep(0.3)
        self.assertEqual(len(self.requests_to("shadow")), 1)

    def test_ii04_streams_of_both_dialects(self):
        for name, own, mirror in (("chat", "a", "shadow"), ("messages", "claude-a", "claude-shadow")):
            with self.subTest(name):
                self.upstream.reset()
                self.before = len(whole_lines(self.file))
                path, body, end = STREAMS[name]
                with self.stream(path, body) as stream:
                    got = list(stream)
                self.assertIn(end, (got[-1].data, got[-1].event))
                by_id = {record["model_id"]: record for record in self.records(2)}
                self.assertEqual(set(by_id), {own, mirror})
                self.assertEqual({record["status"] for record in by_id.values()}, {"success"})

    def test_ii05_no_credential_of_the_client_goes_to_the_mirror(self):
        self.call(CHAT, {"model": "gpt", "messages": USER}, **{"x-api-key": KEY})
        copy, = self.copied()
        self.assertNotIn(KEY, json.dumps(copy))
        self.records(2)

    def test_ii06_mirrors_are_not_mirrored(self):
        """shadow has gpt for a mirror: a copy is not copied, a request of a client is"""
        self.call(CHAT, {"model": "gpt", "messages": USER})
        self.records(2)
        self.assertEqual(len(self.upstream.log()), 2)

    def test_ii07_what_is_refused_is_not_copied(self):
        self.assertEqual(self.call(CHAT, {"model": "nowhere", "messages": USER}).status, 400)
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER}, key="sk-wrong").status, 401)
        self.assertEqual(self.upstream.log(), [])

    def test_ii08_a_client_that_leaves_leaves_the_copy_alone(self):
        for where in ("a", "b", "shadow"):
            self.at(where, {"sse": {"events": events.BEGUN["chat"], "gap_ms": 150 * SLOW}})
        with self.stream(CHAT, {"model": "gpt", "messages": USER, "stream": True}) as stream:
            next(iter(stream))
        self.copied()
        by_group = {record["model_group"]: record for record in self.records(2)}
        self.assertLess(by_group["gpt"]["completion_tokens"], 3)
        self.assertEqual(by_group["shadow"]["completion_tokens"], 3)


if __name__ == "__main__":
    main()
