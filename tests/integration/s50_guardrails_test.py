"""UU: the registry of guardrails: who is guarded by what, in which mode, and what the client, the upstream and the record see of it."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import KEY, STREAMS, USER, Scenario, deployment, main, wait_until, whole_lines  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"
SAY = {"model": "gpt", "messages": [{"role": "user", "content": "a Falcon and an Owl"}]}
ANSWER = {"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": "the Falcon says Owl"}}]}


def guard(name, mode, words=None, **params):
    beside = {key: params.pop(key) for key in ("on_error", "order", "guardrail_info", "gate") if key in params}
    return {"guardrail_name": name, **beside,
            "litellm_params": {"guardrail": "word", "mode": mode, "words": words or {"Falcon": "mask"}, **params}}


class Guarded(Scenario):
    guardrails, plugins = [], []

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "word_guard.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/word_guard.so is not built")
        cls.settings = {**cls.settings, "plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"], "guardrails": cls.guardrails,
                        "plugins": [*cls.plugins, {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.upstream.script({"respond": {"status": 200, "body": ANSWER}})
        self.before = len(whole_lines(self.records()))

    def records(self):
        return pathlib.Path(self.gateway.directory) / "records.jsonl"

    def record(self):
        lines = wait_until(lambda: whole_lines(self.records())[self.before:])
        return json.loads(lines[-1])

    def guards_said(self):
        """name -> (mode, verdict, report) of the last record's guardrails"""
        told = {}
        for one in self.record()["guardrail_information"]:
            told.setdefault(one["guardrail_name"], []).append((one["guardrail_mode"], one["verdict"], one.get("guardrail_response")))
        return told

    def ask(self, body=SAY, **headers):
        return self.call(CHAT, body, **headers)

    def sent(self):
        return json.loads(self.last_said()["body"])

    def words_sent(self):
        return self.sent()["messages"][-1]["content"]

    def applied(self, answer):
        return sorted(filter(None, (answer.headers.get("x-litellm-applied-guardrails") or "").split(",")))


