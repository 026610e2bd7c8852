"""L: clients that leave, and clients that do not read: the upstream hears of it at once, and nothing piles up."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import ANTHROPIC_ROUTES, OPENAI_ROUTES, SANITIZED, SLOW, STREAMS, Scenario, main, post, wait_until  # noqa: E402

LEFT_SECONDS = 0.1 * SLOW  # the bound
STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


class Leaving(Scenario):
    def begin(self, path, body, script):
        """A request whose upstream has it and does what the script says."""
        self.upstream.reset()
        self.upstream.script(script)
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode()))
        self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])
        return connection

    def assert_upstream_left(self, since, what):
        entry = self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"], timeout=3.0)[-1]
        self.assertLess(entry["peer_closed_at"] - since, LEFT_SECONDS, what)

    def leave(self, connection, how):
        since = time.time()
        getattr(connection, how)()
        return since

    def test_l01_before_the_head(self):
        for how in ("close", "reset"):
            for name, (path, body, _) in STREAMS.items():
                for stream in (True, False):
                    with self.subTest(name, how=how, stream=stream):
                        connection = self.begin(path, {**body, "stream": stream}, {"stall": True})
                        self.assert_upstream_left(self.leave(connection, how), "the upstream's head was waited for")

    def test_l02_every_other_route(self):
        routes = [("/v1" + path, {"model": "gpt", **body}) for path, body in OPENAI_ROUTES.items()]
        routes += [("/v1" + path, {"model": "claude", **body}) for path, body in ANTHROPIC_ROUTES.items()]
        for path, body in routes:
            with self.subTest(path):
                connection = self.begin(path, body, {"stall": True})
                self.assert_upstream_left(self.leave(connection, "close"), path)

    def test_l03_in_the_middle_of_a_stream(self):
        for how in ("close", "reset"):
            for name, (path, body, _) in STREAMS.items():
                with self.subTest(name, how=how):
                    connection = self.begin(path, body, {"sse": {"events": events.BEGUN[name], "end": "stall"}})
                    connection.head()
                    connection.line()
                    self.assert_upstream_left(self.leave(connection, how), "events were relayed")

    def in_the_middle_of_a_body(self, how):
        for framing in ("content-length: 1000", "transfer-encoding: chunked", "connection: close"):
            text = "4\r\nabcd\r\n" if "chunked" in framing else "abcd"
            connection = self.begin("/v1/audio/speech", {"model": "gpt", "input": "x"},
                                    [{"send": f"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\n{framing}\r\n\r\n{text}"}, {"stall": True}])
            connection.head()
            self.assert_upstream_left(self.leave(connection, how), framing)

    def test_l04_reset_in_the_middle_of_a_body(self):
        self.in_the_middle_of_a_body("reset")

    def test_l09_closed_in_the_middle_of_a_body(self):
        """the client closes in the middle of a body that is no event stream; its upstream falls silent"""
        self.in_the_middle_of_a_body("close")

    def test_l05_an_upstream_that_streams_on(self):
        """events keep coming; the client has left between two of them"""
        for how in ("close", "reset"):
            connection = self.begin(*STREAMS["chat"][:2], {"sse": {"events": events.BEGUN["chat"], "repeat": 10000, "gap_ms": 10}})
            connection.head()
            connection.line()
            self.assert_upstream_left(self.leave(connection, how), how)

    def test_l06_a_client_that_left_while_it_sent(self):
        """half a body: nothing goes upstream"""
        body = json.dumps(STREAMS["chat"][1]).encode()
        for how in ("close", "reset"):
            connection = self.raw()
            connection.send(post("/v1/chat/completions", body)[:-10])
            getattr(connection, how)()
        self.call("/v1/chat/completions", {"model": "gpt", "messages": []})
        self.assertEqual(len(self.said()), 1)

    def test_l07_pipelined_and_gone(self):
        """two requests at once, and the client leaves during the first: the second is not sent"""
        path, body, _ = STREAMS["chat"]
        self.upstream.script({"stall": True})
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode()) * 2)
        self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])
        self.assert_upstream_left(self.leave(connection, "reset"), "pipelined")
        self.assertEqual(len(self.upstream.log()), 1)

    def test_l08_pipelined_behind_a_client_that_is_still_there(self):
        """bytes that wait behind a request are no sign of leaving"""
        path, body, _ = STREAMS["chat"]
        self.upstream.script([{"sleep_ms": 150 * SLOW}, {"default": True}], times=None)
        connection = self.raw()
        connection.send(post(path, json.dumps(body).encode()) * 2)
        self.assertEqual([connection.answer().status for _ in range(2)], [200, 200])


class SlowClient(Scenario):
    settings = {"listen": {"workers": 1}}

    def warm(self):
        """the allocator's and OpenSSL's first times are not what we measure"""
        for _ in range(20):
            path, body, _ = STREAMS["chat"]
            self.assertEqual(len(list(self.stream(path, body))), 6)

    def stalled(self):
        """Waits until the upstream can send no more: the same count for half a second."""
        seen = {"count": -1, "since": time.monotonic()}

        def is_still():
            log = self.upstream.log()
            count = log[-1]["bytes_sent"] if log else 0
            if count != seen["count"]:
                seen.update(count=count, since=time.monotonic())
            return count if count > 1000 and time.monotonic() - seen["since"] > 0.5 else None
        return wait_until(is_still, 20.0, "the upstream is held back")

    def test_l20_nothing_piles_up(self):
        """200 MB from upstream, a client that reads nothing: memory stays as it is, and the upstream waits"""
        chunk = events.chat("x" * 900) + "\n\n"
        self.warm()
        for name, head, text in (("events", STREAM_HEAD, chunk), ("body", STREAM_HEAD.replace("text/event-stream", "audio/mpeg"), "y" * 1000)):
            with self.subTest(name):
                self.upstream.reset()
                self.upstream.script([{"send": head}, {"send_repeated": {"text": text, "times": 200_000_000 // len(text)}}])
                before = self.gateway.rss_kb()
                connection = self.raw(receive_buffer=4096)
                connection.send(post(STREAMS["chat"][0], json.dumps(STREAMS["chat"][1]).encode()))
                sent = self.stalled()
                self.assertLess(sent, 30_000_000, "the kernel's buffers, and no more")
                if not SANITIZED:
                    self.assertLessEqual(self.gateway.rss_kb() - before, 2048)
                since = self.leave(connection)
                entry = self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"])[-1]
                self.assertLess(entry["peer_closed_at"] - since, LEFT_SECONDS)

    def leave(self, connection):
        since = time.time()
        connection.close()
        return since

    def test_l21_it_gets_everything_once_it_reads(self):
        text = events.chat("x" * 900) + "\n\n"
        times = 20_000
        self.upstream.script([{"send": STREAM_HEAD}, {"send_repeated": {"text": text, "times": times}},
                              {"send": "\n\n".join([*events.ENDING["chat"], ""])}, {"close": True}])
        connection = self.raw(receive_buffer=4096)
        connection.send(post(STREAMS["chat"][0], json.dumps(STREAMS["chat"][1]).encode()))
        self.stalled()
        answer = connection.answer()
        self.assertEqual(len(answer.body), len(text) * times + len("\n\n".join([*events.ENDING["chat"], ""])))

    def test_l22_others_are_served_meanwhile(self):
        self.upstream.script([{"send": STREAM_HEAD}, {"send_repeated": {"text": events.chat("x" * 900) + "\n\n", "times": 100_000}}],
                             body_contains="hog")
        hog = self.raw(receive_buffer=4096)
        hog.send(post(STREAMS["chat"][0], json.dumps({**STREAMS["chat"][1], "user": "hog"}).encode()))
        self.stalled()
        for _ in range(20):
            begin = time.monotonic()
            self.assertEqual(self.call("/v1/chat/completions", {"model": "gpt", "messages": []}).status, 200)
            self.assertLess(time.monotonic() - begin, 0.5 * SLOW)


class SlowClientTimeout(Scenario):
    settings = {"listen": {"limits": {"write_timeout_ms": int(300 * SLOW)}}}

    def test_l30_patience_ends(self):
        """write_timeout_ms: a client that takes nothing for so long is given up"""
        self.upstream.script([{"send": STREAM_HEAD}, {"send_repeated": {"text": events.chat("x" * 900) + "\n\n", "times": 200_000}}])
        connection = self.raw(receive_buffer=4096)
        connection.send(post(STREAMS["chat"][0], json.dumps(STREAMS["chat"][1]).encode()))
        self.upstream.wait_for_log(lambda log: log and log[-1]["peer_closed_at"], timeout=10.0)


if __name__ == "__main__":
    main()
