"""AG: attacks on guardrails that once went past them, or took the gateway with them."""
import base64
import concurrent.futures
import http.client
import json
import pathlib
import sys
import time
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent / "support")]

import events  # noqa: E402
import guard_services  # noqa: E402
import s50_guardrails_test as s50  # noqa: E402
import s59_config_api_test as s59  # noqa: E402
from lanes import said  # noqa: E402
from scenario import KEY, STREAMS, USER, deployment, main, post  # noqa: E402


CHAT, SAY, guard = s50.CHAT, s50.SAY, s50.guard
DEEP = "[" * 100_000 + "]" * 100_000
MASK = {"Falcon": "mask"}


class Guarded(s50.Guarded):
    def is_alive(self):
        try:
            return self.call("/health/liveliness", method="GET").status == 200
        except OSError:
            return False

    def send_raw(self, path, text, key=KEY):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            link.request("POST", path, text.encode(), {"authorization": f"Bearer {key}", "content-type": "application/json"})
            return link.getresponse().status
        except (OSError, http.client.HTTPException):
            return None

    def streamed(self, dialect, said_events, body=None, **headers):
        self.upstream.reset()
        self.upstream.script({"sse": {"events": said_events + events.ENDING[dialect]}})
        path, base, _ = STREAMS[dialect]
        return self.call(path, {**base, **(body or {})}, **headers).text()


# --- the gateway dies ---

class CrashGuardrails(Guarded):
    """no guardrail is configured, any key will do"""
    def test_ag01_a_deep_list_in_a_text(self):
        status = self.send_raw(CHAT, json.dumps({**SAY, "guardrails": DEEP}))
        self.assertEqual((status, self.is_alive()), (400, True))


class CrashMetadata(Guarded):
    guardrails = [guard("in", "pre_call")]

    def test_ag02_deep_metadata_in_a_text(self):
        self.send_raw(CHAT, json.dumps({**SAY, "metadata": '{"guardrails":["in"],"x":' + DEEP + "}"}))
        self.assertTrue(self.is_alive())


class CrashApply(s59.Managed):
    is_alive, send_raw = Guarded.is_alive, Guarded.send_raw

    def test_ag03_apply_guardrail_with_any_key(self):
        key = self.call("/key/generate", {}).json()["key"]
        self.send_raw("/apply_guardrail", '{"guardrail_name":"filed","text":"x","input_type":' + DEEP + "}", key)
        self.assertTrue(self.is_alive())


class CrashModelNew(s59.Managed):
    is_alive, send_raw = Guarded.is_alive, Guarded.send_raw

    def test_ag04_model_new(self):
        self.send_raw("/model/new", '{"model_name":"d","litellm_params":{"model":"openai/x","x":' + DEEP + "}}")
        self.assertTrue(self.is_alive())


# --- texts that no guardrail has seen ---

