"""F: plugins between the upstream's stream and the client's: rewriting, gating, holding, stopping."""
import json
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
import recorded_streams  # noqa: E402
from scenario import SLOW, STREAMS, Scenario, data_dir, main, post  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CONTENT = {"chat": {"messages": []}, "completions": {"prompt": "x"}, "responses": {"input": "x"}, "messages": {"messages": [], "max_tokens": 1}}
WORD, STARS = "the", "***"


class WithProbe(Scenario):
    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "stream_probe.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/stream_probe.so is not built")
        cls.settings = {"plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"], "plugins": [{"id": "probe", "plugin": "stream_probe"}],
                        "listen": {"limits": {"sse_comment_interval_ms": int(200 * SLOW)}}}
        return super().config(upstream)

    def ask(self, dialect, order, more=None):
        path, body, _ = STREAMS[dialect]
        text = json.dumps({**body, **CONTENT[dialect], "stream": True, **(more or {})}).encode()
        return post(path, text).replace(b"\r\n", f"\r\nx-stream: {order}\r\n".encode(), 1)


def texts(payload):
    """What the deltas of a stream say, each text by its own name; and what events say once more at the end."""
    deltas, repeats = {}, {}

    def add(name, text):
        if isinstance(text, str):
            deltas[name] = deltas.get(name, "") + text
    for line in payload.decode().splitlines():
        value = recorded_streams.parsed(line[5:]) if line.startswith("data:") else None
        if not isinstance(value, dict):
            continue
        for choice in value.get("choices") or []:
            delta = choice.get("delta") or {}
            at = choice.get("index", 0)
            add(("completion", at), choice.get("text"))
            for name in ("content", "reasoning", "reasoning_content", "refusal"):
                add((name, at), delta.get(name))
            for position, call in enumerate(delta.get("tool_calls") or []):
                add(("tool", at, call.get("index", position)), (call.get("function") or {}).get("arguments"))
        kind = value.get("type", "")
        where = (value.get("output_index"), value.get("content_index"), value.get("summary_index"))
        if kind.startswith("response.") and kind.endswith(".delta"):
            add((kind[:-6], *where), value.get("delta"))
        if kind.startswith("response.") and kind.endswith(".done"):
            said = next((value[name] for name in ("text", "arguments", "refusal", "input", "code") if isinstance(value.get(name), str)), None)
            if said is not None:
                repeats[(kind[:-5], *where)] = said
        if kind == "content_block_delta":
            for name in ("text", "thinking", "partial_json"):
                add((name, value["index"]), value["delta"].get(name))
    return deltas, repeats


class Recorded(WithProbe):
    @classmethod
    def setUpClass(cls):
        if not data_dir() or not (data_dir() / "sse").is_dir():
            raise unittest.SkipTest("no sse/: set SLUICE_TEST_DATA to the folder of the public test data")
        cls.recordings = recorded_streams.load(data_dir())
        cls.player = cls.enterClassContext(recorded_streams.Player(data_dir()))
        super().setUpClass()

    @classmethod
    def config(cls, upstream):
        return super().config(cls.player)

    def play(self, number, order, cuts, eol="\n"):
        recording = self.recordings[number]
        more = {"play": {"number": number, "eol": eol, "cuts": cuts, "wire": None}}
        if recording.dialect in ("chat", "completions"):
            more["stream_options"] = {"include_usage": True}
        connection = self.raw()
        connection.send(self.ask(recording.dialect, order, more))
        answer = connection.answer()
        connection.close()
        self.assertEqual(answer.status, 200, recording.name)
        return answer.body

    def each(self):
        return ((number, recording) for number, recording in enumerate(self.recordings) if recording.valid)

    def test_f01_a_rewriting_plugin_that_changes_nothing_changes_nothing(self):
        """text is held and released, and yet every byte and every event is as it was"""
        dice = random.Random(3)
        for number, recording in self.each():
            for eol in ("\n", "\r\n"):
                payload = recording.payload(eol)
                cuts = sorted(dice.sample(range(1, len(payload)), min(40, len(payload) - 1)))
                self.assertEqual(self.play(number, "same", cuts, eol), payload, recording.name)

    def test_f02_redacting_works_in_every_lane_and_wherever_the_stream_is_cut(self):
        changed = 0
        dice = random.Random(4)
        for number, recording in self.each():
            payload = recording.payload()
            said, repeated = texts(payload)
            want = {name: text.replace(WORD, STARS) for name, text in said.items()}
            changed += want != said
            cuts = sorted(dice.sample(range(1, len(payload)), min(40, len(payload) - 1)))
            got, again = texts(self.play(number, f"redact:{WORD}", cuts))
            self.assertEqual(got, want, recording.name)
            self.assertEqual(again, {name: text.replace(WORD, STARS) for name, text in repeated.items()}, recording.name)
            self.assertEqual(self.play(number, f"redact:{WORD}", "whole"), self.play(number, f"redact:{WORD}", "byte"), recording.name)
        self.assertGreater(changed, 20)


