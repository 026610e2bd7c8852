"""C: connections: keep-alive, pipelining, HEAD, 100-continue, half-close, HTTP/1.0; and one upstream request for each client's."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, USER, Scenario, main, post, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = json.dumps({"model": "gpt", "messages": USER}).encode()
HEALTH = b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n"
ALIVE = b'"I\'m alive!"'


def numbered(number):
    return json.dumps({"model": "gpt", "messages": [{"role": "user", "content": f"n{number}"}]}).encode()


class Connections(Scenario):
    settings = {"listen": {"limits": {"body_timeout_ms": int(400 * SLOW)}}}

    def test_c01_many_requests_on_one_connection(self):
        connection = self.raw()
        for number in range(50):
            connection.send(post(CHAT, numbered(number)))
            self.assertIn(f"heard: n{number}\"".encode(), connection.answer().body)
        self.assertEqual(len(self.said(50)), 50, "exactly one upstream request each")

    def test_c02_pipelined(self):
        """all at once; the answers come in order"""
        connection = self.raw()
        connection.send(b"".join(post(CHAT, numbered(n)) + HEALTH for n in range(20)))
        for number in range(20):
            self.assertIn(f"heard: n{number}\"".encode(), connection.answer().body)
            self.assertEqual(connection.answer().body, ALIVE)
        self.assertEqual(len(self.said(20)), 20)

    def test_c03_pipelined_byte_by_byte(self):
        connection = self.raw()
        for byte in post(CHAT, numbered(1)) + HEALTH + post(CHAT, numbered(2)):
            connection.send(bytes([byte]))
        self.assertIn(b"heard: n1", connection.answer().body)
        self.assertEqual(connection.answer().body, ALIVE)
        self.assertIn(b"heard: n2", connection.answer().body)

    def test_c04_pipelined_behind_a_refusal(self):
        """a refusal whose body could be read away leaves the connection usable"""
        connection = self.raw()
        connection.send(post("/nope", BODY) + post(CHAT, BODY, key=None) + post(CHAT, b"{") + post(CHAT, numbered(3)))
        self.assertEqual([connection.answer().status for _ in range(3)], [404, 401, 400])
        self.assertIn(b"heard: n3", connection.answer().body)

    def test_c05_nothing_behind_connection_close(self):
        connection = self.raw()
        connection.send(post(CHAT, BODY, "Connection: close") + post(CHAT, BODY))
        answer = connection.answer()
        self.assertEqual((answer.status, answer.header("connection")), (200, "close"))
        self.assertTrue(connection.is_closed())
        self.assertEqual(len(self.said()), 1)

    def test_c06_head(self):
        connection = self.raw()
        connection.send(HEALTH.replace(b"GET", b"HEAD") * 2 + HEALTH)
        for _ in range(2):
            answer = connection.answer("HEAD")
            self.assertEqual((answer.status, answer.header("content-length")), (200, str(len(ALIVE))))
        self.assertEqual(connection.answer().body, ALIVE)
        connection.send(b"HEAD /nope HTTP/1.1\r\nHost: g\r\n\r\n" + HEALTH)
        self.assertEqual(connection.answer("HEAD").status, 404)
        self.assertEqual(connection.answer().body, ALIVE)

    def test_c07_100_continue(self):
        connection = self.raw()
        connection.send(post(CHAT, BODY, "Expect: 100-continue")[:-len(BODY)])
        self.assertEqual(connection.head(), (100, []))
        self.assertEqual(self.upstream.log(), [])
        connection.send(BODY)
        answer = connection.answer()
        self.assertEqual((answer.status, answer.interim), (200, []))
        connection.send(HEALTH)
        self.assertEqual(connection.answer().body, ALIVE)

    def test_c08_no_100_where_the_body_came_unasked(self):
        connection = self.raw()
        connection.send(post(CHAT, BODY, "Expect: 100-Continue"))
        answer = connection.answer()
        self.assertEqual((answer.status, answer.interim), (200, []))

    def test_c09_a_refusal_instead_of_100(self):
        """the client learns it before it sends the body, and the connection closes: whether the body follows is open"""
        for path, key, status in ((CHAT, None, 401), (CHAT, "wrong", 401), ("/nope", "sk-it", 404), ("/v1/models", "sk-it", 405)):
            with self.subTest(path, key=key):
                connection = self.raw()
                begin = time.monotonic()
                connection.send(post(path, BODY, "Expect: 100-continue", key=key)[:-len(BODY)])
                answer = connection.answer()
                self.assertLess(time.monotonic() - begin, 0.3 * SLOW)
                self.assertEqual((answer.status, answer.interim, answer.header("connection")), (status, [], "close"))
                self.assertTrue(connection.is_closed())

    def test_c10_100_continue_with_chunks(self):
        connection = self.raw()
        connection.send(post(CHAT, b"", "Expect: 100-continue", "Transfer-Encoding: chunked", length=False))
        self.assertEqual(connection.head(), (100, []))
        connection.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY))
        self.assertEqual(connection.answer().status, 200)

    def test_c11_http_1_0(self):
        connection = self.raw()
        connection.send(post(CHAT, BODY, "Expect: 100-continue", version="HTTP/1.0"))
        answer = connection.answer()
        self.assertEqual((answer.status, answer.interim, answer.header("connection")), (200, [], "close"))
        self.assertIsNone(answer.header("transfer-encoding"))
        self.assertTrue(connection.is_closed())

    def test_c12_http_1_0_keep_alive(self):
        connection = self.raw()
        for _ in range(3):
            connection.send(post(CHAT, BODY, "Connection: keep-alive", version="HTTP/1.0"))
            answer = connection.answer()
            self.assertEqual((answer.status, answer.header("connection")), (200, "keep-alive"))
            self.assertEqual(answer.header("content-length"), str(len(answer.body)))

    def test_c13_http_1_0_without_host(self):
        connection = self.raw()
        connection.send(b"GET /health/liveliness HTTP/1.0\r\n\r\n")
        self.assertEqual(connection.answer().body, ALIVE)

    def test_c14_later_minor_versions(self):
        connection = self.raw()
        connection.send(HEALTH.replace(b"1.1", b"1.9") * 2)
        self.assertEqual([connection.answer().body for _ in range(2)], [ALIVE] * 2)

    def test_c15_half_close(self):
        """FIN after the request, and requests that wait behind it: all are answered, then the connection closes"""
        connection = self.raw()
        connection.send(post(CHAT, numbered(1)) + HEALTH + post(CHAT, numbered(2)))
        connection.half_close()
        self.assertIn(b"heard: n1", connection.answer().body)
        self.assertEqual(connection.answer().body, ALIVE)
        self.assertIn(b"heard: n2", connection.answer().body)
        self.assertTrue(connection.is_closed())

    def test_c16_half_close_inside_a_message(self):
        for data in (HEALTH[:-2], HEALTH[:5], post(CHAT, BODY)[:-1], post(CHAT, b"", "Transfer-Encoding: chunked", length=False) + b"5\r\nhello\r\n"):
            with self.subTest(data[:30]):
                connection = self.raw()
                connection.send(data)
                connection.half_close()
                self.assert_error(connection.answer(), 400)
                self.assertTrue(connection.is_closed())
        self.assertEqual(self.upstream.log(), [])

    def test_c17_connecting_and_leaving(self):
        for how in ("close", "reset", "half_close"):
            for _ in range(20):
                getattr(self.raw(), how)()
        self.assertEqual(self.get("/health/liveliness").status, 200)

    def test_c18_upgrades_are_ignored(self):
        connection = self.raw()
        for upgrade in (b"h2c", b"websocket", b"TLS/1.2"):
            fields = b"\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + upgrade + b"\r\nHTTP2-Settings: AAM\r\n\r\n"
            connection.send(HEALTH.replace(b"\r\n\r\n", fields))
            self.assertEqual(connection.answer().status, 200)

    def test_c19_a_large_body_that_nobody_wanted(self):
        """the refusal arrives although megabytes are on their way: no reset overtakes it"""
        for _ in range(5):
            connection = self.raw()
            connection.send(post(CHAT, b"x" * 900_000, key="wrong"))
            answer = connection.answer()
            self.assertEqual((answer.status, answer.header("connection")), (401, "close"))

    def test_c20_one_upstream_request_whatever_becomes_of_it(self):
        """a POST is not sent twice: not after a reset, a cut, a timeout or an error"""
        scripts = ({"reset": True}, {"close": True}, [{"send": "HTTP/1.1 200 OK\r\n"}, {"close": True}], {"respond": {"status": 503}},
                   {"respond": {"status": 429}}, [{"send": "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"}, {"reset": True}])
        for script in scripts:
            with self.subTest(script):
                self.upstream.reset()
                self.upstream.script(script)
                self.raw_request_once()
                wait_until(lambda: self.upstream.log() and self.upstream.log()[-1]["t_end"])
                self.call(CHAT, BODY)
                self.assertEqual(len(self.said(2)), 2)

    def raw_request_once(self):
        connection = self.raw()
        connection.send(post(CHAT, BODY, "Connection: close"))
        connection.rest()


if __name__ == "__main__":
    main()
