"""AA: one guard, and every text of every route and dialect: requests, answers, streams."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from lanes import ANSWERS, MASK, REQUESTS, WORD  # noqa: E402
from scenario import ANTHROPIC_ROUTES, KEY, OPENAI_ROUTES, STREAMS, USER, Scenario, main, post  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"


def delta(dialect, text):
    """one event that says it"""
    if dialect == "chat":
        return events.chat(text)
    if dialect == "completions":
        return events.completion(text)
    if dialect == "responses":
        return events.named({"type": "response.output_text.delta", "output_index": 0, "delta": text})
    return events.named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})


def model_of(path):
    return "claude" if path in ANTHROPIC_ROUTES else "gpt"


class Guarded(Scenario):
    action, more = "mask", {}

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "text_guard.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/text_guard.so is not built")
        cls.settings = {"plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"],
                        "plugins": [{"id": "guard", "plugin": "text_guard", "config": {"action": cls.action, **cls.more}}]}
        return super().config(upstream)

    def sse(self, dialect, *pieces):
        opening = events.BEGUN[dialect][:1] if dialect in ("responses", "messages") else []
        said = [delta(dialect, piece) for piece in pieces]
        self.upstream.script({"sse": {"events": opening + said + events.ENDING[dialect], "gap_ms": 5}})
        connection = self.raw()
        path, body, _ = STREAMS[dialect]
        connection.send(post(path, json.dumps(body).encode()))
        return connection.answer()


class Mask(Guarded):
    def test_aa01_every_text_of_every_request(self):
        self.assertEqual(set(REQUESTS), set(OPENAI_ROUTES) | set(ANTHROPIC_ROUTES))
        for path, body in REQUESTS.items():
            with self.subTest(path):
                self.upstream.reset()
                self.assertEqual(self.call("/v1" + path, {"model": model_of(path), **body}).status, 200)
                said = json.loads(self.last_said()["body"])
                want = json.loads(json.dumps(body).replace(WORD, MASK))
                self.assertEqual({name: said[name] for name in want}, want)

    def test_aa02_bytes_beside_the_texts_stay(self):
        body = b'{ "model":"gpt" ,\n "messages":[{"x":1.50e2,"content":"a\\u0020Falcon","role":"user"} ],"seed":  7}'
        connection = self.raw()
        connection.send(post(CHAT, body))
        self.assertEqual(connection.answer().status, 200)
        self.assertEqual(self.last_said()["body"].encode(), body.replace(b"gpt", b"gpt-up").replace(b"a\\u0020Falcon", b"a [BIRD]"))

    def test_aa03_every_text_of_every_answer(self):
        for path, body in ANSWERS.items():
            with self.subTest(path):
                self.upstream.script({"respond": {"status": 200, "body": body}})
                request = {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}[path]
                answer = self.call("/v1" + path, {"model": model_of(path), **request})
                want = json.loads(json.dumps(body).replace(WORD, MASK))
                for choice in want.get("choices", []):
                    if "logprobs" in choice:
                        choice["logprobs"] = None
                self.assertEqual(answer.json(), want)

    def test_aa04_streams_wherever_the_word_is_cut(self):
        for dialect in STREAMS:
            for cut in range(1, len(WORD)):
                with self.subTest(dialect, cut=cut):
                    answer = self.sse(dialect, "the " + WORD[:cut], WORD[cut:] + " flies")
                    text = answer.body.decode()
                    self.assertNotIn("Fal", text)
                    self.assertIn(MASK, text)
                    self.assertTrue(any(end in text for end in events.GOOD_ENDS), text)

    def test_aa05_a_form(self):
        form = (b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt\r\n--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n'
                b'Falcon\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="Falcon.mp3"\r\n\r\nFalcon\r\n--b--\r\n')
        connection = self.raw()
        connection.send(post("/v1/audio/transcriptions", form).replace(b"application/json", b"multipart/form-data; boundary=b"))
        self.assertEqual(connection.answer().status, 200)
        self.assertEqual(self.last_said()["body"].count(MASK), 1)

    def test_aa06_what_cannot_be_masked_is_refused(self):
        """a signed thought must stay as it is, so the request cannot go"""
        thought = {"role": "assistant", "content": [{"type": "thinking", "thinking": "about Falcon", "signature": "s"}, {"type": "text", "text": "x"}]}
        answer = self.call("/v1/messages", {"model": "claude", "max_tokens": 1, "messages": [*USER, thought, *USER]})
        self.assertEqual(answer.status, 400)
        self.assertEqual(self.upstream.log(), [])

    def test_aa07_an_answer_that_comes_whole_although_a_stream_was_asked_for(self):
        self.upstream.script({"respond": {"status": 200, "body": ANSWERS["/chat/completions"]}})
        answer = self.call(CHAT, {"model": "gpt", "messages": USER, "stream": True})
        self.assertNotIn(WORD, answer.text())
        self.assertIn(MASK, answer.text())


class Block(Guarded):
    action = "block"

    def test_aa10_requests(self):
        for path, body in REQUESTS.items():
            with self.subTest(path):
                answer = self.call("/v1" + path, {"model": model_of(path), **body})
                self.assertEqual(answer.status, 400)
                self.assertIn("blocked by a guardrail", answer.text())
        self.assertEqual(self.upstream.log(), [])

    def test_aa11_answers(self):
        for path, body in ANSWERS.items():
            with self.subTest(path):
                self.upstream.script({"respond": {"status": 200, "body": body}})
                request = {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}[path]
                answer = self.call("/v1" + path, {"model": model_of(path), **request})
                self.assertEqual(answer.status, 400)
                self.assertNotIn(WORD, answer.text())

    def test_aa12_streams(self):
        for dialect in STREAMS:
            with self.subTest(dialect):
                text = self.sse(dialect, "a long way", " before it comes", "the Fal", "con flies").body.decode()
                self.assertIn("a long way", text)
                self.assertNotIn("Fal", text)
                self.assertIn("blocked by a guardrail", text)
                self.assertFalse(any(end in text for end in events.GOOD_ENDS), text)


class NeedsAll(Guarded):
    more = {"needs_all": True}

    def test_aa20_what_nobody_can_read_is_not_scanned(self):
        image = [{"role": "user", "content": [{"type": "text", "text": "what is it"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}]
        answer = self.call(CHAT, {"model": "gpt", "messages": image})
        self.assertEqual(answer.status, 500)
        self.assertIn("could not scan", answer.text())
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER}).status, 200)


if __name__ == "__main__":
    main()
