"""AU: no line of a batch and no answer to one is unseen: what is planted in any of them reaches neither the upstream nor an output file."""
import json
import pathlib
import random
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))
sys.path.insert(0, str(TESTS / "guards" / "secrets"))

import tokens  # noqa: E402 (of tests/guards/secrets)
from batch_scene import BODIES, MESSAGE, BatchScenario, line  # noqa: E402
from scenario import main  # noqa: E402

RANDOM = random.Random(75)
EMAIL, CARD = "jo.planted@example.com", "4111 1111 1111 1111"
AWS = "AKIA" + tokens.some(RANDOM, tokens.UPPER, 16)
PLANTED = (EMAIL, CARD, AWS)
TEXT = f"write to {EMAIL} with {AWS}"


def guard(name, kind, mode, **params):
    return {"guardrail_name": name, "litellm_params": {"guardrail": kind, "mode": mode, "default_on": True, **params}}


# url -> the answer of an upstream that says what it should not
ANSWERS = {
    "/v1/chat/completions": lambda text: {"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": text, "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"to": text})}}]}, "finish_reason": "stop"}]},
    "/v1/completions": lambda text: {"id": "x", "object": "text_completion", "choices": [{"index": 0, "text": text}]},
    "/v1/responses": lambda text: {"id": "x", "object": "response", "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text, "annotations": []}]}]},
    "/v1/messages": lambda text: {"id": "x", "type": "message", "role": "assistant", "content": [{"type": "text", "text": text}, {"type": "tool_use", "id": "t", "name": "f", "input": {"to": text}}]},
}


class Guards(BatchScenario):
    more = {"guardrails": [guard("pii-in", "guard_pii", "pre_call", pii_entities_config={"EMAIL_ADDRESS": "MASK", "CREDIT_CARD": "BLOCK"}),
                           guard("pii-out", "guard_pii", "post_call", pii_entities_config={"EMAIL_ADDRESS": "MASK", "CREDIT_CARD": "BLOCK"}),
                           guard("secrets-in", "hide-secrets", "pre_call"), guard("secrets-out", "hide-secrets", "post_call")]}

    def unseen(self, *texts):
        for text in texts:
            for planted in PLANTED:
                self.assertNotIn(planted, text)

    def run_batch(self, url, texts):
        """(custom ids that were answered, {custom id: error}), whole texts of the files, for either dialect"""
        if url == "/v1/messages":
            batch_id = self.messages([{"custom_id": f"c{i}", "params": {**MESSAGE, "messages": [{"role": "user", "content": text}]}} for i, text in enumerate(texts)])
            self.ended(batch_id)
            found = self.message_results(batch_id)
            good = [one["custom_id"] for one in found if one["result"]["type"] == "succeeded"]
            return good, {one["custom_id"]: one["result"]["error"] for one in found if one["result"]["type"] == "errored"}, json.dumps(found)
        batch = self.over(self.create([line(f"c{i}", text, url) for i, text in enumerate(texts)], endpoint=url))
        output, errors = self.results(batch)
        return [one["custom_id"] for one in output], {one["custom_id"]: one["response"]["body"] for one in errors}, json.dumps([output, errors])

    def test_au60_planted_in_lines(self):
        """masked where the guard masks, an error line with the guard's own words where it blocks, and the other lines go on"""
        for url in [*BODIES, "/v1/messages"]:
            with self.subTest(url):
                self.upstream.reset()
                good, errors, files = self.run_batch(url, ["nothing", TEXT, f"pay {CARD}", "nothing more"])
                self.assertEqual((good, set(errors)), (["c0", "c1", "c3"], {"c2"}))
                self.assertIn("CREDIT_CARD", json.dumps(errors["c2"]))
                sent = [entry["body"] for entry in self.said(3)]
                self.assertEqual(len(sent), 3)
                self.unseen(files, *sent)
                self.assertEqual(sum("EMAIL_ADDRESS" in one and "[REDACTED]" in one for one in sent), 1, sent)

    def test_au61_planted_in_answers(self):
        for url, answer in ANSWERS.items():
            with self.subTest(url):
                self.upstream.reset()
                for mark, text in (("masked", TEXT), ("blocked", f"pay {CARD}")):
                    self.upstream.script({"respond": {"status": 200, "body": answer(text)}}, body_contains=mark + "-answer", times=None)
                good, errors, files = self.run_batch(url, ["a masked-answer", "a blocked-answer", "plain"])
                self.assertEqual((good, set(errors)), (["c0", "c2"], {"c1"}))
                self.unseen(files)
                self.assertIn("EMAIL_ADDRESS", files)

    def test_au62_a_line_cannot_choose_less(self):
        """what a request may say of guardrails it may say in a line, and no more: guards that are always on stay on"""
        lines = [line("a", TEXT)]
        lines[0]["body"].update({"guardrails": [], "disable_global_guardrails": True, "priority": 1, "num_retries": 0})
        batch = self.over(self.create(lines))
        output, errors = self.results(batch)
        self.unseen(json.dumps([output, errors]), *[entry["body"] for entry in self.upstream.log()])

    def test_au63_nothing_of_it_in_log_and_records(self):
        self.run_batch("/v1/chat/completions", [TEXT, f"pay {CARD}"])
        self.unseen(self.gateway.stderr(), (self.directory / "records.jsonl").read_text())


if __name__ == "__main__":
    main()
