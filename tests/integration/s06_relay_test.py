"""S: streams that go well: relayed as they come, usage hidden where nobody asked, silence filled, odd clients served."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import SLOW, STREAMS, USER, Scenario, main, post  # noqa: E402

CHAT = "/v1/chat/completions"
COMMENT = b": keep-alive\n\n"


def body_of(name):
    return STREAMS[name][0], STREAMS[name][1]


class Relay(Scenario):
    def all_events(self, path, body):
        return list(self.stream(path, body))

    def test_s01_every_dialect(self):
        for name, (path, body, last) in STREAMS.items():
            with self.subTest(name):
                with self.stream(path, body) as stream:
                    got = list(stream)
                self.assertEqual(stream.headers["content-type"], "text/event-stream; charset=utf-8")
                self.assertIn(last, got[-1].data)
                self.assertTrue(stream.headers["x-litellm-call-id"])
                self.assertTrue(stream.headers["x-litellm-model-id"])
                self.assertIsNone(stream.headers["content-length"])

    def test_s02_usage_is_hidden_unless_asked_for(self):
        for name in ("chat", "completions"):
            path, body = body_of(name)
            for options, shown in ((None, False), ({}, False), ({"include_usage": False}, False), ({"include_usage": True}, True)):
                with self.subTest(name, options=options):
                    wanted = body if options is None else {**body, "stream_options": options}
                    got = [json.loads(event.data) for event in self.all_events(path, wanted) if event.data != "[DONE]"]
                    self.assertEqual(any(chunk["choices"] == [] for chunk in got), shown)
                    self.assertTrue(json.loads(self.last_said()["body"])["stream_options"]["include_usage"])

    def test_s03_only_the_usage_chunk_is_hidden(self):
        """usage beside choices, and chunks without either, stay"""
        odd = [events.data({"choices": [], "prompt_filter_results": []}),
               events.data({"choices": [{"index": 0, "delta": {"content": "x"}}], "usage": {"prompt_tokens": 1}}),
               events.data({"choices": [], "usage": None}), ": a comment", "event: ping\ndata: {}", "id: 7\nretry: 10", *events.ENDING["chat"]]
        self.upstream.script({"sse": {"events": [*odd[:-1], events.USAGE, odd[-1]]}})
        got = [event.raw.decode().rstrip("\n") for event in self.all_events(*body_of("chat"))]
        self.assertEqual(got, odd)

    def test_s04_relayed_as_they_come(self):
        for name in STREAMS:
            with self.subTest(name):
                self.upstream.reset()
                path, body = body_of(name)
                self.upstream.script({"sse": {"events": [*events.BEGUN[name], *events.ENDING[name]], "gap_ms": 60 * SLOW}})
                begin = time.time()
                arrived = [event.at for event in self.all_events(path, body)]
                opening = 1 if name in ("responses", "messages") else 0  # says nothing: it comes with the first text
                self.assertLess(arrived[0] - begin, (0.055 + opening * 0.06) * SLOW, "the first text came before the upstream sent the second")
                for earlier, later in zip(arrived[opening:], arrived[opening + 1:]):
                    self.assertGreater(later - earlier, 0.03 * SLOW, "events are not collected")

    def test_s05_parts_of_an_event_wait_for_the_rest(self):
        """what goes out can always be followed by an error event"""
        whole = events.chat("hello")
        self.upstream.script({"sse": {"events": [whole, *events.ENDING["chat"]], "write": {"cut_at": [9, 30]}, "gap_ms": 40 * SLOW}})
        first = next(self.stream(*body_of("chat")))
        self.assertEqual(first.raw.decode(), whole + "\n\n")

    def test_s06_carriage_returns(self):
        for eol in ("\r\n", "\r"):
            for write in ("byte", "all", "event"):
                with self.subTest(repr(eol), write=write):
                    self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], *events.ENDING["chat"]], "eol": eol, "write": write}})
                    raw = b"".join(event.raw for event in self.stream(*body_of("chat")))
                    self.assertEqual(raw, ((eol * 2).join([*events.BEGUN["chat"], *events.ENDING["chat"]]) + eol * 2).encode())

    def test_s07_an_end_without_done_is_an_end(self):
        for name in ("chat", "completions"):
            path, body = body_of(name)
            self.upstream.script({"sse": {"events": [*events.BEGUN[name], events.ENDING[name][0]]}})
            got = self.all_events(path, body)
            self.assertEqual([event.raw.decode().strip() for event in got], [*events.BEGUN[name], events.ENDING[name][0]])

    def test_s08_the_last_event_may_lack_its_blank_line(self):
        text = "\n\n".join([*events.BEGUN["chat"], *events.ENDING["chat"]])
        for tail in ("", "\n"):
            self.upstream.script([{"send": "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + text + tail}, {"close": True}])
            got = b"".join(event.raw for event in self.stream(*body_of("chat")))
            self.assertTrue(got.startswith((text + tail).encode()), got)

    def test_s09_answers_that_end_with_the_connection_or_a_length(self):
        text = "\n\n".join([*events.BEGUN["chat"], *events.ENDING["chat"], ""])
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
        for script in ([{"send": head + "connection: close\r\n\r\n" + text}, {"close": True}],
                       [{"send": head + f"content-length: {len(text)}\r\n\r\n" + text}],
                       [{"send": head.replace("1.1", "1.0") + "\r\n" + text}, {"close": True}]):
            self.upstream.script(script)
            self.assertEqual(b"".join(event.raw for event in self.stream(*body_of("chat"))), text.encode())

    def test_s10_a_stream_request_answered_with_json(self):
        for name in STREAMS:
            with self.subTest(name):
                self.upstream.script({"respond": {"status": 200, "body": {"object": "whole"}}})
                answer = self.call(*body_of(name))
                self.assertEqual((answer.status, answer.headers["content-type"], answer.json()), (200, "application/json", {"object": "whole"}))

    def test_s11_a_stream_nobody_asked_for(self):
        text = "\n\n".join([*events.BEGUN["chat"], *events.ENDING["chat"], ""])
        self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], *events.ENDING["chat"]]}})
        answer = self.call(CHAT, {"model": "gpt", "messages": USER})
        self.assertEqual((answer.status, answer.text()), (200, text))

    def test_s12_http_1_0(self):
        """no chunks: the stream ends with the connection"""
        path, body = body_of("chat")
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode(), version="HTTP/1.0"))
        status, fields = connection.head()
        self.assertEqual(status, 200)
        self.assertNotIn("transfer-encoding", dict(fields))
        self.assertEqual(dict(fields)["connection"], "close")
        text = connection.rest()
        self.assertTrue(text.startswith(b"data: {") and text.endswith(b"data: [DONE]\n\n"), text)

    def test_s13_after_a_stream_the_connection_goes_on(self):
        path, body = body_of("chat")
        connection = self.raw()
        request = post(path, json.dumps(body).encode())
        connection.send(request * 3)
        answers = [connection.answer() for _ in range(3)]
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len({answer.body for answer in answers}), 1)
        self.assertTrue(answers[0].body.endswith(b"data: [DONE]\n\n"))

    def test_s14_half_closed_clients_get_their_answers(self):
        """FIN says that no more requests come, not that nobody listens"""
        for name in ("chat", "messages"):
            path, body = body_of(name)
            for wanted in (body, {**body, "stream": False}):
                for pause in (0, 120 * SLOW):
                    with self.subTest(name, stream=wanted["stream"], pause=pause):
                        script = [{"sleep_ms": pause}, {"default": True}] if pause else [{"default": True}]
                        self.upstream.script(script)
                        connection = self.raw()
                        connection.send(post(path, json.dumps(wanted).encode()))
                        connection.half_close()
                        answer = connection.answer()
                        self.assertEqual(answer.status, 200)
                        self.assertIn(b"heard", answer.body.replace(b" ", b""))
                        self.assertTrue(connection.is_closed())

    def test_s15_half_closed_in_the_middle_of_a_stream(self):
        self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], *events.ENDING["chat"]], "gap_ms": 100 * SLOW}})
        path, body = body_of("chat")
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode()))
        status, fields = connection.head()
        connection.half_close()
        text = connection.body(dict(fields))
        self.assertTrue(text.endswith(b"data: [DONE]\n\n"), text)


class Silence(Scenario):
    settings = {"listen": {"limits": {"sse_comment_interval_ms": int(100 * SLOW)}}}

    def comments_and_rest(self, path, body):
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode()))
        answer = connection.answer()
        return answer, answer.body.count(COMMENT), answer.body.replace(COMMENT, b"")

    def test_s20_before_the_head(self):
        for name in STREAMS:
            with self.subTest(name):
                path, body = body_of(name)
                script = {"sse": {"events": [*events.BEGUN[name], *events.ENDING[name]]}}
                self.upstream.script([{"sleep_ms": 450 * SLOW}, script])
                answer, comments, rest = self.comments_and_rest(path, body)
                self.assertEqual((answer.status, answer.header("content-type")), (200, "text/event-stream; charset=utf-8"))
                self.assertIn(comments, (3, 4))
                self.assertEqual(rest.decode(), "\n\n".join([*events.BEGUN[name], *events.ENDING[name], ""]))

    def test_s21_between_events(self):
        self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], *events.ENDING["chat"]], "gap_ms": 250 * SLOW}})
        answer, comments, rest = self.comments_and_rest(*body_of("chat"))
        self.assertIn(comments, range(6, 10))
        self.assertEqual(rest.decode(), "\n\n".join([*events.BEGUN["chat"], *events.ENDING["chat"], ""]))

    def test_s22_never_inside_an_event(self):
        whole = events.chat("hello")
        self.upstream.script({"sse": {"events": [whole, *events.ENDING["chat"]], "write": {"cut_at": 20}, "gap_ms": 250 * SLOW}})
        answer, comments, rest = self.comments_and_rest(*body_of("chat"))
        self.assertGreaterEqual(comments, 2)
        self.assertIn((whole + "\n\n").encode(), answer.body)

    def test_s23_an_error_after_a_comment_is_an_event(self):
        for name in STREAMS:
            path, body = body_of(name)
            for failure in ({"respond": {"status": 429, "body": {"error": {"message": "slow down", "type": "x"}}}}, {"close": True}, {"reset": True},
                            {"respond": {"status": 200, "body": {"no": "stream"}}}, {"respond": {"status": 503, "body": "<html>"}}):
                with self.subTest(name, failure=failure):
                    self.upstream.script([{"sleep_ms": 150 * SLOW}, failure])
                    got = list(self.stream(path, body))
                    self.assertIsNone(got[0].data)
                    self.assertTrue(events.is_error(name, got[-1]), got[-1])
                    self.assertFalse(any(end in (event.data or "") for event in got for end in events.GOOD_ENDS))

    def test_s24_nothing_for_those_who_want_no_stream(self):
        self.upstream.script([{"sleep_ms": 350 * SLOW}, {"respond": {"status": 200, "body": {"ok": 1}}}])
        path, body = body_of("chat")
        connection = self.raw()
        connection.send(post(path, json.dumps({**body, "stream": False}).encode()))
        answer = connection.answer()
        self.assertEqual((answer.status, answer.interim, json.loads(answer.body)), (200, [], {"ok": 1}))


if __name__ == "__main__":
    main()
