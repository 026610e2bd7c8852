"""A: the completion record: one line for each request, however it ends, with the fields that its readers rely on."""
import hashlib
import json
import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import (ANTHROPIC_ROUTES, KEY, OPENAI_ROUTES, SLOW, STREAMS, USER, Gateway, Scenario, deployment, main, post,  # noqa: E402
                      usual_models, wait_until, whole_lines)

CHAT = "/v1/chat/completions"
# StandardLoggingPayload, as far as Sluice knows it (reference/litellm.md section 6)
FIELDS = {"id", "trace_id", "litellm_call_id", "call_type", "stream", "response_cost", "status", "status_fields", "custom_llm_provider",
          "total_tokens", "prompt_tokens", "completion_tokens", "startTime", "endTime", "completionStartTime", "response_time", "model", "model_id",
          "model_group", "api_base", "metadata", "cache_hit", "cache_key", "request_tags", "end_user", "requester_ip_address", "messages", "response",
          "error_str", "error_information", "hidden_params", "guardrail_information"}
METADATA = {"user_api_key_hash", "user_api_key_alias", "user_api_key_org_id", "user_api_key_team_id", "user_api_key_user_id",
            "user_api_key_end_user_id", "requester_ip_address", "applied_guardrails", "usage_object"}


class Records(Scenario):
    settings = {"plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}], "router_settings": {"timeout": 0.4 * SLOW}}

    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("gone", "openai/x", "http://127.0.0.1:1/v1")]

    def setUp(self):
        super().setUp()
        self.file = self.gateway.directory / "records.jsonl"
        self.before = len(self.lines())

    def lines(self):
        return whole_lines(self.file)

    def records(self, count=1):
        """The records since the test began: exactly `count`. A marker request behind them shows that no more are to come."""
        self.call("/v1/moderations", {"model": "gpt", "input": "marker"})
        wait_until(lambda: any('"amoderation"' in line for line in self.lines()[self.before:]) and len(self.lines()) > self.before + count)
        new = [json.loads(line) for line in self.lines()[self.before:]]
        new = [record for record in new if record["call_type"] != "amoderation"]
        self.assertEqual(len(new), count, [(record["call_type"], record["outcome"]) for record in new])
        return new

    def assert_has(self, record, **fields):
        self.assertEqual({name: record[name] for name in fields}, fields)

    def record(self):
        return self.records(1)[0]

    def test_a01_success(self):
        begin = time.time()
        answer = self.call(CHAT, {"model": "gpt", "messages": USER}, x_litellm_call_id="call-1", user_agent="my-app/2")
        record = self.record()
        self.assertLessEqual(FIELDS, set(record), FIELDS - set(record))
        self.assertLessEqual(METADATA, set(record["metadata"]), METADATA - set(record["metadata"]))
        self.assertEqual(record["litellm_call_id"], "call-1")
        self.assertRegex(record["id"], "^[0-9a-f-]{36}$")  # the gateway's own: clients may say the same call id twice
        self.assert_has(record, call_type="acompletion", status="success", outcome="success", http_status=200, model="gpt-up", model_group="gpt",
                        model_id="gpt-1", custom_llm_provider="openai")
        self.assertEqual(record["api_base"], self.upstream.url + "/v1")
        self.assertEqual((record["prompt_tokens"], record["completion_tokens"], record["total_tokens"]), (1, 3, 4))
        self.assertEqual(record["metadata"]["usage_object"]["total_tokens"], 4)
        self.assertEqual((record["stream"], record["error_str"], record["error_information"]), (False, None, None))
        self.assertTrue(begin - 0.1 <= record["startTime"] <= record["endTime"] <= time.time() + 0.1, record)
        self.assertGreater(record["hidden_params"]["litellm_overhead_time_ms"], 0)
        self.assertEqual(record["metadata"]["user_api_key_hash"], hashlib.sha256(KEY.encode()).hexdigest())
        self.assertEqual((record["requester_ip_address"], record["metadata"]["user_agent"]), ("127.0.0.1", "my-app/2"))
        self.assertEqual(record["response_bytes"] > len(answer.body), True)

    def test_a15_applied_are_those_who_looked_at_content(self):
        """and each once: who only asked for a key has guarded nothing"""
        self.call(CHAT, {"model": "gpt", "messages": USER})
        record = self.record()
        self.assertIn("auth_master_key", [one["guardrail_name"] for one in record["guardrail_information"]])
        applied = record["metadata"]["applied_guardrails"]
        self.assertNotIn("auth_master_key", applied)
        self.assertEqual(len(applied), len(set(applied)))

    def test_a02_no_secrets(self):
        self.call(CHAT, {"model": "gpt", "messages": USER})
        self.call(CHAT, {"model": "gpt", "messages": USER}, key="sk-wrong-key")
        self.records(2)
        text = self.file.read_text()
        for secret in (KEY, "up-key", "sk-wrong-key"):
            self.assertNotIn(f'"{secret}"', text)
            self.assertNotIn(f"Bearer {secret}", text)
        self.assertEqual(self.file.stat().st_mode & 0o077, 0, "records are nobody else's business")

    def test_a03_every_route(self):
        types = {"/chat/completions": "acompletion", "/completions": "atext_completion", "/embeddings": "aembedding", "/responses": "aresponses",
                 "/images/generations": "aimage_generation", "/audio/speech": "aspeech", "/rerank": "arerank", "/messages": "anthropic_messages"}
        for path, body in {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}.items():
            if path in types:
                self.call("/v1" + path, {"model": "claude" if "messages" in path else "gpt", **body})
        got = self.records(len(types))
        self.assertEqual({record["call_type"] for record in got}, set(types.values()))
        self.assertEqual({record["outcome"] for record in got}, {"success"})
        self.assertGreaterEqual(sum(record["usage_known"] for record in got), 6)

    def test_a04_streams(self):
        for name, (path, body, _) in STREAMS.items():
            list(self.stream(path, body))
        for record in self.records(len(STREAMS)):
            with self.subTest(record["call_type"]):
                self.assert_has(record, stream=True, outcome="success", stream_end="end_ok", usage_known=True)
                self.assertGreater(record["total_tokens"], 2)
                self.assertTrue(record["startTime"] <= record["completionStartTime"] <= record["endTime"] + 0.01)

    def test_a05_finish_reasons(self):
        for name, wanted in (("chat", "stop"), ("completions", "stop"), ("responses", "completed"), ("messages", "end_turn")):
            with self.subTest(name):
                self.before = len(self.lines())
                self.upstream.script({"sse": {"events": [*events.BEGUN[name], *events.ENDING[name]]}})
                list(self.stream(*STREAMS[name][:2]))
                self.assertEqual(self.record()["finish_reason"], wanted)

    def failed(self, outcome="failure"):
        record = self.record()
        self.assertEqual((record["outcome"], record["status"]), (outcome, "failure"))
        self.assertTrue(record["error_str"])
        self.assertEqual(set(record["error_information"]) & {"error_code", "error_class", "llm_provider", "error_message"},
                         {"error_code", "error_class", "llm_provider", "error_message"})
        return record

    def test_a06_upstream_errors(self):
        self.upstream.script({"respond": {"status": 429, "body": {"error": {"message": "slow down"}}}})
        self.call(CHAT, {"model": "gpt", "messages": USER})
        record = self.failed()
        self.assert_has(record, http_status=429)
        self.assert_has(record["error_information"], error_code="429", llm_provider="openai")

    def test_a07_no_connection(self):
        self.call(CHAT, {"model": "gone", "messages": USER})
        record = self.failed()
        self.assert_has(record, http_status=500, model_group="gone")
        self.assert_has(record["error_information"], error_class="APIConnectionError")

    def test_a08_timeout(self):
        self.upstream.script({"stall": True})
        self.call(CHAT, {"model": "gpt", "messages": USER})
        record = self.failed()
        self.assertEqual((record["http_status"], record["error_information"]["error_class"]), (408, "Timeout"))

    def test_a09_refused_requests(self):
        for body, status in (({"model": "nope", "messages": USER}, 400), ({}, 400), ("{", 400)):
            with self.subTest(body):
                self.before = len(self.lines())
                self.call(CHAT, body)
                self.assertEqual(self.failed()["http_status"], status)

    def test_a10_blocked(self):
        self.call(CHAT, {"model": "gpt", "messages": USER}, key="wrong")
        record = self.failed("blocked")
        self.assertEqual((record["http_status"], record["error_information"]["error_class"]), (401, "Blocked"))
        self.assertEqual(record["error_str"], "the key is not the master key", "the inner reason, which the client is not told")
        self.assertIsNone(record["metadata"]["user_api_key_hash"])

    def leave(self, path, body, script, how, after_head):
        self.upstream.reset()
        self.upstream.script(script)
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode()))
        self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])
        if after_head:
            connection.head()
            connection.line()
        getattr(connection, how)()
        self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"])

    def test_a11_cancelled(self):
        """a client that leaves: one record, once, with the tokens so far"""
        path, body, _ = STREAMS["chat"]
        for script, after_head in (({"stall": True}, False), ({"sse": {"events": [events.USAGE, *events.BEGUN["chat"]], "end": "stall"}}, True)):
            for how in ("close", "reset"):
                with self.subTest(how, after_head=after_head):
                    self.before = len(self.lines())
                    self.leave(path, body, script, how, after_head)
                    record = self.failed("cancelled")
                    self.assertEqual(record["http_status"], 499)
                    self.assertEqual((record["stream"], record["stream_end"]), (True, "end_cancelled" if after_head else None))
                    self.assertEqual(record["total_tokens"], 5 if after_head else 0)

    def test_a12_broken_streams(self):
        for end, stream_end in (("cut", "end_truncated"), ("reset", "end_truncated"), ("ok", "end_truncated")):
            with self.subTest(end):
                self.before = len(self.lines())
                self.upstream.script({"sse": {"events": [events.USAGE, *events.BEGUN["chat"]], "gap_ms": 5, "end": end}})
                list(self.stream(*STREAMS["chat"][:2]))
                record = self.failed()
                self.assertEqual((record["stream_end"], record["total_tokens"]), (stream_end, 5))

    def test_a13_many_at_once_are_whole_lines(self):
        count = 60
        connections = [self.raw() for _ in range(count)]
        for number, connection in enumerate(connections):
            body = json.dumps({"model": "gpt", "messages": USER, "user": "u" * number * 10}).encode()
            connection.send(post(CHAT, body, f"x-litellm-call-id: many-{number}"))
        for connection in connections:
            self.assertEqual(connection.answer().status, 200)
        self.assertEqual({record["litellm_call_id"] for record in self.records(count)}, {f"many-{number}" for number in range(count)})

    def test_a14_health_checks_are_no_completions(self):
        """a probe each second must not fill the file"""
        for path in ("/health/liveliness", "/health/readiness"):
            self.get(path)
        self.records(0)

    def test_a16_what_long_requests_say_is_kept_too(self):
        for size in (10, 70_000, 2_000_000):
            with self.subTest(size):
                self.setUp()
                self.call(CHAT, {"model": "gpt", "messages": [{"role": "user", "content": "x" * size}], "temperature": 0.5, "metadata": {"of": "a16"}})
                record = self.record()
                self.assertEqual(record["model_parameters"], {"temperature": 0.5})
                self.assertEqual(record["metadata"]["requester_metadata"], {"of": "a16"})


