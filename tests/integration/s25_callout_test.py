"""O: the plugin callout_http: what it asks, what answers do, and what becomes of a request when no usable answer comes."""
import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import KEY, OPENAI_ROUTES, SLOW, STREAMS, USER, Gateway, Scenario, Upstream, deployment, main, post, request, usual_models, wait_until, whole_lines  # noqa: E402
from harness import REPO_ROOT, free_port  # noqa: E402 (scenario finds it)
from processes import end_with_parent, gateway_binary  # noqa: E402

PLUGINS = gateway_binary().parent.parent / "lib" / "sluice" / "plugins"
CHAT, TEXT, EMBED = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
BODY = {"model": "gpt", "messages": USER}
ALL = ["pre_call", "post_call", "on_stream", "on_complete"]
YES = {"verdict": "continue"}
AUTH = {"authorization": f"Bearer {KEY}"}
SECRET = "Bearer s3cr3t-of-the-guard"
TIMEOUT_MS = int(400 * SLOW)


def callout(identity, url, route, phases, more=None, **config):
    return {"id": identity, "plugin": "callout_http", "scope": {"routes": [route]}, **(more or {}),
            "config": {"url": url, "phases": phases, **config}}


def check(path):
    return subprocess.run([gateway_binary().resolve(), "check", "--load", "-c", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class WithCallout(Scenario):
    @classmethod
    def setUpClass(cls):
        if not (PLUGINS / "callout_http.so").exists():
            raise unittest.SkipTest(f"callout_http.so is not built: no {PLUGINS}/callout_http.so")
        super().setUpClass()

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugin_dirs": [str(PLUGINS)],
                        "plugins": [*cls.callouts(), {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def record(self, answer):
        path, call_id = self.gateway.directory / "records.jsonl", answer.headers["x-litellm-call-id"]

        def mine():
            lines = whole_lines(path)
            return [record for record in map(json.loads, lines) if record["id"] == call_id]
        return wait_until(mine, 5, "a record")[-1]

    def attributes(self, answer):
        return self.record(answer)["metadata"]["attributes"]

    def verdicts(self, answer, verdict="not_scanned"):
        return {(g["guardrail_mode"], g["reason"]) for g in self.record(answer)["guardrail_information"] if g["verdict"] == verdict}

    def streamed(self, texts, route="chat", gap_ms=0):
        """the text that reaches the client of a stream that says these texts"""
        path, body, _ = STREAMS[route]
        event = events.chat if route == "chat" else events.completion
        self.upstream.script({"sse": {"events": [*map(event, texts), *events.ENDING[route]], "gap_ms": gap_ms}})
        answer = self.call(path, body)
        chunks = [json.loads(line[6:]) for line in answer.text().splitlines() if line.startswith("data: {")]
        choices = [choice for chunk in chunks for choice in chunk.get("choices", [])]
        return "".join(choice.get("text") or choice.get("delta", {}).get("content") or "" for choice in choices), answer


class Example(WithCallout):
    """the server of examples/callout_http"""
    @classmethod
    def callouts(cls):
        script = REPO_ROOT / "examples" / "callout_http" / "server.py"
        cls.server = subprocess.Popen([sys.executable, script, "0"], stdout=subprocess.PIPE, text=True, preexec_fn=end_with_parent)
        cls.addClassCleanup(lambda: (cls.server.kill(), cls.server.wait(), cls.server.stdout.close()))
        more = {"url": cls.server.stdout.readline().strip(), "timeout_ms": int(5000 * SLOW)}
        return [callout("guard", route="chat", phases=ALL, **more), callout("beside", route="embeddings", phases=["during_call"], **more)]

    def test_o01_addresses_are_hidden_on_both_ways(self):
        self.upstream.script({"respond": {"status": 200, "body": {"choices": [{"message": {"content": "ask Bob@example.com"}}]}}})
        answer = self.call(CHAT, {**BODY, "messages": [{"role": "user", "content": "tell ann@example.com, please"}]})
        self.assertEqual(json.loads(self.last_said()["body"])["messages"][0]["content"], "tell [address], please")
        self.assertEqual(answer.json()["choices"][0]["message"]["content"], "ask [address]")
        self.assertEqual(self.server.stdout.readline().split(), [answer.headers["x-litellm-call-id"], "success"])

    def test_o02_a_word_is_refused(self):
        for path in (CHAT, EMBED):
            answer = self.call(path, {**BODY, "input": "xyzzy", "messages": [{"role": "user", "content": "xyzzy"}]})
            self.assertEqual(self.assert_error(answer, 400, contains="not allowed")["code"], "forbidden_word")
        self.assertEqual(self.server.stdout.readline().split()[1], "blocked")
        self.assertEqual(self.call(EMBED, {**BODY, "input": "x"}).status, 200)

    def test_o03_streams_are_rewritten_and_stopped(self):
        said, _ = self.streamed(["Größe? Frag änn", "@exa", "mple.com. ", "Und", " dann."])
        self.assertEqual(said, "Größe? Frag änn@example.com. Und dann.".replace("änn@example.com", "[address]"))
        said, answer = self.streamed(["One. ", "Two xy", "zzy. ", "Three."])
        self.assertIn(b"not allowed", answer.body)
        self.assertNotIn("Two", said)
        self.assertEqual([self.server.stdout.readline().split()[1] for _ in range(2)], ["success", "blocked"])

    def test_o04_its_configuration_is_one(self):
        self.assertEqual(check(REPO_ROOT / "examples" / "callout_http" / "config.yaml").returncode, 0)


class Scripted(WithCallout):
    """a service that answers as a scenario tells it to; without orders it says yes"""
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(Upstream())
        super().setUpClass()

    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("other", "openai/other-up", base + "/v1", {"id": "other-1"})]

    @classmethod
    def callouts(cls):
        url, fast = cls.service.url, {"timeout_ms": TIMEOUT_MS}
        gone = f"http://127.0.0.1:{free_port()}/"
        return [callout("closed", f"{url}/closed", "chat", ALL, **fast, include_headers=["X-Team", "x-none"],
                        headers={"authorization": SECRET, "X-Gateway": "one"}),
                callout("open", f"{url}/open", "completions", ALL, **fast, fail="open"),
                callout("beside", f"{url}/beside", "embeddings", ["during_call"], **fast),
                callout("by_policy", f"{url}/policy", "responses", ["pre_call"], {"on_error": "open"}, **fast),
                callout("small", f"{url}/small", "moderations", ["pre_call"], max_body_bytes=200, **fast, fail="open"),
                callout("forms", f"{url}/forms", "audio_transcriptions", ["pre_call"], **fast),
                callout("gone_closed", gone, "rerank", ["pre_call"], **fast),
                callout("gone_open", gone, "images_generations", ["pre_call"], **fast, fail="open")]

    def setUp(self):
        super().setUp()
        self.service.reset()

    def says(self, answer, phase):
        """A list is what the service does, anything else what it answers. Said anew, it forgets what it was told before."""
        self.service.reset()
        self.also(answer, phase)

    def also(self, answer, phase, times=1):
        order = answer if isinstance(answer, list) else [{"respond": {"status": 200, "body": answer}}]
        self.service.script(order, body_contains=f'"phase":"{phase}' if phase else None, times=times)

    def call(self, path, *arguments, **headers):
        self.also(YES, "", times=None)  # behind what the scenario has ordered
        return super().call(path, *arguments, **headers)

    def questions(self, phase):
        return [json.loads(entry["body"]) for entry in self.service.log() if f'"phase":"{phase}"' in (entry["body"] or "")]


class Phases(Scripted):
    def test_o05_what_is_asked(self):
        body = b'{"model":"gpt",  "messages":[{"role":"user","content":"\\u00e9 \xc3\xa9"}], "n":1.0e0}'
        answer = self.call(CHAT, body, content_type="application/json", x_team="blue")
        self.assertEqual(answer.status, 200, answer.body)
        entry = next(entry for entry in self.service.log() if '"phase":"pre_call"' in entry["body"])
        self.assertIn(b'"body":' + body, entry["body"].encode())  # byte by byte
        asked = json.loads(entry["body"])
        call_id = answer.headers["x-litellm-call-id"]
        self.assertEqual((asked["schema"], asked["phase"]), ("sluice.callout/1", "pre_call"))
        request = asked["request"]
        self.assertEqual(list(request), ["call_id", "route", "model", "tenant", "user", "team", "key_id", "client", "stream", "headers", "body"])
        self.assertEqual((request["call_id"], request["route"], request["model"], request["user"], request["client"], request["stream"]),
                         (call_id, "chat", "gpt", "default_user_id", "127.0.0.1", False))
        self.assertEqual((len(request["key_id"]), request["headers"]), (64, {"x-team": "blue"}))
        after, = self.questions("post_call")
        self.assertEqual((after["request"], after["response"]), (request, {"status": 200, "body": answer.json()}))

    def test_o06_edits_arrive_and_every_other_byte_stays(self):
        self.says({"verdict": "continue", "set": {"user": "né", "metadata": {"z": 1, "a": [2.5]}}, "remove": ["temperature", "not there"]}, "pre_call")
        body = '{ "messages" : [ ] ,"user":"x" , "temperature": 1,\t"model":"gpt-up","n":1.0e0}'.encode()
        self.assertEqual(self.call(CHAT, body.replace(b"gpt-up", b"gpt"), content_type="application/json").status, 200)
        sent = self.last_said()["body"]
        self.assertEqual(sent, '{"metadata":{"z":1,"a":[2.5]}, "messages" : [ ] ,"user":"né" , "model":"gpt-up","n":1.0e0}')
        self.says({"verdict": "continue", "set": {"model": "other"}}, "pre_call")
        self.assertEqual(self.call(CHAT, BODY).headers["x-litellm-model-id"], "other-1")

    def test_o07_a_block(self):
        no = {"message": "Not like this", "code": "no_way", "category": "manners", "reason": "only for the record", "status": 451}
        for phase, word in (("pre_call", "block"), ("post_call", "abort")):
            self.says({"verdict": word, **no, "attributes": {"guard.score": 0.5, "guard.list": "x"}}, phase)
            answer = self.call(CHAT, BODY)
            self.assertEqual(self.assert_error(answer, 451, contains="Not like this")["code"], "no_way")
            self.assertNotIn("record", answer.text())
            self.assertEqual(self.verdicts(answer, "blocked"), {(phase, "only for the record")})
            self.assertEqual(self.attributes(answer), {"guard.score": "0.5", "guard.list": "x"})
        self.says({"verdict": "block"}, "pre_call")
        self.assert_error(self.call(CHAT, BODY), 400, contains="Refused by a guardrail")

    def test_o08_replies_and_an_answer_that_is_replaced(self):
        self.says({"verdict": "respond", "status": 203, "body": {"b": 1, "a": None}}, "pre_call")
        answer = self.call(CHAT, BODY)
        self.assertEqual((answer.status, answer.text(), answer.headers["content-type"]), (203, '{"b":1,"a":null}', "application/json"))
        self.assertEqual(self.upstream.log(), [])
        self.says({"verdict": "respond", "body": "<p>ü", "content_type": "text/html"}, "post_call")
        answer = self.call(CHAT, BODY)
        self.assertEqual((answer.status, answer.text(), answer.headers["content-type"]), (200, "<p>ü", "text/html"))
        self.says({"verdict": "continue", "body": {"choices": []}}, "post_call")
        self.assertEqual(self.call(CHAT, BODY).text(), '{"choices":[]}')
        self.says({**YES, "colour": {"red": 1}, "message": None, "set": {}, "remove": [], "release": None, "replace": []}, "post_call")
        self.assertEqual(self.call(CHAT, BODY).status, 200)  # what is new is ignored, what is empty is not there

    def test_o09_beside_the_call(self):
        self.says({"verdict": "block", "message": "late"}, "during_call")
        self.assert_error(self.call(EMBED, {"model": "gpt", "input": "x"}), 400, contains="late")
        self.assertEqual(self.questions("during_call")[0]["request"]["body"], {"model": "gpt", "input": "x"})

    def test_o10_a_record(self):
        call_id = self.call(CHAT, BODY).headers["x-litellm-call-id"]
        self.assertEqual(wait_until(lambda: [asked["record"]["outcome"] for asked in self.questions("on_complete") if asked["record"]["id"] == call_id],
                                    5, "the record"), ["success"])

    def test_o11_a_secret_arrives_and_is_told_to_nobody(self):
        self.says([{"respond": {"status": 500, "body": SECRET}}], "pre_call")
        answer = self.call(CHAT, BODY)
        self.assertEqual(answer.status, 500)
        headers = {name.lower(): value for name, value in self.service.log()[0]["headers"]}
        self.assertEqual((headers["authorization"], headers["x-gateway"], headers["content-type"]), (SECRET, "one", "application/json"))
        for text in (self.gateway.stderr(), json.dumps(self.record(answer)), answer.text()):
            self.assertNotIn("s3cr3t", text)


class Streams(Scripted):
    def test_o12_a_sentence_at_a_time(self):
        said, _ = self.streamed(["Ön", "e. Tw", "o! ", "Three"])
        self.assertEqual(said, "Öne. Two! Three")
        asked = self.questions("on_stream")
        self.assertEqual([(one["stream"]["window"], one["stream"]["end"]) for one in asked], [("Öne. ", None), ("Two! ", None), ("Three", "ok")])
        self.assertEqual({(one["stream"]["lane"], one["stream"]["choice"], one["stream"]["part"]) for one in asked}, {("text", 0, 0)})
        self.assertNotIn("body", asked[0]["request"])
        self.assertEqual(self.questions("post_call")[0]["response"], {"status": 200, "lanes": {"text": said}})

    def test_o13_held_and_replaced(self):
        """places are counted in bytes; what is not released comes again"""
        self.says({"verdict": "continue", "release": 3}, "on_stream")
        self.also({"verdict": "continue", "replace": [{"start": 0, "length": 3, "text": "ß"}, {"start": 5, "length": 0, "text": "!"}]}, "on_stream")
        said, _ = self.streamed(["Öne. ", "Two. "])
        self.assertEqual([one["stream"]["window"] for one in self.questions("on_stream")][:2], ["Öne. ", "e. Two. "])
        self.assertEqual([one["stream"]["text"] for one in self.questions("on_stream")][:2], ["Öne. ", "Two. "])
        self.assertEqual(said, "ÖnßTw!o. ")

    def test_o14_stopped(self):
        for word in ("abort", "block"):
            self.says(YES, "on_stream")
            self.also({"verdict": word, "message": "enough", "code": "stop"}, "on_stream")
            said, answer = self.streamed(["One. ", "Two. ", "Three. "], gap_ms=20)
            self.assertEqual(said, "One. ")
            self.assertIn(b"enough", answer.body)
            self.assertNotIn(b"[DONE]", answer.body)

    def test_o15_without_an_answer_a_stream_ends_or_goes_on(self):
        bad = [{"release": 99}, {"release": 1}, {"release": -1}, {"release": 0, "replace": [{"start": 0, "length": 2, "text": ""}]},
               {"replace": [{"start": 2, "length": 9, "text": ""}]}, {"replace": [{"start": 2, "length": 1}]}, {"replace": [2]},
               {"replace": [{"start": 2, "length": 2, "text": ""}, {"start": 3, "length": 1, "text": ""}]},
               {"set": {"user": "x"}}, {"verdict": "respond", "body": "x"}]
        for more in bad:
            for route, passed in (("chat", ""), ("completions", "Öne. Two. ")):
                with self.subTest(more, route=route):
                    self.says({**YES, **more}, "on_stream")
                    said, answer = self.streamed(["Öne. ", "Two. "], route)
                    self.assertEqual((said, b"could not scan" in answer.body, b"[DONE]" in answer.body), (passed, not passed, bool(passed)))

    def test_o16_what_was_streamed_can_only_be_regretted(self):
        self.says({"verdict": "block", "message": "that was wrong"}, "post_call")
        said, answer = self.streamed(["One. "])
        self.assertEqual(said, "One. ")
        self.assertIn(b"that was wrong", answer.body)
        for answer_of_service, error in (({"verdict": "respond", "body": "x"}, b"failed"), ({"verdict": "continue", "body": "x"}, b"could not scan")):
            self.says(answer_of_service, "post_call")
            self.assertIn(error, self.streamed(["One. "])[1].body)


class Failures(Scripted):
    def both(self, orders, reason, phase="pre_call"):
        """closed: refused, and the record says why; open: goes on, and the record says so too"""
        for path, status in ((CHAT, 500), (TEXT, 200)):
            self.says(orders, phase)
            answer = self.call(path, {**BODY, "prompt": "x"})
            self.assertEqual(answer.status, status, answer.body)
            if status == 500:
                self.assert_error(answer, 500, contains="could not scan")
                self.assertEqual(self.verdicts(answer), {(phase, reason)})
            else:
                self.assertEqual(self.attributes(answer), {"callout_http.failure": f"{phase}: {reason}"})

    def test_o17_nobody_is_there(self):
        answer = self.call("/v1/rerank", {"model": "gpt", **OPENAI_ROUTES["/rerank"]})
        self.assertEqual((answer.status, self.verdicts(answer)), (500, {("pre_call", "unavailable")}))
        answer = self.call("/v1/images/generations", {"model": "gpt", "prompt": "x"})
        self.assertEqual((answer.status, self.attributes(answer)), (200, {"callout_http.failure": "pre_call: unavailable"}))

    def test_o18_slow_unwilling_or_not_whole(self):
        for phase in ("pre_call", "post_call"):
            self.both([{"stall": True}], "timeout", phase)
        for status in (500, 404, 302):
            self.both([{"respond": {"status": status, "body": YES}}], f"status {status}")
        self.both([{"close": True}], "unavailable")
        self.both([{"send": "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"}, {"close": True}], "unavailable")

    def test_o19_no_usable_json(self):
        for text in ("", "hello", '{"verdict":"continue"', '{"verdict":"continue"}}', '{"verdict":"\\ud800"}', '{"verdict":1e999}'):
            self.both(text, "the answer is no JSON")
        deep = json.dumps({**YES, "deep": 1}).replace("1", "[" * 200 + "]" * 200)
        for text, reason in (("[]", "the answer is no object"), (deep, "the answer is nested too deeply"), ("{}", "verdict is missing"),
                             ('{"verdict":null}', "verdict is missing"), ('{"verdict":"allow"}', "the verdict is unknown")):
            self.both(text, reason)

    def test_o20_wrong_types(self):
        wrong = {"verdict": [1], "message": [1, {}], "code": [1], "category": [[]], "reason": [True], "content_type": [1], "status": ["400", 4.5, -1],
                 "set": [[], "x"], "remove": [{}, "x", [1], ["model"]], "attributes": [[], 1], "release": ["1"], "replace": [{}]}
        answers = [({**YES, member: value}, member) for member, values in wrong.items() for value in values]
        answers += [({"verdict": "block", "status": status}, "status") for status in (200, 399, 600)]
        for answer, member in [*answers, ({**YES, "set": {"model": 1}}, "set.model"), ({**YES, "set": {"stream": True}}, "set.stream")]:
            self.both(answer, f"{member} has the wrong type or value")

    def test_o21_what_the_phase_cannot_do(self):
        self.both({**YES, "body": "x"}, "a body is for respond and post_call")
        self.both({**YES, "release": 1}, "release and replace are for on_stream")
        self.both({"verdict": "respond"}, "respond needs a body")
        self.both({**YES, "set": {"user": "x"}}, "set and remove are for pre_call", "post_call")
        self.says({"verdict": "respond", "body": "x"}, "during_call")
        self.assert_error(self.call(EMBED, {"model": "gpt", "input": "x"}), 500, contains="could not scan")

    def test_o22_huge(self):
        for size in (2, 17):
            self.both([{"send": f"HTTP/1.1 200 OK\r\ncontent-length: {size << 20}\r\n\r\n"}, {"send_repeated": {"text": " " * 1024, "times": size << 10}}],
                      "the answer is too large")

    def test_o23_policy_has_the_last_word_on_what_was_not_scanned(self):
        """on_error: open lets a failure pass, and fail: open does not overrule a service that says it did not look"""
        self.says([{"respond": {"status": 500, "body": ""}}], "pre_call")
        answer = self.call("/v1/responses", {"model": "gpt", "input": "x"})
        self.assertEqual((answer.status, self.verdicts(answer)), (200, {("pre_call", "status 500")}))
        self.says({"verdict": "not_scanned", "reason": "out of memory"}, "pre_call")
        answer = self.call(TEXT, {"model": "gpt", "prompt": "x"})
        self.assertEqual((answer.status, self.verdicts(answer)), (500, {("pre_call", "out of memory")}))

    def test_o24_bodies_that_are_not_sent(self):
        answer = self.call("/v1/moderations", {"model": "gpt", "input": "x" * 200})
        self.assertEqual((answer.status, self.verdicts(answer)), (500, {("pre_call", "too_large")}))
        self.assertEqual(self.call("/v1/moderations", {"model": "gpt", "input": "x"}).status, 200)
        form = b'--b\r\ncontent-disposition: form-data; name="model"\r\n\r\ngpt\r\n--b--\r\n'
        answer = self.call("/v1/audio/transcriptions", form, content_type="multipart/form-data; boundary=b")
        self.assertEqual((answer.status, self.verdicts(answer)), (500, {("pre_call", "unsupported_body")}))
        self.assertEqual(len(self.questions("pre_call")), 1)

    def test_o25_the_log_tells_changes_only(self):
        self.also([{"respond": {"status": 503, "body": ""}}], "pre_call", times=3)
        for _ in range(5):
            self.call("/v1/moderations", {"model": "gpt", "input": "x"})
        lines = [line for line in self.gateway.stderr().splitlines() if "[small] " in line]
        self.assertEqual([line.split()[1] for line in lines], ["warning", "info"])

    def test_o26_many_at_once_while_the_service_is_slow(self):
        """a question parks its request, not the loop: others go on"""
        self.also([{"stall": True}], "pre_call", times=20)
        waiting = [self.raw() for _ in range(20)]
        for connection in waiting:
            connection.send(post(CHAT, json.dumps(BODY).encode()))
        began = time.monotonic()
        self.assertEqual(self.call("/v1/messages", {"model": "claude", "messages": USER, "max_tokens": 1}).status, 200)
        self.assertLess(time.monotonic() - began, TIMEOUT_MS / 1000)
        self.assertEqual({connection.answer().status for connection in waiting}, {500})

    def test_o27_faults_are_told(self):
        good = {"url": "http://127.0.0.1:9/"}
        faults = [({}, "url"), ({"url": "127.0.0.1:9"}, "http://"), ({**good, "phases": []}, "at least one"), ({**good, "phases": ["route"]}, "one of"),
                  ({**good, "fail": "maybe"}, "one of"), ({**good, "headers": {"content-length": "1"}}, "the gateway sets this one"),
                  ({**good, "headers": {"x-n": 1}}, "a text is expected"), ({**good, "headers": {"x-n": "a\nb"}}, "control characters"),
                  ({**good, "headers": {"a b": "1"}}, "cannot stand in a head"), ({**good, "timeout_ms": 0}, "at least 1"), ({**good, "uri": "x"}, "unknown")]
        path, whole = self.gateway.directory / "other.yaml", self.config(self.upstream)
        for config, says in [*faults, (good, " 0 errors"), ({"grants": []}, '"net" is not granted')]:
            with self.subTest(config):
                entry = {"plugin": "callout_http", "config": config} if "grants" not in config else {"plugin": "callout_http", "config": good, **config}
                path.write_text(json.dumps({**whole, "plugins": [entry]}))
                done = check(path)
                self.assertEqual((done.returncode, says in done.stdout), (0 if config is good else 1, True), done.stdout)

    def test_o28_records_that_are_told_while_the_gateway_stops(self):
        config = self.config(self.upstream)
        config["plugins"] = [callout("slow", self.service.url, "chat", ["on_complete"], timeout_ms=TIMEOUT_MS)]
        self.also([{"stall": True}], "on_complete", times=None)
        with Gateway(json.dumps(config)) as gateway:
            for _ in range(3):
                request(gateway.port, "POST", CHAT, BODY, AUTH)
            self.assertEqual(gateway.stop(), 0)


if __name__ == "__main__":
    main()
