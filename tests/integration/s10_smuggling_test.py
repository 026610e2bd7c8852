"""Q: one request of a client is one request upstream, whatever its framing tries to be."""
import base64
import json
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import FULL, SLOW, USER, Closed, Scenario, main  # noqa: E402

BODY = json.dumps({"model": "gpt", "messages": USER}).encode()
SMUGGLED_BODY = json.dumps({"model": "gpt", "messages": [{"role": "user", "content": "SMUGGLED"}]}).encode()
LINE = b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\n"
KEY = b"Authorization: Bearer sk-it\r\n"
SMUGGLED = LINE + KEY + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED_BODY) + SMUGGLED_BODY


def chunked(data, size=b"%x"):
    return size % len(data) + b"\r\n" + data + b"\r\n0\r\n\r\n"


def request(fields, body):
    return LINE + KEY + fields + b"\r\n" + body


# name -> (fields, body): what comes after is another request to a naive reader. Refused, all of them.
AMBIGUOUS = {
    "CL.TE": (b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % (len(chunked(BODY)) + len(SMUGGLED)), chunked(BODY) + SMUGGLED),
    "TE.CL": (b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", chunked(SMUGGLED)),
    "CL.TE: short": (b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(BODY), BODY + SMUGGLED),
    "duplicate CL": (b"Content-Length: %d\r\nContent-Length: %d\r\n" % (len(BODY), len(BODY + SMUGGLED)), BODY + SMUGGLED),
    "duplicate CL, the same": (b"Content-Length: %d\r\n" % len(BODY) * 2, BODY + SMUGGLED),
    "CL list": (b"Content-Length: %d, %d\r\n" % (len(BODY), len(BODY)), BODY + SMUGGLED),
    "CL with plus": (b"Content-Length: +%d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with minus": (b"Content-Length: -%d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with text": (b"Content-Length: %dabc\r\n" % len(BODY), BODY + SMUGGLED),
    "CL in hex": (b"Content-Length: 0x%x\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with inner space": (b"Content-Length: 4 5\r\n", BODY + SMUGGLED),
    "CL empty": (b"Content-Length:\r\n", BODY + SMUGGLED),
    "CL beyond 64 bits": (b"Content-Length: 18446744073709551617\r\n", BODY + SMUGGLED),
    "CL with a space before the colon": (b"Content-Length : %d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with a NUL": (b"Content-Length: %d\x00\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with a vertical tab": (b"Content-Length: \x0b%d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL folded": (b"Content-Length:\r\n %d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL after a bare LF": (b"X: y\nContent-Length: %d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL after a bare CR": (b"X: y\rContent-Length: %d\r\n" % len(BODY), BODY + SMUGGLED),
    "TE after a bare CR": (b"X: y\rTransfer-Encoding: chunked\r\n", chunked(BODY) + SMUGGLED),
    "a line without a colon": (b"garbage\r\nContent-Length: %d\r\n" % len(BODY), BODY + SMUGGLED),
    "a line that is only a colon": (b": x\r\nContent-Length: %d\r\n" % len(BODY), BODY + SMUGGLED),
    "a blank in a name": (b"X Y: z\r\nContent-Length: %d\r\n" % len(BODY), BODY + SMUGGLED),
    "chunk size with underscore": (b"Transfer-Encoding: chunked\r\n", b"1_0\r\n" + SMUGGLED),
    "chunk size with plus": (b"Transfer-Encoding: chunked\r\n", chunked(BODY, b"+%x") + SMUGGLED),
    "chunk size with 0x": (b"Transfer-Encoding: chunked\r\n", chunked(BODY, b"0x%x") + SMUGGLED),
    "chunk size with a space": (b"Transfer-Encoding: chunked\r\n", chunked(BODY, b"%x ") + SMUGGLED),
    "chunk size that wraps": (b"Transfer-Encoding: chunked\r\n", b"1000000000000000%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n" + SMUGGLED),
    "chunk line with LF": (b"Transfer-Encoding: chunked\r\n", chunked(BODY).replace(b"\r\n", b"\n") + SMUGGLED),
    "chunk extension with LF": (b"Transfer-Encoding: chunked\r\n", b"%x;a\nb\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n" + SMUGGLED),
    "chunk extension with CR": (b"Transfer-Encoding: chunked\r\n", b"%x;a\rb\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n" + SMUGGLED),
    "chunk that is longer than it says": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(BODY) + BODY + b"xx\r\n0\r\n\r\n" + SMUGGLED),
    "no CRLF behind a chunk": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(BODY) + BODY + b"0\r\n\r\n" + SMUGGLED),
    "trailer CL": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\nContent-Length: 999\r\n\r\n" + SMUGGLED),
    "trailer TE": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\nTransfer-Encoding: x\r\n\r\n" + SMUGGLED),
    "trailer with LF": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\nX: y\nZ: 1\r\n\r\n" + SMUGGLED),
    "CL with a semicolon": (b"Content-Length: %d;\r\n" % len(BODY), BODY + SMUGGLED),
    "CL in quotes": (b'Content-Length: "%d"\r\n' % len(BODY), BODY + SMUGGLED),
    "CL with a point": (b"Content-Length: %d.0\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with an exponent": (b"Content-Length: %de0\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with an underscore": (b"Content-Length: 1_0\r\n", BODY + SMUGGLED),
    "CL in other digits": ("Content-Length: \u0661\u0660\r\n".encode(), BODY + SMUGGLED),
    "CL in full width": ("Content-Length: \uff15\r\n".encode(), BODY + SMUGGLED),
    "CL with a form feed": (b"Content-Length: %d\x0c\r\n" % len(BODY), BODY + SMUGGLED),
    "CL behind a no-break space": (b"Content-Length:\xa0%d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL list, the same": (b"Content-Length: %d, %d\r\n" % (len(BODY), len(BODY)), BODY + SMUGGLED),
    "duplicate CL in another case": (b"Content-Length: %d\r\ncontent-length: 0\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with a NUL in its name": (b"Content-\x00Length: %d\r\n" % len(BODY), BODY + SMUGGLED),
    "CL with a tab before the colon": (b"Content-Length\t: %d\r\n" % len(BODY), BODY + SMUGGLED),
    "TE with a blank before the colon": (b"Transfer-Encoding : chunked\r\n", chunked(BODY) + SMUGGLED),
    "TE with a tab before the colon": (b"Transfer-Encoding\t: chunked\r\nContent-Length: 5\r\n", chunked(BODY) + SMUGGLED),
    "TE with a NUL in its name": (b"Transfer-\x00Encoding: chunked\r\n", chunked(BODY) + SMUGGLED),
    "TE with a byte above ASCII in its name": (b"Transfer-Encoding\xff: chunked\r\nContent-Length: 5\r\n", chunked(BODY) + SMUGGLED),
    "TE behind a blank": (b" Transfer-Encoding: chunked\r\n", chunked(BODY) + SMUGGLED),
    "TE behind a tab": (b"X: y\r\n\tTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunked(BODY) + SMUGGLED),
    "TE behind a bare LF": (b"X: y\nTransfer-Encoding: chunked\r\n", chunked(BODY) + SMUGGLED),
    "TE behind two CRs": (b"X: y\r\r\nTransfer-Encoding: chunked\r\n", chunked(BODY) + SMUGGLED),
    "two colons": (b"Transfer-Encoding:: chunked\r\n", chunked(BODY) + SMUGGLED),
    "chunk size that is empty": (b"Transfer-Encoding: chunked\r\n", b"\r\n" + chunked(BODY) + SMUGGLED),
    "chunk size with minus": (b"Transfer-Encoding: chunked\r\n", chunked(BODY, b"-%x") + SMUGGLED),
    "chunk size behind a blank": (b"Transfer-Encoding: chunked\r\n", chunked(BODY, b" %x") + SMUGGLED),
    "chunk size in other digits": (b"Transfer-Encoding: chunked\r\n", "\u0661\r\n".encode() + SMUGGLED),
    "chunk extension of nothing": (b"Transfer-Encoding: chunked\r\n", chunked(BODY, b"%x;") + SMUGGLED),
    "chunk extension without a name": (b"Transfer-Encoding: chunked\r\n", chunked(BODY, b"%x;=a") + SMUGGLED),
    "last chunk with LF": (b"Transfer-Encoding: chunked\r\n", chunked(BODY)[:-5] + b"0\n\n" + SMUGGLED),
    "last chunk that is negative": (b"Transfer-Encoding: chunked\r\n", chunked(BODY)[:-5] + b"-0\r\n\r\n" + SMUGGLED),
    "two CRLFs behind a chunk": (b"Transfer-Encoding: chunked\r\n", chunked(BODY)[:-5] + b"\r\n0\r\n\r\n" + SMUGGLED),
    "trailer without colon": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\nPOST / HTTP/1.1\r\n\r\n" + SMUGGLED),
}
SPELLINGS = [b"xchunked", b"chunked, identity", b"identity, chunked", b"gzip, chunked", b"chunked, gzip", b"identity", b"chunked;q=1", b"'chunked'",
             b'"chunked"', b"chunked,", b",chunked", b"chunked, chunked", b"chun ked", b"\x0bchunked", b"chunked\x0b", b"\xa0chunked", b"chunk", b"",
             b"chunked\x00", b"cow", b"chunked\r\n\tx", b"\r\n chunked", b"0", b"=?utf-8?B?Y2h1bmtlZA==?="]


PIECES = [b" ", b"\t", b"\r", b"\n", b"\r\n", b"\r\n ", b"\x00", b"\x0b", b"\x0c", b"\x7f", b"\x85", b"\xa0", b"\xff", b"_", b"-", b"+", b".", b",", b";", b":", b'"',
          b"'", b"0", b"1", b"0x", b"e1",
          b"x", b"chunked", b"identity", b"gzip", b", chunked", b"chunked, ", b"Content-Length: 3\r\n", b"\r\nTransfer-Encoding: chunked", b"\r\nContent-Length: 3",
          "\u212a".encode(), b"=?utf-8?Q?=0A?="]


def mutations(count, seed):
    """(number, bytes): a good request, framed either way or both, with one to three changes in its framing, and another request behind it."""
    rng = random.Random(seed)
    for number in range(count):
        body = json.dumps({"model": "gpt", "messages": [{"role": "user", "content": f"n{number}"}]}).encode()
        by_length, by_chunks = (b"Content-Length: %d" % len(body), body), (b"Transfer-Encoding: chunked", chunked(body))
        lines, sent = rng.choice([by_length, by_chunks, (by_length[0] + b"\r\n" + by_chunks[0], rng.choice([body, by_chunks[1]]))])
        wire = bytearray(lines + b"\r\n\r\n" + sent)
        reach = len(wire) if rng.random() < 0.3 and sent != body else len(lines) + 2  # framing only: a body may be anything
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            at, how = rng.randrange(reach), rng.random()
            if how < 0.6:
                wire[at:at] = rng.choice(PIECES)
            elif how < 0.75:
                wire[at:at + 1] = rng.choice(PIECES)
            elif how < 0.9:
                del wire[at]
            else:
                wire[at:at + 1] = bytes(wire[at:at + 1]).swapcase()
        yield number, LINE + KEY + b"Connection: close\r\n" + bytes(wire) + SMUGGLED


class Smuggling(Scenario):
    settings = {"listen": {"limits": {"body_timeout_ms": int(300 * SLOW), "head_timeout_ms": int(300 * SLOW)}}}

    def answers(self, data):
        connection = self.raw(timeout=5.0 * SLOW)
        connection.send(data)
        got = []
        try:
            while True:
                got.append(connection.answer())
        except Closed:
            return got

    def assert_refused(self, data):
        got = self.answers(data)
        self.assertEqual(len(got), 1, got)
        self.assertIn(got[0].status, (400, 501))
        self.assertEqual(got[0].header("connection"), "close")
        self.assertEqual(self.upstream.log(), [])

    def test_q01_ambiguous_framing_is_refused(self):
        for name, (fields, body) in AMBIGUOUS.items():
            with self.subTest(name):
                self.assert_refused(request(fields, body))

    def test_q02_spellings_of_transfer_encoding(self):
        for value in SPELLINGS:
            for line in (b"Transfer-Encoding: %b\r\n", b"Transfer-Encoding: %b\r\nContent-Length: 5\r\n",
                         b"Content-Length: 5\r\ntransfer-encoding:%b\r\n"):
                with self.subTest(value, line=line):
                    self.assert_refused(request(line % value, chunked(BODY) + SMUGGLED))

    def test_q03_two_lines_of_transfer_encoding(self):
        for first, second in ((b"chunked", b"chunked"), (b"chunked", b"identity"), (b"identity", b"chunked"), (b"x", b"chunked")):
            with self.subTest(first, second=second):
                lines = b"Transfer-Encoding: %b\r\nX: y\r\nTransfer-Encoding: %b\r\n" % (first, second)
                self.assert_refused(request(lines, chunked(BODY) + SMUGGLED))

    def test_q04_harmless_spellings_are_one_request(self):
        """case and blanks around the value mean nothing; the second request is one of its own"""
        for value in (b"chunked", b"Chunked", b"CHUNKED", b" chunked", b"\tchunked\t", b"chunked   "):
            for extension in (b"%x", b"0%x", b"%X;a=b", b'%x;a="b;\\x"', b"%x ;a".replace(b" ", b"")):
                with self.subTest(value, extension=extension):
                    self.upstream.reset()
                    got = self.answers(request(b"Transfer-Encoding:" + value + b"\r\nConnection: close\r\n", chunked(BODY, extension) + SMUGGLED))
                    self.assertEqual([answer.status for answer in got], [200])
                    self.assertEqual([json.loads(entry["body"])["messages"] for entry in self.said()], [USER])

    def test_q05_lookalikes_are_no_framing(self):
        for line in (b"Transfer_Encoding: chunked\r\n", b"X-Transfer-Encoding: chunked\r\n", b"Content_Length: 3\r\n",
                     b"TransferEncoding: chunked\r\n"):
            with self.subTest(line):
                self.upstream.reset()
                got = self.answers(request(line + b"Connection: close\r\nContent-Length: %d\r\n" % len(BODY), BODY + SMUGGLED))
                self.assertEqual([answer.status for answer in got], [200])
                entry, = self.said()
                self.assertNotIn(line.split(b":")[0].lower(), base64.b64decode(entry["raw_head_b64"]).lower())

    def test_q06_a_refused_request_takes_its_body_along(self):
        """401, 404, 405, 415 and 400 before the body is read: it is no request afterwards"""
        for name, head in (("401", LINE), ("404", LINE.replace(b"/v1/chat", b"/nope") + KEY), ("405", LINE.replace(b"POST", b"PUT") + KEY),
                           ("415", LINE + KEY + b"Content-Encoding: gzip\r\n"), ("400", LINE + KEY)):
            for length in (len(SMUGGLED), 200_000):
                for framing in (b"Content-Length: %d\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n"):
                    with self.subTest(name, length=length, framing=framing):
                        body = SMUGGLED.ljust(length, b" ")
                        got = self.answers(head + framing % len(body) + body + (b"\r\n0\r\n\r\n" if b"chunked" in framing else b"")
                                           + b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n")
                        self.assertEqual(str(got[0].status), name)
                        self.assertLessEqual(len(got), 2)
                        self.assertEqual([answer.status for answer in got[1:]], [200] * (len(got) - 1))
                        self.assertEqual(self.upstream.log(), [])

    def test_q07_header_injection(self):
        """E7 of the reference: an encoded word that holds a line break must not become a field upstream"""
        word = b"=?utf-8?Q?x=0D=0AX-Evil:_1?="
        names = (b"User-Agent", b"Accept", b"OpenAI-Beta", b"Idempotency-Key", b"X-Litellm-Call-Id")
        fields = b"".join(name + b": " + word + b"\r\n" for name in names)
        got = self.answers(request(fields + b"Connection: close\r\nContent-Length: %d\r\n" % len(BODY), BODY))
        self.assertEqual([answer.status for answer in got], [200])
        entry = self.last_said()
        names = {name.lower() for name, _ in entry["headers"]}
        self.assertNotIn("x-evil", names)
        self.assertEqual(dict(entry["headers"])["user-agent"], word.decode(), "the text as it is")
        self.assertNotIn("x-evil", {name for name, _ in got[0].headers})

    def test_q11_encoded_words_are_not_decoded(self):
        """=?utf-8?B?...?= is text: not a key, not a length, not a host"""
        for value in (b"=?utf-8?Q?Bearer_sk-it?=", b"=?utf-8?B?QmVhcmVyIHNrLWl0?=", b"Bearer =?utf-8?B?c2staXQ=?="):
            with self.subTest(value):
                head = LINE + b"Authorization: " + value + b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY)
                self.assertEqual([answer.status for answer in self.answers(head + BODY)], [401])
        self.assert_refused(request(b"Content-Length: =?utf-8?Q?5?=\r\n", BODY + SMUGGLED))
        self.assertEqual(self.upstream.log(), [])

    def test_q12_mutations_from_the_upstreams_side(self):
        """whatever the framing is turned into: the upstream sees this request, once and whole, framed one way, or nothing. Never the other one"""
        count, answered = 1500 if not FULL else 20_000, 0
        for number, data in mutations(count, seed=10):
            with self.subTest(number=number):
                got = self.answers(data)
                self.assertLessEqual(len(got), 1, data)
                answered += [answer.status for answer in got] == [200]
        seen = {}
        for entry in self.said(answered):
            head = base64.b64decode(entry["raw_head_b64"]).lower()
            content = json.loads(entry["body"])["messages"][0]["content"]
            self.assertNotIn(content, seen, "twice")
            seen[content] = entry
            self.assertRegex(content, r"^n\d+$")
            framing = [line for line in re.split(rb"[\r\n]+", head) if re.sub(rb"[^a-z]", b"", line.partition(b":")[0]) in (b"contentlength", b"transferencoding")]
            self.assertEqual(len(framing), 1, head)
            self.assertTrue(entry["body_complete"])
        self.assertEqual(len(seen), answered, "one request upstream for each answer, and no more")
        self.assertGreater(answered, count // 50, "some changes mean nothing: those go on")

    def test_q08_control_characters_in_fields(self):
        for byte in (b"\x00", b"\x01", b"\x07", b"\x0b", b"\x0c", b"\x1b", b"\x7f", b"\r", b"\n"):
            with self.subTest(byte):
                self.assert_refused(request(b"User-Agent: a" + byte + b"b\r\nContent-Length: %d\r\n" % len(BODY), BODY))

    def test_q09_bytes_above_ascii_go_on(self):
        self.answers(request("User-Agent: café\r\n".encode() + b"Connection: close\r\nContent-Length: %d\r\n" % len(BODY), BODY))
        self.assertIn("User-Agent: café".lower().encode(), base64.b64decode(self.last_said()["raw_head_b64"]).lower())

    def test_q10_an_upstream_cannot_split_the_answer(self):
        """nor may what an upstream sends become a second answer for the client"""
        for field in ("x-request-id: a\rb", "x-request-id: a\x00b", "x-request-id : a", "x request: a", "x-request-id: a\n b"):
            with self.subTest(field):
                self.upstream.script([{"send": f"HTTP/1.1 200 OK\r\n{field}\r\ncontent-length: 2\r\n\r\n{{}}"}, {"close": True}])
                got = self.answers(request(b"Connection: close\r\nContent-Length: %d\r\n" % len(BODY), BODY))
                self.assertEqual([answer.status for answer in got], [500])


if __name__ == "__main__":
    main()
