"""HH: streams that break after their first text: taken up by another deployment, if that was asked for."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from s30_faults_test import CHAT, Routed, failing  # noqa: E402
from scenario import SLOW, STREAMS, USER, main, wait_until  # noqa: E402

BROKEN = ["cut", "reset", "stall", "malformed", "error"]


def text_of(name, got):
    said = ""
    for event in got:
        value = json.loads(event.data) if event.data and event.data != "[DONE]" else {}
        if name == "messages":
            said += value.get("delta", {}).get("text") or ""
        for choice in value.get("choices", []):
            said += choice.get("text") or choice.get("delta", {}).get("content") or ""
    return said


def breaking(name, how):
    if how in ("malformed", "error"):
        bad = "data: {oops" if how == "malformed" else 'data: {"type":"error","error":{"type":"overloaded_error","message":"no","code":529}}'
        return {"sse": {"events": [*events.BEGUN[name], f"event: error\n{bad}" if name == "messages" and how == "error" else bad], "gap_ms": 20 * SLOW, "end": "stall"}}
    return {"sse": {"events": events.BEGUN[name], "gap_ms": 20 * SLOW, "end": how}}


class Recovery(Routed):
    router = {"num_retries": 2, "disable_cooldowns": True, "breaker_failures": 0, "stream_timeout": 0.4 * SLOW, "stream_recovery": "continue"}
    dialects = ("chat", "completions", "messages")

    def ask(self, name, body=None, headers=None):
        path, base, _ = STREAMS[name]
        with self.stream(path, {**base, **(body or {})}, **(headers or {})) as stream:
            return list(stream)

    def second_body(self):
        return json.loads(self.upstream.log()[1]["body"])

    def rest(self, name):
        """What the second deployment says: a stream of its own from its opening to its end."""
        opening = {"messages": [events.named({"type": "message_start", "message": {"id": "m2", "usage": {"input_tokens": 9, "output_tokens": 1}}}),
                                events.named({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})],
                   "chat": [events.data({"id": "c2", "created": 9, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})],
                   "completions": []}[name]
        said = {"messages": [events.named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " more"}}),
                             events.named({"type": "content_block_stop", "index": 0})],
                "chat": [events.chat(" more").replace('"c"', '"c2"')], "completions": [events.completion(" more").replace('"c"', '"c2"')]}[name]
        return {"sse": {"events": [*opening, *said, *events.ENDING[name]], "gap_ms": 5}}

    def begun(self, name):
        return "one two" if name == "messages" else "one two three"


class Continued(Recovery):
    def test_hh01_every_dialect_and_break(self):
        """the client sees one stream, whose text is whole and said once"""
        for name in self.dialects:
            for how in BROKEN:
                with self.subTest(dialect=name, how=how):
                    self.upstream.reset()
                    self.at("a", breaking(name, how))
                    self.at("b", self.rest(name))
                    got = self.ask(name)
                    self.assertEqual(text_of(name, got), self.begun(name) + " more")
                    self.assertFalse(any(events.is_error(name, event) for event in got), got)
                    self.assertEqual(self.seen(), ["a", "b"])

    def test_hh02_the_next_one_gets_what_was_said(self):
        for name in self.dialects:
            with self.subTest(name):
                self.upstream.reset()
                self.at("a", breaking(name, "cut"))
                self.ask(name)
                body = self.second_body()
                if name == "completions":
                    self.assertTrue(body["prompt"].endswith("one two three"), body)
                else:
                    self.assertEqual(body["messages"][-1], {"role": "assistant", "content": self.begun(name)})
                    self.assertEqual(body["messages"][0], USER[0])

    def test_hh03_one_opening_and_one_identity(self):
        """SDKs put a stream together: a second role, id or message_start would end up in the answer"""
        self.at("a", breaking("chat", "cut"))
        self.at("b", self.rest("chat"))
        values = [json.loads(event.data) for event in self.ask("chat") if event.data != "[DONE]"]
        self.assertEqual({value["id"] for value in values}, {"c"})
        self.assertEqual([value for value in values if value["choices"] and "role" in value["choices"][0]["delta"]], [])
        self.upstream.reset()
        self.at("a", breaking("messages", "cut"))
        self.at("b", self.rest("messages"))
        types = [event.event for event in self.ask("messages")]
        self.assertEqual(types.count("message_start"), 1)
        self.assertEqual(types[-3:], ["content_block_stop", "message_delta", "message_stop"])

    def test_hh04_a_next_one_that_has_nothing_to_add(self):
        """its end is the end"""
        for name in self.dialects:
            with self.subTest(name):
                self.upstream.reset()
                self.at("a", breaking(name, "cut"))
                self.at("b", {"sse": {"events": events.ENDING[name], "gap_ms": 5}})
                got = self.ask(name)
                self.assertEqual(text_of(name, got), self.begun(name))
                self.assertEqual([event.raw.decode().strip() for event in got[-len(events.ENDING[name]):]], events.ENDING[name])
                if name == "messages":
                    self.assertEqual(got[-3].event, "content_block_stop")

    def test_hh05_it_breaks_again_and_again(self):
        """the budget of retries holds here, too; then an explicit error, and all that was paid for is booked"""
        self.at("a", breaking("chat", "cut"), times=None)
        self.at("b", self.broken_rest(), times=None)
        got = self.ask("chat")
        self.assertTrue(events.is_error("chat", got[-1]), got[-1])
        self.assertEqual(text_of("chat", got)[:18], "one two three more")
        record = self.assert_booked(*self.seen())
        self.assertEqual((len(self.seen()), record["status"]), (3, "failure"))
        self.assertGreaterEqual(record["completion_tokens"], 3 + 1)

    def broken_rest(self):
        rest = self.rest("chat")
        rest["sse"]["events"] = rest["sse"]["events"][:2]
        return {"sse": {**rest["sse"], "end": "cut"}}

    def test_hh06_a_next_one_that_refuses_the_prefilled_turn(self):
        self.at("a", breaking("messages", "cut"))
        self.at("b", failing(400, body={"type": "error", "error": {"type": "invalid_request_error", "message": "prefill"}}))
        got = self.ask("messages")
        self.assertTrue(events.is_error("messages", got[-1]), got[-1])
        self.assertEqual(self.seen(), ["a", "b"])

    def test_hh07_what_cannot_be_taken_up(self):
        """calls of tools, several choices, a schema: an explicit error, as without recovery"""
        tool = events.data({"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}}]})
        second = events.data({"id": "c", "choices": [{"index": 1, "delta": {"content": "x"}}]})
        for extra, body in ((tool, {}), (second, {"n": 2}), (events.chat("x"), {"response_format": {"type": "json_object"}})):
            with self.subTest(extra):
                self.upstream.reset()
                self.at("a", {"sse": {"events": [*events.BEGUN["chat"], extra], "gap_ms": 10, "end": "cut"}})
                got = self.ask("chat", body)
                self.assertTrue(events.is_error("chat", got[-1]), got[-1])
                self.assertEqual(self.seen(), ["a"])

    def test_hh08_responses_and_clients_that_say_none(self):
        for name, headers in (("responses", None), ("chat", {"x-sluice-stream-recovery": "none"})):
            with self.subTest(name):
                self.upstream.reset()
                self.at("a", breaking(name, "cut"))
                got = self.ask(name, headers=headers)
                self.assertTrue(events.is_error(name, got[-1]), got[-1])
                self.assertEqual(self.seen(), ["a"])

    def test_hh13_what_never_went_out_was_never_said(self):
        """an attempt that is replaced before its first text has gone out leaves nothing in the next ones' prompts"""
        whole = "".join(f"{event}\n\n" for event in [events.chat("wrong"), "data: {oops"])
        self.at("a", [{"send": f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(whole)}\r\n\r\n{whole}"}])
        self.at("b", breaking("chat", "cut"))
        got = self.ask("chat")
        self.assertTrue(text_of("chat", got).startswith("one two three"), got)
        self.assertNotIn("wrong", text_of("chat", got))
        self.assertEqual(len(self.seen()), 3)
        third = json.loads(self.upstream.log()[2]["body"])
        self.assertEqual(third["messages"][-1]["content"], "one two three")

    def test_hh09_a_client_that_leaves_is_not_taken_up(self):
        self.at("a", breaking("chat", "stall"))
        path, base, _ = STREAMS["chat"]
        with self.stream(path, base) as stream:
            next(iter(stream))
        wait_until(lambda: self.upstream.log()[0]["peer_closed_at"])
        self.assertEqual(self.seen(), ["a"])

    def test_hh10_both_attempts_are_booked(self):
        self.at("a", breaking("chat", "cut"))
        self.at("b", {"sse": {"events": [events.chat(" more"), events.chat("", "stop"), events.USAGE, events.DONE], "gap_ms": 5}})
        self.ask("chat", {"stream_options": {"include_usage": True}})
        record = self.assert_booked("a", "b")
        self.assertEqual((record["completion_tokens"], record["status"]), (3 + 2, "success"))


class Restarted(Recovery):
    """The client asks for it: it knows the event that tells it to begin anew."""
    router = {**Recovery.router, "stream_recovery": "none"}

    def test_hh11_the_mark_and_then_the_whole_answer(self):
        for name in self.dialects:
            with self.subTest(name):
                self.upstream.reset()
                self.at("a", breaking(name, "cut"))
                got = self.ask(name, headers={"x-sluice-stream-recovery": "restart"})
                at = [event.event for event in got].index("sluice.restart")
                self.assertEqual(text_of(name, got[:at]), self.begun(name))
                self.assertIn("gpt-b heard" if name != "messages" else "heard", text_of(name, got[at:]))
                json.loads(got[at].data)
                self.assertEqual(self.second_body()["messages" if name != "completions" else "prompt"],
                                 json.loads(self.upstream.log()[0]["body"])["messages" if name != "completions" else "prompt"])

    def test_hh12_without_the_wish_there_is_none(self):
        self.at("a", breaking("chat", "cut"))
        got = self.ask("chat")
        self.assertTrue(events.is_error("chat", got[-1]), got[-1])
        self.assertEqual(self.seen(), ["a"])


if __name__ == "__main__":
    main()
