"""AB: policies in Lua, as clients, upstreams and records meet them: refusals, changes, streams in every dialect, reloads, budgets."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import KEY, STREAMS, USER, Scenario, deployment, main, post, usual_models, wait_until, whole_lines  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"
MAIL = r"local mail = re.compile([[\w+@[\w.]+\w]])"


def policy(name, code, **more):
    return {"name": name, "code": code, **more}


class Policies(Scenario):
    policies, plugins, plugin = [], [], {}

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice" / "plugins"
        if not (lib / "lua.so").exists():
            raise unittest.SkipTest(f"{lib}/lua.so is not built")
        cls.settings = {**cls.settings, "plugins": [{"plugin": "lua", **cls.plugin, "config": {"policies": cls.policies}}, *cls.plugins,
                                                    {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.before = len(whole_lines(self.records()))

    def records(self):
        return pathlib.Path(self.gateway.directory) / "records.jsonl"

    def verdicts(self):
        """What the policies said of the last request, by policy and hook."""
        lines = wait_until(lambda: whole_lines(self.records())[self.before:])
        self.before += len(lines)
        return {(one["policy"], one["hook"]): one for one in json.loads(json.loads(lines[-1])["metadata"]["attributes"]["lua.verdicts"])}

    def ask(self, text="hello", **more):
        return self.call(CHAT, {"model": "gpt", "messages": [{"role": "user", "content": text}], **more})


class Requests(Policies):
    policies = [
        policy("shadow", "function on_request(ctx) ctx:block('never') end", mode="shadow"),
        policy("words", MAIL + """
            function on_request(ctx)
              if ctx:last_user():find("forbidden", 1, true) then return ctx:block("a word", {message="No such words", code="words", status=422, category="words"}) end
              if ctx:last_user() == "answer me" then return ctx:respond("I did.") end
              ctx:redact(mail, "[mail]")
            end
            function on_response(ctx) ctx:redact(mail, "[mail]") end"""),
        policy("claude_only", "function on_request(ctx) ctx:add_system('from a policy') end", bind={"model": "claude"}),
        policy("router", "function on_request(ctx) if ctx:last_user() == 'other model' then ctx:route_to('spare') end end "
                         "function on_route(ctx) for _, c in ipairs(ctx:candidates()) do if c.info.region == 'us' then c:drop('region') end end end"),
    ]

    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("spare", "openai/spare-us", base + "/v1", {"id": "us", "region": "us"}),
                deployment("spare", "openai/spare-eu", base + "/v1", {"id": "eu", "region": "eu"})]

    def test_ab01_a_refusal(self):
        answer = self.ask("a forbidden thing")
        self.assert_error(answer, 422, contains="No such words")
        self.assertEqual(answer.json()["error"]["code"], "words")
        self.assertEqual(self.upstream.log(), [])
        said = self.verdicts()
        self.assertEqual(said["words", "on_request"], {"policy": "words", "hook": "on_request", "verdict": "block", "code": "words", "category": "words"})
        self.assertEqual((said["shadow", "on_request"]["verdict"], said["shadow", "on_request"]["mode"]), ("block", "shadow"))

    def test_ab02_texts_are_changed_on_both_ways(self):
        self.upstream.script({"respond": {"status": 200, "body": {"choices": [{"index": 0, "message": {"role": "assistant", "content": "or to bob@x.org"}}]}}})
        answer = self.ask("write to ann@example.com")
        self.assertEqual(json.loads(self.last_said()["body"])["messages"][0]["content"], "write to [mail]")
        self.assertEqual(answer.json()["choices"][0]["message"]["content"], "or to [mail]")
        said = self.verdicts()
        self.assertEqual((said["words", "on_request"]["verdict"], said["words", "on_response"]["verdict"]), ("modify", "modify"))

    def test_ab03_an_answer_without_a_model(self):
        self.assertEqual(self.ask("answer me").json()["choices"][0]["message"]["content"], "I did.")
        stream = self.ask("answer me", stream=True)
        self.assertIn("text/event-stream", stream.headers["content-type"])
        self.assertIn("I did.", stream.text())
        self.assertEqual(self.upstream.log(), [])

    def test_ab04_bound_to_a_model(self):
        self.call("/v1/messages", {"model": "claude", "messages": USER, "max_tokens": 5})
        self.assertEqual(json.loads(self.last_said()["body"])["system"], "from a policy")
        self.upstream.reset()
        self.ask()
        self.assertNotIn("from a policy", self.last_said()["body"])

    def test_ab05_routing(self):
        for _ in range(5):
            self.upstream.reset()
            self.assertEqual(self.ask("other model").status, 200)
            self.assertEqual(json.loads(self.last_said()["body"])["model"], "spare-eu")

    def test_ab06_every_dialect(self):
        for path, body in {"/v1/chat/completions": {"messages": USER}, "/v1/completions": {"prompt": "x"}, "/v1/responses": {"input": "x"}, "/v1/embeddings": {"input": "x"}}.items():
            with self.subTest(path):
                text = json.dumps({"model": "gpt", **body}).replace('"x"', '"a@b.com"').replace("hello", "a@b.com")
                self.upstream.reset()
                self.call(path, json.loads(text))
                self.assertIn("[mail]", self.last_said()["body"])


class Streams(Policies):
    policies = [
        policy("mask", MAIL + " function on_chunk(ctx, chunk) chunk:redact(mail, '[mail]') end", stream={"granularity": "word"}),
        policy("stop", "function on_chunk(ctx, chunk) if chunk.text:find('Falcon', 1, true) then chunk:abort('a codename', {code='codename', message='It must not be said'}) end end",
               stream={"granularity": "sentence"}),
    ]

    def sse(self, dialect, *pieces):
        said = {"chat": events.chat, "completions": events.completion,
                "responses": lambda text: events.named({"type": "response.output_text.delta", "output_index": 0, "delta": text}),
                "messages": lambda text: events.named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})}[dialect]
        opening = events.BEGUN[dialect][:1] if dialect in ("responses", "messages") else []
        self.upstream.script({"sse": {"events": opening + [said(piece) for piece in pieces] + events.ENDING[dialect], "gap_ms": 2}})
        connection = self.raw()
        path, body, _ = STREAMS[dialect]
        connection.send(post(path, json.dumps(body).encode()))
        return connection.answer()

    def test_ab20_masked_wherever_it_is_cut(self):
        for dialect in STREAMS:
            for cut in range(1, len("ann@x.org"), 2):
                with self.subTest(dialect, cut=cut):
                    text = self.sse(dialect, "Write to " + "ann@x.org"[:cut], "ann@x.org"[cut:] + " or wait. ", "Good", "bye").body.decode()
                    self.assertNotIn("ann", text)
                    self.assertIn("[mail]", text)
                    self.assertTrue(any(end in text for end in events.GOOD_ENDS), text)

    def test_ab21_stopped_before_the_sentence_has_gone(self):
        for dialect in STREAMS:
            with self.subTest(dialect):
                text = self.sse(dialect, "All is well. ", "It is called Fal", "con. ", "More").body.decode()
                self.assertIn("All is well.", text)
                self.assertNotIn("Fal", text)
                self.assertIn("It must not be said", text)
        self.assertEqual(self.verdicts()["stop", "on_chunk"]["code"], "codename")

    def test_ab22_bytes_stay_where_nothing_is_found(self):
        with_policies = self.sse("chat", "One. ", "Two, ", "three. ", "Four").body.decode()
        for piece in ("One. ", "Two, ", "three. ", "Four"):
            self.assertIn(json.dumps(piece), with_policies)


class Budgets(Policies):
    policies = [
        policy("loops", "function on_request(ctx) if ctx:last_user() == 'loop' then pcall(function() while true do end end) end end"),
        policy("fails", "function on_request(ctx) if ctx:last_user() == 'fail' then local x; x.y = 1 end end"),
        policy("open", "function on_request(ctx) if ctx:last_user() == 'open' then while true do end end end", on_error="allow"),
    ]

    def test_ab30_an_endless_script_ends(self):
        begin = time.monotonic()
        answer = self.ask("loop")
        self.assert_error(answer, 500, contains="A required policy could not be evaluated")
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(self.verdicts()["loops", "on_request"]["verdict"], "timeout")
        self.assertEqual(self.ask().status, 200)

    def test_ab31_a_fault(self):
        self.assert_error(self.ask("fail"), 500)
        self.assertEqual(self.verdicts()["fails", "on_request"]["verdict"], "error")

    def test_ab32_on_error_allow(self):
        self.assertEqual(self.ask("open").status, 200)
        self.assertEqual(self.verdicts()["open", "on_request"]["verdict"], "timeout")

    def test_ab33_a_busy_script_keeps_its_requests_only(self):
        """others are answered while the scripts of some run into their budgets"""
        for _ in range(5):
            self.assertEqual(self.ask("loop").status, 500)
            self.assertEqual(self.ask().status, 200)


class Reload(Policies):
    @classmethod
    def config(cls, upstream):
        cls.script = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "policy.lua"
        cls.script.write_text("function on_request(ctx) ctx:tag('one') ctx:set_param('user', 'one') end")
        cls.policies = [{"name": "file", "script": str(cls.script)}]
        cls.plugins = [{"plugin": "admin", "grants": ["admin"]}]
        return super().config(upstream)

    def user(self):
        self.upstream.reset()
        self.assertEqual(self.ask().status, 200)
        return json.loads(self.last_said()["body"])["user"]

    def test_ab40_a_new_script_is_taken_and_a_broken_one_is_not(self):
        self.assertEqual(self.user(), "one")
        self.script.write_text("function on_request(ctx) ctx:set_param('user', 'two') end")
        self.assertEqual(self.call("/admin/reload", {}).status, 200)
        wait_until(lambda: self.user() == "two")
        for broken in ("function on_request(", "x = 1", "re.compile('(') function on_request() end", "while true do end"):
            self.script.write_text(broken)
            answer = self.call("/admin/reload", {})
            self.assertNotEqual(answer.status, 200, broken)
            self.assertIn("policy file", answer.text())
            self.assertEqual(self.user(), "two")


class Tools(unittest.TestCase):
    """sluice-policy, on files only"""

    def setUp(self):
        self.program = gateway_binary().parent / "sluice-policy"
        if not self.program.exists():
            self.skipTest(f"{self.program} is not built")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_tool(self, *arguments, status=0, stdin=None):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, timeout=120, input=stdin)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def test_ab60_check(self):
        bad = self.file("bad.lua", "function on_request(ctx)\n  ctx:tag(nam)\nend\nfunction on_requst() end\nlocal r = re.compile('(')\n")
        report = json.loads(self.run_tool("check", bad, "--json", status=1))[0]
        texts = [note["text"] for note in report["notes"]]
        self.assertIn("unknown global 'nam'", texts)
        self.assertIn("'on_requst' is no hook and is never called: is on_request meant?", texts)
        self.assertTrue(any("missing" in text for text in texts), texts)
        self.assertEqual([note["line"] for note in report["notes"] if "nam'" in note["text"]], [2])
        self.assertIn("expected", self.run_tool("check", self.file("syntax.lua", "function on_request("), status=1))
        good = self.file("good.lua", "local word = 'x' function on_request(ctx) if ctx:last_user() == word then ctx:block(word) end end")
        self.assertRegex(self.run_tool("check", good), r"good; .* bytes; on_request of 5 messages, 2 KB: \d+ us, \d+ steps")
        self.run_tool("check", "/nowhere.lua", status=2)

    def test_ab61_ready_policies_are_good_and_pass_their_tests(self):
        policies = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "policies"
        report = json.loads(self.run_tool("test", policies, "--json", "--cuts", 5))
        self.assertGreater(report["passed"], 40)
        self.assertEqual(report["failed"], 0)

    def test_ab65_sluice_policy_is_the_same_program(self):
        mine = subprocess.run([gateway_binary(), "policy", "check", "nowhere.lua"], capture_output=True, text=True, timeout=60, check=False)
        its = subprocess.run([self.program, "check", "nowhere.lua"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((mine.returncode, mine.stdout, mine.stderr), (its.returncode, its.stdout, its.stderr))
        self.assertNotEqual(mine.returncode, 0)

    def test_ab62_a_failing_case_says_what_was_found(self):
        self.file("p.lua", "function on_chunk(ctx, chunk) chunk:replace('<' .. chunk.text .. '>') end")
        cases = {"script": "p.lua", "policies": [{"script": "p.lua", "stream": {"granularity": "arrival"}}],
                 "cases": [{"name": "depends on chunks", "request": "x", "stream": "a long text that is cut", "expect": {"text": "<a long text that is cut>"}}]}
        said = self.run_tool("test", self.file("t.yaml", json.dumps(cases)), status=1)
        self.assertIn("FAILED", said)
        self.assertIn("text: expected", said)
        self.assertIn("with the stream cut by seed", said)
        self.run_tool("test", self.file("u.yaml", "script: p.lua\ncases: [{name: x, requst: y}]"), status=1)

    def test_ab63_replay_and_explain(self):
        def record(call, text, verdict):
            attributes = {"lua.verdicts": json.dumps([{"policy": "p", "hook": "on_request", "verdict": verdict}])} if verdict else {}
            return {"litellm_call_id": call, "requested_model": "gpt", "outcome": "success", "http_status": 200, "route": "chat",
                    "messages": text and [{"role": "user", "content": text}], "metadata": {"attributes": attributes, "user_api_key_team_id": "red"}}
        records = self.file("r.jsonl", "\n".join(json.dumps(one) for one in [record("c1", "hello", "pass"), record("c2", "a falcon", "pass"),
                                                                             record("c3", None, "pass"), record("c4", "an owl", None)]))
        script = self.file("p.lua", "function on_request(ctx) if ctx:last_user():find('falcon') and ctx.team == 'red' then ctx:block('x', {code='bird'}) end end")
        report = json.loads(self.run_tool("replay", script, "--from", records, "--json", status=1))
        self.assertEqual((report["records"], report["without_messages"], report["changed"]), (4, 1, 2))
        self.assertIn({"id": "c2", "old": "pass", "new": "block(bird)"}, report["requests"])
        self.assertIn("c2", self.run_tool("replay", script, "--from", records, status=1))
        self.run_tool("replay", script, "--from", records, "--old", script)
        self.assertIn("on_request    pass", self.run_tool("explain", "c1", "--from", records))
        self.run_tool("explain", "c9", "--from", records, status=2)

    def test_ab64_repl(self):
        said = self.run_tool("repl", stdin="1 + 1\nctx:last_user()\nre.compile('a(.)'):match('xab')\nnil .. 1\nwhile true do end\nquit\n")
        self.assertIn("> 2\n", said)
        self.assertIn("My mail is ann@example.com.", said)
        self.assertIn("> b\n", said)
        self.assertIn("attempt to concatenate a nil value", said)
        self.assertIn("used up its", said)


class None_(Policies):
    def test_ab50_no_policy_no_trace(self):
        self.assertEqual(self.ask().status, 200)
        lines = wait_until(lambda: whole_lines(self.records())[self.before:])
        self.assertNotIn("lua.verdicts", lines[-1])
        self.assertNotIn('"guardrail_name":"lua"', lines[-1])


if __name__ == "__main__":
    main()