class Unseen(Guarded):
    guardrails = [guard("in", "pre_call", {"Falcon": "block"}, mandatory=True), guard("out", "post_call", mandatory=True)]

    def refused_or_clean(self, body, path=CHAT):
        self.upstream.reset()
        answer = self.call(path, {"model": "gpt", **body})
        self.assertFalse(answer.status == 200 and "Falcon" in self.upstream.log()[0]["body"], f"{answer.status} {self.applied(answer)}")

    def test_ag10_behind_twenty_thousand_texts(self):
        parts = [{"type": "text", "text": "x"}] * 20_000 + [{"type": "text", "text": "Falcon"}]
        self.refused_or_clean({"messages": [{"role": "user", "content": parts}]})

    def test_ag11_deeper_than_64(self):
        deep = "Falcon"
        for _ in range(70):
            deep = {"a": deep}
        self.refused_or_clean({"messages": [{"role": "user", "content": "x", "more": deep}]})

    def test_ag12_variables_of_a_prompt_that_are_called_like_a_parameter(self):
        self.refused_or_clean({"input": "hi", "prompt": {"id": "p", "variables": {"name": "Falcon", "user": "Falcon"}}}, "/v1/responses")

    def test_ag13_a_property_of_a_schema_that_is_called_name(self):
        self.refused_or_clean({"messages": USER, "tools": [{"type": "function", "function": {"name": "f", "parameters": {
            "type": "object", "properties": {"name": {"type": "string", "description": "Falcon"}}}}}]})

    def test_ag14_documents_of_an_answer(self):
        self.upstream.reset()
        self.upstream.script({"respond": {"status": 200, "body": {"results": [{"index": 0, "document": {"text": "x", "name": "Falcon"}}]}}})
        self.assertNotIn("Falcon", self.call("/v1/rerank", {"model": "gpt", "query": "x", "documents": ["x"]}).text())

    def test_ag15_answers_that_simdjson_does_not_take(self):
        for body in (b'{"choices":[{"message":{"content":"\\u0046alcon \\ud800"}}]}', b'{"choices":[{"message":{"content":"Falcon \xff"}}]}',
                     b'{"choices":[{"message":{"content":"\\u0046alcon"}},]}'):
            with self.subTest(body):
                self.upstream.reset()
                self.upstream.script({"respond": {"status": 200, "headers": {"content-type": "application/json"}, "body_b64": base64.b64encode(body).decode()}})
                answer = self.ask({"model": "gpt", "messages": USER})
                self.assertFalse(answer.status == 200 and (b"Falcon" in answer.body or b"u0046alcon" in answer.body), answer.body)

    def test_ag16_stream_that_is_asked_for_with_1_or_a_text(self):
        for wish in (1, "true"):
            with self.subTest(wish):
                text = self.streamed("chat", [events.chat("the Fal"), events.chat("con flies")], {"stream": wish})
                self.assertNotIn("Falcon", said(text))

    def test_ag17_a_byte_order_mark_before_the_first_event(self):
        """the mark is not part of the data line behind it (WHATWG HTML, section 9.2.6), where a masked text is put back"""
        for dialect, event in (("chat", events.chat), ("completions", events.completion)):
            with self.subTest(dialect):
                self.assertNotIn("Falcon", self.streamed(dialect, ["\ufeff" + event("the Falcon flies")]))


class InString(Guarded):
    """an attempt that broke inside of a JSON string leaves the guard inside of a string for the next attempt"""
    guardrails = [guard("out", "post_call", mandatory=True)]
    settings = {"router_settings": {"num_retries": 2, "disable_cooldowns": True, "breaker_failures": 0}}

    def after(self, first, **headers):
        self.upstream.reset()
        self.upstream.script({"sse": {"events": [events.chat(first)], "end": "cut", "gap_ms": 30}}, times=1)
        self.upstream.script({"sse": {"events": [events.chat('{"q":"\\u0046alcon"}')] + events.ENDING["chat"]}})
        text = self.call(CHAT, {"model": "gpt", "messages": USER, "stream": True, "response_format": {"type": "json_object"}}, **headers).text()
        self.assertEqual(len(self.upstream.log()), 2)
        return text

    def test_ag20_a_retry(self):
        self.assertNotIn("u0046alcon", self.after('{"a":"'))

    def test_ag21_stream_recovery_restart(self):
        self.assertNotIn("u0046alcon", self.after('{"abcdefgh":"some text', x_sluice_stream_recovery="restart"))


class Prefill(Guarded):
    """what a continued stream sends to the second deployment has passed no guard of requests"""
    guardrails = [guard("in", "pre_call", mandatory=True)]
    settings = {"router_settings": {"num_retries": 2, "disable_cooldowns": True, "breaker_failures": 0}}

    def test_ag22_continue(self):
        self.upstream.reset()
        self.upstream.script({"sse": {"events": [events.chat("the Falcon "), events.chat("flies")], "end": "cut", "gap_ms": 30}}, times=1)
        self.upstream.script({"sse": {"events": [events.chat("home")] + events.ENDING["chat"]}})
        self.call(CHAT, {"model": "gpt", "messages": USER, "stream": True}, x_sluice_stream_recovery="continue")
        self.assertFalse([e for e in self.upstream.log() if "Falcon" in e["body"]])


