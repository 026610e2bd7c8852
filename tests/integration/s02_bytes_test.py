"""B: a body goes upstream byte for byte, except the model's name and what the configuration adds."""
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, USER, Scenario, deployment, main, usual_models  # noqa: E402

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"

# name -> body with @ where the model stands; @ is its JSON literal, quotes included
BODIES = {
    "compact": '{"model":@,"messages":[]}',
    "model last": '{"messages":[],"model":@}',
    "model alone": '{"model":@}',
    "odd whitespace": ' \r\n\t{ \t"messages" :\r\n [ ] ,\n\n"model"\t:\t@ , "x" : 1 }\n \r\n',
    "spaces inside empty things": '{"model":@,"a":{ },"b":[\t\n],"c":"" }',
    "key order": '{"z":1,"a":2,"model":@,"m":3,"messages":[],"b":4}',
    "escapes": '{"model":@,"x":"\\u0041\\u00e9\\ud83d\\ude00 \\/ \\b\\f\\n\\r\\t \\" \\\\","y":"\\u0000"}',
    "raw utf-8": '{"model":@,"x":"é😀\u2028\u2029\ufeff\u0000"}'.replace("\u0000", ""),
    "escaped key": '{"mod\\u0065l":@,"messages":[]}',
    "unknown fields": '{"model":@,"x_custom":{"deep":[[[{"er":null}]]]},"9":true}',
    "cache_control": '{"model":@,"messages":[{"role":"user","content":[{"type":"text","text":"hi",'
                     '"cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}',
    "numbers": '{"model":@,"i":18446744073709551615,"j":-9223372036854775808,"n":-0,"e":1E+2,"f":1.0,'
               '"g":1.10000000000000000001,"h":1e-7,"t":9007199254740993}',
    "nested models": '{"messages":[{"model":"gpt"}],"tools":[{"model":"gpt","x":{"model":"gpt"}}],"model":@,"s":"\\"model\\":\\"gpt\\""}',
    "a key that looks like the model": '{"Model":"gpt","model ":"gpt","model":@,"MODEL":"gpt","\\"model":"gpt"}',
    "brackets in strings": '{"a":"}]{[,:","model":@,"b":"\\\\","c":"\\\\\\""}',
    "empty key": '{"":0,"model":@}',
    "duplicates below the top": '{"model":@,"x":{"a":1,"a":2}}',
    "long text": '{"model":@,"x":"' + "lorem ipsum " * 20000 + '"}',
    "many fields": '{' + ",".join(f'"k{n}":{n}' for n in range(2000)) + ',"model":@}',
    "deep": '{"x":' + "[" * 500 + "]" * 500 + ',"model":@}',
}


