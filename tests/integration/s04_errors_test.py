"""E: refusals and upstream errors: their status, their shape in each dialect, and that nothing goes upstream."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import ANTHROPIC_ROUTES, OPENAI_ROUTES, STREAMS, USER, Scenario, main, post  # noqa: E402

CHAT = "/v1/chat/completions"
POSTS = sorted([*OPENAI_ROUTES, *ANTHROPIC_ROUTES, "/audio/transcriptions"])
GETS = ("/v1/models", "/v1/models/gpt", "/health/liveliness", "/health/readiness")


class Refusals(Scenario):
    def nothing_said(self):
        self.assertEqual(self.upstream.log(), [], "the upstream must not hear of it")

    def test_e01_no_such_path(self):
        for path in ("/", "/v1", "/v1/", "/v1/chat", "/v1/chat/completions/", "/v2/chat/completions", "//v1/chat/completions", "/v1//models",
                     "/V1/models", "/healthy", "/v1/chat/completions/x", "/v1/models/", "/v1/%63hat/completions",
                     "/engines/gpt", "/openai/deployments/gpt/models", "/v1/../v1/models", "/__log", "/%2e%2e/__log"):
            for method in ("GET", "POST", "DELETE"):
                with self.subTest(path, method=method):
                    self.assert_error(self.call(path, {"model": "gpt"} if method == "POST" else None, method), 404, "not_found_error", path)
        self.nothing_said()

    def test_e14_an_empty_model_in_the_path(self):
        """no model is no route"""
        for path in ("/engines//chat/completions", "/openai/deployments//chat/completions"):
            self.assert_error(self.call(path, {"messages": USER}), 404)

    def test_e02_wrong_method_says_which_is_right(self):
        for path in POSTS:
            for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
                with self.subTest(path, method=method):
                    answer = self.call("/v1" + path, method=method)
                    self.assertEqual((answer.status, answer.headers["allow"]), (405, "POST"))
        for path in GETS:
            with self.subTest(path):
                answer = self.call(path, {"a": 1})
                self.assert_error(answer, 405, "invalid_request_error", "GET")
                self.assertEqual(answer.headers["allow"], "GET, HEAD")
        self.nothing_said()

    def test_e03_unknown_methods(self):
        for method in ("TRACE", "BREW", "get", "PROPFIND"):
            with self.subTest(method):
                answer = self.raw()
                answer.send(f"{method} {CHAT} HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer sk-it\r\n\r\n".encode())
                self.assertIn(answer.answer().status, (405, 501))
        self.nothing_said()

    def test_e04_keys(self):
        for headers, words in (({}, "No api key"), ({"authorization": "Bearer wrong"}, "Invalid"), ({"authorization": "Bearer "}, "No api key"),
                               ({"authorization": "Basic c2staXQ6"}, "Invalid"), ({"x_api_key": "sk-it2"}, "Invalid"),
                               ({"api_key": "sk-i"}, "Invalid")):
            for path, body in ((CHAT, {"model": "gpt", "messages": USER}), ("/v1/embeddings", {"model": "gpt", "input": "x"})):
                with self.subTest(headers, path=path):
                    answer = self.call(path, body, key=None, **headers)
                    error = self.assert_error(answer, 401, "auth_error", words)
                    self.assertEqual((error["code"], error["param"]), ("401", None))
                    for value in headers.values():
                        self.assertNotIn(value.split()[-1], answer.text().replace("Bearer", "") if value.strip() != "Bearer" else "")
        self.assert_error(self.get("/v1/models", key=None), 401, "auth_error")
        self.assert_error(self.get("/v1/models/gpt", key="x"), 401, "auth_error")
        self.nothing_said()

    def test_e05_keys_before_bodies(self):
        """who may not come in learns nothing about bodies and models"""
        for body in ("{", '{"model":"nope"}', ""):
            self.assert_error(self.call(CHAT, body, key="wrong"), 401)

    def test_e06_unknown_model(self):
        for model in ("nope", "GPT", "gpt ", " gpt", "openai/gpt-up", "", "*"):
            with self.subTest(model):
                error = self.assert_error(self.call(CHAT, {"model": model, "messages": USER}), 400, "invalid_request_error")
                self.assertEqual(error["param"], "model")
                if model:
                    self.assertIn(f"Invalid model name passed in model={model}", error["message"])
        self.assert_error(self.call("/openai/deployments/nope/chat/completions", {"messages": USER}), 400, contains="nope")
        self.nothing_said()

    def test_e07_no_model(self):
        for body in ({}, {"messages": USER}, {"model": None}, {"model": 7}, {"model": ["gpt"]}, {"model": {"a": 1}}, {"model": ""}):
            with self.subTest(body):
                error = self.assert_error(self.call(CHAT, body), 400, "invalid_request_error", "model")
                self.assertEqual(error["param"], "model")
        self.nothing_said()

    def test_e08_bodies_that_are_no_json_object(self):
        for body in (b"", b"{", b"[]", b"null", b'"gpt"', b"7", b'{"model":"gpt"', b'{"model":"gpt"}x', b"{'model':'gpt'}", b'{"model":"gpt",}',
                     b'\xef\xbb\xbf{"model":"gpt"}', b'{"model":"\xff"}', b'{"model":"gpt"}{"model":"gpt"}', b"\x00", b'{"model":"gpt","x":nan}'):
            with self.subTest(body):
                self.assert_error(self.call(CHAT, body), 400, "invalid_request_error", "body")
        self.nothing_said()

    def test_e09_a_member_that_stands_twice(self):
        """a guard here and the upstream there could read different ones"""
        for body in ('{"model":"gpt","model":"claude"}', '{"model":"gpt","mod\\u0065l":"claude"}', '{"model":"gpt","messages":[],"messages":[]}'):
            with self.subTest(body):
                self.assert_error(self.call(CHAT, body), 400, "invalid_request_error", "twice")
        self.nothing_said()

    def test_e10_encoded_bodies(self):
        for coding in ("gzip", "br", "GZIP", "identity, gzip", "x"):
            with self.subTest(coding):
                self.assert_error(self.call(CHAT, b"\x1f\x8b\x08", content_encoding=coding), 415, contains="Content-Encoding")
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER}, content_encoding="identity").status, 200)

    def test_e11_forms(self):
        good = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt\r\n--b--\r\n"
        for kind, body in (("multipart/form-data", good), ("application/json", "{}"), ("multipart/form-data; boundary=c", good),
                           ("multipart/form-data; boundary=b", good[:-6]), ("multipart/form-data; boundary=b", ""),
                           ("multipart/mixed; boundary=b", good)):
            with self.subTest(kind, body=body):
                self.assert_error(self.call("/v1/audio/transcriptions", body.encode(), content_type=kind), 400, "invalid_request_error", "form")
        empty = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n"
        answer = self.call("/v1/audio/transcriptions", empty.encode(), content_type="multipart/form-data; boundary=b")
        self.assert_error(answer, 400, contains="model")
        self.nothing_said()

    def test_e12_anthropic_shapes(self):
        body = {"model": "claude", **ANTHROPIC_ROUTES["/messages"]}
        for answer, status, kind in ((self.call("/v1/messages", {**body, "model": "nope"}), 400, "invalid_request_error"),
                                     (self.call("/v1/messages", "{"), 400, "invalid_request_error"),
                                     (self.call("/v1/messages/count_tokens", "[]"), 400, "invalid_request_error"),
                                     (self.call("/v1/messages", method="GET"), 405, "invalid_request_error")):
            with self.subTest(status, kind=kind):
                self.assertEqual(answer.status, status)
                value = answer.json()
                self.assertEqual((value["type"], value["error"]["type"]), ("error", kind))
                self.assertTrue(value["error"]["message"])
                self.assertEqual(answer.headers["content-type"], "application/json")

    def test_e15_anthropic_key_errors(self):
        """Anthropic's own type for a wrong key"""
        for key in (None, "wrong"):
            answer = self.call("/v1/messages", {"model": "claude", **ANTHROPIC_ROUTES["/messages"]}, key=key)
            self.assertEqual((answer.status, answer.json()["type"]), (401, "error"))
            self.assertEqual(answer.json()["error"]["type"], "authentication_error")

    def test_e13_a_name_in_an_error_cannot_break_out(self):
        name = 'x"}\r\nx-evil: 1\r\n\u0000\u2028<script>'
        answer = self.call(CHAT, {"model": name, "messages": USER})
        error = self.assert_error(answer, 400)
        self.assertIn(name, error["message"])
        self.assertNotIn("x-evil", answer.headers)