class Models(Guarded):
    guardrails = [guard("strict", "pre_call")]
    settings = {"policies": {"p": {"guardrails": {"add": ["strict"]}, "condition": {"model": "other"}}, "q": {"guardrails": {"add": ["strict"]}}},
                "policy_attachments": [{"policy": "p", "scope": "*"}, {"policy": "q", "models": ["third"]}],
                "router_settings": {"fallbacks": [{"broken": ["other"]}, {"broken2": ["third"]}], "model_group_alias": {"nick": "other", "nick3": "third"},
                                    "mirrors": {"gpt": {"to": "guarded"}}}}

    @classmethod
    def models(cls, base):
        def at(name, path, **more):
            return deployment(name, "openai/gpt-up", f"{base}/{path}/v1", {"id": name}, **more)
        return [at("gpt", "gpt"), at("other", "other"), at("third", "third"), at("guarded", "guarded", guardrails=["strict"]), at("broken", "broken"), at("broken2", "broken")]

    def seen_by(self, model, path):
        self.upstream.reset()
        self.upstream.script({"respond": {"status": 500, "body": {"error": {"message": "no"}}}}, path_contains="/broken")
        self.ask({**SAY, "model": model})
        time.sleep(0.3)
        return [e["body"] for e in self.upstream.log() if path in e["path"] and "Falcon" in e["body"]]

    def test_ag30_an_alias_of_a_model_that_a_policy_is_for(self):
        for model, path in (("nick", "/other"), ("nick3", "/third")):
            with self.subTest(model):
                self.assertEqual(self.seen_by(model, path), [])

    def test_ag31_a_fallback_to_a_model_that_a_policy_is_for(self):
        for model, path in (("broken", "/other"), ("broken2", "/third")):
            with self.subTest(model):
                self.assertEqual(self.seen_by(model, path), [])

    def test_ag32_a_mirror_whose_deployment_wants_a_guardrail(self):
        self.assertEqual(self.seen_by("gpt", "/guarded"), [])


class Metadata(Guarded):
    guardrails = [guard("in", "pre_call")]

    def test_ag33_named_with_an_escape(self):
        link = self.raw()
        link.send(post(CHAT, b'{"model":"gpt","messages":[{"role":"user","content":"a Falcon"}],"metadata":{"guard\\u0072ails":["in"]}}'))
        link.answer()
        self.assertFalse([e for e in self.upstream.log() if "Falcon" in e["body"]])


class Tags(Guarded):
    """mandatory: nobody below can switch it off; a tag is the client's to say"""
    guardrails = [guard("t", {"tags": {"batch": "logging_only"}, "default": "pre_call"}, mandatory=True)]

    def test_ag35_a_tag_of_the_request_and_a_mandatory_guardrail(self):
        for body, headers in (({**SAY, "tags": ["batch"]}, {}), (SAY, {"x_litellm_tags": "batch"})):
            with self.subTest(headers):
                self.upstream.reset()
                self.ask(body, **headers)
                self.assertNotIn("Falcon", self.last_said()["body"])