class RecordsThatCannotBeWritten(Scenario):
    def test_a20_a_path_that_cannot_be_opened(self):
        config = self.config(self.upstream)
        config["plugins"] = [{"plugin": "callback_jsonl", "config": {"path": "/nonexistent/records.jsonl"}}]
        with self.assertRaises(RuntimeError):
            Gateway(json.dumps(config))

    def test_a21_a_reader_that_does_not_read(self):
        """a pipe that is full holds up the records, not the requests"""
        pipe = self.gateway.directory / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        config = self.config(self.upstream)
        config["plugins"] = [{"plugin": "callback_jsonl", "config": {"path": str(pipe)}}]
        with Gateway(json.dumps(config)) as gateway:
            port, self.port = self.port, gateway.port
            try:
                for _ in range(100):
                    begin = time.monotonic()
                    self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER}).status, 200)
                    self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
            finally:
                self.port = port
            os.kill(gateway.pid, signal.SIGTERM)
            text = bytearray()
            wait_until(lambda: self.drained(reader, text), 10.0, "the gateway ends and closes the pipe")
            os.close(reader)
            types = [json.loads(line)["call_type"] for line in text.splitlines()]
            self.assertEqual(types.count("acompletion"), 100, "flushed before the end")

    @staticmethod
    def drained(reader, text):
        try:
            part = os.read(reader, 1 << 20)
        except BlockingIOError:
            return False
        text += part
        return not part


if __name__ == "__main__":
    main()
