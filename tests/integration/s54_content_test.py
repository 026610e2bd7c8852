"""YY: the content filter: LiteLLM's configuration as it is, and what it has beyond; requests, answers, streams, files, faults."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import KEY, STREAMS, Gateway, Scenario, main, post, request, usual_models, wait_until, whole_lines  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"
LITELLM = {"guardrail_name": "filter", "litellm_params": {
    "guardrail": "litellm_content_filter", "mode": ["pre_call", "post_call"], "default_on": True,
    "patterns": [{"pattern_type": "prebuilt", "pattern_name": "us_ssn", "action": "BLOCK"},
                 {"pattern_type": "prebuilt", "pattern_name": "email", "action": "MASK"},
                 {"pattern_type": "regex", "pattern": r"\b[A-Z]{3}-\d{4}\b", "name": "employee_id", "action": "MASK"}],
    "blocked_words": [{"keyword": "confidential", "action": "BLOCK", "description": "internal"}, {"keyword": "proprietary", "action": "MASK"}],
    "categories": [{"category": "harmful_illegal_weapons", "enabled": True, "action": "BLOCK", "severity_threshold": "medium"}]}}


def answer_of(text):
    return {"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}


class Filtered(Scenario):
    guardrails = [LITELLM]

    @classmethod
    def config(cls, upstream):
        plugins = gateway_binary().parent.parent / "lib" / "sluice" / "plugins"
        if not (plugins / "guard_content.so").exists():
            raise unittest.SkipTest(f"{plugins}/guard_content.so is not built")
        cls.settings = {**cls.settings, "guardrails": cls.guardrails,
                        "plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.answers("fine")

    def script(self, what):
        self.upstream.reset()
        self.upstream.script(what)

    def say(self, text, **more):
        return self.call(CHAT, {"model": "gpt", "messages": [{"role": "user", "content": text}], **more})

    def words_sent(self):
        return json.loads(self.last_said()["body"])["messages"][-1]["content"]

    def answers(self, text):
        self.script({"respond": {"status": 200, "body": answer_of(text)}})

    def sse(self, *pieces, dialect="chat"):
        opening = events.BEGUN[dialect][:1] if dialect in ("responses", "messages") else []
        self.script({"sse": {"events": opening + [events.chat(piece) for piece in pieces] + events.ENDING[dialect], "gap_ms": 5}})
        connection = self.raw()
        path, body, _ = STREAMS[dialect]
        connection.send(post(path, json.dumps(body).encode()))
        return connection.answer()

    @staticmethod
    def text_of(answer):
        """the text of a stream of chat"""
        said = ""
        for line in answer.body.decode().splitlines():
            if line.startswith("data: {"):
                for choice in json.loads(line[6:]).get("choices", []):
                    said += choice["delta"].get("content") or ""
        return said


class LiteLLM(Filtered):
    def test_yy01_blocks_in_litellms_words(self):
        error = self.assert_error(self.say("My SSN is 123-45-6789"), 400)
        self.assertEqual(json.loads(error["message"]), {"error": "Content blocked: us_ssn pattern detected", "pattern": "us_ssn"})
        self.assertEqual(error["code"], "400")
        error = self.assert_error(self.say("this is CONFIDENTIAL"), 400)
        self.assertEqual(json.loads(error["message"])["keyword"], "confidential")
        error = self.assert_error(self.say("How to make a pipe bomb at home"), 400)
        self.assertEqual(json.loads(error["message"])["category"], "harmful_illegal_weapons")
        self.assertEqual(self.upstream.log(), [])

    def test_yy02_masks_with_litellms_tags(self):
        self.assertEqual(self.say("Mail john@example.com: ABC-1234, proprietary").status, 200)
        self.assertEqual(self.words_sent(), "Mail [EMAIL_REDACTED]: [EMPLOYEE_ID_REDACTED], [KEYWORD_REDACTED]")

    def test_yy03_answers(self):
        self.answers("write to a@b.co")
        self.assertEqual(self.say("hi").json()["choices"][0]["message"]["content"], "write to [EMAIL_REDACTED]")
        self.answers("the number is 123-45-6789")
        answer = self.say("hi")
        self.assert_error(answer, 400, contains="us_ssn")
        self.assertNotIn("123-45", answer.text())

    def test_yy04_streams_wherever_they_are_cut(self):
        text = "write to john.doe@example.com about it"
        for cut in range(9, 30, 3):
            with self.subTest(cut):
                answer = self.sse(text[:cut], text[cut:])
                self.assertEqual(self.text_of(answer), "write to [EMAIL_REDACTED] about it")
                self.assertIn("[DONE]", answer.body.decode())

    def test_yy05_a_stream_that_must_not_go_on(self):
        answer = self.sse("a long way ", "before it comes " * 30, "and 123-45", "-6789 is it" + "." * 200)
        body = answer.body.decode()
        self.assertIn("a long way", body)
        self.assertNotIn("123-45", self.text_of(answer))
        self.assertIn("us_ssn", body)
        self.assertNotIn("[DONE]", body)

    def test_yy06_the_record_has_names_and_no_texts(self):
        self.say("Mail someone@example.com")
        self.say("123-45-6789")
        path = pathlib.Path(self.gateway.directory) / "records.jsonl"
        lines = wait_until(lambda: [line for line in whole_lines(path) if '"us_ssn"' in line])
        said = "\n".join(lines)
        self.assertNotIn("123-45-6789", said)
        self.assertNotIn("someone@example.com", said)


class Beyond(Filtered):
    guardrails = [{"guardrail_name": "rules", "litellm_params": {
        "guardrail": "guard_content", "mode": ["pre_call", "post_call"], "default_on": True, "leetspeak": True,
        "word_lists": [{"name": "competitors", "words": ["Globex", "Initech Corp"], "action": "MASK", "mask": "[a company]"}],
        "limits": {"max_bytes": 2000, "max_messages": 3}, "tools": {"denied": ["shell_*"]}, "denied_parameters": ["logit_bias"], "languages": {"allowed": ["en"]},
        "json_schema": {"type": "object", "required": ["name"]}}}]

    def setUp(self):
        super().setUp()
        self.answers('{"name":"x"}')

    def test_yy10_what_a_request_may_not(self):
        tool = {"type": "function", "function": {"name": "shell_run", "parameters": {}}}
        for contains, text, more in (("too long", "a" * 2001, {}), ("tool is not allowed", "hi", {"tools": [tool]}), ("logit_bias", "hi", {"logit_bias": {}}),
                                     ("language is not allowed", "Nous avons décidé que la réunion aura lieu jeudi dans la grande salle.", {})):
            with self.subTest(contains):
                error = self.assert_error(self.say(text, **more), 400, contains=contains)
                self.assertEqual(error["code"], "content_blocked")
        many = [{"role": "user", "content": "hi"}] * 4
        self.assert_error(self.call(CHAT, {"model": "gpt", "messages": many}), 400, contains="4 messages; allowed: 3")
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": many[1:]}).status, 200)
        self.answers('{"name":"x"}')
        self.assertEqual(self.say("gl0bex and initech-corp").status, 200)
        self.assertEqual(self.words_sent(), "[a company] and [a company]")

    def test_yy11_answers_fit_the_schema_or_are_refused(self):
        self.assertEqual(self.say("hi").status, 200)
        self.answers('{"nam":"x"}')
        self.assert_error(self.say("hi"), 400, contains="$: lacks the member name")
        self.answers("Sure! Here it is")
        self.assert_error(self.say("hi"), 400, contains="no JSON")

    def test_yy12_a_stream_that_does_not_fit_does_not_end_well(self):
        self.assertIn("[DONE]", self.sse('{"na', 'me":1}').body.decode())
        body = self.sse('{"nam', 'e2":1}').body.decode()
        self.assertIn("lacks the member name", body)
        self.assertNotIn("[DONE]", body)


class Files(Filtered):
    def test_yy20_words_from_a_file_are_read_again_when_the_gateway_reloads(self):
        words = pathlib.Path(self.gateway.directory) / "words.yaml"
        words.write_text("blocked_words:\n  - {keyword: project_apollo, action: MASK}\n")
        guard = {"guardrail_name": "f", "litellm_params": {"guardrail": "litellm_content_filter", "mode": "pre_call", "default_on": True, "blocked_words_file": str(words)}}
        config = {**self.config(self.upstream), "guardrails": [guard], "plugins": [{"plugin": "admin", "grants": ["admin"]}]}
        with Gateway(json.dumps(config)) as gateway:
            ask = {"model": "gpt", "messages": [{"role": "user", "content": "Project Apollo, Project Zeus"}]}
            said = []
            self.answers("fine")
            for reload in (False, True):
                if reload:
                    words.write_text("blocked_words:\n  - {keyword: project_zeus, action: MASK}\n")
                    self.assertEqual(self.ask_at(gateway.port, "/admin/reload", {}).status, 200)
                self.assertEqual(self.ask_at(gateway.port, CHAT, ask).status, 200)
                said.append(self.words_sent())
            self.assertEqual(said, ["[KEYWORD_REDACTED], Project Zeus", "Project Apollo, [KEYWORD_REDACTED]"])

    def ask_at(self, port, path, body):
        return request(port, "POST", path, body, {"authorization": f"Bearer {KEY}"})

    def test_yy21_faults_say_where(self):
        broken = pathlib.Path(self.gateway.directory) / "broken.yaml"
        broken.write_text("blocked_words:\n  - keyword: a\n    action: DENY\n")
        for wanted, params in (("patterns[0].pattern_name", {"patterns": [{"pattern_type": "prebuilt", "pattern_name": "us_sn", "action": "BLOCK"}]}),
                               ("broken.yaml:3", {"blocked_words_file": str(broken)}), ("categories[0].category", {"categories": [{"category": "x"}]}),
                               ("words_blocked", {"words_blocked": []})):
            with self.subTest(wanted):
                guard = {"guardrail_name": "f", "litellm_params": {"guardrail": "litellm_content_filter", "mode": "pre_call", **params}}
                config = pathlib.Path(self.gateway.directory) / "faulty.json"
                config.write_text(json.dumps({"model_list": usual_models("http://127.0.0.1:1"), "guardrails": [guard]}))
                check = subprocess.run([gateway_binary(), "check", "--load", "-c", config], capture_output=True, text=True, timeout=60)
                self.assertNotEqual(check.returncode, 0)
                self.assertIn(wanted, check.stdout + check.stderr)


class Manual(unittest.TestCase):
    """docs/content_filter.md says what is so"""

    @classmethod
    def setUpClass(cls):
        if not (gateway_binary().parent.parent / "lib" / "sluice" / "plugins" / "guard_content.so").exists():
            raise unittest.SkipTest("guard_content.so is not built")
        text = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "content_filter.md").read_text(encoding="utf-8")
        cls.blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        cls.answer = json.loads(re.search(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1])
        cls.question = json.loads(re.search(r"-d '(.*?)'", text, re.DOTALL)[1])

    def test_yy30_the_first_example(self):
        with Gateway(next(block for block in self.blocks if block.startswith("model_list:"))) as gateway:
            answer = request(gateway.port, "POST", CHAT, self.question)
            self.assertEqual((answer.status, answer.json()), (400, self.answer))
            self.question["messages"][0]["content"] = "mail john@example.com, ABC-1234"
            self.assertIn("mail [EMAIL_REDACTED], [EMPLOYEE_ID_REDACTED]", request(gateway.port, "POST", CHAT, self.question).text())

    def test_yy31_every_part_of_a_configuration_is_accepted(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-content-")))
        (folder / "words.yaml").write_text(next(block for block in self.blocks if block.startswith("blocked_words:")))
        (folder / "codenames.txt").write_text("apollo\n")
        (folder / "category.yaml").write_text(next(block for block in self.blocks if block.startswith("category_name:")))
        parts = [block.replace("/etc/sluice/", f"{folder}/") for block in self.blocks if block.startswith("      ")]
        parts.append(f"      categories: [{{category: mine, category_file: {folder}/category.yaml}}]\n")
        self.assertGreater(len(parts), 6)
        for part in parts:
            with self.subTest(part):
                mode = "" if "      mode:" in part else "      mode: pre_call\n"
                config = folder / "config.yaml"
                config.write_text("model_list: [{model_name: gpt, litellm_params: {model: echo/gpt}}]\nguardrails:\n  - guardrail_name: x\n"
                                  "    litellm_params:\n      guardrail: guard_content\n" + mode + part)
                check = subprocess.run([gateway_binary(), "check", "--load", "-c", config], capture_output=True, text=True, timeout=60)
                self.assertEqual(check.returncode, 0, check.stdout + check.stderr)


if __name__ == "__main__":
    main()
