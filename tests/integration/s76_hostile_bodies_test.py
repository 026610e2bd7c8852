"""AV: bodies that mean harm: nested 100,000 deep, compressed, 56 MB a hundred times at once; bare and with everything on that reads them."""
import concurrent.futures
import gzip
import json
import pathlib
import socketserver
import sys
import threading
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from beside import Hostile  # noqa: E402
from everything import everything  # noqa: E402
from scenario import ANTHROPIC_ROUTES, OPENAI_ROUTES, SLOW, Closed, deployment, main, post, usual_models, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
LEVELS = 100_000
MB = 1_000_000


def nested(opening, closing, core="1"):
    return opening * LEVELS + core + closing * LEVELS


# name -> JSON text of a value that is nested too deeply
DEEP = {"lists": nested("[", "]"), "objects": nested('{"a":', "}"), "both": nested('[{"a":', "}]"), "lists never closed": "[" * LEVELS,
        "objects never closed": '{"a":' * LEVELS, "with blanks": nested("[ ", " ]")}


class Deep(Hostile):
    def bodies(self, route_body):
        """The deep value as the body, as a member of it, and where a text belongs."""
        for name, value in DEEP.items():
            yield name, value
            for member in [*route_body, "metadata", "nobody_knows"]:
                body = {"model": "gpt", **route_body, member: "HERE"}
                yield f"{name} as {member}", json.dumps(body).replace('"HERE"', value)
        for place in ('{"role":"user","content":HERE}', '{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":HERE}}]}'):
            yield place, '{"model":"gpt","messages":[' + place.replace("HERE", DEEP["lists"]) + "]}"

    def test_av40_deep_json_in_requests(self):
        """400 at once, on every route, and nothing of it goes upstream; a loop keeps a parser the size of its last text"""
        routes = [("/v1" + path, body) for path, body in {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}.items()]
        with self.beside(64_000):
            for path, route_body in routes:
                for name, body in self.bodies(route_body):
                    with self.subTest(path, body=name):
                        begin = time.monotonic()
                        answer = self.call(path, body.encode(), content_type="application/json")
                        self.assertEqual(answer.status, 400, answer.body[:200])
                        self.assertTrue(answer.json()["error"]["message"])
                        self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
        self.assertEqual([entry["body"][:99] for entry in self.upstream.log() if "I behave" not in entry["body"]], [])

    def test_av41_deep_json_inside_a_text(self):
        """arguments of a tool are JSON in a text: however deep, they are a text to whoever forwards it"""
        for value in DEEP.values():
            body = {"model": "gpt", "messages": [{"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": value}}]}]}
            with self.beside(32_000):
                self.assertIn(self.call(CHAT, body).status, (200, 400))


class DeepWithEverything(Deep):
    settings = everything()


class Compressed(Hostile):
    """a body that is said to be compressed is refused before it is unpacked: there is nothing to blow up"""

    def test_av45_bombs(self):
        bomb = gzip.compress(b"\0" * 100 * MB, 9)
        twice = gzip.compress(bomb, 9)
        with self.beside(8_000):
            for coding, data in (("gzip", bomb), ("deflate", zlib.compress(b"\0" * 100 * MB, 9)), ("gzip, gzip", twice), ("br", b"\x00" * 5000),
                                 ("zstd", b"\x28\xb5\x2f\xfd" * 99),
                                 ("x-gzip", bomb), ("compress", b"\x1f\x9d" * 99), ("identity, gzip", bomb), ("GZIP", bomb), ("unheard-of", b"{}")):
                with self.subTest(coding):
                    self.assert_error(self.call(CHAT, data, content_encoding=coding), 415, contains="Content-Encoding")
            self.assert_error(self.call(CHAT, bomb), 400)  # not said to be compressed: it is no JSON, and that is all
        self.assertEqual([entry["path"] for entry in self.upstream.log() if "I behave" not in (entry.get("body") or "")], [])

    def test_av46_a_compressed_transfer(self):
        """Transfer-Encoding: gzip, chunked: 501, s10 has the spellings"""
        connection = self.raw()
        connection.send(post(CHAT, b"", "Transfer-Encoding: gzip, chunked", length=False) + b"5\r\n")
        self.assert_error(connection.answer(), 501)


class Swallowing(socketserver.ThreadingTCPServer):
    """An upstream that reads a body and forgets it: the scripted one would keep all of them."""
    daemon_threads, allow_reuse_address, request_queue_size = True, True, 200

    def __init__(self):
        self.bytes, self.lock = 0, threading.Lock()
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while line := self.rfile.readline():
                length = 0
                while line not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                    line = self.rfile.readline()
                left = length
                while left > 0 and (part := self.rfile.read(min(left, MB))):
                    left -= len(part)
                    with self.server.lock:
                        self.server.bytes += len(part)
                if left:
                    return
                self.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}')