class Modes(Guarded):
    guardrails = [guard("in", "pre_call"), guard("out", "post_call"), guard("both", ["pre_call", "post_call"]), guard("look", "logging_only"),
                  guard("beside", "during_call", {"Falcon": "block"}),
                  guard("tagged", {"tags": {"strict": "pre_call", "late": "post_call"}, "default": "logging_only"})]

    def with_guards(self, *names, **more):
        return self.ask({**SAY, "guardrails": list(names), **more})

    def test_uu01_what_each_mode_looks_at(self):
        for names, sent, got in ((("in",), "a [BIRD] and an Owl", "the Falcon says Owl"), (("out",), "a Falcon and an Owl", "the [BIRD] says Owl"),
                                 (("both",), "a [BIRD] and an Owl", "the [BIRD] says Owl"), (("look",), "a Falcon and an Owl", "the Falcon says Owl"),
                                 ((), "a Falcon and an Owl", "the Falcon says Owl"), (("in", "out"), "a [BIRD] and an Owl", "the [BIRD] says Owl")):
            with self.subTest(names):
                self.setUp()
                answer = self.with_guards(*names)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual((self.words_sent(), answer.json()["choices"][0]["message"]["content"]), (sent, got))
                self.assertEqual(self.applied(answer), sorted(names))
                self.assertNotIn("guardrails", self.sent())

    def test_uu02_beside_the_call(self):
        answer = self.with_guards("beside")
        self.assert_error(answer, 400, contains="blocked by a guardrail")
        told = self.guards_said()
        self.assertEqual(told["beside"][0][:2], ("during_call", "blocked"))
        self.setUp()
        self.assertEqual(self.ask({**SAY, "messages": USER, "guardrails": ["beside"]}).status, 200)

    def test_uu03_logging_only_says_it_in_the_record(self):
        self.assertEqual(self.with_guards("look").status, 200)
        told = self.guards_said()["look"]
        self.assertEqual([(mode, verdict) for mode, verdict, _ in told], [("pre_call", "pass"), ("post_call", "pass")])
        self.assertEqual(told[0][2], {"entities": {"Falcon": 1}})

    def test_uu04_modes_by_tag(self):
        for tags, sent, got in ((["strict"], "a [BIRD] and an Owl", "the Falcon says Owl"), (["late"], "a Falcon and an Owl", "the [BIRD] says Owl"),
                                (["late", "strict"], "a [BIRD] and an Owl", "the [BIRD] says Owl"), (["other"], "a Falcon and an Owl", "the Falcon says Owl")):
            with self.subTest(tags):
                self.setUp()
                answer = self.with_guards("tagged", metadata={"tags": tags}, tags=tags)
                self.assertEqual((self.words_sent(), answer.json()["choices"][0]["message"]["content"]), (sent, got))

    def test_uu05_streams(self):
        for dialect, (path, body, _) in STREAMS.items():
            for name, text in (("out", "[BIRD]"), ("in", "Falcon")):
                with self.subTest(dialect, guard=name):
                    self.upstream.reset()
                    opening = events.BEGUN[dialect][:1] if dialect in ("responses", "messages") else []
                    said = {"chat": events.chat, "completions": events.completion}.get(dialect)
                    pieces = ["the Fal", "con", " flies"]
                    if dialect == "responses":
                        said = lambda t: events.named({"type": "response.output_text.delta", "output_index": 0, "delta": t})  # noqa: E731
                    if dialect == "messages":
                        said = lambda t: events.named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": t}})  # noqa: E731
                    self.upstream.script({"sse": {"events": opening + [said(p) for p in pieces] + events.ENDING[dialect]}})
                    answer = self.call(path, {**body, "guardrails": [name]})
                    self.assertEqual(answer.status, 200)
                    self.assertEqual(self.applied(answer), [name])
                    joined = "".join(json.loads(line[6:])["choices"][0].get("delta", {}).get("content") or "" for line in answer.text().splitlines()
                                     if line.startswith("data: {") and '"choices"' in line) if dialect == "chat" else answer.text()
                    if dialect == "chat" or name == "out":
                        self.assertIn(text, joined)
                    if name == "out":
                        self.assertNotIn("Fal", answer.text())

    def test_uu06_unknown_names_and_shapes_are_refused(self):
        self.assert_error(self.with_guards("in", "nobody"), 400, "invalid_request_error", 'There is no guardrail "nobody"')
        for shape in (5, [7], {"in": 1, "": 2}, [[1]]):
            self.assertEqual(self.ask({**SAY, "guardrails": shape}).status, 400, shape)
        self.assertEqual(self.upstream.log(), [])
        self.assertEqual(self.ask({**SAY, "guardrails": None}).status, 200)

    def test_uu07_settings_for_one_request(self):
        answer = self.ask({**SAY, "guardrails": [{"in": {"extra_body": {"also": "Owl"}}}]})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.words_sent(), "a [BIRD] and an [BIRD]")
        self.setUp()
        self.ask({**SAY, "guardrails": ["in"]})
        self.assertEqual(self.words_sent(), "a [BIRD] and an Owl")

    def test_uu08_named_in_metadata(self):
        self.ask({**SAY, "metadata": {"guardrails": ["in"], "run": "7"}})
        self.assertEqual(self.words_sent(), "a [BIRD] and an Owl")
        self.assertEqual(self.sent()["metadata"], {"run": "7"})

    def test_uu09_a_client_s_fallback_cannot_go_past_a_guardrail(self):
        fallbacks = [{"model": "gpt", "messages": [{"role": "user", "content": "the Falcon again"}]}]
        answer = self.ask({**SAY, "guardrails": ["in"], "fallbacks": fallbacks})
        self.assert_error(answer, 400, contains="past the guardrails")
        self.assertEqual(self.upstream.log(), [])
        self.assertEqual(self.ask({**SAY, "guardrails": ["in"], "fallbacks": [{"model": "gpt", "temperature": 0}]}).status, 200)
        self.assertEqual(self.ask({**SAY, "fallbacks": fallbacks}).status, 200)


