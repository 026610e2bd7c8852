"""AV: clients that mean harm: what they get, what the gateway grows by, and whether a client beside them is served as ever."""
import json
import pathlib
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from beside import Hostile, cpu_seconds  # noqa: E402
from scenario import SLOW, USER, Closed, RawConnection, deployment, main, post, request, usual_models, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = json.dumps({"model": "gpt", "messages": USER}).encode()
HEALTH = b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n"
MANY = 500
KB_EACH = 40  # the design's bound for a connection that waits
HEAD_SECONDS = BODY_SECONDS = 1.0 * SLOW
REQUEST_SECONDS = 3.0 * SLOW


class Attack(Hostile):
    settings = {"listen": {"workers": 2, "limits": {"head_timeout_ms": int(HEAD_SECONDS * 1000), "body_timeout_ms": int(BODY_SECONDS * 1000),
                                                    "request_timeout_ms": int(REQUEST_SECONDS * 1000), "keepalive_timeout_ms": int(20_000 * SLOW)}}}

    def drip(self, held, data, seconds):
        """A byte on each connection in turn, until the gateway has answered them all."""
        open_ones, at, deadline = list(held), 0, time.monotonic() + seconds
        while open_ones and time.monotonic() < deadline:
            open_ones = [one for one in open_ones if one.is_open() and one.send(data[at:at + 1])]
            at += 1
            time.sleep(0.05)

    def statuses(self, held):
        seen = []
        for connection in held:
            try:
                seen.append(connection.answer().status)
            except Closed:
                seen.append(0)
        return seen


