"""AV: garbage where a TLS handshake should be, and a handshake where plain HTTP should be; others are served meanwhile."""
import contextlib
import json
import pathlib
import random
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from beside import Hostile  # noqa: E402
from certificates import Authority  # noqa: E402
from scenario import SLOW, Closed, RawConnection, Upstream, main  # noqa: E402
from tls_gateway import tls_gateway  # noqa: E402

HEALTH = b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n"
HANDSHAKE_SECONDS = 0.5 * SLOW


def client_hello():
    """The first flight of a real client, made without a network."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def garbage():
    """name -> bytes"""
    rng, hello = random.Random(76), client_hello()
    yield from ((f"noise {n}", rng.randbytes(rng.randrange(1, 3000))) for n in range(60))
    yield from ((f"a handshake's noise {n}", b"\x16\x03\x01" + rng.randbytes(400)) for n in range(40))
    yield "the largest record, never sent", b"\x16\x03\x03\xff\xff"
    yield "a record of 16 KB, half of it", b"\x16\x03\x03\x40\x00" + b"\x00" * 8000
    yield "a hello of 16 MB", b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + b"\x03\x03" + b"\x00" * 16_370
    yield "empty records", b"\x16\x03\x03\x00\x00" * 2000
    yield "alerts", b"\x15\x03\x03\x00\x02\x01\x00" * 500
    yield "data before a handshake", b"\x17\x03\x03\x00\x20" + b"\x00" * 32
    yield "change of cipher", b"\x14\x03\x03\x00\x01\x01" * 200
    yield "SSLv2", b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x01\x00\x80" * 7 + b"x" * 16
    yield "a hello, then HTTP", hello + HEALTH
    yield "a hello twice", hello * 2
    yield from ((f"a hello with byte {at} changed", hello[:at] + bytes([hello[at] ^ 0xff]) + hello[at + 1:]) for at in range(0, len(hello), 7))
    yield from ((f"a hello cut at {at}", hello[:at]) for at in range(0, len(hello), 7))


class OverTls(Hostile):
    @classmethod
    def setUpClass(cls):
        authority = cls.enterClassContext(Authority())
        certificate, key = authority.issue("gateway")
        cls.tls = authority.client()

        cls.settings = {"listen": {"workers": 2, "tls": {"certificate_file": str(certificate), "key_file": str(key)},
                                   "limits": {"head_timeout_ms": int(HANDSHAKE_SECONDS * 1000)}}}
        cls.upstream = cls.enterClassContext(Upstream())
        cls.gateway = cls.enterClassContext(tls_gateway(cls.tls)(json.dumps(cls.config(cls.upstream))))
        cls.port = cls.gateway.port

    def secure(self):
        return RawConnection(self.port, tls=self.tls)

    def test_av30_garbage_instead_of_a_handshake(self):
        """whatever it is: at most an alert, soon, and never an answer"""
        with self.beside(20_000, connect=self.secure):
            for name, data in garbage():
                with self.subTest(name):
                    connection = self.raw(timeout=10 * HANDSHAKE_SECONDS)
                    connection.send(data)
                    if "never sent" not in name:  # its end comes with FIN; the deadline of those that wait is av31's
                        with contextlib.suppress(OSError):  # the gateway may have hung up by then
                            connection.half_close()
                    received = connection.rest()  # fails if it takes longer than its patience
                    self.assertNotIn(b"HTTP/1", received)
                    self.assertIn(received[:1], (b"", b"\x15", b"\x16"))
                    connection.close()

    def test_av31_handshakes_that_never_end(self):
        """300 at once, each cut somewhere, in silence: closed at their deadline"""
        hello = client_hello()
        with self.beside(300 * 100, connect=self.secure):
            held = [self.raw(timeout=20 * HANDSHAKE_SECONDS) for _ in range(300)]
            for number, connection in enumerate(held):
                connection.send(hello[:number % len(hello)])
            for connection in held:
                self.assertNotIn(b"HTTP/1", connection.rest())
                connection.close()

    def test_av32_resets_inside_a_handshake(self):
        hello = client_hello()
        with self.beside(20_000, connect=self.secure):
            for at in range(0, len(hello) + 1, 2):
                connection = RawConnection(self.port)
                connection.send(hello[:at])
                connection.reset()

    def test_av33_renegotiation_is_not_to_be_had(self):
        """one handshake a connection: each further one would cost the server far more than the client"""
        client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-tls1_2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        client.stdin.write(b"R\n")
        client.stdin.flush()
        said = b""
        while part := client.stdout.read1(65536):  # ends when the gateway, or openssl, gives up
            said += part
        self.assertIn(b"RENEGOTIATING", said)
        self.assertIn(b"no renegotiation", said)


class Plain(Hostile):
    settings = {"listen": {"workers": 2, "limits": {"head_timeout_ms": int(HANDSHAKE_SECONDS * 1000)}}}

    def test_av35_a_handshake_where_plain_http_is_spoken(self):
        """a client that takes the port for one with TLS learns at once that it is none"""
        context = ssl.create_default_context()
        with self.beside(8_000):
            for _ in range(50):
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    RawConnection(self.port, tls=context)
        self.assertEqual([entry for entry in self.upstream.log() if "I behave" not in entry["body"]], [])

    def test_av36_noise_where_plain_http_is_spoken(self):
        """400, 408, 414, 431, 501 or 505 in plain JSON, or nothing at all; never anything upstream"""
        with self.beside(8_000):
            for name, data in garbage():
                with self.subTest(name):
                    connection = self.raw()
                    connection.send(data)
                    connection.half_close()
                    try:
                        answer = connection.answer()
                        self.assertIn(answer.status, (400, 408, 414, 431, 501, 505))
                        self.assertTrue(json.loads(answer.body)["error"]["message"].isprintable(), answer.body)
                    except Closed as closed:
                        self.assertIn("had b''", str(closed))
                    connection.close()
        self.assertEqual([entry for entry in self.upstream.log() if "I behave" not in entry["body"]], [])


if __name__ == "__main__":
    main()
