"""G: model groups: wildcards with captures, aliases, defaults, what a provider does not offer; and the timeouts of a deployment."""
import json
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import ANTHROPIC_ROUTES, OPENAI_ROUTES, SLOW, USER, Scenario, deployment, main, post, usual_models, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"


class Groups(Scenario):
    settings = {"router_settings": {"model_group_alias": {
        "nick": "gpt", "secret-nick": {"model": "gpt", "hidden": True}, "open-nick": {"model": "claude", "hidden": False}}}}

    @classmethod
    def models(cls, base):
        v1 = base + "/v1"
        closed = socket.create_server(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        closed.close()
        return [
            *usual_models(base),
            deployment("any/*", "openai/*", v1),
            deployment("any/special-*", "openai/special/*", v1),
            deployment("two/*/of/*", "openai/*-and-*", v1),
            deployment("fixed/*", "openai/always-this", v1),
            deployment("anthropic/*", "anthropic/*", base),
            deployment("exact/one", "openai/exact-one", v1),
            deployment("exact/*", "openai/exact-star", v1),
            deployment("warm", "openai/warm-up", v1, temperature=0.25, max_tokens=7, stop=["END"], user="é"),
            deployment("hasty", "openai/hasty-up", v1, timeout=0.3),
            deployment("gone", "openai/gone-up", nowhere),
            deployment("nowhere", "openai/x", "http://no-such-host.invalid/v1"),
            deployment("headers", "openai/headers-up", v1, extra_headers={"x-team": "blue"}, organization="org-1"),
            deployment("custom", "whatever/name", v1, custom_llm_provider="openai"),
        ]

    def chat(self, model, **more):
        return self.call(CHAT, {"model": model, "messages": USER, **more})

    def upstream_model(self, model, path=CHAT, body=None):
        self.upstream.reset()
        answer = self.call(path, {"model": model, **(body or {"messages": USER})})
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(self.last_said()["body"])["model"]

    def test_g01_wildcards_fill_in_what_they_caught(self):
        for asked, got in {"any/gpt-4o": "gpt-4o", "any/a/b/c": "a/b/c", "any/special-x": "special/x", "two/1/of/2": "1-and-2",
                           "fixed/whatever": "always-this", "exact/one": "exact-one", "exact/two": "exact-star",
                           "any/é \"quoted\"": "é \"quoted\"", "custom": "whatever/name"}.items():
            with self.subTest(asked):
                self.assertEqual(self.upstream_model(asked), got)
        self.assertEqual(self.upstream_model("anthropic/claude-x", "/v1/messages", ANTHROPIC_ROUTES["/messages"]), "claude-x")

    def test_g02_wildcard_in_the_path(self):
        self.upstream.reset()
        answer = self.call("/openai/deployments/any%2Fgpt-4o/chat/completions", {"messages": USER})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(json.loads(self.last_said()["body"])["model"], "gpt-4o")
        self.assertEqual(answer.headers["x-litellm-model-group"], "any/*")

    def test_g03_a_model_name_cannot_leave_its_place(self):
        """what a client calls a model must not become a path, a field or another member upstream"""
        for name in ('any/../../admin', 'any/x","stream":true,"y":"', "any/x\r\nx-evil: 1", "any/\u0000", "any/?a=b#c"):
            with self.subTest(name):
                self.upstream.reset()
                answer = self.chat(name)
                self.assertEqual(answer.status, 200, answer.body)
                entry = self.last_said()
                self.assertEqual(entry["path"], "/v1/chat/completions")
                self.assertEqual(json.loads(entry["body"]), {"model": name[4:], "messages": USER})

    def test_g04_aliases(self):
        self.assertEqual(self.upstream_model("nick"), "gpt-up")
        self.assertEqual(self.upstream_model("secret-nick"), "gpt-up")
        self.assertEqual(self.upstream_model("open-nick", "/v1/messages", ANTHROPIC_ROUTES["/messages"]), "claude-up")
        self.assertEqual(self.chat("nick").headers["x-litellm-model-group"], "gpt")

    def test_g05_hidden_aliases_are_not_listed(self):
        names = {model["id"] for model in self.get("/v1/models").json()["data"]}
        self.assertIn("nick", names)
        self.assertIn("open-nick", names)
        self.assertNotIn("secret-nick", names)
        self.assertEqual(self.get("/v1/models/nick").status, 200)
        self.assertEqual(self.get("/v1/models/secret-nick").status, 404)

    def test_g06_defaults_only_where_the_client_said_nothing(self):
        self.chat("warm")
        self.chat("warm", temperature=1, stop=None)
        self.chat("warm", max_tokens=0)
        first, second, third = (json.loads(entry["body"]) for entry in self.said(3))
        defaults = {"temperature": 0.25, "max_tokens": 7, "stop": ["END"], "user": "é"}
        self.assertEqual(first, {"model": "warm-up", "messages": USER, **defaults})
        self.assertEqual(second, {"model": "warm-up", "messages": USER, **defaults, "temperature": 1, "stop": None})
        self.assertEqual(third["max_tokens"], 0)

    def test_g07_extra_headers(self):
        self.chat("headers")
        head = dict(self.last_said()["headers"])
        self.assertEqual((head["x-team"], head["openai-organization"]), ("blue", "org-1"))

    def test_g08_a_provider_without_the_route(self):
        error = self.assert_error(self.chat("claude"), 400, contains="anthropic")
        self.assertIn("/chat/completions", error["message"])
        answer = self.call("/v1/messages", {"model": "gpt", **ANTHROPIC_ROUTES["/messages"]})
        self.assertEqual((answer.status, answer.json()["type"], answer.json()["error"]["type"]), (400, "error", "invalid_request_error"))
        self.assert_error(self.call("/v1/rerank", {"model": "claude", **OPENAI_ROUTES["/rerank"]}), 400)
        self.assertEqual(self.upstream.log(), [])

    def test_g09_connection_refused(self):
        answer = self.chat("gone")
        error = self.assert_error(answer, 500, "internal_server_error", "APIConnectionError")
        self.assertIn("openai", error["message"].lower())
        self.assertEqual(answer.headers["x-litellm-model-group"], "gone")
        stream = self.call(CHAT, {"model": "gone", "messages": USER, "stream": True})
        self.assert_error(stream, 500, "internal_server_error", "APIConnectionError")
        self.assertEqual(stream.headers["content-type"], "application/json")

    def test_g10_a_host_that_does_not_exist(self):
        self.assert_error(self.chat("nowhere"), 500, "internal_server_error", "APIConnectionError")

    def test_g11_timeout_of_a_deployment(self):
        for action in ([{"stall": True}], [{"send": "HTTP/1.1 200 OK\r\ncontent-"}, {"stall": True}],
                       [{"send": "HTTP/1.1 200 OK\r\ncontent-length: 0"}, {"stall": True}]):
            with self.subTest(action):
                self.upstream.script(action)
                begin = time.monotonic()
                self.assert_error(self.chat("hasty"), 408, "timeout_error", "Timeout")
                self.assertLess(time.monotonic() - begin, 2.0 * SLOW)
        self.assertTrue(all(entry["peer_closed_at"] for entry in self.said(3)), "a late upstream is left at once")

    def test_g12_timeout_in_the_middle_of_a_short_body_is_an_error(self):
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n"
        self.upstream.script([{"send": head + '{"a":'}, {"stall": True}])
        self.assert_error(self.chat("hasty"), 408)

    def test_g14_timeout_in_the_middle_of_a_long_body_is_a_visible_cut(self):
        begun = '{"a":"' + 70000 * "a"
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"
        self.upstream.script([{"send": head + begun}, {"stall": True}])
        connection = self.raw()
        body = json.dumps({"model": "hasty", "messages": USER}).encode()
        connection.send(post(CHAT, body))
        status, fields = connection.head()
        self.assertEqual((status, dict(fields)["content-length"]), (200, "100000"))
        self.assertEqual(connection.rest(), begun.encode(), "the connection closes before the promised length")

    def test_g13_upstreams_that_speak_no_http(self):
        for text in ("SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nbad header\r\n\r\n", "HTTP/1.1 999 X\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
                     "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n"
                     "transfer-encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n"):
            with self.subTest(text):
                self.upstream.script([{"send": text}, {"close": True}])
                self.assert_error(self.chat("gpt"), 500)
        self.upstream.script({"close": True})
        self.assert_error(self.chat("gpt"), 500, contains="APIConnectionError")
        self.upstream.script({"reset": True})
        self.assert_error(self.chat("gpt"), 500, contains="APIConnectionError")

    def test_g14_interim_answers_of_an_upstream_are_skipped(self):
        self.upstream.script({"send": "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                                      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"})
        self.assertEqual(self.chat("gpt").body, b"{}")

    def test_g15_an_early_refusal_of_a_large_body(self):
        """the upstream answers before it has read the body, then closes"""
        self.upstream.script([{"read_request": False}, {"respond": {"status": 413, "body": {"error": {
            "message": "too much", "type": "invalid_request_error", "param": None, "code": "413"}}}}])
        answer = self.chat("gpt", x="y" * 3_000_000)
        self.assert_error(answer, 413, contains="too much")


class Pool(Scenario):
    settings = {"listen": {"limits": {"upstream_spare_per_host": 0}}}  # those are s80's

    def chat(self):
        return self.call(CHAT, {"model": "gpt", "messages": USER})

    def test_g16_a_pooled_connection_that_has_died(self):
        """the upstream closes an idle connection: the next request must not notice"""
        self.upstream.script([{"respond": {"status": 200, "body": {"ok": 1}}}, {"close": True}], times=None)
        for _ in range(20):
            self.assertEqual(self.chat().status, 200)
            wait_until(lambda: self.upstream.state()["open_connections"] == 0)

    def test_g17_connections_are_used_again(self):
        with self.raw() as connection:
            body = json.dumps({"model": "gpt", "messages": USER}).encode()
            for _ in range(20):
                connection.send(post(CHAT, body))
                self.assertEqual(connection.answer().status, 200)
        self.assertEqual(len({entry["connection"] for entry in self.said(20)}), 1)

    def test_g18_a_connection_with_something_left_on_it_is_not(self):
        """bytes after the end of an answer: whose are they? Nobody's."""
        for tail in ("x", "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nstolen"):
            self.upstream.script({"send": "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" + tail})
            self.assertEqual(self.chat().body, b"{}")
            for _ in range(4):
                self.assertIn(b"chat.completion", self.chat().body)

    def test_g19_connection_close_of_an_upstream(self):
        self.upstream.script({"respond": {"status": 200, "headers": {"connection": "close"}, "body": {"ok": 1}}})
        self.assertEqual(self.chat().status, 200)
        self.assertEqual(self.chat().status, 200)
        first, second = self.said(2)
        self.assertNotEqual(first["connection"], second["connection"])


if __name__ == "__main__":
    main()
