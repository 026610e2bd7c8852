"""Y: start, drain and stop: what runs is finished, what is new is refused, records are flushed, and the exit code says it."""
import json
import pathlib
import signal
import socket
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import (KEY, SLOW, STREAMS, USER, Closed, Gateway, IntegrationTest, RawConnection, Upstream, main, post,  # noqa: E402
                      request, usual_models, wait_until)
from trees import Ended  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = json.dumps({"model": "gpt", "messages": USER}).encode()
STREAM = post(CHAT, json.dumps(STREAMS["chat"][1]).encode())
HEALTH = b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n"


class Lifecycle(IntegrationTest):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())

    def setUp(self):
        self.upstream.reset()

    def config(self, drain_ms=5000, **limits):
        return json.dumps({"model_list": usual_models(self.upstream.url), "general_settings": {"master_key": KEY},
                           "listen": {"limits": {"drain_timeout_ms": int(drain_ms * SLOW), **limits}},
                           "plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]})

    def start(self, **limits):
        gateway = self.enterContext(Gateway(self.config(**limits)))
        self.records = gateway.directory / "records.jsonl"
        return gateway

    def connect(self, gateway):
        connection = RawConnection(gateway.port)
        self.addCleanup(connection.close)
        return connection

    def outcomes(self, text):
        return [record["outcome"] for record in map(json.loads, text.splitlines()) if record["call_type"] == "acompletion"]

    def end(self, gateway):
        """Waits until the process has ended; its exit code, the records, and how long it took since `since`."""
        wait_until(lambda: gateway.process.poll() is not None, 15.0, "the gateway ends")
        return gateway.process.returncode, self.records.read_text()

    def begin_stream(self, gateway, **script):
        self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], *events.ENDING["chat"]], "gap_ms": 150 * SLOW, **script}})
        connection = self.connect(gateway)
        connection.send(STREAM)
        self.assertEqual(connection.head()[0], 200)
        return connection

    def draining(self, gateway, number=signal.SIGTERM):
        gateway.process.send_signal(number)
        wait_until(lambda: f"signal {number}: draining" in gateway.stderr().replace("Signals.", ""), 5.0, "the drain begins")

    def test_y01_idle(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            gateway = self.start()
            idle = self.connect(gateway)
            idle.send(HEALTH)
            self.assertEqual(idle.answer().status, 200)
            begin = time.monotonic()
            gateway.process.send_signal(number)
            self.assertTrue(idle.is_closed(), "an idle connection does not hold up the end")
            self.assertEqual(self.end(gateway)[0], 0)
            self.assertLess(time.monotonic() - begin, 1.0 * SLOW)

    def test_y02_a_running_stream_is_finished(self):
        gateway = self.start()
        connection = self.begin_stream(gateway)
        self.draining(gateway)
        text = connection.body({"transfer-encoding": "chunked"})
        self.assertTrue(text.endswith(b"data: [DONE]\n\n"), text)
        self.assertTrue(connection.is_closed())
        code, records = self.end(gateway)
        self.assertEqual((code, self.outcomes(records)), (0, ["success"]))

    def test_y03_a_running_request_is_finished(self):
        gateway = self.start()
        self.upstream.script([{"sleep_ms": 500 * SLOW}, {"default": True}])
        connection = self.connect(gateway)
        connection.send(post(CHAT, BODY))
        self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])
        self.draining(gateway)
        answer = connection.answer()
        self.assertEqual(answer.status, 200)
        self.assertTrue(connection.is_closed())
        self.assertEqual(self.end(gateway)[0], 0)

    def test_y04_new_connections_are_refused(self):
        """while the drain goes on: a load balancer must not wait for its end"""
        gateway = self.start(drain_ms=2000)
        self.begin_stream(gateway, end="stall")
        self.draining(gateway)
        wait_until(lambda: self.is_refused(gateway), 1.0, "the port is closed")
        self.assertIsNone(gateway.process.poll(), "the drain has ended meanwhile")
        self.assertEqual(self.end(gateway)[0], 0)

    def is_refused(self, gateway):
        """By the kernel: a connection that is accepted and then closed, or left alone, is another thing to who connects."""
        try:
            RawConnection(gateway.port, timeout=0.5 * SLOW).close()
            return False
        except ConnectionRefusedError:
            return True

    def test_y05_a_pipelined_request_behind_is_not_begun(self):
        """one that is in the kernel's buffer when the drain begins gets no answer, and nothing goes upstream for it"""
        gateway = self.start()
        connection = self.begin_stream(gateway)
        connection.send(post(CHAT, BODY))
        self.draining(gateway)
        self.assertTrue(connection.body({"transfer-encoding": "chunked"}).endswith(b"[DONE]\n\n"))
        self.assertEqual(connection.rest(), b"")
        self.assertEqual(self.end(gateway)[0], 0)
        self.assertEqual(len(self.upstream.log()), 1)

    def test_y06_the_deadline_cancels(self):
        gateway = self.start(drain_ms=500)
        connection = self.begin_stream(gateway, end="stall", events=events.BEGUN["chat"], gap_ms=1)
        begin = time.monotonic()
        self.draining(gateway)
        text = connection.rest()
        self.assertNotIn(b"[DONE]", text)
        self.assertFalse(text.endswith(b"0\r\n\r\n") and b'"error"' not in text, "cut off, it must not look whole")
        code, records = self.end(gateway)
        self.assertLess(time.monotonic() - begin, 2.0 * SLOW)
        self.assertEqual((code, self.outcomes(records)), (0, ["cancelled"]))
        self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"])

    def test_y07_a_second_signal_ends_the_patience(self):
        gateway = self.start(drain_ms=10000)
        connection = self.begin_stream(gateway, end="stall")
        self.draining(gateway)
        begin = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        connection.rest()
        self.assertEqual(self.end(gateway)[0], 0)
        self.assertLess(time.monotonic() - begin, 2.0 * SLOW)

    def test_y08_clients_that_never_read(self):
        """a client that is stuck does not keep the gateway from ending"""
        gateway = self.start(drain_ms=500)
        text = events.chat("x" * 900) + "\n\n"
        self.upstream.script([{"send": "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"},
                              {"send_repeated": {"text": text, "times": 100_000}}])
        connection = RawConnection(gateway.port, receive_buffer=4096)
        self.addCleanup(connection.close)
        connection.send(STREAM)
        self.upstream.wait_for_log(lambda log: log and log[-1]["bytes_sent"] > 1_000_000)
        begin = time.monotonic()
        self.draining(gateway)
        self.assertEqual(self.end(gateway)[0], 0)
        self.assertLess(time.monotonic() - begin, 3.0 * SLOW)

    def test_y09_many_streams(self):
        gateway = self.start()
        self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], *events.ENDING["chat"]], "gap_ms": 100 * SLOW}}, times=None)
        connections = [self.connect(gateway) for _ in range(50)]
        for connection in connections:
            connection.send(STREAM)
        for connection in connections:
            self.assertEqual(connection.head()[0], 200)
        self.draining(gateway)
        for connection in connections:
            self.assertTrue(connection.body({"transfer-encoding": "chunked"}).endswith(b"[DONE]\n\n"))
        code, records = self.end(gateway)
        self.assertEqual((code, self.outcomes(records)), (0, ["success"] * 50))

    def test_y10_readiness_says_so(self):
        """a connection that is open when the drain begins may still ask"""
        gateway = self.start()
        self.upstream.script([{"sleep_ms": 600 * SLOW}, {"default": True}])
        asking = self.connect(gateway)
        asking.send(b"GET /health/readiness HTTP/1.1\r\nHost: g\r\n")
        busy = self.connect(gateway)
        busy.send(post(CHAT, BODY))
        self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])
        self.draining(gateway)
        asking.send(b"\r\n")
        try:
            answer = asking.answer()
            self.assertEqual((answer.status, json.loads(answer.body)["status"]), (503, "draining"))
        except Closed:
            pass  # an unfinished head counts as idle: closed without a word is right as well
        self.assertEqual(busy.answer().status, 200)
        self.assertEqual(self.end(gateway)[0], 0)

    def test_y11_the_port_is_taken(self):
        gateway = self.start()
        file = gateway.directory / "second.yaml"
        file.write_text("model_list: []\n")
        ended = Ended("serve", "-c", file, "--listen", f"127.0.0.1:{gateway.port}")
        self.assertEqual(ended.code, 1, ended)
        self.assertIn(f"cannot listen on 127.0.0.1:{gateway.port}: Address already in use", ended.err)
        self.assertEqual(request(gateway.port, "GET", "/health/liveliness").status, 200)

    def test_y12_the_port_is_free_again_at_once(self):
        first = self.start()
        port = first.port
        for _ in range(3):
            connection = self.connect(first)
            connection.send(post(CHAT, BODY))
            self.assertEqual(connection.answer().status, 200)
            self.assertEqual(first.stop(), 0)
            first = self.enterContext(Gateway(self.config(), port=port))

    def test_y13_listen_addresses(self):
        folder = pathlib.Path(self.enterContext(temporary()))
        file = folder / "c.yaml"
        file.write_text("model_list: []\n")
        for address, words, code in (("nonsense", "use ADDRESS:PORT", 2), ("127.0.0.1:99999", "use ADDRESS:PORT", 2),
                                     ("127.0.0.1:", "use ADDRESS:PORT", 2),
                                     ("8.8.8.8:4000", "cannot listen on 8.8.8.8:4000", 1), ("not-an-ip:4000", "is not an IP address", 1)):
            with self.subTest(address):
                ended = Ended("serve", "-c", file, "--listen", address)
                self.assertEqual(ended.code, code, ended)
                self.assertIn(words, ended.err)

    def test_y14_ipv6(self):
        try:
            with socket.create_server(("::1", 0), family=socket.AF_INET6) as probe:
                port = probe.getsockname()[1]
        except OSError:
            self.skipTest("no IPv6 loopback here")

        class OnSix(Gateway):
            def is_live(self):
                try:
                    with socket.create_connection(("::1", port), 1.0) as peer:
                        peer.sendall(HEALTH)
                        return peer.recv(100).startswith(b"HTTP/1.1 200")
                except OSError:
                    return False
        with OnSix("model_list: []\n", address="[::1]", port=port) as gateway:
            wait_until(lambda: f"http://[::1]:{port}" in gateway.stderr())


def temporary():
    return tempfile.TemporaryDirectory(prefix="sluice-lifecycle-")


if __name__ == "__main__":
    main()
