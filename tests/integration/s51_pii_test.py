"""VV: the guardrail pii: what goes to the upstream, what comes back to the client, in whole answers, streams and tool arguments."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import STREAMS, Scenario, main, wait_until, whole_lines  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"
MAIL, CARD, IBAN = "jo.doe@example.com", "4111 1111 1111 1111", "GB29 NWBK 6016 1331 9268 19"


def guard(name, mode=("pre_call", "post_call"), kind="pii", **params):
    return {"guardrail_name": name, "litellm_params": {"guardrail": kind, "mode": list(mode), **params}}


def answer_with(text, tool=None):
    message = {"role": "assistant", "content": text}
    if tool is not None:
        message["tool_calls"] = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": tool}}]
    return {"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def delta(dialect, text):
    if dialect == "responses":
        return events.named({"type": "response.output_text.delta", "output_index": 0, "delta": text})
    if dialect == "messages":
        return events.named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
    return {"chat": events.chat, "completions": events.completion}[dialect](text)


def spoken(text):
    """What a client of a stream has read, whatever the dialect."""
    said = ""
    for line in text.splitlines():
        if not line.startswith("data: {"):
            continue
        value = json.loads(line[6:])
        if "choices" in value:
            for choice in value["choices"]:
                said += choice.get("text") or choice.get("delta", {}).get("content") or ""
        elif isinstance(value.get("delta"), str):
            said += value["delta"]
        elif isinstance(value.get("delta"), dict):
            said += value["delta"].get("text") or ""
    return said


class Guarded(Scenario):
    guardrails = []

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        cls.settings = {"plugin_dirs": [f"{lib}/plugins"], "guardrails": cls.guardrails,
                        "plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.upstream.script({"respond": {"status": 200, "body": answer_with("ok")}})

    def ask(self, text, *names, **more):
        body = {"model": "gpt", "messages": [{"role": "user", "content": text}], "guardrails": list(names), **more}
        return self.call(CHAT, body)

    def sent(self):
        return json.loads(self.last_said()["body"])

    def words_sent(self):
        return self.sent()["messages"][-1]["content"]

    def says(self, text, tool=None):
        self.upstream.reset()
        self.upstream.script({"respond": {"status": 200, "body": answer_with(text, tool)}})

    def content(self, answer):
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["choices"][0]["message"]["content"]

    def stream_of(self, dialect, pieces, *names, text=None):
        path, body, _ = STREAMS[dialect]
        opening = events.BEGUN[dialect][:1] if dialect in ("responses", "messages") else []
        self.upstream.reset()
        self.upstream.script({"sse": {"events": opening + [delta(dialect, piece) for piece in pieces] + events.ENDING[dialect]}})
        body = {**body, "guardrails": list(names)}
        if text:
            key = next(k for k in ("messages", "prompt", "input") if k in body)
            body[key] = [{"role": "user", "content": text}] if key == "messages" else text
        return self.call(path, body)


class Actions(Guarded):
    guardrails = [
        guard("mask", pii_entities_config={"EMAIL_ADDRESS": "MASK", "CREDIT_CARD": "MASK", "IBAN_CODE": "MASK", "US_SSN": "MASK", "PERSON": "MASK"}),
        guard("block", kind="guard_pii", pii_entities_config={"CREDIT_CARD": "BLOCK", "EMAIL_ADDRESS": "MASK"}),
        guard("hash", pii_entities_config={"EMAIL_ADDRESS": "HASH", "IP_ADDRESS": "REPLACE", "IBAN_CODE": "REPLACE"}, hash_secret="a secret of the tests"),
        guard("warn", pii_entities_config={"ALL": "WARN"}),
        guard("usual", kind="guard_pii"),
        guard("input", presidio_filter_scope="input", pii_entities_config={"EMAIL_ADDRESS": "MASK"}),
        guard("output", presidio_filter_scope="output", pii_entities_config={"EMAIL_ADDRESS": "MASK"}),
        guard("quiet", presidio_skip_system_developer_message=True, pii_entities_config={"EMAIL_ADDRESS": "MASK"}, mask_format="[no {entity}]"),
        guard("own", pii_entities_config={"EMPLOYEE": "MASK", "PROJECT": "BLOCK", "US_PASSPORT": "MASK", "EMAIL_ADDRESS": "MASK"},
              presidio_score_thresholds={"US_PASSPORT": 0.1}, presidio_phrase_allow_list=["info@example.com"], deny_words={"PROJECT": ["blue falcon"]},
              presidio_ad_hoc_recognizers=[{"name": "e", "supported_entity": "EMPLOYEE", "patterns": [{"name": "p", "regex": "E-[0-9]{5}", "score": 0.3}],
                                            "context": ["employee"]}]),
        guard("listed", presidio_entities_deny_list=["EMAIL_ADDRESS"], pii_entities_config={"ALL": "MASK"}),
    ]

    def test_vv01_every_text_of_a_request(self):
        tool = {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"to": MAIL, "n": 4111111111111111})}}
        messages = [{"role": "system", "content": f"You help {MAIL}."}, {"role": "assistant", "content": None, "tool_calls": [tool]},
                    {"role": "tool", "tool_call_id": "c", "content": f"iban {IBAN}"},
                    {"role": "user", "content": [{"type": "text", "text": f"card {CARD}, ssn 219-09-9998"}]}]
        answer = self.call(CHAT, {"model": "gpt", "messages": messages, "guardrails": ["mask"]})
        self.assertEqual(answer.status, 200, answer.body)
        sent = self.sent()["messages"]
        self.assertEqual(sent[0]["content"], "You help <EMAIL_ADDRESS>.")
        self.assertEqual(json.loads(sent[1]["tool_calls"][0]["function"]["arguments"]), {"to": "<EMAIL_ADDRESS>", "n": "<CREDIT_CARD>"})
        self.assertEqual(sent[2]["content"], "iban <IBAN_CODE>")
        self.assertEqual(sent[3]["content"][0]["text"], "card <CREDIT_CARD>, ssn <US_SSN>")

    def test_vv02_a_block_says_what_and_by_whom(self):
        error = self.assert_error(self.ask(f"pay with {CARD}", "block"), 400)
        self.assertEqual(error["message"], "Blocked PII entity detected: CREDIT_CARD by Guardrail: block.")
        self.assertEqual(self.upstream.log(), [])
        self.assertEqual(self.ask("pay with 4111 1111 1111 1112", "block").status, 200)

    def test_vv03_hashes_and_stand_ins_are_stable(self):
        self.ask(f"{MAIL} and {MAIL}, jo@example.com, 10.1.2.3, {IBAN}", "hash")
        words = self.words_sent()
        found = re.fullmatch(r"(<EMAIL_ADDRESS:[0-9a-f]{16}>) and (\S+), (<EMAIL_ADDRESS:[0-9a-f]{16}>), (198\.1[89]\.\d+\.\d+), ([A-Z]{2}\d\d [A-Z]{4} .{17})", words)
        self.assertTrue(found, words)
        self.assertEqual(found[1], found[2])
        self.assertNotEqual(found[1], found[3])
        self.setUp()
        self.ask(f"again {MAIL}", "hash")
        self.assertEqual(self.words_sent(), f"again {found[1]}")

    def test_vv04_a_warning_changes_nothing_and_stands_in_the_record(self):
        self.ask(f"{MAIL} {CARD}", "warn")
        self.assertEqual(self.words_sent(), f"{MAIL} {CARD}")
        records = pathlib.Path(self.gateway.directory) / "records.jsonl"
        said = wait_until(lambda: [line for line in whole_lines(records) if '"warn"' in line])[-1]
        told = [one for one in json.loads(said)["guardrail_information"] if one["guardrail_name"] == "warn"]
        self.assertEqual(told[0]["guardrail_response"], {"entities": {"CREDIT_CARD": 1, "EMAIL_ADDRESS": 1}})
        self.assertNotIn(MAIL, said)

    def test_vv05_without_configuration(self):
        self.ask(f"Version 1.2, 12 May, 100 km: {MAIL}, phone +49 30 901820, see https://example.com/a", "usual")
        self.assertEqual(self.words_sent(), "Version 1.2, 12 May, 100 km: <EMAIL_ADDRESS>, phone <PHONE_NUMBER>, see https://example.com/a")

    def test_vv06_scopes_and_roles(self):
        for name, sent, got in (("input", "<EMAIL_ADDRESS>", MAIL), ("output", MAIL, "<EMAIL_ADDRESS>"), ("quiet", "[no EMAIL_ADDRESS]", "[no EMAIL_ADDRESS]")):
            with self.subTest(name):
                self.says(MAIL)
                self.assertEqual(self.content(self.ask(MAIL, name)), got)
                self.assertEqual(self.words_sent(), sent)
        self.says("ok")
        self.call(CHAT, {"model": "gpt", "messages": [{"role": "system", "content": MAIL}, {"role": "user", "content": MAIL}], "guardrails": ["quiet"]})
        self.assertEqual([m["content"] for m in self.sent()["messages"]], [MAIL, "[no EMAIL_ADDRESS]"])

    def test_vv07_what_the_configuration_adds(self):
        self.ask(f"employee E-12345, E-54321 far away, {'x ' * 50}E-11111, A12345678, info@example.com, {MAIL}", "own")
        words = self.words_sent()
        self.assertIn("employee <EMPLOYEE>, <EMPLOYEE> far", words)
        self.assertIn("E-11111", words)
        self.assertIn("<US_PASSPORT>, info@example.com, <EMAIL_ADDRESS>", words)
        self.assert_error(self.ask("about Blue Falcon", "own"), 400, contains="PROJECT by Guardrail: own")

    def test_vv08_entities_that_are_not_wanted(self):
        self.ask(f"{MAIL} {CARD}", "listed")
        self.assertEqual(self.words_sent(), f"{MAIL} <CREDIT_CARD>")

    def test_vv09_digits_in_disguise(self):
        for card in ("４１１１ １１１１ １１１１ １１１１", "4111\u00a01111\u00a01111\u00a01111", "4111\u200b1111\u200b1111\u200b1111", "4111‐1111‐1111‐1111"):
            with self.subTest(card):
                self.setUp()
                self.ask(f"card {card}!", "mask")
                self.assertEqual(self.words_sent(), "card <CREDIT_CARD>!")

    def test_vv10_streams_in_pieces(self):
        for dialect in STREAMS:
            for size in (1, 3, 500):
                with self.subTest(dialect, size=size):
                    text = f"Write to {MAIL} or pay {CARD} to {IBAN}; " + "all is well. " * 30 + MAIL
                    pieces = [text[i:i + size] for i in range(0, len(text), size)]
                    answer = self.stream_of(dialect, pieces, "mask")
                    said = spoken(answer.text())
                    if dialect == "messages" or dialect == "responses":
                        said = said.removeprefix("one")
                    self.assertEqual(said, "Write to <EMAIL_ADDRESS> or pay <CREDIT_CARD> to <IBAN_CODE>; " + "all is well. " * 30 + "<EMAIL_ADDRESS>")
                    self.assertNotIn("jo.doe", answer.text())

    def test_vv11_a_stream_that_is_blocked(self):
        text = "all is well. " * 40 + f"The card is {CARD}."
        answer = self.stream_of("chat", [text[i:i + 7] for i in range(0, len(text), 7)], "block")
        self.assertNotIn("4111", answer.text())
        self.assertIn("Blocked PII entity detected: CREDIT_CARD by Guardrail: block.", answer.text())


class ThereAndBack(Guarded):
    guardrails = [guard("back", output_parse_pii=True, pii_entities_config={"EMAIL_ADDRESS": "MASK", "PERSON": "MASK", "IBAN_CODE": "REPLACE", "CREDIT_CARD": "MASK"}),
                  guard("oneway", output_parse_pii=True, presidio_filter_scope="input", pii_entities_config={"EMAIL_ADDRESS": "MASK"})]

    def test_vv20_a_whole_answer(self):
        self.says("I wrote to <EMAIL_ADDRESS_1>, <email_address_2>, &lt;EMAIL_ADDRESS_1&gt; and <EMAIL_ADDRESS_7>.", json.dumps({"to": "<EMAIL_ADDRESS_2>"}))
        answer = self.ask(f"mail {MAIL} and a\"b@example.com or b@example.com, not {MAIL}", "back")
        self.assertRegex(self.words_sent(), r"^mail <EMAIL_ADDRESS_1> and a\"<EMAIL_ADDRESS_2> or <EMAIL_ADDRESS_2>, not <EMAIL_ADDRESS_1>$")
        self.assertEqual(self.content(answer), f"I wrote to {MAIL}, b@example.com, {MAIL} and <EMAIL_ADDRESS_7>.")
        tool = answer.json()["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
        self.assertEqual(json.loads(tool), {"to": "b@example.com"})

    def test_vv21_streams(self):
        for dialect in STREAMS:
            with self.subTest(dialect):
                text = "Dear <EMAIL_ADDRESS_1>, " + "all is well. " * 30 + "Yours, <EMAIL_ADDRESS_1>"
                answer = self.stream_of(dialect, [text[i:i + 4] for i in range(0, len(text), 4)], "back", text=f"I am {MAIL}")
                self.assertNotIn(MAIL, self.said()[-1]["body"])
                said = spoken(answer.text()).removeprefix("one")
                self.assertEqual(said, f"Dear {MAIL}, " + "all is well. " * 30 + f"Yours, {MAIL}")

    def test_vv22_arguments_of_tools_in_a_stream(self):
        arguments = json.dumps({"to": "<EMAIL_ADDRESS_1>", "cc": ["<EMAIL_ADDRESS_2>"], "text": "a \"quote\" \u00e9\n"})
        pieces = [arguments[i:i + 5] for i in range(0, len(arguments), 5)]
        self.upstream.reset()
        self.upstream.script({"sse": {"events": [events.data({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"tool_calls": [
            {"index": 0, **({"id": "t", "type": "function"} if i == 0 else {}), "function": {**({"name": "f"} if i == 0 else {}), "arguments": piece}}]}}]})
            for i, piece in enumerate(pieces)] + events.ENDING["chat"]}})
        answer = self.ask(f"{MAIL} b@example.com", "back", stream=True)
        said = ""
        for line in answer.text().splitlines():
            if line.startswith("data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    for call in choice.get("delta", {}).get("tool_calls", []):
                        said += call["function"].get("arguments", "")
        self.assertEqual(json.loads(said), {"to": MAIL, "cc": ["b@example.com"], "text": "a \"quote\" \u00e9\n"})

    def test_vv23_never_in_another_request(self):
        for asked, got in ((MAIL, MAIL), ("hello", "<EMAIL_ADDRESS_1>"), ("b@example.com", "b@example.com")):
            self.says("<EMAIL_ADDRESS_1>")
            self.assertEqual(self.content(self.ask(asked, "back")), got)

    def test_vv24_stand_ins_come_back(self):
        self.ask(f"pay to {IBAN}", "back")
        stand_in = self.words_sent().removeprefix("pay to ")
        self.assertNotEqual(stand_in, IBAN)
        self.says(f"paid to {stand_in} today")
        self.assertEqual(self.content(self.ask(f"pay to {IBAN}", "back")), f"paid to {IBAN} today")

    def test_vv25_what_the_model_says_anew_is_masked_only_in_scope(self):
        for name, got in (("oneway", f"{MAIL} and new@example.com"), ("back", f"{MAIL} and <EMAIL_ADDRESS_2>")):
            self.says("<EMAIL_ADDRESS_1> and new@example.com")
            self.assertEqual(self.content(self.ask(MAIL, name)), got)


class Config(unittest.TestCase):
    def check(self, **params):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        config = {"model_list": [{"model_name": "e", "litellm_params": {"model": "echo/x"}}], "guardrails": [guard("g", **params)], "plugin_dirs": [f"{lib}/plugins"]}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(json.dumps(config))
            file.flush()
            done = subprocess.run([gateway_binary(), "check", "--load", "-c", file.name], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_vv30_what_is_wrong_and_where(self):
        self.assertEqual(self.check(pii_entities_config={"EMAIL_ADDRESS": "MASK"}, presidio_language="en", presidio_analyzer_api_base="http://a")[0], 0)
        hoc = {"supported_entity": "X", "patterns": [{"regex": "("}]}
        for params, words in (({"pii_entities_config": {"EMAIL": "MASK"}}, "pii_entities_config.EMAIL"),
                              ({"pii_entities_config": {"URL": "HIDE"}}, "pii_entities_config.URL"),
                              ({"pii_entities_config": {"ALL": "OFF"}}, "nothing to look for"),
                              ({"presidio_score_thresholds": {"ALL": 2}}, "presidio_score_thresholds"),
                              ({"presidio_score_thresholds": {"NOBODY": 0.5}}, "presidio_score_thresholds.NOBODY"),
                              ({"presidio_filter_scope": "all"}, "presidio_filter_scope"),
                              ({"presidio_entities_deny_list": ["NOBODY"]}, "presidio_entities_deny_list"),
                              ({"hash_secret": "short"}, "hash_secret"), ({"mask_format": "x", "output_parse_pii": True}, "mask_format"),
                              ({"presidio_ad_hoc_recognizers": [hoc]}, "pattern for 'X'"),
                              ({"presidio_ad_hoc_recognizers": [{**hoc, "patterns": [{"regex": "a*"}]}]}, "empty text"),
                              ({"presidio_ad_hoc_recognizers": [{"supported_entity": "X"}]}, "presidio_ad_hoc_recognizers[0].patterns"),
                              ({"presidio_ad_hoc_recognizers": "/no/such/file"}, "cannot be read"), ({"colour": 1}, "colour")):
            with self.subTest(words):
                code, text = self.check(**params)
                self.assertNotEqual(code, 0, text)
                self.assertIn(words, text)


if __name__ == "__main__":
    main()
