"""The upstream's own tests: a fake that lies makes every test built on it worthless.

    python3 tests/support/test_upstream.py
"""
import base64
import http.client
import socket
import struct
import time
import unittest

from harness import Upstream, raw, request, sse, wait_until

KEY = {"authorization": "Bearer up-key"}
CHAT = {"model": "gpt-upstream", "messages": [{"role": "user", "content": "hi  there"}]}
POST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
CLOSING_POST = POST.replace(b"Host: x", b"Host: x\r\nConnection: close")
CHAT_PATH = "/v1/chat/completions"


class UpstreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.upstream = Upstream()
        cls.addClassCleanup(cls.upstream.stop)
        cls.port = cls.upstream.port

    def setUp(self):
        self.upstream.reset()

    def chat(self, **more):
        return request(self.port, "POST", CHAT_PATH, {**CHAT, **more}, KEY)

    def stream(self, **more):
        return sse(self.port, CHAT_PATH, {**CHAT, "stream": True, **more}, KEY)

    def dial(self, data=POST):
        peer = socket.create_connection(("127.0.0.1", self.port), 5)
        self.addCleanup(peer.close)
        peer.sendall(data)
        return peer

    def last_entry(self, condition=lambda entry: entry["t_end"]):
        return self.upstream.wait_for_log(lambda log: log and condition(log[-1]))[-1]


class Defaults(UpstreamTest):
    def test_chat_echoes_model_and_text_on_any_prefix(self):
        for prefix in ("/v1", "", "/openai/deployments/x"):
            answer = request(self.port, "POST", prefix + "/chat/completions", CHAT, {"api-key": "k"})
            self.assertEqual(answer.json()["choices"][0]["message"]["content"], "gpt-upstream heard: hi  there")
            self.assertTrue(answer.headers["x-request-id"])

    def test_the_same_request_gets_the_same_answer(self):
        self.assertEqual(self.chat().body, self.chat().body)

    def test_usage_chunk_only_when_asked(self):
        self.assertNotIn('"usage"', "".join(event.data for event in self.stream()))
        events = [event.data for event in self.stream(stream_options={"include_usage": True})]
        self.assertIn('"choices": []', events[-2])
        self.assertEqual(events[-1], "[DONE]")

    def test_missing_and_invalid_keys(self):
        self.assertEqual(request(self.port, "POST", CHAT_PATH, CHAT).status, 401)
        wrong = request(self.port, "POST", CHAT_PATH, CHAT, {"authorization": "Bearer invalid"})
        self.assertEqual((wrong.status, wrong.json()["error"]["code"]), (401, "invalid_api_key"))
        anthropic = request(self.port, "POST", "/v1/messages", CHAT)
        self.assertEqual((anthropic.status, anthropic.json()["error"]["type"]), (401, "authentication_error"))

    def test_anthropic_wants_its_version(self):
        answer = request(self.port, "POST", "/v1/messages", CHAT, {"x-api-key": "k"})
        self.assertEqual(answer.status, 400)
        self.assertIn("anthropic-version", answer.json()["error"]["message"])

    def test_rerank(self):
        body = {"model": "r", "query": "red car", "documents": ["blue car", "red car", "tree"], "top_n": 2}
        results = request(self.port, "POST", "/v1/rerank", body, KEY).json()["results"]
        self.assertEqual([(item["index"], item["relevance_score"]) for item in results], [(1, 1.0), (0, 0.5)])

    def test_a_body_of_another_shape_is_a_400(self):
        for body in ("not json", "[]", '{"messages": 3}'):
            self.assertEqual(request(self.port, "POST", CHAT_PATH, body, KEY).status, 400)

    def test_keep_alive_and_pipelining(self):
        head = b"POST /x/embeddings HTTP/1.1\r\nHost: x\r\nApi-Key: k\r\nTransfer-Encoding: chunked\r\n"
        one = head + b"\r\n5;e=1\r\n{\"inp\r\n8\r\nut\":\"a\"}\r\n0\r\nT: 1\r\n\r\n"
        last = one.replace(b"Host: x", b"Host: x\r\nConnection: close")
        self.assertEqual(raw(self.port, one + last).count(b"HTTP/1.1 200 OK"), 2)
        entries = self.upstream.log()
        self.assertEqual([entry["body"] for entry in entries], ['{"input":"a"}'] * 2)
        self.assertEqual(len({entry["connection"] for entry in entries}), 1)


class Scripts(UpstreamTest):
    def test_order_times_and_match(self):
        self.upstream.script({"respond": {"status": 500}}, body_contains="nobody says this")
        self.upstream.script({"respond": {"status": 503}}, path_contains="/embeddings")
        self.upstream.script({"respond": {"status": 429, "headers": {"retry-after": "7"}, "body": {"e": 1}}}, times=2)
        first = self.chat()
        self.assertEqual((first.status, first.headers["retry-after"], first.json()), (429, "7", {"e": 1}))
        self.assertEqual([self.chat().status, self.chat().status], [429, 200])
        self.assertEqual(self.upstream.state()["scripts_pending"], 2)

    def test_a_typo_is_refused(self):
        for order in ({"actions": [{"respnd": {}}]}, {"actions": []}, {"actions": [{"sse": {"gap": 3}}]},
                      {"actions": [{"sleep_ms": "5"}]}, {"actions": [{"stall": True}], "matches": {}}):
            self.assertEqual(request(self.port, "POST", "/__script", order).status, 400, order)

    def test_raw_sends_and_close(self):
        self.upstream.script([{"send": "HTTP/1.1 200 OK\r\n"}, {"send_b64": base64.b64encode(b"\xff").decode()},
                              {"send_repeated": {"text": "ab", "times": 3}}, {"close": True}])
        self.assertEqual(raw(self.port, POST), b"HTTP/1.1 200 OK\r\n\xffababab")
        self.assertEqual(self.last_entry()["bytes_sent"], 24)
        self.assertIsNone(self.last_entry()["peer_closed_at"])

    def test_reset_is_a_reset(self):
        self.upstream.script({"reset": True})
        with self.assertRaises(ConnectionResetError):
            self.dial().recv(1)

    def test_a_default_answer_after_a_sleep(self):
        self.upstream.script([{"sleep_ms": 60}, {"default": True}])
        start = time.monotonic()
        self.assertEqual(self.chat().status, 200)
        self.assertGreaterEqual(time.monotonic() - start, 0.06)

    def test_an_answer_before_the_body(self):
        self.upstream.script([{"read_request": False}, {"respond": {"status": 413}}])
        answer = raw(self.port, b"POST /v1/x HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc", timeout=0.5)
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer)
        self.assertFalse(self.last_entry()["body_complete"])

    def test_expect_continue(self):
        peer = self.dial(b"POST /v1/x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        self.assertEqual(peer.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")