class HandMade(WithProbe):
    def answer(self, dialect, order, script, **headers):
        self.upstream.script(script)
        connection = self.raw()
        request = self.ask(dialect, order)
        for name, value in headers.items():
            request = request.replace(b"\r\n", f"\r\n{name.replace('_', '-')}: {value}\r\n".encode(), 1)
        connection.send(request)
        return connection.answer()

    def test_f03_a_stream_is_stopped_in_every_dialect(self):
        for dialect in STREAMS:
            with self.subTest(dialect):
                script = {"sse": {"events": events.BEGUN[dialect] + events.ENDING[dialect], "gap_ms": 20}}
                answer = self.answer(dialect, "abort:two", script)
                self.assertIn(b"one", answer.body)
                self.assertNotIn(b"two", answer.body)
                self.assertIn(b"the stream says what it must not", answer.body)
                self.assertFalse(any(end.encode() in answer.body for end in events.GOOD_ENDS), answer.body)

    def test_f04_stopped_before_anything_went_out_it_is_a_plain_error(self):
        answer = self.answer("chat", "abort:one", {"sse": {"events": events.BEGUN["chat"] + events.ENDING["chat"]}})
        self.assertEqual(self.assert_error(answer, 400)["code"], "forbidden_word")

    def test_f05_held_until_the_end(self):
        for dialect in STREAMS:
            with self.subTest(dialect):
                sent = events.BEGUN[dialect] + events.ENDING[dialect]
                answer = self.answer(dialect, "hold", {"sse": {"events": sent, "gap_ms": 5}})
                self.assertEqual(answer.body.decode(), "".join(event + "\n\n" for event in sent))

    def test_f06_a_client_hears_signs_of_life_while_text_is_held(self):
        answer = self.answer("chat", "hold", {"sse": {"events": events.BEGUN["chat"] * 20 + events.ENDING["chat"], "gap_ms": int(20 * SLOW)}})
        self.assertIn(b": keep-alive\n\n", answer.body)
        self.assertTrue(answer.body.endswith(b"data: [DONE]\n\n"))

    def test_f07_held_too_long(self):
        """300 ms are allowed; one policy lets the text go, the other stops the stream"""
        script = {"sse": {"events": events.BEGUN["chat"], "end": "stall"}}
        self.upstream.script(script)
        connection = self.raw()
        connection.send(self.ask("chat", "hold").replace(b"\r\n", b"\r\nx-hold-ms: release\r\n", 1))
        began = time.monotonic()
        connection.head()
        line = connection.line()
        while line.strip() in (b"", b": keep-alive") or b"one" not in line:
            line = connection.line()
        self.assertLess(time.monotonic() - began, 2 * SLOW)
        connection.close()
        answer = self.answer("chat", "hold", script, x_hold_ms="abort")
        self.assertIn(b"stopped by a guardrail", answer.body)
        self.assertNotIn(b"one", answer.body)

    def test_f08_a_stream_that_breaks_off_ends_as_one(self):
        """what was held is shown to the plugin and goes out, then the error"""
        for dialect in STREAMS:
            with self.subTest(dialect):
                begun = events.BEGUN[dialect]
                answer = self.answer(dialect, "redact:two", {"sse": {"events": begun + begun[1:] * 3, "end": "cut"}})
                self.assertIn(b"one", answer.body)
                self.assertNotIn(b"two", answer.body)
                self.assertIn(b"***", answer.body)
                self.assertFalse(any(end.encode() in answer.body for end in events.GOOD_ENDS), answer.body)
                self.assertIn(b"error", answer.body)

    def test_f09_a_client_that_leaves_while_text_is_held(self):
        self.upstream.script({"sse": {"events": events.BEGUN["chat"], "end": "stall"}})
        connection = self.raw()
        connection.send(self.ask("chat", "hold"))
        self.upstream.wait_for_log(lambda log: log and log[-1]["bytes_sent"] > 0)
        connection.close()
        self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"], timeout=3.0)

    def test_f10_an_event_that_nobody_can_look_into_does_not_pass_a_guard(self):
        odd = events.data({"choices": [{"index": 0, "delta": {"content": "the"}}]}).replace("}]}", '}],"n":1e999}')
        answer = self.answer("chat", "redact:the", {"sse": {"events": [odd, *events.ENDING["chat"]]}})
        self.assertNotIn(b'"the"', answer.body)


if __name__ == "__main__":
    main()
