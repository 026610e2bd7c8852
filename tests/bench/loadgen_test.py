#!/usr/bin/env python3
"""Shows that sluice_loadgen notices what it claims to notice: each test is a server with one fault.

    python3 tests/bench/loadgen_test.py build/bench/bin
"""

import json
import socket
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

BIN_DIR = Path("build/bench/bin")
OK = b"HTTP/1.1 200 OK\r\n"
STREAM_HEAD = OK + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def plain(body, head=OK):
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def numbered(number):
    return b'data: {"choices":[{"index":0,"delta":{"content":"%d "},"finish_reason":null}]}\n\n' % number


FINISH = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


def stream(*events, end=b"0\r\n\r\n"):
    return STREAM_HEAD + b"".join(b"%x\r\n%s\r\n" % (len(e), e) for e in events) + end


class FaultyServer:
    """Answers every request with the same bytes, `piece` at a time, and then ends the connection if `close`."""

    def __init__(self, answer, close=False, piece=None, delay=0.0):
        self.answer, self.close, self.piece, self.delay = answer, close, piece or len(answer) or 1, delay
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1/chat/completions"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            try:
                while connection.recv(65536):  # the requests of these tests fit into one read
                    time.sleep(self.delay)
                    for at in range(0, len(self.answer), self.piece):
                        connection.sendall(self.answer[at:at + self.piece])
                    if self.close:
                        return
            except OSError:
                return  # the load generator was right to leave