class LargeBodies(Hostile):
    """56 MB a hundred times at once: the sum has a bound, who comes beyond it gets 429, and small ones are served"""
    BUDGET, SIZE, COUNT = 400 * MB, 56 * MB, 100
    OPENING = b'{"model":"large","messages":[{"role":"user","content":"'

    settings = {"listen": {"workers": 2, "limits": {"bodies_in_flight_bytes_max": BUDGET}}}

    @classmethod
    def models(cls, base):
        cls.swallowing = Swallowing()
        cls.addClassCleanup(cls.swallowing.server_close)
        cls.addClassCleanup(cls.swallowing.shutdown)
        return [*usual_models(base), deployment("large", "openai/large", f"http://127.0.0.1:{cls.swallowing.server_address[1]}/v1")]

    def send_large(self, framing):
        """The status that a client got, or 0 if it was hung up on without one."""
        with self.raw(timeout=60 * SLOW) as connection:
            block, end = b"x" * MB, b'"}]}'
            left = self.SIZE - len(self.OPENING) - len(end)
            pieces = [self.OPENING, *[block] * (left // MB), b"x" * (left % MB), end]
            if framing == "chunked":
                connection.send(post(CHAT, b"", "Transfer-Encoding: chunked", length=False))
                pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece] + [b"0\r\n\r\n"]
            else:
                connection.send(post(CHAT, b"", f"Content-Length: {self.SIZE}", length=False))
            for piece in pieces:
                if not connection.send(piece):
                    break
            try:
                return connection.answer().status
            except Closed:
                return 0

    def test_av50_a_hundred_at_once(self):
        # More than the budget: bodies are strings that grow by doubling, while one moves it is there twice.
        with self.beside(5 * self.BUDGET // 2000, slowest=5.0) as beside:
            with concurrent.futures.ThreadPoolExecutor(max_workers=self.COUNT) as pool:
                statuses = list(pool.map(self.send_large, ["counted", "chunked"] * (self.COUNT // 2)))
        self.assertLessEqual(set(statuses), {200, 429, 0}, statuses)
        self.assertGreater(statuses.count(200), 0, "those that there is room for are carried out")
        self.assertGreater(statuses.count(429), 0, "the others learn why")
        self.assertEqual(self.swallowing.bytes >= statuses.count(200) * (self.SIZE - 10), True)
        print(f"{statuses.count(200)} of {self.COUNT} carried out, {statuses.count(429)} refused; the gateway grew by {beside.grown_kb() // 1000} MB", file=sys.stderr)

    def hold_and_let_go(self, clients=40, size=9 * MB):
        """Clients leave when they have sent so much each: what the kernel has taken, but for some, the gateway has."""
        held = [self.raw(timeout=30 * SLOW) for _ in range(clients)]
        for connection in held:
            connection.send(post(CHAT, b"", "Content-Length: 20000000", length=False) + self.OPENING + b"x" * size)
        time.sleep(0.5 * SLOW)
        most = self.gateway.rss_kb()
        for connection in held:
            connection.reset()
        return most

    def test_av51_the_budget_is_given_back(self):
        for _ in range(2):
            self.hold_and_let_go()
            wait_until(lambda: self.in_flight() == 0, 10.0, "they are gone")
        self.assertEqual(self.send_large("counted"), 200)

    def test_av52_one_at_a_time_there_is_always_room(self):
        for framing in ("counted", "chunked") * 5:
            self.assertEqual(self.send_large(framing), 200)


class GivenBack(LargeBodies):
    """a gateway that has seen no large body before"""
    test_av50_a_hundred_at_once = test_av51_the_budget_is_given_back = test_av52_one_at_a_time_there_is_always_room = None

    def test_av53_and_so_is_their_memory(self):
        before = self.gateway.rss_kb()
        self.assertGreater(max(self.hold_and_let_go() for _ in range(3)) - before, 200_000, "the bodies were there")
        wait_until(lambda: self.gateway.rss_kb() - before < 60_000, 10.0, "their memory is given back")

    def test_av54_of_middle_sized_ones_too(self):
        """each less than a block of its own; the allocator keeps some at the end of each arena"""
        before = self.gateway.rss_kb()
        self.assertGreater(max(self.hold_and_let_go(400, 900_000) for _ in range(3)) - before, 200_000, "the bodies were there")
        wait_until(lambda: self.gateway.rss_kb() - before < 100_000, 10.0, "their memory is given back")


if __name__ == "__main__":
    main()
