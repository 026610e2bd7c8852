"""ZZ: the plugin guard_remote: services that judge texts, what becomes of their verdicts, and what of requests while they are away."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import venv

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from guard_services import BAD, CONFIGURED, MASKS, MISDEEDS, SECRET, GuardServices  # noqa: E402
from scenario import FULL, SLOW, Scenario, main, wait_until, whole_lines  # noqa: E402
from processes import end_with_parent, gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"
TEXT = "naïve 漢字 writes to ann@example.com today"
TIMEOUT_MS = int(400 * SLOW)
ANSWERS = [name for name in CONFIGURED if name != "azure-shield"]  # it judges what goes to models only


def saying(*texts):
    return [{"role": "assistant" if i % 2 else "user", "content": text} for i, text in enumerate(texts)]


class WithServices(Scenario):
    more = {}

    @classmethod
    def setUpClass(cls):
        if not (gateway_binary().parent.parent / "lib" / "sluice" / "plugins" / "guard_remote.so").exists():
            raise unittest.SkipTest("guard_remote.so is not built")
        cls.services = cls.enterClassContext(GuardServices())
        super().setUpClass()

    @classmethod
    def guardrails(cls):
        modes = {"in": "pre_call", "out": "post_call", "beside": "during_call"}
        fast = {"timeout_ms": TIMEOUT_MS, **cls.more}
        return [*(cls.services.guardrail(name, f"{name}-{short}", mode, **fast) for name in CONFIGURED for short, mode in modes.items()),
                *(cls.services.guardrail(name, f"{name}-open", ["pre_call", "post_call"], fail="open", **fast) for name in CONFIGURED)]

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        cls.settings = {"plugin_dirs": [f"{lib}/plugins"], "guardrails": cls.guardrails(),
                        "plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.services.reset()
        self.answers("fine")

    def answers(self, text):
        self.upstream.script({"respond": {"status": 200, "body": {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}}})

    def ask(self, guard, *texts, **more):
        return self.call(CHAT, {"model": "gpt", "messages": saying(*texts), "guardrails": [guard], **more})

    def streamed(self, guard, pieces, gap_ms=0):
        """what reaches the client, and the whole answer"""
        self.upstream.reset()
        self.upstream.script({"sse": {"events": [*map(events.chat, pieces), *events.ENDING["chat"]], "gap_ms": gap_ms}})
        answer = self.ask(guard, "hello", stream=True)
        chunks = [json.loads(line[6:]) for line in answer.text().splitlines() if line.startswith("data: {")]
        return "".join(c.get("delta", {}).get("content") or "" for chunk in chunks for c in chunk.get("choices", [])), answer

    def content_sent(self):
        return json.loads(self.last_said()["body"])["messages"][-1]["content"]

    def record(self, answer):
        path, call_id = pathlib.Path(self.gateway.directory) / "records.jsonl", answer.headers["x-litellm-call-id"]
        return wait_until(lambda: [r for r in map(json.loads, whole_lines(path)) if r["id"] == call_id], 5, "a record")[-1]

    def told(self, answer):
        return [(g["guardrail_mode"], g["verdict"], g.get("guardrail_response") or {}) for g in self.record(answer)["guardrail_information"]
                if g["guardrail_mode"] != "authenticate"]


class Verdicts(WithServices):
    def test_zz01_requests(self):
        for name in CONFIGURED:
            with self.subTest(name):
                self.setUp()
                answer = self.ask(f"{name}-in", f"a plain question of {name}")
                self.assertEqual(answer.status, 200, (answer.body, self.services.log))
                self.assertEqual(self.content_sent(), f"a plain question of {name}")
                self.assertEqual(answer.headers.get("x-litellm-applied-guardrails"), f"{name}-in")
                self.assert_error(self.ask(f"{name}-in", f"{TEXT} {BAD}"), 400)
                self.assertEqual(len(self.upstream.log()), 1)
                answer = self.ask(f"{name}-in", TEXT)
                self.assertEqual(answer.status, 200, answer.body)
                self.said(2)
                self.assertEqual(self.content_sent(), TEXT.replace("ann@example.com", MASKS.get(name, "ann@example.com")))

    def test_zz02_answers(self):
        for name in ANSWERS:
            with self.subTest(name):
                for text, want in ((f"plain words for {name}", f"plain words for {name}"), (TEXT, TEXT.replace("ann@example.com", MASKS.get(name, "ann@example.com"))),
                                   (f"so {BAD}", None)):
                    self.upstream.reset()
                    self.answers(text)
                    answer = self.ask(f"{name}-out", "hello")
                    if want is None:
                        self.assert_error(answer, 400)
                        self.assertNotIn(BAD, answer.text())
                    else:
                        self.assertEqual(answer.json()["choices"][0]["message"]["content"], want)

    def test_zz03_streams(self):
        for name in ANSWERS:
            with self.subTest(name):
                said, answer = self.streamed(f"{name}-out", ["pl", "ain wor", "ds for ", name])
                self.assertEqual(said, f"plain words for {name}")
                self.assertIn("[DONE]", answer.text())
                said, answer = self.streamed(f"{name}-out", ["naïve 漢", "字 writes to a", "nn@exam", "ple.com today"])
                self.assertEqual(said, TEXT.replace("ann@example.com", MASKS.get(name, "ann@example.com")))
                said, answer = self.streamed(f"{name}-out", ["this is FOR", "BIDDEN", " indeed"])
                self.assertEqual(said, "")
                self.assertNotIn("[DONE]", answer.text())
                self.assertIn("error", answer.text())

    def test_zz04_beside_the_upstream_call(self):
        for name in CONFIGURED:
            with self.subTest(name):
                self.upstream.reset()
                self.answers("fine")
                self.assertEqual(self.ask(f"{name}-beside", f"beside {name}").status, 200)
                self.assert_error(self.ask(f"{name}-beside", f"beside {name} {BAD}"), 400)
                if name in MASKS:  # what cannot be changed any more
                    self.assert_error(self.ask(f"{name}-beside", TEXT), 400, contains="not possible here")
        # Both take their time, at the same time.
        self.upstream.reset()
        self.upstream.script([{"sleep_ms": int(400 * SLOW)}, {"respond": {"status": 200, "body": {"choices": []}}}])
        self.services.delay = 0.3 * SLOW
        begin = time.monotonic()
        self.assertEqual(self.ask("openai-beside", "a question that takes a while").status, 200)
        self.assertTrue(0.39 * SLOW < time.monotonic() - begin < 0.65 * SLOW, time.monotonic() - begin)

    def test_zz05_what_goes_wrong_closes_or_goes_on(self):
        for name in CONFIGURED:
            for misdeed in MISDEEDS:
                if misdeed == "wrong_places" and name not in MASKS:
                    continue
                with self.subTest(name, misdeed=misdeed):
                    self.setUp()
                    self.services.misbehave(misdeed)
                    begin = time.monotonic()
                    text = f"{misdeed} of {name}: ann@example.com"
                    answer = self.ask(f"{name}-in", text)
                    self.assert_error(answer, 500, contains="could not scan")
                    self.assertEqual(self.upstream.log(), [])
                    self.assertEqual([(mode, verdict) for mode, verdict, _ in self.told(answer)], [("pre_call", "not_scanned")])
                    answer = self.ask(f"{name}-open", text)
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertEqual(self.content_sent(), text)
                    self.assertIn("not_scanned", self.told(answer)[0][2])
                    self.assertLess(time.monotonic() - begin, (TIMEOUT_MS * 4 + 2000) / 1000)
                    self.assertLess(len(self.services.log), 7)
                    self.services.released.set()
        self.assertNotIn(SECRET, json.dumps([*map(json.loads, whole_lines(pathlib.Path(self.gateway.directory) / "records.jsonl"))]))

    def test_zz06_streams_close_when_nobody_judges(self):
        for name in ANSWERS:
            for misdeed in ("hang", "500", "close", "garbage"):
                with self.subTest(name, misdeed=misdeed):
                    self.services.reset()
                    self.services.misbehave(misdeed)
                    said, answer = self.streamed(f"{name}-out", ["words ", "that ", misdeed])
                    self.assertEqual(said, "")
                    self.assertNotIn("[DONE]", answer.text())
                    self.services.released.set()
        self.services.reset()
        self.services.misbehave("500")
        said, answer = self.streamed("presidio-open", ["words ", "for ", "nobody"])
        self.assertEqual((said, "[DONE]" in answer.text()), ("words for nobody", False) if not said else ("words for nobody", True))

    def test_zz07_history_is_not_sent_again(self):
        for name in CONFIGURED:
            with self.subTest(name):
                self.setUp()
                talk = [f"first of {name}", "yes?", "second ann@example.com", "and?"]
                for i in (1, 3, 3):
                    self.assertEqual(self.ask(f"{name}-in", *talk[:i]).status, 200)
                sent = json.dumps([entry["body"] for entry in self.services.log if entry["path"] != "/anonymize"])
                # The generic service is told of the whole conversation besides; prompt shield does not judge what models say.
                texts = json.dumps([entry["body"].get("texts") for entry in self.services.log]) if name == "generic" else sent
                self.assertEqual(texts.count(f"first of {name}"), 1)
                self.assertEqual(texts.count("second ann@"), 1)
                before = len(self.services.log)
                answer = self.ask(f"{name}-in", *talk[:3])
                self.assertEqual(len(self.services.log), before)
                self.assertEqual(self.told(answer)[0][2].get("texts_asked"), 0)

    def test_zz08_a_lost_connection_is_tried_once_more(self):
        self.assertEqual(self.ask("openai-in", "a warm connection").status, 200)
        self.services.lose(1)
        self.assertEqual(self.ask("openai-in", "and a lost one").status, 200)
        self.services.lose(2)
        self.assertEqual(self.ask("openai-in", "and two lost ones").status, 500)
        self.assertEqual(self.ask("openai-in", "and none").status, 200)

    def test_zz09_settings_of_one_request(self):
        answer = self.ask("presidio-in", "un texto", guardrail_config={"language": "es", "entities": ["PERSON"]})
        self.assertEqual(answer.status, 200)
        asked = self.services.log[-1]["body"]
        self.assertEqual((asked["language"], sorted(asked["entities"])), ("es", ["BAD", "EMAIL_ADDRESS", "PERSON"]))
        self.assertNotIn("guardrail_config", json.loads(self.last_said()["body"]))
        self.call(CHAT, {"model": "gpt", "messages": saying("x"), "guardrails": [{"generic-in": {"extra_body": {"level": 3}}}]}, x_secret="do not tell")
        asked = self.services.log[-1]["body"]
        self.assertEqual(asked["additional_provider_specific_params"], {"level": 3})
        self.assertEqual((asked["request_headers"]["x-secret"], asked["request_headers"]["authorization"]), ("[present]", "[present]"))
        self.assertEqual((asked["input_type"], asked["texts"], asked["structured_messages"]), ("request", ["x"], saying("x")))

    def test_zz10_a_slow_service_holds_nobody_else(self):
        self.services.delay = 0.3 * SLOW
        begin, statuses = time.monotonic(), []
        threads = [threading.Thread(target=lambda i=i: statuses.append(self.ask("openai-in", f"one of many {i}").status)) for i in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * 40)
        self.assertLess(time.monotonic() - begin, 3 * SLOW)

    def test_zz11_configurations_that_cannot_be_right(self):
        guardrails = [{"guardrail_name": "g", "litellm_params": {"guardrail": "lakera_v2", "mode": "pre_call", "api_key": SECRET, "presidio_language": "en"}}]
        config = {"model_list": self.models("http://127.0.0.1:9"), "guardrails": guardrails, "plugin_dirs": self.settings["plugin_dirs"], "general_settings": {"master_key": "k"}}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "config.yaml"
            path.write_text(json.dumps(config), encoding="utf-8")
            done = subprocess.run([gateway_binary().resolve(), "check", "--load", "-c", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("presidio_language", done.stdout)
        self.assertNotIn(SECRET, done.stdout)


class Restored(WithServices):
    @classmethod
    def guardrails(cls):
        more = {"output_parse_pii": True, "stream_chunk_chars": 10, "timeout_ms": int(2000 * SLOW)}
        return [cls.services.guardrail("presidio", "both", ["pre_call", "post_call"], **more), cls.services.guardrail("presidio", "in", "pre_call", **more)]

    def test_zz15_answers_get_back_what_was_masked(self):
        self.upstream.reset()
        self.answers("to <EMAIL_ADDRESS_2>, not <EMAIL_ADDRESS_3> or eve@example.com")
        answer = self.ask("both", "ann@example.com and bob@example.com and ann@example.com")
        self.assertEqual(self.content_sent(), "<EMAIL_ADDRESS_1> and <EMAIL_ADDRESS_2> and <EMAIL_ADDRESS_1>")
        self.assertEqual(answer.json()["choices"][0]["message"]["content"], "to bob@example.com, not <EMAIL_ADDRESS_3> or <EMAIL_ADDRESS>")
        self.assertNotIn("@", json.dumps(self.record(answer)["guardrail_information"]))

    def test_zz16_streams_too(self):
        for guard in ("both", "in"):
            self.upstream.reset()
            pieces = ["dear <EMA", "IL_ADDR", "ESS_1>, ", "and <EMAIL_", "ADDRESS_2"]
            self.upstream.script({"sse": {"events": [*map(events.chat, pieces), *events.ENDING["chat"]]}})
            answer = self.ask(guard, "ann@example.com", stream=True)
            chunks = [json.loads(line[6:]) for line in answer.text().splitlines() if line.startswith("data: {")]
            said = "".join(c.get("delta", {}).get("content") or "" for chunk in chunks for c in chunk.get("choices", []))
            self.assertEqual(said, "dear ann@example.com, and <EMAIL_ADDRESS_2")


class Steps(WithServices):
    more = {"stream_chunk_chars": 60, "stream_overlap_chars": 20}

    def test_zz20_nothing_goes_that_has_not_been_judged(self):
        words = [f"word{i} " for i in range(60)]
        for name in ANSWERS:
            with self.subTest(name):
                self.services.reset()
                said, answer = self.streamed(f"{name}-out", [*words, "FORB", "IDDEN", " and more"])
                self.assertNotIn("FORB", answer.text())
                self.assertTrue("".join(words).startswith(said) and len(said) > 200, said)
                self.assertLess(len(self.services.log), 30)
                said, _ = self.streamed(f"{name}-out", [*words, "ann@ex", "ample.com ", *words])
                self.assertEqual(said, "".join([*words, MASKS.get(name, "ann@example.com"), " ", *words]))

    def test_zz21_the_first_text_does_not_wait_for_the_end(self):
        self.upstream.reset()
        self.upstream.script({"sse": {"events": [*(events.chat(f"word{i} ") for i in range(60)), *events.ENDING["chat"]], "gap_ms": 20}})
        stream = self.stream(CHAT, {"model": "gpt", "messages": saying("x"), "stream": True, "guardrails": ["openai-out"]})
        begin, first = time.monotonic(), None
        for event in stream:
            if "word" in (event.data or "") and first is None:
                first = time.monotonic() - begin
        self.assertLess(first, (time.monotonic() - begin) / 2)


def presidio_python(test):
    """A Python that has presidio: SLUICE_TEST_PRESIDIO, or with SLUICE_TEST_FULL=1 one made for this run."""
    python = os.environ.get("SLUICE_TEST_PRESIDIO")
    if python:
        return python
    if not FULL:
        raise unittest.SkipTest("the real Presidio: set SLUICE_TEST_PRESIDIO to a Python that has presidio-analyzer and presidio-anonymizer, or SLUICE_TEST_FULL=1")
    folder = tempfile.TemporaryDirectory(prefix="sluice-presidio-")
    test.addClassCleanup(folder.cleanup)
    venv.create(folder.name, with_pip=True)
    python = str(pathlib.Path(folder.name) / "bin" / "python")
    done = subprocess.run([python, "-m", "pip", "install", "-q", "presidio-analyzer", "presidio-anonymizer"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise unittest.SkipTest("presidio cannot be installed here")
    return python


class RealPresidio(WithServices):
    @classmethod
    def setUpClass(cls):
        script = pathlib.Path(__file__).parent / "support" / "presidio_server.py"
        cls.presidio = subprocess.Popen([presidio_python(cls), script], stdout=subprocess.PIPE, text=True, preexec_fn=end_with_parent)
        cls.addClassCleanup(lambda: (cls.presidio.kill(), cls.presidio.wait(), cls.presidio.stdout.close()))
        cls.url = cls.presidio.stdout.readline().strip()
        if not cls.url:
            raise unittest.SkipTest("presidio does not start")
        super().setUpClass()

    @classmethod
    def guardrails(cls):
        base = {"guardrail": "presidio", "presidio_analyzer_api_base": cls.url, "timeout_ms": int(10_000 * SLOW)}
        with_anonymizer = {**base, "presidio_anonymizer_api_base": cls.url}
        zip_code = {"name": "Zip", "supported_language": "en", "supported_entity": "ZIP", "patterns": [{"name": "zip", "regex": r"\b\d{5}-\d{4}\b", "score": 0.9}]}
        return [{"guardrail_name": "all", "litellm_params": {**with_anonymizer, "mode": ["pre_call", "post_call"], "stream_chunk_chars": 80}},
                {"guardrail_name": "alone", "litellm_params": {**base, "mode": "pre_call", "presidio_ad_hoc_recognizers": [zip_code]}},
                {"guardrail_name": "some", "litellm_params": {**with_anonymizer, "mode": "pre_call", "pii_entities_config": {"CREDIT_CARD": "BLOCK", "EMAIL_ADDRESS": "MASK"},
                                                              "presidio_score_thresholds": {"ALL": 0.5}}}]

    def test_zz30_it_masks_and_blocks(self):
        text = "naïve 漢字: write to ann@example.com, IBAN DE89370400440532013000, from 10.1.2.3"
        for guard in ("all", "alone"):
            self.assertEqual(self.ask(guard, text).status, 200)
            self.assertEqual(self.content_sent(), "naïve 漢字: write to <EMAIL_ADDRESS>, IBAN <IBAN_CODE>, from <IP_ADDRESS>")
        self.assertEqual(self.ask("some", text).status, 200)
        self.assertEqual(self.content_sent(), text.replace("ann@example.com", "<EMAIL_ADDRESS>"))
        answer = self.ask("some", "pay with 4111 1111 1111 1111")
        self.assert_error(answer, 400, contains="Blocked PII entity detected: CREDIT_CARD by Guardrail: some.")
        self.assertEqual(self.ask("alone", "zip 12345-6789").status, 200)
        self.assertEqual(self.content_sent(), "zip <ZIP>")

    def test_zz31_several_texts_and_streams(self):
        self.assertEqual(self.ask("all", "to a@b.com", "no, to bob@example.org", "and c@d.net b@c.de").status, 200)
        sent = [message["content"] for message in json.loads(self.last_said()["body"])["messages"]]
        self.assertEqual(sent, ["to <EMAIL_ADDRESS>", "no, to <EMAIL_ADDRESS>", "and <EMAIL_ADDRESS> <EMAIL_ADDRESS>"])
        words = [f"wörd{i} " for i in range(40)]
        said, _ = self.streamed("all", [*words, "ann@ex", "ample.com ", *words])
        self.assertEqual(said, "".join([*words, "<EMAIL_ADDRESS> ", *words]))


if __name__ == "__main__":
    main()