class Bytes(Scenario):
    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("same", "openai/same", base + "/v1"),
                deployment("modèle 😀", "openai/gpt-up", base + "/v1")]

    def forwarded(self, path, body, **headers):
        """What the upstream got for this body."""
        self.upstream.reset()
        self.upstream.script({"respond": {"status": 200, "body": {"ok": True}}})
        answer = self.call(path, body, content_type="application/json", **headers)
        self.assertEqual(answer.status, 200, answer.body)
        return self.last_said()["body"]

    def test_b01_only_the_model_changes(self):
        for name, body in BODIES.items():
            with self.subTest(name):
                self.assertEqual(self.forwarded(CHAT, body.replace("@", '"gpt"', 1)), body.replace("@", '"gpt-up"', 1))

    def test_b02_messages_likewise(self):
        for name, body in BODIES.items():
            with self.subTest(name):
                self.assertEqual(self.forwarded(MESSAGES, body.replace("@", '"claude"', 1)), body.replace("@", '"claude-up"', 1))

    def test_b03_a_model_that_has_its_name_already(self):
        for name, body in BODIES.items():
            with self.subTest(name):
                body = body.replace("@", '"same"', 1)
                self.assertEqual(self.forwarded(CHAT, body), body)

    def test_b04_the_name_may_be_written_with_escapes(self):
        self.assertEqual(self.forwarded(CHAT, '{"model" : "\\u0067pt" ,"x":1}'), '{"model" : "gpt-up" ,"x":1}')
        for literal in ('"mod\\u00e8le \\ud83d\\ude00"', '"modèle 😀"'):
            self.assertEqual(self.forwarded(CHAT, f'{{"x":0,"model":{literal}}}'), '{"x":0,"model":"gpt-up"}')

    def test_b05_model_from_the_path_is_put_in_front(self):
        for body, wanted in (('{"messages": [ ] }', '{"model":"gpt-up","messages": [ ] }'), ("{}", '{"model":"gpt-up"}'),
                             ('{ "a":1}', '{"model":"gpt-up", "a":1}'), ('{"model":null}', '{"model":"gpt-up"}')):
            with self.subTest(body):
                self.assertEqual(self.forwarded("/engines/gpt/chat/completions", body), wanted)

    def test_b06_a_stream_is_asked_for_its_usage(self):
        self.assertEqual(self.forwarded(CHAT, '{"model":"gpt", "stream":true}'),
                         '{"stream_options":{"include_usage":true},"model":"gpt-up", "stream":true}')
        asks = '{"model":"gpt", "stream":true, "stream_options" : { "include_usage" : true } }'
        self.assertEqual(self.forwarded(CHAT, asks), asks.replace('"gpt"', '"gpt-up"'), "it asks already")
        self.assertEqual(self.forwarded(CHAT, '{"model":"gpt","stream":true,"stream_options":{"x": 1}}'),
                         '{"model":"gpt-up","stream":true,"stream_options":{"x":1,"include_usage":true}}')
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": [], "stream": "true"}).status, 400)
        for body in ('{"model":"gpt","stream":false}', '{"model":"gpt","stream":null}'):
            self.assertEqual(self.forwarded(CHAT, body), body.replace('"gpt"', '"gpt-up"'), "no stream")
        body = '{"model":"claude","stream":true}'
        self.assertEqual(self.forwarded(MESSAGES, body), body.replace('"claude"', '"claude-up"'), "no such option there")

    def test_b07_chunked_bodies_are_the_same_bytes(self):
        body = BODIES["odd whitespace"].replace("@", '"gpt"').encode()
        for size in (1, 2, 7, len(body)):
            with self.subTest(size):
                self.upstream.reset()
                connection = self.raw()
                pieces = [body[at:at + size] for at in range(0, len(body), size)]
                connection.send(b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer sk-it\r\n"
                                b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%X\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n")
                self.assertEqual(connection.answer().status, 200)
                entry = self.last_said()
                self.assertEqual(entry["body"].encode(), body.replace(b'"gpt"', b'"gpt-up"'))
                names = [name for name, _ in entry["headers"]]
                self.assertIn("content-length", names)
                self.assertNotIn("transfer-encoding", names)

    def test_b08_a_large_body(self):
        body = '{"messages":[{"role":"user","content":"' + "x" * 5_000_000 + '"}],"model":"gpt"}'
        self.assertEqual(self.forwarded(CHAT, body), body.replace('"gpt"', '"gpt-up"'))

    def test_b09_answers_are_the_upstreams_bytes(self):
        for text in ('{ "b" : 1.0 ,\r\n"a":[ ] , "é":"\\u00e9" }\n', "[]", "{" * 70000):
            for framing in ("length", "chunked", "close"):
                with self.subTest(text[:20], framing=framing):
                    self.upstream.reset()
                    self.upstream.script(answer_in(framing, text))
                    answer = self.call(CHAT, {"model": "gpt", "messages": USER})
                    self.assertEqual((answer.status, answer.text()), (200, text))

    def test_b11_an_answer_that_is_no_json_although_it_says_so(self):
        for text in ('"just text"', "", "not json at all", '{"cut":'):
            for framing in ("length", "chunked", "close"):
                with self.subTest(text, framing=framing):
                    self.upstream.reset()
                    self.upstream.script(answer_in(framing, text))
                    self.assert_error(self.call(CHAT, {"model": "gpt", "messages": USER}), 500, contains="no JSON")

    def test_b10_binary_answers(self):
        sound = bytes(range(256)) * 5000
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (sound[:1], sound[1:70000], sound[70000:]))
        self.upstream.script([{"send": "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ntransfer-encoding: chunked\r\n\r\n"},
                              {"send_b64": base64_of(chunks + b"0\r\n\r\n")}])
        answer = self.call("/v1/audio/speech", {"model": "gpt", "input": "x", "voice": "alloy"})
        self.assertEqual((answer.headers["content-type"], answer.body == sound), ("audio/mpeg", True))

    def test_b11_what_goes_upstream_besides(self):
        self.forwarded(CHAT, '{"model":"gpt"}', user_agent="my-app/1", openai_beta="assistants=v2", idempotency_key="k1",
                       accept="application/json", x_private="secret", forwarded="for=1", te="trailers", connection="x-private")
        head = {name: value for name, value in self.last_said()["headers"]}
        self.assertEqual(head, {"host": f"127.0.0.1:{self.upstream.port}", "content-type": "application/json", "accept": "application/json",
                                "openai-beta": "assistants=v2", "idempotency-key": "k1", "user-agent": "my-app/1",
                                "authorization": "Bearer up-key", "content-length": "18"})

    def test_b12_many_fields_are_read_in_no_time(self):
        """the index of a body's members is quadratic"""
        body = "{" + ",".join(f'"key_number_{n}":0' for n in range(16000)) + ',"model":"gpt"}'
        self.upstream.script({"respond": {"status": 200, "body": {"ok": True}}})
        answer = self.call(CHAT, body)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertLess(float(answer.headers["x-litellm-overhead-duration-ms"]), 100 * SLOW, "work must not grow with the square")

    def test_b13_big_integers(self):
        """big integers are valid JSON"""
        body = '{"model":"gpt","i":12345678901234567890123456789,"j":-18446744073709551616}'
        self.assertEqual(self.forwarded(CHAT, body), body.replace('"gpt"', '"gpt-up"'))


def answer_in(framing, text):
    data = text.encode()
    head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    if framing == "length":
        return {"send": head + f"content-length: {len(data)}\r\n\r\n" + text}
    if framing == "close":
        return [{"send": head + "\r\n" + text}, {"close": True}]
    half = text[:len(text) // 2], text[len(text) // 2:]
    chunks = "".join(f"{len(part.encode()):x}\r\n{part}\r\n" for part in half if part)
    return {"send": head + "transfer-encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"}


def base64_of(data):
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    main()