class Selection(Guarded):
    guardrails = [guard("always", "pre_call", {"Owl": "mask"}, default_on=True), guard("must", "pre_call", {"Heron": "block"}, mandatory=True),
                  guard("wish", "pre_call"), guard("ghost", "pre_call", {"Falcon": "block"}, shadow=True, default_on=True, mode_of="x")]
    guardrails[-1]["litellm_params"].pop("mode_of")
    plugins = [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
    settings = {"router_settings": {"fallbacks": [{"broken": ["strict"]}]}}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt-1"}),
                deployment("strict", "openai/gpt-up", base + "/v1", {"id": "strict-1"}, guardrails=["wish"]),
                deployment("broken", "openai/gpt-up", base + "/broken/v1", {"id": "broken-1"})]

    def key(self, **wishes):
        answer = self.call("/key/generate", wishes)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["key"]

    def test_uu20_default_on_and_mandatory(self):
        answer = self.ask()
        self.assertEqual(self.words_sent(), "a Falcon and an [BIRD]")
        self.assertEqual(self.applied(answer), ["always", "ghost", "must"])
        heron = {**SAY, "messages": [{"role": "user", "content": "Heron"}]}
        self.assertEqual(self.ask(heron).status, 400)

    def test_uu21_of_keys_and_teams(self):
        self.ask(key=self.key(guardrails=["wish"]))
        self.assertEqual(self.words_sent(), "a [BIRD] and an [BIRD]")
        team = self.call("/team/new", {"team_alias": "uu21", "guardrails": ["wish"]}).json()["team_id"]
        self.setUp()
        self.ask(key=self.key(team_id=team))
        self.assertEqual(self.words_sent(), "a [BIRD] and an [BIRD]")

    def test_uu22_what_a_key_may_switch_off(self):
        key = self.key(metadata={"disable_global_guardrails": True})
        answer = self.ask(key=key)
        self.assertEqual(self.words_sent(), "a Falcon and an Owl")
        self.assertEqual(self.applied(answer), ["must"])
        self.assertEqual(self.ask({**SAY, "messages": [{"role": "user", "content": "Heron"}]}, key=key).status, 400)

    def test_uu23_a_team_that_may_not_choose(self):
        team = self.call("/team/new", {"team_alias": "uu23", "metadata": {"modify_guardrails": False}}).json()["team_id"]
        key = self.key(team_id=team)
        self.assert_error(self.ask({**SAY, "guardrails": ["wish"]}, key=key), 403, "auth_error", "may not choose guardrails")
        self.assertEqual(self.ask(key=key).status, 200)

    def test_uu24_of_a_model_and_of_what_it_falls_back_to(self):
        self.ask({**SAY, "model": "strict"})
        self.assertEqual(self.words_sent(), "a [BIRD] and an [BIRD]")
        self.upstream.reset()
        self.upstream.script({"respond": {"status": 500, "body": {"error": {"message": "no"}}}})
        answer = self.ask({**SAY, "model": "broken"})
        self.assertEqual(answer.status, 500)
        self.assertEqual([entry["path"] for entry in self.upstream.log()], ["/broken/v1/chat/completions"], "strict wants a guardrail that has not seen it")
        self.upstream.reset()
        self.upstream.script({"respond": {"status": 500, "body": {"error": {"message": "no"}}}}, times=1)
        answer = self.ask({**SAY, "model": "broken", "guardrails": ["wish"]})
        self.assertEqual([entry["path"] for entry in self.upstream.log()], ["/broken/v1/chat/completions", "/v1/chat/completions"])
        self.assertEqual(answer.status, 200)

    def test_uu25_a_key_that_asks_for_what_there_is_not(self):
        answer = self.ask(key=self.key(guardrails=["gone"]))
        self.assert_error(answer, 500, contains='There is no guardrail "gone", which this key, team or model asks for')
        self.assertEqual(self.upstream.log(), [])

    def test_uu26_a_shadow_changes_nothing_and_says_what_it_would_do(self):
        answer = self.ask()
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.guards_said()["ghost"], [("pre_call", "would_block", {"entities": {"Falcon": 1}})])

    def test_uu27_the_record_names_those_that_had_no_turn(self):
        self.ask({**SAY, "messages": [{"role": "user", "content": "Heron"}], "guardrails": ["wish"]})
        told = self.guards_said()
        self.assertEqual([v for _, v, _ in told["must"]], ["blocked"])
        self.assertEqual([v for _, v, _ in told["wish"]], ["not_run"])
        statuses = {one["guardrail_name"]: one["guardrail_status"] for one in self.record()["guardrail_information"]}
        self.assertEqual((statuses["must"], statuses["wish"], statuses["always"]), ("guardrail_intervened", "not_run", "success"))


