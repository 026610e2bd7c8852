"""T: TLS towards clients and towards upstreams: what is served, what is refused, and how both ends close."""
import http.client
import json
import pathlib
import socket
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from certificates import Authority  # noqa: E402
from scenario import (KEY, SLOW, STREAMS, USER, Gateway, RawConnection, Scenario, Upstream, deployment, main, post,  # noqa: E402
                      wait_until)
from tls_gateway import tls_gateway  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = json.dumps({"model": "gpt", "messages": USER}).encode()
HEALTH = b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n"


class TlsUpstream(Upstream):
    """The control API speaks TLS too."""

    def __init__(self, certificate, key, context):
        self.context = context
        super().__init__("--tls-cert", str(certificate), "--tls-key", str(key))

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def control(self, method, path, body=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.context)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class TlsListener(Scenario):
    """https in front, http behind"""

    @classmethod
    def setUpClass(cls):
        cls.authority = cls.enterClassContext(Authority())
        cls.pair = cls.authority.issue("gateway")
        cls.tls = cls.authority.client()
        cls.upstream = cls.enterClassContext(Upstream())
        cls.gateway = cls.enterClassContext(tls_gateway(cls.tls)(json.dumps(cls.config(cls.upstream))))
        cls.port = cls.gateway.port

    @classmethod
    def config(cls, upstream):
        certificate, key = map(str, cls.pair)
        cls.settings = {"listen": {"tls": {"certificate_file": certificate, "key_file": key}, "limits": {"head_timeout_ms": int(500 * SLOW)}}}
        return super().config(upstream)

    def secure(self, **options):
        return self.raw(tls=self.tls, **options)

    def test_t01_requests(self):
        connection = self.secure()
        for _ in range(3):
            connection.send(post(CHAT, BODY))
            self.assertEqual(connection.answer().status, 200)
        self.assertEqual(len(self.said(3)), 3)

    def test_t02_versions(self):
        connection = self.secure()
        self.assertEqual(connection.socket.version(), "TLSv1.3")
        context = self.authority.client()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.raw(tls=context)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises((ssl.SSLError, OSError)):
            self.raw(tls=context)

    def test_t03_plain_http_is_refused(self):
        for data in (HEALTH, post(CHAT, BODY), b"\x00" * 100, b""):
            with self.subTest(data[:20]):
                connection = self.raw()
                connection.send(data)
                if not data:
                    connection.half_close()
                received = connection.rest()
                self.assertNotIn(b"HTTP/1.1 200", received)
        self.assertEqual(self.upstream.log(), [])
        self.test_t01_requests()

    def test_t04_a_handshake_that_never_ends(self):
        connection = self.raw()
        begin = time.monotonic()
        connection.send(b"\x16\x03\x01")
        connection.rest()
        self.assertLess(time.monotonic() - begin, 3.0 * SLOW)

    def test_t05_streams(self):
        for name, (path, body, last) in STREAMS.items():
            with self.subTest(name):
                connection = self.secure()
                connection.send(post(path, json.dumps(body).encode()))
                answer = connection.answer()
                self.assertEqual(answer.status, 200)
                self.assertIn(last.encode(), answer.body)

    def test_t06_large_bodies(self):
        text = "x" * 3_000_000
        connection = self.secure()
        connection.send(post(CHAT, json.dumps({"model": "gpt", "messages": [{"role": "user", "content": text}]}).encode()))
        self.assertIn(text.encode(), connection.answer().body)

    def test_t07_byte_by_byte(self):
        connection = self.secure()
        for byte in post(CHAT, BODY):
            connection.send(bytes([byte]))
        self.assertEqual(connection.answer().status, 200)

    def test_t08_a_client_that_leaves_closes_the_upstream(self):
        for how in ("close", "reset"):
            for stall in ({"stall": True}, {"sse": {"events": events.BEGUN["chat"], "end": "stall"}}):
                with self.subTest(how, stall=stall):
                    self.upstream.reset()
                    self.upstream.script(stall)
                    connection = self.secure()
                    connection.send(post(*STREAMS["chat"][:1], json.dumps(STREAMS["chat"][1]).encode()))
                    self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])
                    if "sse" in stall:
                        connection.head()
                    since = time.time()
                    getattr(connection, how)()
                    entry = self.upstream.wait_for_log(lambda log: log[-1]["peer_closed_at"])[-1]
                    self.assertLess(entry["peer_closed_at"] - since, 0.1 * SLOW)

    def test_t09_close_notify_at_the_end(self):
        """the last answer is followed by a proper end, so that the client knows that nothing was cut off"""
        connection = self.secure()
        connection.socket.suppress_ragged_eofs = False
        connection.send(HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        self.assertEqual(connection.answer().status, 200)
        self.assertEqual(connection.socket.recv(1), b"")

    def test_t10_a_client_that_reads_nothing(self):
        chunk = events.chat("x" * 900) + "\n\n"
        self.upstream.script([{"send": "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"},
                              {"send_repeated": {"text": chunk, "times": 60_000}},
                              {"send": "\n\n".join([*events.ENDING["chat"], ""])}, {"close": True}])
        before = self.gateway.rss_kb()
        connection = self.secure(receive_buffer=4096)
        connection.send(post(CHAT, json.dumps(STREAMS["chat"][1]).encode()))
        counts = []
        wait_until(lambda: counts.append(self.upstream.log()[-1]["bytes_sent"] if self.upstream.log() else 0)
                   or len(counts) > 50 and counts[-1] == counts[-50] > 0, 20.0)
        if SLOW == 1:
            self.assertLess(self.gateway.rss_kb() - before, 4096)
        self.assertEqual(len(connection.answer().body), len(chunk) * 60_000 + len("\n\n".join([*events.ENDING["chat"], ""])))


class TlsBehind(Scenario):
    """http in front, https behind; good and bad certificates"""

    @classmethod
    def setUpClass(cls):
        cls.authority = cls.enterClassContext(Authority())
        stranger = cls.enterClassContext(Authority("nobody-knows-me"))
        issue = cls.authority.issue
        good = issue("good")
        cls.secure = cls.enterClassContext(TlsUpstream(*good, cls.authority.client()))
        certificates = {"wrong-name": issue("wrong-name", "DNS:other.example"), "expired": issue("expired", days=-1),
                        "unknown-ca": stranger.issue("stranger"), "no-names": issue("localhost", "")}
        cls.bad = {name: cls.enterClassContext(Upstream("--tls-cert", str(pair[0]), "--tls-key", str(pair[1])))
                   for name, pair in certificates.items()}
        super().setUpClass()

    @classmethod
    def config(cls, upstream):
        cls.settings = {"litellm_settings": {"ssl_verify": str(cls.authority.ca)}, "listen": {"limits": {"connect_timeout_ms": int(3000 * SLOW)}}}
        return super().config(upstream)

    @classmethod
    def models(cls, base):
        port = cls.secure.port
        bad = [deployment(name, "openai/x", f"https://localhost:{server.port}/v1") for name, server in cls.bad.items()]
        return [deployment("gpt", "openai/gpt-up", f"https://localhost:{port}/v1"),
                deployment("by-ip", "openai/gpt-up", f"https://127.0.0.1:{port}/v1"),
                deployment("claude", "anthropic/claude-up", f"https://localhost:{port}"),
                deployment("plain", "openai/x", f"https://localhost:{upstream_port(base)}/v1"),
                deployment("wrong-ip", "openai/x", f"https://127.0.0.1:{cls.bad['wrong-name'].port}/v1"), *bad]

    def setUp(self):
        super().setUp()
        self.secure.reset()

    def chat(self, model, **more):
        return self.call(CHAT, {"model": model, "messages": USER, **more})

    def test_t20_by_name_and_by_address(self):
        for model in ("gpt", "by-ip"):
            answer = self.chat(model)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertIn("heard: hello", answer.text())

    def test_t21_certificates_that_do_not_fit(self):
        for model in ("wrong-name", "wrong-ip", "expired", "unknown-ca"):
            for stream in (False, True):
                with self.subTest(model, stream=stream):
                    error = self.assert_error(self.chat(model, stream=stream), 500, "internal_server_error", "APIConnectionError")
                    self.assertRegex(error["message"].lower(), "tls|certificate")

    def test_t22_the_error_says_what_is_wrong(self):
        """whoever runs the gateway must see which of the three it is"""
        for model, words in (("wrong-name", "name"), ("expired", "expired"), ("unknown-ca", "issuer|unknown|self.signed|authority")):
            with self.subTest(model):
                self.assertRegex(self.chat(model).json()["error"]["message"].lower(), words)

    def test_t23_an_upstream_that_speaks_no_tls(self):
        """it answers 400 if our greeting happens to hold a line end; if not, it waits, and the handshake's deadline ends it"""
        self.assert_error(self.chat("plain"), 500, "internal_server_error", "APIConnectionError")

    def test_t24_connections_are_used_again(self):
        connection = self.raw()
        for _ in range(10):
            connection.send(post(CHAT, BODY))
            self.assertEqual(connection.answer().status, 200)
        self.assertEqual(len({entry["connection"] for entry in self.secure.log()}), 1)

    def test_t25_streams_and_large_answers(self):
        for name, (path, body, last) in STREAMS.items():
            with self.subTest(name):
                self.assertIn(last, list(self.stream(path, body))[-1].data)
        text = "y" * 3_000_000
        self.assertIn(text, self.chat("gpt", messages=[{"role": "user", "content": text}]).text())

    def test_t26_a_client_that_leaves_closes_the_upstream(self):
        self.secure.script({"sse": {"events": events.BEGUN["chat"], "end": "stall"}})
        connection = self.raw()
        connection.send(post(CHAT, json.dumps(STREAMS["chat"][1]).encode()))
        connection.head()
        since = time.time()
        connection.close()
        entry = self.secure.wait_for_log(lambda log: log[-1]["peer_closed_at"])[-1]
        self.assertLess(entry["peer_closed_at"] - since, 0.1 * SLOW)

    def test_t27_broken_off(self):
        for name, (path, body, _) in STREAMS.items():
            for end in ("cut", "reset"):
                with self.subTest(name, end=end):
                    self.secure.script({"sse": {"events": events.BEGUN[name], "gap_ms": 5, "end": end}})
                    self.assertTrue(events.is_error(name, list(self.stream(path, body))[-1]))

    def test_t28_a_pooled_connection_that_has_died(self):
        """the upstream has said goodbye (close_notify) and waits for our answer to it: no FIN yet"""
        self.secure.script([{"respond": {"status": 200, "body": {"ok": 1}}}, {"close": True}], times=None)
        for _ in range(10):
            self.assertEqual(self.chat("gpt").status, 200)
            wait_until(lambda: (self.secure.log()[-1]["t_end"] or time.time()) < time.time() - 0.05)

    def test_t29_a_server_that_says_nothing(self):
        """the handshake has a deadline, and a client that leaves ends it"""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            config = {"model_list": [deployment("silent", "openai/x", f"https://localhost:{silent.getsockname()[1]}/v1")],
                      "general_settings": {"master_key": KEY}, "listen": {"limits": {"connect_timeout_ms": int(300 * SLOW)}}}
            with Gateway(json.dumps(config)) as gateway, RawConnection(gateway.port) as connection:
                begin = time.monotonic()
                connection.send(post(CHAT, BODY.replace(b"gpt", b"silent")))
                self.assert_error(connection.answer(), 500, contains="APIConnectionError")
                self.assertLess(time.monotonic() - begin, 2.0 * SLOW)


def upstream_port(base):
    return base.rsplit(":", 1)[1]


if __name__ == "__main__":
    main()