class UpstreamErrors(Scenario):
    def answered(self, status, body, headers=None, path=CHAT, model="gpt", **more):
        self.upstream.script({"respond": {"status": status, "headers": headers or {}, "body": body}})
        return self.call(path, {"model": model, "messages": USER, **more})

    def test_e20_an_openai_error_goes_on_as_it_is(self):
        for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 529):
            with self.subTest(status):
                body = '{ "error": {"message":"m é","type":"t","param":null,"code":"c","extra":[1]} }\n'
                answer = self.answered(status, body, {"content-type": "application/json", "retry-after": "7", "x-request-id": "up"})
                self.assertEqual((answer.status, answer.text()), (status, body))
                self.assertEqual((answer.headers["retry-after"], answer.headers["x-request-id"]), ("7", "up"))
                self.assertTrue(answer.headers["content-type"].startswith("application/json"))
                self.assertEqual(answer.headers["x-litellm-model-id"], "gpt-1")

    def test_e21_an_anthropic_error_too(self):
        body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}'
        answer = self.answered(529, body, path="/v1/messages", model="claude", max_tokens=1)
        self.assertEqual((answer.status, answer.text()), (529, body))

    def test_e22_anything_else_is_put_into_shape(self):
        for body, kind in (("<html><h1>502 Bad Gateway</h1></html>", "text/html"), ("", "text/plain"), ("[1]", "application/json"),
                           ('{"detail":"x"}', "application/json"), ('{"error":"text"}', "application/json"), ("\x00" * 100, "x/y")):
            for status in (400, 404, 429, 500, 502, 503):
                with self.subTest(body, status=status):
                    answer = self.answered(status, body, {"content-type": kind, "content-disposition": "attachment"})
                    error = self.assert_error(answer, status, contains="openaiException")
                    self.assertEqual(answer.headers["content-type"], "application/json")
                    self.assertEqual(error["code"], str(status))
        self.assertEqual(self.answered(502, "<html>", path="/v1/messages", model="claude").json()["type"], "error")

    def test_e23_redirects_are_not_followed(self):
        answer = self.answered(302, "", {"location": "http://127.0.0.1:1/"})
        self.assert_error(answer, 500)
        self.assertNotIn("location", answer.headers)
        self.assertEqual(len(self.said()), 1)

    def test_e24_errors_of_streams_before_the_first_event(self):
        for name, (path, body, _) in STREAMS.items():
            with self.subTest(name):
                self.upstream.script({"respond": {"status": 429, "headers": {"retry-after": "3"}, "body": {"error": {"message": "slow down"}}}})
                answer = self.call(path, body)
                self.assertEqual((answer.status, answer.headers["retry-after"]), (429, "3"))
                self.assertEqual(answer.json()["error"]["message"], "slow down")

    def test_e25_an_error_body_that_breaks_off(self):
        self.upstream.script([{"send": "HTTP/1.1 503 X\r\ncontent-length: 500\r\n\r\n{\"error\":{\"mess"}, {"close": True}])
        self.assert_error(self.call(CHAT, {"model": "gpt", "messages": USER}), 503)

    def test_e26_an_answer_that_breaks_off(self):
        for head in ("content-length: 500\r\n\r\n{\"id\":", "transfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n",
                     "transfer-encoding: chunked\r\n\r\n5\r\n{\"i"):
            with self.subTest(head):
                self.upstream.script([{"send": "HTTP/1.1 200 OK\r\n" + head}, {"close": True}])
                connection = self.raw()
                body = json.dumps({"model": "gpt", "messages": USER}).encode()
                connection.send(post(CHAT, body))
                received = connection.rest()
                if received.startswith(b"HTTP/1.1 500"):
                    continue  # nothing had gone out yet: an error says it best
                self.assertTrue(received.startswith(b"HTTP/1.1 200"), received)
                self.assertFalse(received.endswith(b"0\r\n\r\n"), "a cut answer must not look whole")


if __name__ == "__main__":
    main()