class LoadgenTest(unittest.TestCase):
    def run_against(self, server, *arguments):
        command = [str(BIN_DIR / "sluice_loadgen"), "--url", server.url, "--body-bytes", "10", "--timeout", "0.5",
                   *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=20, check=False)
        server.listener.close()
        result = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if result["errors"] else 0)
        return result

    def requests(self, answer, **how):
        return self.run_against(FaultyServer(answer, **how), "--connections", "1", "--requests", "3", "--warmup", "0",
                                "--seconds", "2", "--expect", "chat.completion")

    def stream_of_3(self, answer, **how):
        return self.run_against(FaultyServer(answer, **how), "--streams", "2", "--hold", "2", "--chunks", "3")

    def assert_fault(self, result, kind):
        self.assertEqual(list(result["errors_by_kind"]), [kind], result)

    def test_sound_answers_pass_however_they_are_cut(self):
        body = b'{"object":"chat.completion"}'
        for piece in (None, 1, 7):
            for answer in (plain(body), STREAM_HEAD + b"1C\r\n" + body + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
                           b"HTTP/1.1 103 Early Hints\r\n\r\n" + plain(body)):
                result = self.requests(answer, piece=piece)
                self.assertEqual((result["requests"], result["errors"]), (3, 0), result)

    def test_connection_that_says_close_is_opened_again(self):
        result = self.requests(plain(b"chat.completion", OK + b"Connection: close\r\n"), close=True)
        self.assertEqual((result["requests"], result["errors"], result["reconnects"]), (3, 0, 3), result)

    def test_status(self):
        self.assert_fault(self.requests(plain(b"chat.completion", b"HTTP/1.1 500 Oops\r\n")), "status")

    def test_wrong_body(self):
        self.assert_fault(self.requests(plain(b"{}")), "body")

    def test_truncated_body(self):
        self.assert_fault(self.requests(OK + b"Content-Length: 99\r\n\r\nchat.completion", close=True), "closed")

    def test_a_rate_is_kept_and_waiting_for_a_connection_counts(self):
        """100 ms an answer: four connections keep up with 20 a second, one cannot, and its requests are late"""
        for connections, worst_ms in ((4, (90, 300)), (1, (700, 2000))):
            with self.subTest(connections=connections):
                result = self.run_against(FaultyServer(plain(b"chat.completion"), delay=0.1), "--rate", "20", "--connections", str(connections),
                                          "--warmup", "0", "--seconds", "1", "--timeout", "5")
                self.assertEqual((result["requests"], result["errors"]), (20, 0), result)
                self.assertTrue(worst_ms[0] < result["latency_us"]["max"] / 1000 < worst_ms[1], result)

    def test_no_answer_in_time(self):
        self.assert_fault(self.requests(OK), "timeout")

    def test_malformed_answers(self):
        body = b"chat.completion"
        length = b"Content-Length: 15\r\n"
        for head in (length + length, length + b"Transfer-Encoding: chunked\r\n", b"Content-Length: +15\r\n",
                     b"Content-Length : 15\r\n", b"Content-Length: 15\n", b"Transfer-Encoding: gzip, chunked\r\n",
                     length + b" folded: 1\r\n", b"", length + b"X: a\rb\r\n"):
            with self.subTest(head=head):
                self.assert_fault(self.requests(OK + head + b"\r\n" + body), "http")
        for answer in (plain(body) + b"HTTP/1.1 200 OK\r\n", plain(body, b"HTTP/1.0 200 OK\r\n"),
                       STREAM_HEAD + b"10\r\n" + body + b"\r\n0\r\n\r\n", STREAM_HEAD + b"f;x\r\n" + body + b"\r\n",
                       OK + b"X: " + b"a" * 70000):
            with self.subTest(answer=answer[:60]):
                self.assert_fault(self.requests(answer), "http")

    def test_sound_streams_pass_however_they_are_cut(self):
        numbers = [numbered(n) for n in (1, 2, 3)]
        usage = b'data: {"choices":[],"usage":{"total_tokens":9}}\r\n\r\n'
        whole = b"".join([b": comment\n\n", *numbers, FINISH, usage, DONE])
        for piece in (None, 1, 13):
            for answer in (stream(*numbers, FINISH, DONE), stream(whole), stream(whole[:50], whole[50:211], whole[211:])):
                result = self.stream_of_3(answer, piece=piece)
                self.assertEqual((result["complete"], result["errors"], result["chunks"]), (2, 0, 6), result)

    def test_chunks_lost_doubled_swapped_or_foreign(self):
        for events in ([1, 3], [1, 2, 2, 3], [2, 1, 3], [1, 2, 4]):
            with self.subTest(events=events):
                self.assert_fault(self.stream_of_3(stream(*map(numbered, events), FINISH, DONE)), "order")
        error = b'data: {"error":{"message":"upstream broke"}}\n\n'
        self.assert_fault(self.stream_of_3(stream(numbered(1), error, DONE)), "order")
        self.assert_fault(self.stream_of_3(stream(*map(numbered, (1, 2, 3)), FINISH, DONE, numbered(4))), "order")

    def test_short_and_unfinished_streams(self):
        three = [numbered(n) for n in (1, 2, 3)]
        self.assert_fault(self.stream_of_3(stream(*three[:2], FINISH, DONE)), "incomplete")
        self.assert_fault(self.stream_of_3(stream(*three, FINISH)), "incomplete")
        self.assert_fault(self.stream_of_3(stream(*three, DONE)), "order")
        self.assert_fault(self.stream_of_3(stream(*three, FINISH, DONE, end=b""), close=True), "closed")

    def test_histograms_hold_every_record(self):
        """each within 1 % above, the last one exact"""
        result = self.run_against(FaultyServer(plain(b"{}"), delay=0.05), "--connections", "2", "--requests", "6", "--warmup", "0", "--buckets", "yes")
        buckets = result["latency_buckets"]
        self.assertEqual(sum(count for _, count in buckets), 6, result)
        self.assertAlmostEqual(buckets[-1][0], result["latency_us"]["max"], delta=0.1)
        self.assertTrue(all(50_000 <= edge < 200_000 for edge, _ in buckets), result)
        streams = self.run_against(FaultyServer(stream(numbered(1), numbered(2), FINISH, DONE)), "--streams", "3", "--chunks", "2", "--hold", "2", "--buckets", "yes")
        self.assertEqual([sum(count for _, count in streams[name]) for name in ("first_token_buckets", "gap_buckets")], [3, 3], streams)

    def test_open_streams_are_cut_without_an_error(self):
        result = self.stream_of_3(stream(numbered(1), end=b""))
        self.assertEqual((result["cut"], result["errors"], result["chunks"]), (2, 0, 2), result)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        BIN_DIR = Path(sys.argv.pop(1))
    unittest.main()
