"""AE: no route, no lane, no mode without its guard: what is planted anywhere is never seen, however a stream is cut."""
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from lanes import ANSWERS, MASK, OUTSIDE, REQUESTS, STREAM_LANES, WORD, said  # noqa: E402
from scenario import ANTHROPIC_ROUTES, OPENAI_ROUTES, STREAMS, USER, Scenario, main, post  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALL = {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}
FORM = (b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt\r\n--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n'
        b'a Falcon\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\nx\r\n--b--\r\n')


def model_of(path):
    return "claude" if path in ANTHROPIC_ROUTES or path.startswith("/v1/messages") else "gpt"


def guard(name, mode, action):
    return {"guardrail_name": name, "litellm_params": {"guardrail": "word", "mode": mode, "words": {WORD: action}}}


class Guarded(Scenario):
    guardrails = []

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "word_guard.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/word_guard.so is not built")
        cls.settings = {"plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"], "guardrails": cls.guardrails}
        return super().config(upstream)


class Lanes(Guarded):
    guardrails = [
                  guard("mask-in", "pre_call", "mask"), guard("block-in", "pre_call", "block"), guard("beside", "during_call", "block"),
                  guard("mask-out", "post_call", "mask"), guard("block-out", "post_call", "block"), guard("log", "logging_only", "block")]

    def send(self, path, body, guards):
        return self.call("/v1" + path, {"model": model_of(path), **body, "guardrails": [guards]})

    def test_ae01_no_route_is_forgotten(self):
        """a new route has to be in these tables, or this fails"""
        table = (ROOT / "core/llm/operation.cpp").read_text(encoding="utf-8")
        rows = re.findall(r'\{(\w+), "(\w+)", "\w+", \w+, (\w+), "POST",\s*"(/[^"]+)", true\}', table)
        self.assertEqual({tail for _, _, kind, tail in rows if kind == "Json"}, set(REQUESTS))
        self.assertEqual([tail for _, _, kind, tail in rows if kind == "Multipart"], ["/audio/transcriptions"])
        streamed = {path.removeprefix("/v1") for path, _, _ in STREAMS.values()}
        self.assertEqual(set(STREAM_LANES), set(STREAMS))
        silent = {"/embeddings", "/audio/speech", "/moderations", "/messages/count_tokens"}  # their answers hold no text
        self.assertEqual(set(REQUESTS) - silent, set(ANSWERS) | streamed)

    def test_ae02_requests_on_every_route_in_every_mode(self):
        for path, body in REQUESTS.items():
            for mode in ("mask-in", "block-in", "beside", "log"):
                with self.subTest(path, mode=mode):
                    self.upstream.reset()
                    if mode == "beside":  # it blocks before the answer goes out
                        self.upstream.script([{"sleep_ms": 30}, {"default": True}])
                    answer = self.send(path, body, mode)
                    if mode == "mask-in":
                        self.assertEqual(answer.status, 200)
                        self.assertNotIn(WORD, self.last_said()["body"])
                    elif mode == "log":
                        self.assertEqual(answer.status, 200)
                        self.assertIn(WORD, self.last_said()["body"])
                    else:
                        self.assertEqual(answer.status, 400, answer.body)
                        if mode == "block-in":
                            self.assertEqual(self.upstream.log(), [])

    def test_ae03_a_form(self):
        for extra, status in ((b'--b\r\nContent-Disposition: form-data; name="guardrails"\r\n\r\n["mask-in"]\r\n', 200),
                              (b'--b\r\nContent-Disposition: form-data; name="guardrails"\r\n\r\n["block-in"]\r\n', 400)):
            self.upstream.reset()
            connection = self.raw()
            connection.send(post("/v1/audio/transcriptions", extra + FORM).replace(b"application/json", b"multipart/form-data; boundary=b"))
            self.assertEqual(connection.answer().status, status)
            for entry in self.upstream.log():
                self.assertNotIn(WORD, entry["body"])
                self.assertIn(MASK, entry["body"])

    def test_ae09_a_form_that_says_it_twice(self):
        """whichever counted, the other would be a way around"""
        part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        for name, value in ((b"guardrails", b'["mask-in"]'), (b"metadata", b'{"guardrails":["mask-in"]}'), (b"policies", b"[]")):
            self.upstream.reset()
            connection = self.raw()
            connection.send(post("/v1/audio/transcriptions", 2 * (part % (name, value)) + FORM).replace(b"application/json", b"multipart/form-data; boundary=b"))
            answer = connection.answer()
            self.assertEqual(answer.status, 400)
            self.assertIn(name + b": the form has this field twice", answer.body)
            self.assertEqual(self.upstream.log(), [])

    def test_ae13_the_header_names_those_that_have_looked(self):
        """a guard of answers has not, if there was none but an error"""
        chat = "/chat/completions"
        for action, names in (({"respond": {"status": 500, "body": {"error": {"message": "x"}}}}, "mask-in"), (None, "mask-in,mask-out")):
            self.upstream.reset()
            if action:
                self.upstream.script(action)
            answer = self.call("/v1" + chat, {"model": "gpt", **ALL[chat], "guardrails": ["mask-in", "mask-out"]})
            self.assertEqual(answer.headers["x-litellm-applied-guardrails"], names)
        answer = self.call("/v1" + chat, {"model": "gpt", **ALL[chat], "stream": True, "guardrails": ["mask-in", "mask-out"]})
        self.assertEqual(set(answer.headers["x-litellm-applied-guardrails"].split(",")), {"mask-in", "mask-out"})

    def test_ae04_answers_on_every_route_in_every_mode(self):
        for path, body in ANSWERS.items():
            for mode in ("mask-out", "block-out", "log"):
                with self.subTest(path, mode=mode):
                    self.upstream.reset()
                    self.upstream.script({"respond": {"status": 200, "body": body}})
                    answer = self.send(path, ALL[path], mode)
                    self.assertEqual(answer.status, 400 if mode == "block-out" else 200, answer.body)
                    (self.assertIn if mode == "log" else self.assertNotIn)(WORD, answer.text())

    def stream_of(self, dialect, lane, pieces, mode):
        opening, say = STREAM_LANES[dialect][lane]
        self.upstream.reset()
        self.upstream.script({"sse": {"events": opening + [say(one) for one in pieces] + events.ENDING[dialect]}})
        path, body, _ = STREAMS[dialect]
        return self.call(path, {**body, "guardrails": [mode]})

    def cuts(self, lane):
        text = '{"q":"the Falcon \u00e9","n":1}' if lane == "tool_args" else "\u00fc the Falcon flies"
        if lane == "tool_args":
            text = text.replace("Falcon", "\\u0046alc\\u006fn")
        yield text, list(text)
        for at in range(1, len(text)):
            yield text, [text[:at], text[at:]]

    def test_ae05_streams_in_every_lane_cut_at_every_byte(self):
        for dialect, lanes in STREAM_LANES.items():
            for lane in lanes:
                for text, pieces in self.cuts(lane):
                    answer = self.stream_of(dialect, lane, pieces, "mask-out")
                    with self.subTest(dialect, lane=lane, pieces=pieces[:2]):
                        want = json.loads(text)["q"].replace(WORD, MASK) if lane == "tool_args" else text.replace(WORD, MASK)
                        got = said(answer.text())
                        self.assertEqual(json.loads(got)["q"] if lane == "tool_args" else got, want)

    def test_ae06_blocked_streams_in_every_lane_cut_at_every_byte(self):
        for dialect, lanes in STREAM_LANES.items():
            for lane in lanes:
                for _, pieces in self.cuts(lane):
                    text = self.stream_of(dialect, lane, pieces, "block-out").text()
                    with self.subTest(dialect, lane=lane, pieces=pieces[:2]):
                        self.assertIn("blocked by a guardrail", text)
                        self.assertFalse(any(end in text for end in events.GOOD_ENDS), text)
                        for part in ("Falc", "\\\\u0046alc"):
                            self.assertNotIn(part, text)

    def outside(self, mode):
        for dialect, places in OUTSIDE.items():
            for place, said_there in places.items():
                self.upstream.reset()
                self.upstream.script({"sse": {"events": said_there + ([] if place == "of_the_end" else events.ENDING[dialect])}})
                path, body, _ = STREAMS[dialect]
                yield dialect, place, said_there, self.call(path, {**body, **({"guardrails": [mode]} if mode else {})}).text()

    def test_ae07_outside_of_the_lanes(self):
        """results of tools that the provider runs, annotations, what comes whole, and what nobody has heard of"""
        for dialect, place, said_there, text in self.outside("mask-out"):
            with self.subTest(dialect, place=place):
                self.assertNotIn(WORD, text)
                self.assertIn(MASK, text)
                for line in text.splitlines():
                    if line.startswith("data: {"):
                        json.loads(line[6:])
        for dialect, place, said_there, text in self.outside(None):
            with self.subTest(dialect, place=place, guarded=False):
                for event in said_there:
                    self.assertIn(event + "\n\n", text)

    def test_ae08_outside_of_the_lanes_a_block_ends_the_stream(self):
        for dialect, place, _, text in self.outside("block-out"):
            with self.subTest(dialect, place=place):
                self.assertNotIn(WORD, text)
                self.assertIn("blocked by a guardrail", text)
                self.assertFalse(any(end in text for end in events.GOOD_ENDS), text)


