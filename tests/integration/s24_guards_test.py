"""N: guards beside the upstream call and what waits for them; breakers of plugin instances."""
import json
import pathlib
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import SLOW, STREAMS, Scenario, main, post, request, KEY, whole_lines  # noqa: E402
from harness import wait_until  # noqa: E402
from processes import gateway_binary  # noqa: E402

LATE = int(400 * SLOW)  # ms after which the guard blocks


class Guards(Scenario):
    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "phase_probe.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/phase_probe.so is not built")
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-guards-"))
        cls.records = pathlib.Path(cls.folder) / "records.jsonl"
        gates = {"chat": "before_first_byte", "completions": "before_end", "responses": "none"}
        cls.settings = {
            "plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"],
            "plugins": [*({"id": gate, "plugin": "phase_probe", "gate": gate, "scope": {"routes": [route]}} for route, gate in gates.items()),
                        {"id": "fragile", "plugin": "phase_probe", "on_error": "open", "breaker_failures": 3,
                         "breaker_pause_ms": int(500 * SLOW), "scope": {"routes": ["embeddings"]}},
                        {"id": "records", "plugin": "callback_jsonl", "config": {"path": str(cls.records)}}]}
        return super().config(upstream)

    def stream_of(self, route, script):
        self.upstream.script({"sse": script})
        path, body, _ = STREAMS[route]
        connection = self.raw()
        probe = f"\r\nx-probe: during_call=block_after:{LATE}\r\n".encode()
        connection.send(post(path, json.dumps(body).encode()).replace(b"\r\n", probe, 1))
        return connection

    def whole(self, route):
        return {"events": events.BEGUN[route] + events.ENDING[route]}

    def record(self, call_id):
        def mine():
            lines = whole_lines(self.records)
            return [record for record in map(json.loads, lines) if record["id"] == call_id]
        return wait_until(mine, 5 * SLOW, "the record")[-1]

    def verdicts(self, call_id):
        return {(g["guardrail_name"], g["verdict"]) for g in self.record(call_id)["guardrail_information"] if g["guardrail_mode"] == "during_call"}

    def test_n01_the_first_byte_waits(self):
        answer = self.stream_of("chat", self.whole("chat")).answer()
        self.assertEqual(answer.status, 400)
        self.assertIn(b"blocked late by the probe", answer.body)
        self.assertNotIn(b"one", answer.body)

    def test_n02_the_end_of_a_stream_waits(self):
        connection = self.stream_of("completions", self.whole("completions"))
        began = time.monotonic()
        answer = connection.answer()
        self.assertGreater(time.monotonic() - began, LATE / 1000 * 0.8)
        self.assertIn(b"blocked late by the probe", answer.body)
        self.assertNotIn(b"[DONE]", answer.body)

    def test_n03_text_flows_while_only_the_end_is_gated(self):
        connection = self.stream_of("completions", {**self.whole("completions"), "gap_ms": int(50 * SLOW)})
        began = time.monotonic()
        connection.head()
        connection.line()
        self.assertLess(time.monotonic() - began, LATE / 1000 * 0.8)
        connection.close()

    def test_n04_a_whole_answer_has_its_end_where_it_begins(self):
        path, body, _ = STREAMS["completions"]
        answer = self.call(path, {**body, "stream": False}, x_probe=f"during_call=block_after:{LATE}")
        self.assertEqual(answer.status, 400)
        self.assertIn(b"blocked late by the probe", answer.body)

    def test_n05_a_guard_that_gates_nothing_still_runs_to_its_end(self):
        connection = self.stream_of("responses", self.whole("responses"))
        began = time.monotonic()
        _, fields = connection.head()
        body = b""
        while b"response.completed" not in body:
            body += connection.line()
        self.assertLess(time.monotonic() - began, LATE / 1000 * 0.8)
        call_id = next(value for name, value in fields if name.lower() == "x-litellm-call-id")
        self.assertEqual(self.verdicts(call_id), {("none", "blocked")})
        self.assertEqual(self.record(call_id)["outcome"], "success")

    def test_n06_a_block_cancels_the_upstream_whatever_it_gates(self):
        for route in ("chat", "completions", "responses"):
            with self.subTest(route):
                self.upstream.reset()
                answer = self.stream_of(route, {"events": events.BEGUN[route], "end": "stall"}).answer()
                self.assertIn(b"blocked late by the probe", answer.body)
                self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"], timeout=3.0 * SLOW)

    def embed(self, probe):
        headers = {"authorization": f"Bearer {KEY}", **({"x-probe": probe} if probe else {})}
        answer = request(self.port, "POST", "/v1/embeddings", {"model": "gpt", "input": "x"}, headers)
        self.assertEqual(answer.status, 200)
        return {g["reason"] for g in self.record(answer.headers["x-litellm-call-id"])["guardrail_information"] if g["guardrail_name"] == "fragile"}

    def test_n07_a_plugin_that_keeps_failing_is_left_alone_for_a_while(self):
        stopped = "it failed too often: it is not called for a while"
        phases = len(self.embed(None))
        self.assertGreater(phases, 0)
        # Other phases of the request would count as good calls in between: every one of them fails.
        for _ in range(4):
            reasons = self.embed("*=fail")
        self.assertIn(stopped, reasons)
        self.assertIn(stopped, self.embed(None))
        time.sleep(0.6 * SLOW)
        self.assertNotIn(stopped, self.embed(None))
        self.assertIn("is not called for", self.gateway.stderr())


if __name__ == "__main__":
    main()