class Slow(Attack):
    def test_av01_heads_byte_by_byte(self):
        """slowloris: a head has one deadline, however many come byte by byte"""
        files = self.gateway.fd_count()
        with self.beside(MANY * KB_EACH):
            begin = time.monotonic()
            held = [self.raw() for _ in range(MANY)]
            self.drip(held, b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nX: " + b"y" * 500, 4 * HEAD_SECONDS)
            self.assertEqual(set(self.statuses(held)), {408})
            self.assertLess(time.monotonic() - begin, 6 * HEAD_SECONDS)
            for connection in held:
                connection.close()
        self.descriptors_are_back(files)

    def test_av02_bodies_byte_by_byte(self):
        """each announces 50 MB and sends a byte now and then: what is promised takes no memory, and the request has a deadline"""
        files = self.gateway.fd_count()
        with self.beside(MANY * KB_EACH):
            held = [self.raw() for _ in range(MANY)]
            for connection in held:
                connection.send(post(CHAT, b"", "Content-Length: 50000000", length=False) + BODY[:-1])
            self.drip(held, b" " * 1000, 3 * REQUEST_SECONDS)
            self.assertEqual(set(self.statuses(held)), {408})
            for connection in held:
                connection.close()
        self.descriptors_are_back(files)
        self.assertFalse([entry for entry in self.upstream.log() if "I behave" not in entry["body"]], "nothing of it went upstream")

    def test_av04_heads_of_the_largest_size(self):
        """60 KB of head each, and then nothing: 408, and what it held is given back"""
        files = self.gateway.fd_count()
        fields = b"".join(b"X%d: " % n + b"y" * 29_000 + b"\r\n" for n in range(2))
        with self.beside(MANY * (KB_EACH + 128)):
            held = [self.raw() for _ in range(MANY)]
            for connection in held:
                connection.send(HEALTH[:-2] + fields)
            self.assertEqual(set(self.statuses(held)), {408})
            for connection in held:
                connection.close()
        self.descriptors_are_back(files)


class SlowReaders(Hostile):
    settings = {"listen": {"workers": 2}}

    def test_av03_many_who_read_slowly(self):
        """100 clients take a kilobyte of their 2 MB now and then: what they do not take waits at the upstream"""
        files = self.gateway.fd_count()
        self.upstream.script([{"send": "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 2000000\r\n\r\n"},
                              {"send_repeated": {"text": "y" * 10_000, "times": 200}}], path_contains="speech", times=None)
        with self.beside(100 * 2 * KB_EACH, slowest=4.0):
            held = [self.raw(receive_buffer=4096) for _ in range(100)]
            for connection in held:
                connection.send(post("/v1/audio/speech", json.dumps({"model": "gpt", "input": "x", "voice": "v"}).encode()))
            for _ in range(5):
                for connection in held:
                    connection.socket.recv(1000)
                time.sleep(0.2)
            for connection in held:
                connection.close()
        self.descriptors_are_back(files)


class Resets(Attack):
    REQUESTS = {"counted": post(CHAT, BODY), "chunked": post(CHAT, b"", "Transfer-Encoding: chunked", length=False) + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
                "stream": post(CHAT, BODY[:-1] + b',"stream":true}'), "expecting": post(CHAT, BODY, "Expect: 100-continue"), "second": HEALTH + post(CHAT, BODY)}

    def test_av10_reset_at_every_byte(self):
        """RST behind each byte of a request: only whole requests may have gone upstream, and nothing is left over"""
        files = self.gateway.fd_count()
        with self.beside(8_000):
            for name, data in self.REQUESTS.items():
                with self.subTest(name):
                    for pause in (0, 0.002):
                        for at in range(len(data)):
                            self.send_and_reset(data[:at], pause)
        self.descriptors_are_back(files)
        self.assertEqual([entry["body"] for entry in self.upstream.log() if "I behave" not in entry["body"]], [])

    def test_av11_reset_behind_the_last_byte(self):
        files = self.gateway.fd_count()
        with self.beside(8_000):
            for data in self.REQUESTS.values():
                for _ in range(50):
                    self.send_and_reset(data, 0)
                    self.send_and_reset(data, 0.003)
        self.descriptors_are_back(files)
        for entry in self.upstream.log():
            self.assertTrue(entry["body_complete"] or entry["peer_closed_at"], entry)

    def send_and_reset(self, data, pause):
        connection = RawConnection(self.port)
        connection.send(data)
        if pause:
            time.sleep(pause)
        connection.reset()


class Flood(Attack):
    """no descriptor is left: those who are in are served, the others wait, and all is well afterwards"""
    LIMIT = 200

    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("other", "openai/other", base.replace("127.0.0.1", "127.0.0.2") + "/v1")]

    def flood(self):
        held = []
        for _ in range(2 * self.LIMIT):
            held.append(self.raw(timeout=2.0 * SLOW))
        wait_until(lambda: self.gateway.fd_count() >= self.LIMIT - 2, 10.0, "no descriptor is left")
        return held

    def test_av20_up_to_the_descriptor_limit(self):
        files = self.gateway.fd_count()
        soft_and_hard = resource.prlimit(self.gateway.pid, resource.RLIMIT_NOFILE, (self.LIMIT, resource.prlimit(self.gateway.pid, resource.RLIMIT_NOFILE)[1]))
        self.addCleanup(resource.prlimit, self.gateway.pid, resource.RLIMIT_NOFILE, soft_and_hard)
        with self.beside(self.LIMIT * KB_EACH):
            in_before = self.raw()
            in_before.send(HEALTH)
            self.assertEqual(in_before.answer().status, 200)
            held = self.flood()
            used, began = cpu_seconds(self.gateway.pid), time.monotonic()
            in_before.send(post(CHAT, BODY.replace(b'"gpt"', b'"other"')))  # this upstream would need a descriptor
            self.assert_error(in_before.answer(), 500, contains="Too many open files")
            time.sleep(1.0)
            self.assertLess((cpu_seconds(self.gateway.pid) - used) / (time.monotonic() - began), 0.7, "a loop that spins would use a core")
            for connection in held:
                connection.close()
            wait_until(lambda: self.gateway.fd_count() <= files + 10, 10.0, "the flood is over")
            wait_until(lambda: request(self.port, "GET", "/health/liveliness").status == 200, 5.0)
        lines = [line for line in self.gateway.stderr().splitlines() if "descriptor" in line]
        self.assertTrue(lines, "the log says what is wrong")
        self.assertLess(len(lines), 400 * SLOW, "but not once for each connection")




if __name__ == "__main__":
    main()