class Services(Guarded):
    """a client narrows what a mandatory presidio looks for"""
    plugins = [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
    @classmethod
    def config(cls, upstream):
        cls.services = cls.enterClassContext(guard_services.GuardServices())
        one = cls.services.guardrail("presidio", "p", "pre_call", mandatory=True)
        del one["litellm_params"]["pii_entities_config"]
        cls.guardrails = [one]
        return super().config(upstream)

    def sent_with(self, key=KEY, **more):
        self.services.reset()
        self.upstream.reset()
        answer = self.ask({"model": "gpt", "messages": [{"role": "user", "content": f"mail a@b.com {time.time()}"}], **more}, key=key)
        return answer.status, [e["body"] for e in self.upstream.log()]

    def test_ag40_entities_of_a_request_do_not_replace_all(self):
        self.assertNotIn("a@b.com", str(self.sent_with()), "without wishes")
        self.assertNotIn("a@b.com", str(self.sent_with(guardrails=[{"p": {"extra_body": {"entities": ["PERSON"]}}}])))

    def test_ag41_a_team_that_may_not_choose(self):
        team = self.call("/team/new", {"team_alias": "t", "metadata": {"modify_guardrails": False}}).json()["team_id"]
        key = self.call("/key/generate", {"team_id": team}).json()["key"]
        self.assertNotIn("a@b.com", str(self.sent_with(key, guardrail_config={"entities": ["PERSON"]})))


# --- masking, modes, headers ---

class Told(Guarded):
    guardrails = [guard("num", "post_call", {"123": "mask"}), guard("both", ["logging_only", "post_call"]), guard("out", "post_call")]

    def test_ag50_numbers_in_streams_stay_json(self):
        for text in ('{"n": -1234567}', '{"a": 0.1234567}', '{"f":123e-123}'):
            for at in range(1, len(text)):
                got = said(self.streamed("chat", [events.chat(text[:at]), events.chat(text[at:])], {"guardrails": ["num"], "response_format": {"type": "json_object"}}))
                with self.subTest(text, at=at):
                    try:
                        json.loads(got)
                    except ValueError:
                        self.fail(got)

    def test_ag51_logging_only_beside_another_mode_changes_no_request(self):
        self.ask({**SAY, "guardrails": ["both"]})
        self.assertEqual(self.words_sent(), "a Falcon and an Owl")


# --- the store ---

class Store(s59.Managed):
    def made(self, name, **params):
        answer = self.guardrail(name, {"Falcon": "block"}, mandatory=True, **params)
        self.assertEqual(answer.status, 200, answer.body)
        one = answer.json()["guardrail_id"]
        self.addCleanup(self.call, f"/guardrails/{one}", method="DELETE")
        return one

    def test_ag60_a_change_that_takes_the_name_away(self):
        for n, (method, body) in enumerate((("PUT", {}), ("PATCH", {"guardrail_name": None}), ("PATCH", {"guardrail_name": ""}))):
            with self.subTest(method, body=body):
                one = self.made(f"named-{n}")
                answer = self.call(f"/guardrails/{one}", body, method=method)
                self.assertEqual((answer.status, self.ask("gpt", text="a Falcon").status), (422, 400), "it is refused, and the guardrail still guards")
                self.call(f"/guardrails/{one}", method="DELETE")

    def test_ag61_changes_at_once(self):
        one = self.made("race")
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            changes = [pool.submit(self.call, f"/guardrails/{one}", {"litellm_params": {"words": {f"B{i}": "block"}}}, "PATCH") for i in range(3)]
            done = {f"B{i}" for i, change in enumerate(changes) if change.result().status == 200}
        words = set(self.get(f"/guardrails/{one}").json()["litellm_params"]["words"])
        self.assertEqual(done - words, set(), "what was answered with 200 is there")

    def test_ag62_a_model_that_names_a_guardrail_that_there_is_not(self):
        answer = self.call("/model/new", self.entry("gpt", guardrails=["nobody"]))
        self.addCleanup(self.call, "/model/delete", {"id": answer.json().get("model_id", "")})
        self.assertEqual((answer.status, self.ask("gpt").status), (400, 200), "the group of the file serves")

    def test_ag69_a_name_that_is_a_number(self):
        """last: the routes of guardrails are gone after it, and so is every way to take the entry away"""
        one = self.made("number")
        self.assertEqual(self.call(f"/guardrails/{one}", {"guardrail_name": 5}, method="PATCH").status, 422)
        self.assertEqual(self.get("/guardrails/list").status, 200)
        self.assertEqual(self.call(f"/guardrails/{one}", method="DELETE").status, 200)


if __name__ == "__main__":
    main()
