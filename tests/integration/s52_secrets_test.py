"""WW: guard_secrets: what a client, the upstream and the record see of keys, tokens and passwords. All secrets are made up while it runs."""
import json
import pathlib
import random
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))
sys.path.insert(0, str(TESTS / "guards" / "secrets"))

import events  # noqa: E402
import tokens  # noqa: E402 (of tests/guards/secrets)
from scenario import KEY, USER, Scenario, main, wait_until, whole_lines  # noqa: E402

CHAT = "/v1/chat/completions"
RANDOM = random.Random(52)
GITHUB = tokens.crc_token(RANDOM, "ghp_")
AWS = "AKIA" + tokens.some(RANDOM, tokens.UPPER, 16)
JWT = tokens.jwt(RANDOM, claims=20)
PEM, PEM_BODY = tokens.pem(RANDOM, "RSA PRIVATE KEY", 1190)
PASSWORD = "Tr1cky$" + tokens.some(RANDOM, tokens.ALNUM, 8)
SAID = f"deploy with {AWS} and password={PASSWORD}, then {JWT}.\n{PEM}\nDone."
MASKED = "deploy with [REDACTED] and password=[REDACTED], then [REDACTED].\n-----BEGIN RSA PRIVATE KEY-----\n[REDACTED]"
MASKED += "\n" * (PEM_BODY.count("\n") + 1) + "-----END RSA PRIVATE KEY-----\nDone."


def guard(name, mode="pre_call", kind="hide-secrets", **params):
    return {"guardrail_name": name, "litellm_params": {"guardrail": kind, "mode": mode, **params}}


class Secrets(Scenario):
    settings = {
        "guardrails": [
            guard("in"), guard("out", "post_call"), guard("look", "logging_only"), guard("beside", "during_call"),
            guard("mixed", kind="guard_secrets", action="warn", detectors={"private_key": "block", "AWS_ACCESS_KEY": "redact"}, mask="<{entity}>"),
            guard("own", patterns=[{"name": "ticket", "pattern": r"\bACME-\d{4}\b"}], allow=[PASSWORD]),
            guard("as_litellm", detect_secrets_config={"plugins_used": [{"name": "GitHubTokenDetector"}, {"name": "HexHighEntropyString", "limit": 3.2}]}),
        ],
        "plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}],
    }

    def setUp(self):
        super().setUp()
        self.upstream.reset()
        self.before = len(whole_lines(self.records()))

    def records(self):
        return pathlib.Path(self.gateway.directory) / "records.jsonl"

    def ask(self, text, *guards, **more):
        return self.call(CHAT, {"model": "gpt", "messages": [{"role": "user", "content": text}], "guardrails": list(guards), **more})

    def sent(self):
        return json.loads(self.last_said()["body"])["messages"][-1]["content"]

    def found(self, name):
        lines = wait_until(lambda: whole_lines(self.records())[self.before:])
        self.assertNotIn(PASSWORD, lines[-1])
        self.assertNotIn(GITHUB, lines[-1])
        told = [one for one in json.loads(lines[-1])["guardrail_information"] if one["guardrail_name"] == name]
        return told[0]["guardrail_response"]["entities"]

    def test_ww01_what_goes_upstream_is_redacted(self):
        answer = self.ask(SAID, "in")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.sent(), MASKED)
        found = self.found("in")
        self.assertEqual({name: found[name] for name in ("AWS_ACCESS_KEY", "PASSWORD", "JWT", "PRIVATE_KEY")},
                         {"AWS_ACCESS_KEY": 1, "PASSWORD": 1, "JWT": 1, "PRIVATE_KEY": 1})

    def test_ww02_the_examples_of_litellms_page(self):
        self.ask("Hey, how's it going, API_KEY = 'sk_1234567890abcdef'", "in")
        self.assertEqual(self.sent(), "Hey, how's it going, API_KEY = '[REDACTED]'")
        self.ask("what is the value of my open ai key? openai_api_key=sk-1234998222", "in")
        self.assertEqual(self.sent(), "what is the value of my open ai key? openai_api_key=[REDACTED]")

    def test_ww03_actions_by_detector(self):
        self.assert_error(self.ask(PEM, "mixed"), 400, contains="it contains a secret (PRIVATE_KEY)")
        self.assertEqual(self.upstream.log(), [])
        self.ask(f"{AWS} and {GITHUB}", "mixed")
        self.assertEqual(self.sent(), f"<AWS_ACCESS_KEY> and {GITHUB}")
        self.ask(f"ACME-1234 and password={PASSWORD}", "own")
        self.assertEqual(self.sent(), f"[REDACTED] and password={PASSWORD}")

    def test_ww04_litellms_detectors(self):
        self.ask(f"{GITHUB} and password={PASSWORD}", "as_litellm")
        self.assertEqual(self.sent(), f"[REDACTED] and password={PASSWORD}")

    def test_ww05_beside_the_call_and_in_the_record_only(self):
        self.assert_error(self.ask(f"use {GITHUB}", "beside"), 400, contains="GITHUB_TOKEN")
        self.setUp()
        self.assertEqual(self.ask(f"use {GITHUB}", "look").status, 200)
        self.assertEqual(self.sent(), f"use {GITHUB}")
        self.assertEqual(self.found("look"), {"GITHUB_TOKEN": 1})

    def test_ww06_answers(self):
        body = {"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": SAID}}]}
        self.upstream.script({"respond": {"status": 200, "body": body}})
        answer = self.ask("hello", "out")
        self.assertEqual(answer.json()["choices"][0]["message"]["content"], MASKED)

    def test_ww07_streams_however_they_are_cut(self):
        for seed in range(6):
            with self.subTest(seed):
                cut, at, pieces = random.Random(seed), 0, []
                while at < len(SAID):
                    size = cut.choice([1, 3, 9, 40, 200])
                    pieces.append(SAID[at:at + size])
                    at += size
                self.upstream.reset()
                self.upstream.script({"sse": {"events": [events.chat(piece) for piece in pieces] + events.ENDING["chat"]}})
                answer = self.ask("hello", "out", stream=True)
                self.assertEqual(answer.status, 200)
                text = ""
                for line in answer.text().splitlines():
                    if line.startswith("data: {") and json.loads(line[6:]).get("choices"):
                        text += json.loads(line[6:])["choices"][0].get("delta", {}).get("content") or ""
                self.assertEqual(text, MASKED)

    def test_ww08_tool_arguments_stay_json(self):
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"password": PASSWORD, "note": f"a \"{AWS}\"", "n": 5})}}
        messages = [*USER, {"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": f"token: {GITHUB}"}]
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": messages, "guardrails": ["in"]}).status, 200)
        sent = json.loads(self.last_said()["body"])["messages"]
        arguments = json.loads(sent[1]["tool_calls"][0]["function"]["arguments"])
        self.assertEqual(arguments, {"password": "[REDACTED]", "note": 'a "[REDACTED]"', "n": 5})
        self.assertEqual(sent[2]["content"], "token: [REDACTED]")

    def test_ww09_near_misses_pass_untouched(self):
        text = f"commit {tokens.some(RANDOM, tokens.HEX, 40)}, id {tokens.uuid(RANDOM)}, sha512-{tokens.b64(RANDOM, 64)}, password=${{DB_PASSWORD}}, sk-xxxxxxxx"
        self.ask(text, "in")
        self.assertEqual(self.sent(), text)

    def test_ww10_no_secret_in_the_log(self):
        self.ask(SAID, "in")
        log = self.gateway.stderr()
        for secret in (PASSWORD, AWS, GITHUB, KEY):
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    main()
