"""K: every limit, the status that says so, an OpenAI-shaped body, and what is still served meanwhile."""
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, USER, Closed, Scenario, main, post, wait_until  # noqa: E402

BODY = json.dumps({"model": "gpt", "messages": USER}).encode()
CHAT = "/v1/chat/completions"
HEALTH = b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n"


class Refused(Scenario):
    def one(self, data, status, method="POST"):
        """The data gets this answer and then the connection closes."""
        connection = self.raw()
        connection.send(data)
        answer = connection.answer(method)
        self.assert_error(answer, status)
        self.assertEqual((answer.header("content-type"), answer.header("connection")), ("application/json", "close"))
        self.assertTrue(answer.header("date"))
        self.assertTrue(connection.is_closed())
        self.assertEqual(self.upstream.log(), [])
        return answer


class Sizes(Refused):
    settings = {"listen": {"limits": {"target_bytes_max": 300, "head_bytes_max": 4000, "head_fields_max": 10, "field_bytes_max": 1000,
                                      "body_bytes_max": 2000}}}

    def head(self, target="/health/liveliness", fields=b""):
        return f"GET {target} HTTP/1.1\r\nHost: g\r\n".encode() + fields + b"\r\n"

    def test_k01_target_414(self):
        self.one(self.head("/" + "x" * 400), 414)
        self.one(b"GET /" + b"x" * 4000, 414)
        connection = self.raw()
        connection.send(self.head("/health/liveliness?" + "x" * 250))
        self.assertEqual(connection.answer().status, 200)

    def test_k02_one_field_431(self):
        self.one(self.head(fields=b"X: " + b"y" * 1100 + b"\r\n"), 431)
        self.one(self.head()[:-2] + b"X: " + b"y" * 1100, 431)
        self.one(self.head()[:-2] + b"x" * 1100, 431)

    def test_k03_all_fields_431(self):
        self.one(self.head(fields=b"".join(b"X%d: " % n + b"y" * 900 + b"\r\n" for n in range(6))), 431)

    def test_k04_number_of_fields_431(self):
        self.one(self.head(fields=b"X: y\r\n" * 10), 431)
        connection = self.raw()
        connection.send(self.head(fields=b"X: y\r\n" * 9))
        self.assertEqual(connection.answer().status, 200)

    def test_k05_body_413(self):
        self.one(post(CHAT, b"{" + b" " * 3000), 413)
        chunks = b"".join(b"64\r\n" + b" " * 100 + b"\r\n" for _ in range(25))
        head = post(CHAT, b"", "Transfer-Encoding: chunked", length=False)
        self.one(head + chunks + b"0\r\n\r\n", 413)
        self.one(head + chunks, 413)

    def test_k11_413_in_the_middle_of_a_chunk(self):
        """the limit is reached: the answer comes then, not when the client falls silent"""
        connection = self.raw(timeout=1.0 * SLOW)
        connection.send(post(CHAT, b"", "Transfer-Encoding: chunked", length=False) + b"FFFFFFFFFF\r\n" + b" " * 2500)
        self.assert_error(connection.answer(), 413)

    def test_k10_413_before_the_body_is_sent(self):
        """its length alone is reason enough"""
        for fields in ((), ("Expect: 100-continue",)):
            connection = self.raw(timeout=1.0 * SLOW)
            connection.send(post(CHAT, b"", *fields).replace(b"Content-Length: 0", b"Content-Length: 999999999999"))
            answer = connection.answer()
            self.assert_error(answer, 413)
            self.assertEqual(answer.interim, [])

    def test_k06_a_body_up_to_the_limit(self):
        self.assertEqual(self.call(CHAT, BODY.ljust(2000)).status, 200)
        self.assertEqual(self.call(CHAT, BODY.ljust(2001)).status, 413)

    def test_k07_413_in_anthropics_words(self):
        answer = self.call("/v1/messages", BODY.ljust(3000))
        self.assertEqual((answer.status, answer.json()["type"], answer.json()["error"]["type"]), (413, "error", "request_too_large"))

    def test_k08_400_417_501_505(self):
        for data, status in ((b"GET /health/liveliness HTTP/1.1\r\n\r\n", 400), (b"nonsense\r\n\r\n", 400), (b"\r\nGET / HTTP/1.1\r\n\r\n", 400),
                             (b"GET / HTTP/1.1\r\nHost: g\r\nExpect: 200-maybe\r\n\r\n", 417),
                             (b"POST / HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
                             (b"CONNECT g:1 HTTP/1.1\r\nHost: g\r\n\r\n", 501),
                             (b"GET / HTTP/2.0\r\nHost: g\r\n\r\n", 505), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
                             (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300 + b"\n", 400)):
            with self.subTest(data[:40]):
                self.one(data, status)

    def test_k09_an_upstreams_head_has_limits_too(self):
        for script in ({"send": "HTTP/1.1 200 OK\r\nX: " + "y" * 5000 + "\r\ncontent-length: 0\r\n\r\n"},
                       {"send_repeated": {"text": "X: y\r\n", "times": 5000}},
                       {"send_repeated": {"text": "HTTP/1.1 102 Processing\r\n\r\n", "times": 1000}}):
            self.upstream.script([script, {"stall": True}])
            self.assert_error(self.call(CHAT, BODY), 500)


class Times(Refused):
    settings = {"listen": {"limits": {"head_timeout_ms": int(300 * SLOW), "body_timeout_ms": int(300 * SLOW),
                                      "keepalive_timeout_ms": int(400 * SLOW),
                                      "request_timeout_ms": int(900 * SLOW)}}}

    def timed(self, data, status, drip=b""):
        """408 soon after the limit, however the client drips."""
        connection = self.raw()
        begin = time.monotonic()
        connection.send(data)
        while connection.is_open() and time.monotonic() - begin < 2 * SLOW:
            if drip:
                connection.send(drip)
            time.sleep(0.02)
        self.assert_error(connection.answer(), status)
        self.assertTrue(connection.is_closed())
        took = time.monotonic() - begin
        self.assertGreater(took, 0.25 * SLOW)
        self.assertLess(took, 1.0 * SLOW)

    def test_k20_slow_head_408(self):
        self.timed(b"GET / HTTP/1.1\r\n", 408)
        self.timed(b"G", 408)

    def test_k21_a_head_that_drips_408(self):
        """the whole head has one deadline: a byte now and then does not prolong it"""
        self.timed(b"GET / HTTP/1.1\r\nX: ", 408, drip=b"y")

    def test_k22_slow_body_408(self):
        self.timed(post(CHAT, BODY)[:-5], 408)
        self.timed(post(CHAT, b"", "Transfer-Encoding: chunked", length=False) + b"5\r\nhel", 408)
        self.assertEqual(self.upstream.log(), [])

    def test_k23_a_body_that_comes_slowly_is_read(self):
        connection = self.raw()
        data = post(CHAT, BODY)
        connection.send(data[:-len(BODY)])
        for at in range(0, len(BODY), 10):
            connection.send(BODY[at:at + 10])
            time.sleep(0.05)
        self.assertEqual(connection.answer().status, 200)

    def test_k24_idle_connections_close_without_a_word(self):
        connection = self.raw()
        begin = time.monotonic()
        self.assertTrue(connection.is_closed())
        self.assertGreater(time.monotonic() - begin, 0.3 * SLOW)
        connection = self.raw()
        connection.send(HEALTH)
        self.assertEqual(connection.answer().status, 200)
        self.assertTrue(connection.is_closed())

    def test_k25_the_whole_request_has_a_deadline(self):
        for stream in (False, True):
            self.upstream.script({"stall": True})
            begin = time.monotonic()
            answer = self.call(CHAT, {"model": "gpt", "messages": USER, "stream": stream})
            self.assert_error(answer, 408, "timeout_error")
            self.assertLess(time.monotonic() - begin, 1.6 * SLOW)

    def test_k27_also_while_the_body_comes(self):
        """a byte now and then does not prolong the request beyond its deadline"""
        connection = self.raw()
        connection.send(post(CHAT, b" " * 1900).rstrip(b" "))
        begin = time.monotonic()
        while connection.is_open() and time.monotonic() - begin < 2.5 * SLOW:
            connection.send(b" ")
            time.sleep(0.02)
        self.assertLess(time.monotonic() - begin, 1.6 * SLOW)
        self.assert_error(connection.answer(), 408)

    def test_k26_refused_without_its_body(self):
        """who is refused for the head alone does not wait for a body that never comes"""
        for data, status in ((post("/nope", BODY)[:-5], 404), (post(CHAT, BODY, key=None)[:-5], 401)):
            begin = time.monotonic()
            connection = self.raw()
            connection.send(data)
            self.assertEqual(connection.answer().status, status)
            self.assertLess(time.monotonic() - begin, 0.5 * SLOW)


class Numbers(Scenario):
    settings = {"listen": {"workers": 1, "limits": {"connections_max": 8}}}

    def fill(self, count):
        return [wait_until(self.enter, 5.0, "there is room") for _ in range(count)]

    def enter(self):
        """A connection that was let in; None if the one before is not quite gone."""
        connection = self.raw()
        connection.send(HEALTH)
        if connection.answer().status == 200:
            return connection
        connection.close()
        return None

    def assert_full(self, words):
        connection = self.raw()
        connection.send(HEALTH)
        answer = connection.answer()
        self.assert_error(answer, 503, "service_unavailable_error", words)
        self.assertTrue(connection.is_closed())

    def take_turns(self, words):
        held = self.fill(8)
        for _ in range(3):
            self.assert_full(words)
        held[0].send(HEALTH)
        self.assertEqual(held[0].answer().status, 200, "those who are in are served")
        held.pop().close()
        wait_until(self.has_room, 5.0, "a place is free again")

    def has_room(self):
        connection = self.raw()
        connection.send(HEALTH)
        try:
            return connection.answer().status == 200
        finally:
            connection.close()

    def test_k40_connections(self):
        wait_until(self.has_room)
        self.take_turns("connections")

    def test_k41_many_more_than_there_is_room_for(self):
        """the refused ones have a bound of their own; nothing breaks"""
        held = [self.raw() for _ in range(300)]
        for connection in held:
            connection.send(HEALTH)
        statuses = []
        for connection in held:
            try:
                statuses.append(connection.answer().status)
            except Closed:
                statuses.append(0)
        self.assertTrue(set(statuses) <= {200, 503, 0}, statuses)
        self.assertLessEqual(statuses.count(200), 8)
        self.assertGreater(statuses.count(503), 8)
        for connection in held:
            connection.close()
        wait_until(self.has_room, 5.0)


class NumbersOfAnAddress(Numbers):
    settings = {"listen": {"workers": 2, "limits": {"connections_per_address_max": 8}}}

    def test_k40_connections(self):
        wait_until(self.has_room)
        self.take_turns("address")


class NumbersOfFibers(Numbers):
    settings = {"listen": {"workers": 1, "limits": {"fibers_max": 11}}}  # three are the loop's own

    def test_k40_connections(self):
        wait_until(self.has_room)
        self.take_turns("requests")


if __name__ == "__main__":
    main()