class Policies(Guarded):
    guardrails = [guard("a", "pre_call"), guard("b", "pre_call", {"Owl": "mask"}), guard("c", "pre_call", {"and": "mask"})]
    plugins = [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
    settings = {"policies": {"base": {"guardrails": {"add": ["a"]}}, "child": {"inherit": "base", "guardrails": {"add": ["b"], "remove": ["a"]}},
                             "gpt-only": {"guardrails": {"add": ["c"]}, "condition": {"model": "gp.*"}}},
                "policy_attachments": [{"policy": "base", "tags": ["x-*"]}, {"policy": "child", "keys": ["bot-*"]}, {"policy": "gpt-only", "models": ["*"], "tags": ["c"]}]}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt-1"}), deployment("other", "openai/gpt-up", base + "/v1", {"id": "o"})]

    def sees(self, body=SAY, **headers):
        self.setUp()
        answer = self.ask(body, **headers)
        self.assertEqual(answer.status, 200, answer.body)
        return self.words_sent(), answer.headers.get("x-litellm-applied-policies")

    def test_uu50_attached_inherited_and_conditional(self):
        self.assertEqual(self.sees(), ("a Falcon and an Owl", None))
        self.assertEqual(self.sees({**SAY, "tags": ["x-1"]}), ("a [BIRD] and an Owl", "base"))
        self.assertEqual(self.sees(key=self.call("/key/generate", {"key_alias": "bot-7"}).json()["key"]), ("a Falcon and an [BIRD]", "child"))
        self.assertEqual(self.sees({**SAY, "tags": ["c"]}), ("a Falcon [BIRD] an Owl", "gpt-only"))
        self.assertEqual(self.sees({**SAY, "model": "other", "tags": ["c"]})[0], "a Falcon and an Owl")
        self.assertEqual(self.sees({**SAY, "policies": ["base", "child"]}), ("a [BIRD] and an [BIRD]", "base,child"))
        self.assertNotIn("policies", self.sent())
        self.assert_error(self.ask({**SAY, "policies": ["nobody"]}), 400, contains='There is no policy "nobody"')


class Refusals(Guarded):
    guardrails = [guard("polite", "pre_call", {"Falcon": "block"}, default_on=True, on_block="refusal", refusal_message="I do not talk of birds.")]
    plugins = [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
    bodies = {"/v1/chat/completions": {"messages": SAY["messages"]}, "/v1/completions": {"prompt": "Falcon"}, "/v1/responses": {"input": "Falcon"},
              "/v1/messages": {"messages": SAY["messages"], "max_tokens": 5}}

    def test_uu30_an_answer_in_the_model_s_place(self):
        for path, body in self.bodies.items():
            with self.subTest(path):
                answer = self.call(path, {"model": "claude" if path == "/v1/messages" else "gpt", **body})
                self.assertEqual(answer.status, 200, answer.body)
                self.assertIn("I do not talk of birds.", answer.text())
                whole = answer.json()
                reason = whole.get("stop_reason") or whole.get("status") or whole["choices"][0]["finish_reason"]
                self.assertEqual(reason, {"/v1/messages": "refusal", "/v1/responses": "completed"}.get(path, "content_filter"))
        self.assertEqual(self.upstream.log(), [])
        self.assertEqual(self.record()["outcome"], "blocked")

    def test_uu31_as_a_stream(self):
        for path, body in self.bodies.items():
            with self.subTest(path):
                answer = self.call(path, {"model": "claude" if path == "/v1/messages" else "gpt", "stream": True, **body})
                self.assertEqual((answer.status, answer.headers.get("content-type")), (200, "text/event-stream; charset=utf-8"))
                self.assertIn("I do not talk of birds.", answer.text())
                self.assertTrue(any(end in answer.text() for end in events.GOOD_ENDS), answer.text())

    def test_uu32_what_has_no_such_shape_is_an_error(self):
        self.assertEqual(self.call("/v1/embeddings", {"model": "gpt", "input": "Falcon"}).status, 400)

    def test_uu33_a_tenant_that_wants_errors(self):
        key = self.call("/key/generate", {"metadata": {"guardrail_on_block": "error"}}).json()["key"]
        self.assertEqual(self.ask(key=key).status, 400)
        self.assertEqual(self.ask().status, 200)


class Log(Guarded):
    """redact_logs: what the guardrail finds does not stand in our own log either"""
    guardrails = [guard("words", "pre_call", {"Falcon": "mask"})]
    plugins = [{"plugin": "admin", "grants": ["admin"]}]
    settings = {"general_settings": {"master_key": KEY, "redact_logs": "words"}, "a-Falcon-key": 1}

    def test_uu60_log_lines(self):
        """a reload writes its warnings into the log, and they quote the configuration"""
        self.assertEqual(self.call("/admin/reload", {}).status, 200)
        logged = [line for line in self.gateway.stderr().splitlines() if " warning reload: " in line]
        self.assertTrue(any("a-[REDACTED]-key" in line for line in logged), logged)
        self.assertFalse(any("Falcon" in line for line in logged), logged)


class Config(unittest.TestCase):
    def check(self, guardrails):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        config = {"model_list": [{"model_name": "e", "litellm_params": {"model": "echo/x"}}], "guardrails": guardrails,
                  "plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"]}
        done = subprocess.run([gateway_binary(), "check", "-c", "-"], input=json.dumps(config), capture_output=True, text=True, timeout=60)
        if "cannot be read" in done.stderr + done.stdout:
            import tempfile
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(json.dumps(config))
                file.flush()
                done = subprocess.run([gateway_binary(), "check", "-c", file.name], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_uu40_what_is_wrong_and_where(self):
        good = guard("g", "pre_call")
        self.assertEqual(self.check([good])[0], 0)
        for bad, place, words in (
                ({**good, "guardrail_name": ""}, "guardrails[0].guardrail_name", "nothing"),
                (guard("g", "before"), "guardrails[0].litellm_params.mode", "pre_call, during_call, post_call or logging_only"),
                (guard("g", []), "guardrails[0].litellm_params.mode", "empty list"),
                ({"guardrail_name": "g"}, "guardrails[0].litellm_params", "at least"),
                ({"guardrail_name": "g", "litellm_params": {"guardrail": "wrod", "mode": "pre_call"}}, "litellm_params.guardrail", "did you mean \"word\"?"),
                (guard("g", "pre_call", default_on="yes"), "litellm_params.default_on", "true or false"),
                (guard("g", "pre_call", colour=1), "litellm_params.colour", ""),
                (guard("g", "pre_call", on_block="shout"), "litellm_params.on_block", "refusal"),
                (guard("a,b", "pre_call"), "guardrails[0].guardrail_name", "commas"),
                (guard("g", {"tags": {"x": "soon"}}), "litellm_params.mode.tags.x", "pre_call")):
            with self.subTest(place):
                code, text = self.check([bad])
                self.assertNotEqual(code, 0, text)
                self.assertIn(place, text)
                self.assertIn(words, text)
        code, text = self.check([good, good])
        self.assertNotEqual(code, 0)
        self.assertIn("is taken by guardrails[0]", text)


if __name__ == "__main__":
    main()
