"""X: streams that end badly: an explicit error event in each dialect, never a good end; before the first event, a plain error."""
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import SLOW, STREAMS, Scenario, main, post  # noqa: E402

HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + "transfer-encoding: chunked\r\n\r\n"


class Broken(Scenario):
    settings = {"listen": {"limits": {"stream_timeout_ms": int(300 * SLOW), "sse_event_bytes_max": 65536}}}

    plain_errors = 0

    def dialects(self):
        for name, (path, body, _) in STREAMS.items():
            with self.subTest(name):
                self.upstream.reset()
                yield name, path, body

    def assert_broken(self, name, path, body, relayed=None):
        """The client got the whole events of `relayed`, then one error event that its SDK raises, and the framing is intact.
        If text and fault came at the same moment, nothing has gone out yet: then the error is a plain one."""
        try:
            with self.stream(path, body) as stream:
                got = list(stream)
        except AssertionError as fault:
            self.assertIn("not an event stream: 500", str(fault))
            self.plain_errors += 1
            return None
        relayed = events.BEGUN[name] if relayed is None else relayed
        self.assertEqual([event.raw.decode().rstrip("\n") for event in got[:-1]], relayed)
        self.assertTrue(events.is_error(name, got[-1]), got[-1])
        for event in got:
            self.assertFalse(any(end in (event.data or "") for end in events.GOOD_ENDS), event)
        return got[-1]

    def assert_plain_error(self, name, path, body, status=500):
        answer = self.call(path, body)
        self.assertEqual((answer.status, answer.headers["content-type"]), (status, "application/json"), answer.body)
        value = answer.json()
        self.assertTrue(value["error"]["message"])
        self.assertEqual(value.get("type"), "error" if name == "messages" else None)

    def test_x01_cut(self):
        for name, path, body in self.dialects():
            self.upstream.script({"sse": {"events": events.BEGUN[name], "end": "cut"}})
            self.assert_broken(name, path, body)

    def test_x02_reset(self):
        for name, path, body in self.dialects():
            self.upstream.script({"sse": {"events": events.BEGUN[name], "gap_ms": 20, "end": "reset"}})
            self.assert_broken(name, path, body)

    def test_x03_stalled(self):
        for name, path, body in self.dialects():
            self.upstream.script({"sse": {"events": events.BEGUN[name], "end": "stall"}})
            begin = time.monotonic()
            self.assert_broken(name, path, body)
            self.assertLess(time.monotonic() - begin, 1.5 * SLOW)
            self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"])

    def test_x04_cut_inside_an_event(self):
        """a part of an event is not passed on"""
        for name, path, body in self.dialects():
            for part in ('data: {"id":"c","choi', "data", "event: x\ndata: {}", events.BEGUN[name][0][:-1], ": comment"):
                begun = CHUNKED + chunked([*events.BEGUN[name], ""])
                self.upstream.script([{"send": begun + chunk(part)}, {"close": True}])
                self.assert_broken(name, path, body)

    def test_x05_cut_inside_a_chunk(self):
        for name, path, body in self.dialects():
            for tail in ("40\r\ndata: {", "4", "5\r\nhello", "-1\r\n", "5\r\nhello world\r\n", "zz\r\n", "0\r\n"):
                with self.subTest(tail):
                    begun = CHUNKED + chunked([*events.BEGUN[name], ""])
                    self.upstream.script([{"send": begun + tail}, {"close": True}])
                    self.assert_broken(name, path, body)

    def test_x06_shorter_than_promised(self):
        for name, path, body in self.dialects():
            self.upstream.script([{"send": HEAD + "content-length: 100000\r\n\r\n" + "\n\n".join([*events.BEGUN[name], ""])}, {"close": True}])
            self.assert_broken(name, path, body)

    def test_x07_no_terminal_event(self):
        """a well-framed body that stops too early is no complete answer"""
        for name, path, body in self.dialects():
            self.upstream.script({"sse": {"events": events.BEGUN[name]}})
            self.assert_broken(name, path, body)
            self.upstream.script([{"send": HEAD + "\r\n" + "\n\n".join([*events.BEGUN[name], ""])}, {"close": True}])
            self.assert_broken(name, path, body)

    def test_x08_anthropic_without_message_stop(self):
        """a stop reason alone is no end there"""
        path, body, _ = STREAMS["messages"]
        relayed = [*events.BEGUN["messages"], events.ENDING["messages"][0]]
        self.upstream.script({"sse": {"events": relayed}})
        self.assert_broken("messages", path, body, relayed)

    def test_x09_malformed_events(self):
        for name, path, body in self.dialects():
            for bad in ("data: {", "data: not json", "data: {'a':1}", "data: {}{}", "data: \x00",
                        "data: {\"a\":\"\ndata: \"}"):
                with self.subTest(bad):
                    self.upstream.script({"sse": {"events": [*events.BEGUN[name], bad, *events.ENDING[name]]}})
                    self.assert_broken(name, path, body)

    def test_x21_what_is_odd_but_no_fault(self):
        """an event without data, a blank behind [DONE], a comment, a field that nobody knows"""
        path, body, _ = STREAMS["chat"]
        odd = [events.BEGUN["chat"][0], "data:", "data", ": hello", "x-field: 1", "event: ping\ndata: {}", events.ENDING["chat"][0], "data: [DONE] "]
        self.upstream.script({"sse": {"events": odd}})
        self.assertEqual([event.raw.decode().rstrip("\n") for event in self.stream(path, body)], odd)

    def test_x10_an_event_that_is_too_large(self):
        for name, path, body in self.dialects():
            self.upstream.script({"sse": {"events": [*events.BEGUN[name], "data: \"" + "x" * 200_000 + "\""], "write": "all"}})
            self.assert_broken(name, path, body)
            self.upstream.script([{"send": HEAD + "\r\n" + "\n\n".join([*events.BEGUN[name], ""])},
                                  {"send_repeated": {"text": "x" * 1000, "times": 100_000}}])
            self.assert_broken(name, path, body)

    def test_x11_an_event_up_to_the_limit(self):
        path, body, _ = STREAMS["chat"]
        large = events.chat("x" * 60_000)
        self.upstream.script({"sse": {"events": [large, *events.ENDING["chat"]]}})
        got = list(self.stream(path, body))
        self.assertEqual(got[0].raw.decode(), large + "\n\n")
        self.assertEqual(got[-1].data, "[DONE]")

    def test_x12_before_the_first_event(self):
        for name, path, body in self.dialects():
            for script in ({"sse": {"events": [], "end": "cut"}}, {"sse": {"events": [], "end": "reset"}}, {"sse": {"events": []}},
                           {"sse": {"events": ["data: {"], "write": "all"}}, [{"send": CHUNKED + chunk("data: {")}, {"close": True}]):
                with self.subTest(script):
                    self.upstream.script(script)
                    self.assert_plain_error(name, path, body)

    def test_x13_stalled_before_the_first_event(self):
        for name, path, body in self.dialects():
            self.upstream.script({"sse": {"events": [], "end": "stall"}})
            self.assert_plain_error(name, path, body, 408)

    def test_x14_an_error_of_the_upstream_in_its_stream(self):
        """goes on as it is; nothing good follows it"""
        errors = {"chat": 'data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":"x"}}',
                  "completions": 'data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":"x"}}',
                  "responses": 'event: error\ndata: {"type":"error","code":"server_error","message":"overloaded","param":null}',
                  "messages": 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'}
        for name, path, body in self.dialects():
            for end in ("ok", "cut"):
                with self.subTest(end=end):
                    self.upstream.script({"sse": {"events": [*events.BEGUN[name], errors[name]], "end": end}})
                    got = [event.raw.decode().rstrip("\n") for event in self.stream(path, body)]
                    self.assertEqual(got[:4], [*events.BEGUN[name], errors[name]])
                    self.assertFalse(any(end in event for event in got for end in events.GOOD_ENDS))

    def test_x15_a_failed_response(self):
        path, body, _ = STREAMS["responses"]
        failed = events.named({"type": "response.failed", "response": {"id": "r", "status": "failed", "error": {
            "code": "server_error", "message": "m"}}})
        self.upstream.script({"sse": {"events": [*events.BEGUN["responses"], failed]}})
        got = [event.raw.decode().rstrip("\n") for event in self.stream(path, body)]
        self.assertEqual(got, [*events.BEGUN["responses"], failed])

    def test_x16_an_error_as_the_first_event(self):
        """LiteLLM: a plain JSON error with a status of its own (reference/litellm.md section 9)"""
        self.upstream.script({"sse": {"events": ['data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":"500"}}']}})
        answer = self.call(*STREAMS["chat"][:2])
        self.assert_error(answer, 500, contains="overloaded")

    def whole_despite(self, end):
        for name, path, body in self.dialects():
            whole = [*events.BEGUN[name], *events.ENDING[name]]
            self.upstream.script({"sse": {"events": whole, "gap_ms": 5, "end": end}})
            self.assertEqual([event.raw.decode().rstrip("\n") for event in self.stream(path, body)], whole)

    def test_x17_nothing_is_missing_after_the_terminal_event(self):
        """[DONE] has come: a cut or a reset after it is not the client's problem"""
        self.whole_despite("cut")
        self.whole_despite("reset")

    def test_x20_silence_after_the_terminal_event(self):
        """nor is an upstream that does not end its body after [DONE]"""
        self.whole_despite("stall")

    def test_x18_http_1_0_clients_see_it_too(self):
        for name, path, body in self.dialects():
            self.upstream.script({"sse": {"events": events.BEGUN[name], "end": "cut"}})
            connection = self.raw()
            connection.send(post(path, json.dumps(body).encode(), version="HTTP/1.0"))
            self.assertIn(b'"error"', connection.answer().body.split(b"\n\n")[-2])

    def test_x19_the_connection_survives(self):
        """the stream ended badly, its framing did not"""
        path, body, _ = STREAMS["chat"]
        self.upstream.script({"sse": {"events": events.BEGUN["chat"], "end": "cut"}})
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode()) * 2)
        self.assertIn(b'"error"', connection.answer().body)
        self.assertTrue(connection.answer().body.endswith(b"[DONE]\n\n"))


class DeploymentStreamTimeout(Scenario):
    @classmethod
    def models(cls, base):
        models = super().models(base)
        for model in models:
            model["litellm_params"]["stream_timeout"] = 0.2 * SLOW
        return models

    def test_x30_stream_timeout_of_the_deployment(self):
        for name, (path, body, _) in STREAMS.items():
            self.upstream.script({"sse": {"events": events.BEGUN[name], "end": "stall"}})
            begin = time.monotonic()
            got = list(self.stream(path, body))
            self.assertTrue(events.is_error(name, got[-1]))
            self.assertLess(time.monotonic() - begin, 1.5 * SLOW)


def chunk(text):
    return f"{len(text.encode()):x}\r\n{text}\r\n" if text else ""


def chunked(lines):
    return chunk("\n\n".join(lines))


if __name__ == "__main__":
    main()
