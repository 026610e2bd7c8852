"""AV: upstreams that mean harm, or break: resets at every byte, answers that are two, deep and compressed ones, events that never end, trailers without end."""
import base64
import concurrent.futures
import gzip
import itertools
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from beside import Hostile  # noqa: E402
from everything import everything  # noqa: E402
from scenario import SLOW, STREAMS, USER, main, post, request  # noqa: E402

CHAT = "/v1/chat/completions"
ASK = {"model": "gpt", "messages": [{"role": "user", "content": "attack"}]}
STREAM = {**ASK, "stream": True}
JSON_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
SSE_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
WHOLE = json.dumps({"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]})
LEVELS = 100_000
MB = 1_000_000
NUMBERS = itertools.count()


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def chunk(text):
    return f"{len(text.encode()):x}\r\n{text}\r\n"


class Upstreams(Hostile):
    def order(self, *actions, times=1):
        self.upstream.script(list(actions), body_contains="attack", times=times)

    def attacked(self, body=None):
        """A question of its own each time, or a cache would know the answer"""
        return self.call(CHAT, {**(ASK if body is None else body), "messages": [{"role": "user", "content": f"attack {next(NUMBERS)}"}]})


class Resets(Upstreams):
    STREAMED = "".join(chunk(text + "\n\n") for text in (events.chat("one"), events.chat("two"), *events.ENDING["chat"]))
    WIRE = {"counted": (ASK, JSON_HEAD + f"content-length: {len(WHOLE)}\r\n\r\n" + WHOLE),
            "chunked": (ASK, JSON_HEAD + "transfer-encoding: chunked\r\n\r\n" + chunk(WHOLE) + "0\r\n\r\n"),
            "stream": (STREAM, SSE_HEAD + "transfer-encoding: chunked\r\n\r\n" + STREAMED + "0\r\n\r\n")}

    def play(self, name, cut):
        """What the client of this upstream got: its status and body."""
        body, wire = self.WIRE[name]
        self.order({"send_b64": b64(wire[:cut])}, *([{"sleep_ms": 3}] if cut % 2 else []), {"reset": True})
        return self.attacked(body)

    def test_av60_reset_at_every_byte_of_an_answer(self):
        """an error, or the whole answer; never a part of it that looks whole"""
        files = self.gateway.fd_count()
        with self.beside(8_000):
            for name in ("counted", "chunked"):
                for cut in range(1, len(self.WIRE[name][1])):
                    with self.subTest(name, cut=cut):
                        answer = self.play(name, cut)
                        self.assertIn(answer.status, (500, 200) if cut > len(self.WIRE[name][1]) - 7 else (500,))
                        self.assertEqual(answer.json() == json.loads(WHOLE), answer.status == 200)
        self.descriptors_are_back(files)

    def test_av61_reset_at_every_byte_of_a_stream(self):
        """whole events and then an error event, or a plain error; a good end only if [DONE] has come"""
        wire = self.WIRE["stream"][1]
        files = self.gateway.fd_count()
        with self.beside(8_000):
            for cut in range(1, len(wire)):
                with self.subTest(cut=cut):
                    answer = self.play("stream", cut)
                    text = answer.text()
                    self.assertEqual("[DONE]" in text, '"error"' not in text, text)
                    self.assertTrue("[DONE]" not in text or "[DONE]" in wire[:cut], "an end that nobody sent")
                    if answer.status == 200:
                        for event in text.rstrip("\n").split("\n\n"):
                            self.assertTrue(event == "data: [DONE]" or json.loads(event.removeprefix("data: ")), event)
        self.descriptors_are_back(files)


class Smuggled(Upstreams):
    """an upstream's answer is one answer, and what stands behind it reaches nobody"""
    SECOND = JSON_HEAD + 'content-length: 18\r\n\r\n{"text": "STOLEN"}'
    AMBIGUOUS = {
        "CL and TE": f"content-length: {len(WHOLE)}\r\ntransfer-encoding: chunked\r\n", "TE and CL": f"transfer-encoding: chunked\r\ncontent-length: {len(WHOLE)}\r\n",
        "two CL": f"content-length: {len(WHOLE)}\r\ncontent-length: 2\r\n", "CL list": f"content-length: {len(WHOLE)}, 2\r\n",
        "CL with plus": f"content-length: +{len(WHOLE)}\r\n",
        "CL with minus": "content-length: -1\r\n", "CL in hex": f"content-length: 0x{len(WHOLE):x}\r\n", "CL beyond 64 bits": "content-length: 18446744073709551617\r\n",
        "CL with a blank": f"content-length : {len(WHOLE)}\r\n", "CL with text": f"content-length: {len(WHOLE)}x\r\n",
        "TE twice": "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "TE gzip": "transfer-encoding: gzip, chunked\r\n", "TE unknown": "transfer-encoding: cow\r\n", "TE with a tab": "transfer-encoding: \x0bchunked\r\n",
        "TE folded": "transfer-encoding:\r\n chunked\r\n", "bare LF": f"x: y\ncontent-length: {len(WHOLE)}\r\n", "a NUL": f"x: \x00\r\ncontent-length: {len(WHOLE)}\r\n",
    }

    def test_av62_ambiguous_framing_of_an_answer(self):
        """refused, and its connection is not used again"""
        for name, fields in self.AMBIGUOUS.items():
            with self.subTest(name):
                self.order({"send": JSON_HEAD + fields + "\r\n" + WHOLE + self.SECOND}, {"stall": True})
                self.assert_error(self.attacked(), 500)
                self.nobody_gets_the_second()

    def nobody_gets_the_second(self):
        for _ in range(8):
            answer = self.call(CHAT, {"model": "gpt", "messages": USER})
            self.assertNotIn(b"STOLEN", answer.body)
            self.assertEqual(answer.status, 200)

    def test_av63_bytes_behind_an_answer(self):
        """they are the answer to no request: the connection goes with them"""
        wires = {"counted": JSON_HEAD + f"content-length: {len(WHOLE)}\r\n\r\n" + WHOLE, "chunked": JSON_HEAD + "transfer-encoding: chunked\r\n\r\n" + chunk(WHOLE) + "0\r\n\r\n",
                 "no content": "HTTP/1.1 204 No Content\r\n\r\n", "not modified": "HTTP/1.1 304 Not Modified\r\n\r\n",
                 "a stream": SSE_HEAD + "transfer-encoding: chunked\r\n\r\n" + Resets.STREAMED + "0\r\n\r\n"}
        for name, wire in wires.items():
            for second in (self.SECOND, "\r\n" + self.SECOND, self.SECOND[:20], "HTTP/1.1 100 Continue\r\n\r\n" + self.SECOND):
                for script in ([{"send": wire + second}], [{"send": wire}, {"sleep_ms": 20}, {"send": second}]):
                    with self.subTest(name, second=second[:12], together=len(script) == 1):
                        self.order(*script, {"stall": True})
                        answer = self.attacked(STREAM if name == "a stream" else ASK)
                        self.assertNotIn(b"STOLEN", answer.body)
                        time.sleep(0.03 if len(script) > 1 else 0)
                        self.nobody_gets_the_second()

    def test_av64_an_answer_before_the_question(self):
        """a connection that was kept, on which the upstream speaks unasked, is not used for the next request"""
        self.order({"default": True}, {"sleep_ms": 30}, {"send": self.SECOND}, {"stall": True}, times=5)
        for _ in range(5):
            self.assertNotIn(b"STOLEN", self.attacked().body)
            time.sleep(0.06 * SLOW)
            self.nobody_gets_the_second()


class Deep(Upstreams):
    def test_av65_deep_json_in_an_answer(self):
        """as it is, if nobody has to read it; otherwise an error. The gateway lives, and its memory is bounded"""
        for text in ("[" * LEVELS + "]" * LEVELS, '{"choices":' * LEVELS + "1" + "}" * LEVELS, WHOLE[:-1] + ',"x":' + "[" * LEVELS + "]" * LEVELS + "}",
                     "{" + "[" * LEVELS + "}"):
            for type in ("application/json", "application/x-ndjson", "text/plain"):
                with self.subTest(text[:20], type=type), self.beside(64_000):
                    self.order({"respond": {"status": 200, "headers": {"content-type": type}, "body": text}})
                    answer = self.attacked()
                    self.assertTrue(answer.status == 500 or (answer.status, answer.text()) == (200, text), (answer.status, answer.body[:100]))

    def test_av68_json_that_breaks_off_and_has_an_end(self):
        """brackets at both ends and rubbish between: passed on as it came or an error, with every byte at which it may break off"""
        whole = json.dumps({"id": "x", "usage": {"prompt_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 1}, "a\\\"b": "c"}})
        for cut in range(1, len(whole) - 1):
            with self.subTest(cut=cut):
                body = whole[:cut] + "}"
                self.order({"send_b64": b64(JSON_HEAD + f"content-length: {len(body)}\r\n\r\n" + body)})
                answer = self.attacked()
                self.assertIn((answer.status, answer.text() if answer.status == 200 else ""), ((200, body), (500, "")))

    def test_av66_deep_json_in_an_error(self):
        for status in (400, 429, 500):
            text = '{"error":{"message":' + "[" * LEVELS + "]" * LEVELS + "}}"
            with self.subTest(status), self.beside(64_000):
                self.order({"respond": {"status": status, "body": text}})
                answer = self.attacked()
                self.assertEqual(answer.status, status)
                self.assertTrue(answer.json()["error"]["message"])

    def test_av67_deep_json_in_an_event(self):
        for name, (path, body, _) in STREAMS.items():
            for text in ("[" * LEVELS + "]" * LEVELS, '{"choices":[{"delta":{"content":' + "[" * LEVELS + "]" * LEVELS + "}}]}"):
                with self.subTest(name), self.beside(64_000):
                    self.upstream.script({"sse": {"events": [*events.BEGUN[name], "data: " + text, *events.ENDING[name]]}}, body_contains="attack")
                    answer = self.call(path, json.loads(json.dumps(body).replace("hello", f"attack {next(NUMBERS)}")))
                    self.assertTrue('"error"' in answer.text() or text in answer.text())
                    if '"error"' in answer.text():
                        self.assertFalse(any(end in answer.text() for end in events.GOOD_ENDS))


class DeepWithEverything(Deep):
    settings = everything()


class DeepWithRecords(Deep):
    """usage is read, and nothing else of the answer"""
    settings = {"litellm_settings": {"callbacks": ["prometheus"]}}


class Endless(Upstreams):
    """with the limits as they are by default"""

    def upstream_let_go(self):
        self.upstream.wait_for_log(lambda log: any(entry["peer_closed_at"] for entry in log if "attack" in (entry.get("body") or "")), timeout=20.0)

    def test_av70_an_event_without_end(self):
        """256 MB without a blank line: an error at 4 MB, and the upstream is left"""
        for name, text in (("a line", "x" * 1000), ("lines", "data: x\n" * 125), ("comments", ": x\n" * 250), ("CR", "data: x\r" * 125)):
            with self.subTest(name):
                self.upstream.reset()
                self.order({"send": SSE_HEAD + "\r\ndata: "}, {"send_repeated": {"text": text, "times": 256_000}})
                with self.beside(32_000, slowest=3.0):
                    begin = time.monotonic()
                    answer = self.attacked(STREAM)
                    self.assertLess(time.monotonic() - begin, 10.0 * SLOW)
                    self.assertEqual(answer.status, 500)
                    self.assertIn("too large", answer.json()["error"]["message"])
                    self.upstream_let_go()
                sent = next(entry for entry in self.upstream.log() if "attack" in (entry.get("body") or ""))["bytes_sent"]
                self.assertLess(sent, 40 * MB)

    def test_av71_what_stands_around_a_body(self):
        """chunk extensions, trailers, chunks of one byte, 100 MB each: refused, or passed on, in bounded memory"""
        begun = SSE_HEAD + "transfer-encoding: chunked\r\n\r\n" + chunk(events.chat("one") + "\n\n")
        for name, text, refused in (("an extension", ";x=y" * 250, True), ("digits", "0" * 1000, True), ("trailers", "", True)):
            with self.subTest(name):
                self.upstream.reset()
                start = begun + ("0\r\n" if name == "trailers" else "5" if name == "an extension" else "")
                self.order({"send": start}, {"send_repeated": {"text": text or "x: y\r\n" * 170, "times": 100_000}})
                with self.beside(16_000, slowest=3.0):
                    self.assertEqual('"error"' in self.attacked(STREAM).text(), refused)
                    self.upstream_let_go()
        self.upstream.reset()
        self.order({"send": begun}, {"send_repeated": {"text": "1\r\n:\r\n" * 99 + "1\r\n\n\r\n", "times": 2000}},
                   {"send": chunk("\n\n".join([*events.ENDING["chat"], ""])) + "0\r\n\r\n"})
        with self.beside(16_000, slowest=3.0):
            self.assertTrue(self.attacked(STREAM).text().endswith("[DONE]\n\n"))

    def test_av72_a_json_answer_that_nobody_reads(self):
        """200 MB that say they are JSON, for a client that takes nothing: they wait at the upstream (s07 has streams and sound)"""
        for framing in ("content-length: 200000000\r\n", "transfer-encoding: chunked\r\n", ""):
            with self.subTest(framing):
                self.upstream.reset()
                body = chunk("[" + " " * 999_999) if "chunked" in framing else "[" + " " * 999_999
                self.order({"send": JSON_HEAD + framing + "\r\n"}, {"send_repeated": {"text": body, "times": 200}})
                with self.beside(16_000, slowest=3.0):
                    connection = self.raw(receive_buffer=4096)
                    connection.send(post(CHAT, json.dumps(ASK).encode()))
                    self.assertEqual(connection.head()[0], 200)
                    time.sleep(1.0)
                    connection.reset()
                    self.upstream_let_go()


class Compressed(Upstreams):
    settings = everything()

    def test_av73_a_bomb_as_an_answer(self):
        """nothing is unpacked here: what has to be read and cannot be is an error; the rest goes on as it is"""
        bomb = gzip.compress(b'{"x":"' + b"y" * 100 * MB + b'"}', 9)
        with self.beside(32_000):
            self.order({"respond": {"status": 200, "headers": {"content-type": "application/json", "content-encoding": "gzip"}, "body_b64": b64(bomb)}})
            self.assertEqual(self.attacked().status, 500)
            self.order({"send": SSE_HEAD + f"content-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n"}, {"send_b64": b64(bomb)})
            answer = self.attacked(STREAM)
            self.assertIn(b'"error"', answer.body)
            self.upstream.script({"respond": {"status": 200, "headers": {"content-type": "audio/mpeg", "content-encoding": "gzip"}, "body_b64": b64(bomb)}},
                                 path_contains="speech")
            answer = self.call("/v1/audio/speech", {"model": "gpt", "input": "x", "voice": "v"})
            self.assertIn((answer.status, answer.body == bomb), ((200, True), (500, False)))


class HeldAnswers(Upstreams):
    """answers that guardrails have to see whole"""
    settings = {**everything(), "listen": {"limits": {"bodies_in_flight_bytes_max": 100 * MB}}}

    def test_av74_many_at_once(self):
        """40 answers of 10 MB that come slowly: together they have a bound, as requests have"""
        self.order({"send": JSON_HEAD + "content-length: 10000100\r\n\r\n"}, {"send_repeated": {"text": "[" + " " * 999_999, "times": 10}}, {"sleep_ms": 3000},
                   {"close": True}, times=None)
        before, peak = self.gateway.rss_kb(), 0
        with concurrent.futures.ThreadPoolExecutor(max_workers=40) as pool:
            answers = [pool.submit(request, self.port, "POST", CHAT, {**ASK, "messages": [{"role": "user", "content": f"attack {n}"}]},
                                   {"authorization": "Bearer sk-it"}) for n in range(40)]
            while not all(answer.done() for answer in answers):
                peak = max(peak, self.gateway.rss_kb() - before)
                time.sleep(0.02)
        self.assertLess(peak, 200_000)
        self.assertEqual({answer.result().status for answer in answers}, {429, 500}, "too many at once, and no JSON")


if __name__ == "__main__":
    main()