class PersonalData(Guarded):
    """the same with the guardrail that people use: an address and a card in every lane, cut at every byte"""
    PLANTED = ("jane.doe@example.com", "4111 1111 1111 1111")
    guardrails = [{"guardrail_name": "pii", "litellm_params": {"guardrail": "pii", "mode": ["pre_call", "post_call"], "default_on": True}}]

    def cuts(self, lane):
        text = f"\u00fc write to {self.PLANTED[0]} or pay with {self.PLANTED[1]} now"
        if lane == "tool_args":
            text = json.dumps({"q": text})
        yield text, list(text)
        for at in range(1, len(text)):
            yield text, [text[:at], text[at:]]

    def test_ae10_streams_in_every_lane_cut_at_every_byte(self):
        for dialect, lanes in STREAM_LANES.items():
            for lane in lanes:
                for _, pieces in self.cuts(lane):
                    opening, say = STREAM_LANES[dialect][lane]
                    self.upstream.reset()
                    self.upstream.script({"sse": {"events": opening + [say(one) for one in pieces] + events.ENDING[dialect]}})
                    path, body, _ = STREAMS[dialect]
                    got = said(self.call(path, body).text())
                    with self.subTest(dialect, lane=lane, pieces=pieces[:2]):
                        self.assertIn("<EMAIL_ADDRESS>", got)
                        self.assertIn("<CREDIT_CARD>", got)
                        for planted in (*self.PLANTED, "jane", "4111", "1111 1"):
                            self.assertNotIn(planted, got)

    def test_ae11_requests_and_answers_on_every_route(self):
        for path, body in REQUESTS.items():
            with self.subTest(path):
                self.upstream.reset()
                planted = json.loads(json.dumps(body).replace(WORD, self.PLANTED[0]))
                self.assertEqual(self.call("/v1" + path, {"model": model_of(path), **planted}).status, 200)
                self.assertNotIn("jane", self.last_said()["body"])
        for path, body in ANSWERS.items():
            with self.subTest(path):
                self.upstream.reset()
                self.upstream.script({"respond": {"status": 200, "body": json.loads(json.dumps(body).replace(WORD, self.PLANTED[1]))}})
                answer = self.call("/v1" + path, {"model": model_of(path), **ALL[path]})
                self.assertEqual(answer.status, 200)
                self.assertNotIn("4111", answer.text())


if __name__ == "__main__":
    main()