class Streams(UpstreamTest):
    def script_sse(self, **spec):
        self.upstream.script({"sse": {"events": ["event: a\ndata: 1", ": ping", "data: é"], **spec}})

    def test_pieces(self):
        text = "event: a\ndata: 1\n\n: ping\n\ndata: é\n\ndata: [DONE]\n\n".encode()
        for write, chunks in (("event", 4), ("all", 1), ("byte", len(text)), ({"cut_at": 9}, 2),
                              ({"cut_at": [1, 9, 999]}, 3)):
            self.script_sse(write=write, done=True)
            answer = raw(self.port, CLOSING_POST).split(b"\r\n\r\n", 1)[1]
            self.assertEqual(answer.count(b"\r\n") // 2 - 1, chunks, write)
            self.script_sse(write=write, done=True)
            self.assertEqual(b"".join(event.raw for event in self.stream()), text)

    def test_crlf(self):
        self.script_sse(eol="\r\n")
        events = list(self.stream())
        self.assertEqual(events[0].raw, b"event: a\r\ndata: 1\r\n\r\n")
        self.assertEqual([(event.event, event.data) for event in events], [("a", "1"), (None, None), (None, "é")])

    def test_gap(self):
        self.script_sse(gap_ms=40)
        events = list(self.stream())
        self.assertGreaterEqual(events[2].at - events[0].at, 0.07)

    def test_cut_and_reset(self):
        self.script_sse(end="cut")
        with self.stream() as stream, self.assertRaises(http.client.IncompleteRead):
            list(stream)
        self.script_sse(end="reset", gap_ms=5)
        with self.stream() as stream, self.assertRaises(ConnectionResetError):
            list(stream)

    def test_stall_notes_when_the_client_left(self):
        for leave in (lambda peer: peer.shutdown(socket.SHUT_WR), self.leave_with_reset, lambda peer: peer.close()):
            self.script_sse(end="stall")
            peer = self.dial()
            wait_until(lambda: b"data: \xc3\xa9" in peer.recv(4096, socket.MSG_PEEK))
            left = time.time()
            leave(peer)
            entry = self.last_entry(lambda entry: entry["peer_closed_at"])
            self.assertLess(abs(entry["peer_closed_at"] - left), 0.05)

    def leave_with_reset(self, peer):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()

    def test_back_pressure_shows_in_bytes_sent(self):
        self.upstream.script({"sse": {"events": ["data: " + "x" * 65536], "repeat": 1000}})
        peer = self.dial()
        wait_until(lambda: self.upstream.log()[-1]["bytes_sent"] > 100_000)
        held = wait_until(self.same_twice)
        self.assertLess(held, 30_000_000)
        peer.close()
        self.last_entry(lambda entry: entry["peer_closed_at"] and entry["t_end"])

    def same_twice(self):
        before = self.upstream.log()[-1]["bytes_sent"]
        time.sleep(0.05)
        return before if before == self.upstream.log()[-1]["bytes_sent"] else None

    def test_an_upload_that_is_cut_is_recorded_as_far_as_it_came(self):
        self.dial(b"POST /v1/x HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc").close()
        entry = self.last_entry()
        self.assertEqual((entry["body"], entry["body_complete"]), ("abc", False))
        self.assertTrue(entry["peer_closed_at"])


class State(UpstreamTest):
    def test_control_connections_are_not_counted(self):
        before = self.upstream.state()
        self.assertEqual(before["open_connections"], 0)
        self.dial()
        wait_until(lambda: self.upstream.state()["open_connections"] == 1)
        self.assertEqual(self.upstream.state()["total_connections"], before["total_connections"] + 1)
        self.assertEqual(self.upstream.state()["requests"], 1)

    def test_the_raw_head_is_kept(self):
        head = b"GET /v1/models HTTP/1.1\r\nhOsT:  x\r\nA: 1\r\nA: 2\r\n\r\n"
        self.dial(head)
        entry = self.last_entry()
        self.assertEqual(base64.b64decode(entry["raw_head_b64"]), head)
        self.assertEqual(entry["headers"], [["hOsT", "x"], ["A", "1"], ["A", "2"]])

    def test_it_ends_with_its_stdin_and_with_sigterm(self):
        upstream = Upstream()
        upstream.process.stdin.close()
        self.assertEqual(upstream.process.wait(5), 0)
        upstream.process.stdout.close()
        self.assertEqual(Upstream().stop(), 0)


if __name__ == "__main__":
    unittest.main()
