"""AZ: connections to upstreams that stand by before anybody asks for them."""
import json
import pathlib
import socket
import socketserver
import ssl
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from certificates import Authority  # noqa: E402
from scenario import Scenario, deployment, main, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
ANSWER = json.dumps({"id": "c", "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}],
                     "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}).encode()


class Host(socketserver.ThreadingTCPServer):
    """Counts its connections, and which of them brought requests; holds a request back as long as it says "hold"."""
    daemon_threads = allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, keep=True, tls=None):
        self.tls = tls
        super().__init__(("127.0.0.1", 0), Conversation)
        self.port = self.server_address[1]
        self.keep, self.release = keep, threading.Event()
        self.opened, self.asked = [], []  # sockets; for each request the number of its own
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def verify_request(self, request, _):
        self.opened.append(request)
        return True

    def quiet(self, connections):
        """As many connections, and a moment later still no more."""
        wait_until(lambda: len(self.opened) == connections)
        time.sleep(0.1)
        return len(self.opened) == connections

    def leave(self):
        self.shutdown()
        self.server_close()

    def close(self):
        self.release.set()
        self.leave()


class Conversation(socketserver.StreamRequestHandler):
    def setup(self):
        self.plain = self.request
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self):
        host = self.server
        while head := self.rfile.readline():
            length = 0
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = self.rfile.read(length)
            if not head.startswith(b"POST"):
                return
            host.asked.append(host.opened.index(self.plain))
            if b"hold" in body:
                host.release.wait(20)
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%s\r\n" %
                             (len(ANSWER), b"" if host.keep else b"connection: close\r\n") + ANSWER)
            if not host.keep:
                return


class Spares(Scenario):
    settings = {"listen": {"workers": 1}}

    @classmethod
    def models(cls, base):
        cls.hosts = {"keeps": Host(), "closes": Host(keep=False), "leaves": Host(), "ends": Host()}
        for host in cls.hosts.values():
            cls.addClassCleanup(host.close)
        return [deployment(name, "openai/x", f"http://127.0.0.1:{host.port}/v1", num_retries=0) for name, host in cls.hosts.items()]

    def ask(self, model, text="x"):
        return self.call(CHAT, {"model": model, "messages": [{"role": "user", "content": text}]})

    def holding(self, model, host):
        """A request that the host holds back."""
        thread = threading.Thread(target=self.ask, args=(model, "hold"))
        before = len(host.asked)
        thread.start()
        wait_until(lambda: len(host.asked) > before)
        self.addCleanup(thread.join)
        self.addCleanup(host.release.set)

    def test_az01_the_next_stream_finds_one_that_is_open(self):
        host = self.hosts["keeps"]
        self.assertEqual(self.ask("keeps").status, 200)
        self.assertTrue(host.quiet(1), "nobody is known to keep connections before its first answer")
        self.holding("keeps", host)  # takes the only one
        self.assertTrue(host.quiet(3), f"two stand by: {len(host.opened)}")
        self.holding("keeps", host)
        self.assertTrue(host.quiet(3), f"one is left: {len(host.opened)}")
        self.holding("keeps", host)
        self.assertTrue(host.quiet(5), f"the last was taken: {len(host.opened)}")
        self.assertEqual(len(set(host.asked[1:])), 3)
        self.assertLess(max(host.asked), 3, "each was open before it was asked for")

    def test_az02_a_host_that_closes_after_each_answer_is_left_alone(self):
        host = self.hosts["closes"]
        for _ in range(3):
            self.assertEqual(self.ask("closes").status, 200)
        self.assertTrue(host.quiet(3), f"one for each request: {len(host.opened)}")

    def test_az03_one_that_the_host_has_closed_is_not_used(self):
        host = self.hosts["leaves"]
        self.assertEqual(self.ask("leaves").status, 200)
        self.holding("leaves", host)
        self.assertTrue(host.quiet(3))
        for number in (1, 2):
            host.opened[number].shutdown(socket.SHUT_RDWR)
        time.sleep(0.1)
        self.assertEqual(self.ask("leaves").status, 200)
        self.assertGreater(host.asked[-1], 2)

    def test_az04_a_host_that_has_gone_is_not_dialled_again_and_again(self):
        host = self.hosts["ends"]
        self.assertEqual(self.ask("ends").status, 200)
        host.leave()
        host.opened[0].shutdown(socket.SHUT_RDWR)
        time.sleep(0.1)
        self.assertGreaterEqual(self.ask("ends").status, 500)
        time.sleep(0.1)  # those that were to replace it have been tried
        with socket.create_server(("127.0.0.1", host.port), backlog=64) as again:
            again.settimeout(0.5)
            self.assertRaises(TimeoutError, again.accept)


class NoSpares(Scenario):
    settings = {"listen": {"workers": 1, "limits": {"upstream_spare_per_host": 0}}}

    @classmethod
    def models(cls, base):
        cls.host = Host()
        cls.addClassCleanup(cls.host.close)
        return [deployment("keeps", "openai/x", f"http://127.0.0.1:{cls.host.port}/v1")]

    def test_az05_none_if_none_are_wanted(self):
        for _ in range(3):
            self.assertEqual(self.call(CHAT, {"model": "keeps", "messages": [{"role": "user", "content": "x"}]}).status, 200)
        self.assertTrue(self.host.quiet(1))


class OverTls(Scenario):
    """A server of TLS 1.3 sends session tickets behind the handshake, which nobody has asked for."""

    @classmethod
    def setUpClass(cls):
        authority = cls.enterClassContext(Authority())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(*authority.issue("host"))
        cls.host = Host(tls=context)
        cls.addClassCleanup(cls.host.close)
        cls.settings = {"listen": {"workers": 1}, "litellm_settings": {"ssl_verify": str(authority.ca)}}
        super().setUpClass()

    @classmethod
    def models(cls, base):
        return [deployment("keeps", "openai/x", f"https://127.0.0.1:{cls.host.port}/v1")]

    def test_az06_session_tickets_are_no_reason_to_open_another(self):
        ask = {"model": "keeps", "messages": [{"role": "user", "content": "x"}]}
        self.assertEqual(self.call(CHAT, ask).status, 200)
        held = []
        for number in range(1, 3):
            held.append(threading.Thread(target=self.call, args=(CHAT, {**ask, "messages": [{"role": "user", "content": "hold"}]})))
            held[-1].start()
            wait_until(lambda number=number: len(self.host.asked) > number)
            time.sleep(0.5)  # until those that stand by have been read
        self.host.release.set()
        for thread in held:
            thread.join()
        self.assertEqual(self.host.asked, [0, 0, 1], "the second that was held back went over one that stood by")
        self.assertEqual(len(self.host.opened), 3)


if __name__ == "__main__":
    main()
