"""AU: batches that the gateway executes itself: each line is a request like any other, and nobody else's."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import venv

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from batch_scene import BODIES, CHAT, MESSAGE, BatchScenario, jsonl, line  # noqa: E402
from lanes import ANSWERS, REQUESTS  # noqa: E402
from scenario import FULL, KEY, SLOW, main, wait_until, whole_lines  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Batches(BatchScenario):
    def test_au01_each_endpoint(self):
        """output in the order of the input, counts, usage; the upstream gets the bodies as they were, and no priority"""
        for url in BODIES:
            with self.subTest(url):
                self.upstream.reset()
                batch_id = self.create([line(f"c{i}", f"text {i}", url) for i in range(12)], endpoint=url)
                batch = self.over(batch_id)
                self.assertEqual((batch["status"], batch["object"], batch["endpoint"], batch["errors"], batch["error_file_id"]), ("completed", "batch", url, None, None))
                self.assertEqual(batch["request_counts"], {"total": 12, "completed": 12, "failed": 0})
                self.assertTrue(batch["created_at"] <= batch["in_progress_at"] <= batch["finalizing_at"] <= batch["completed_at"] < batch["expires_at"])
                output, _ = self.results(batch)
                self.assertEqual([one["custom_id"] for one in output], [f"c{i}" for i in range(12)])
                self.assertEqual({(one["response"]["status_code"], one["error"]) for one in output}, {(200, None)})
                self.assertEqual(len({one["id"] for one in output}), 12)
                used = [one["response"]["body"].get("usage") or {} for one in output]
                self.assertEqual(batch["usage"]["input_tokens"], sum(u.get("prompt_tokens", u.get("input_tokens", 0)) for u in used))
                self.assertEqual(batch["usage"]["output_tokens"], sum(u.get("completion_tokens", u.get("output_tokens", 0)) for u in used))
                sent = [json.loads(entry["body"]) for entry in self.said(12)]
                self.assertEqual(sorted(json.dumps({**one, "model": "gpt"}, sort_keys=True) for one in sent),
                                 sorted(json.dumps(BODIES[url](f"text {i}"), sort_keys=True) for i in range(12)))
                records = {json.loads(one)["id"] for one in whole_lines(self.directory / "records.jsonl")}
                self.assertTrue({one["response"]["request_id"] for one in output} <= records)

    def test_au02_files(self):
        file = self.upload([line("a")])
        self.assertEqual((file["object"], file["purpose"], file["filename"], file["status"], file["bytes"]), ("file", "batch", "in.jsonl", "processed", len(jsonl([line("a")]))))
        self.assertRegex(file["id"], "^file-[0-9a-f]{32}$")
        for prefix in ("/v1", ""):
            self.assertEqual(self.get(f"{prefix}/files/{file['id']}").json(), file)
            self.assertEqual(self.get(f"{prefix}/files/{file['id']}/content").body, jsonl([line("a")]))
            self.assertIn(file["id"], [one["id"] for one in self.get(f"{prefix}/files?purpose=batch").json()["data"]])
        second = self.upload([line("a")], **{"expires_after[anchor]": "created_at", "expires_after[seconds]": 3600})
        self.assertEqual(second["expires_at"] - second["created_at"], 3600)
        page = self.get("/v1/files?limit=1").json()
        self.assertEqual((page["data"][0]["id"], page["has_more"]), (second["id"], True))
        self.assertEqual(self.get(f"/v1/files?limit=1&after={second['id']}").json()["data"][0]["id"], file["id"])
        answer = self.call(f"/v1/files/{file['id']}", method="DELETE")
        self.assertEqual(answer.json(), {"id": file["id"], "object": "file", "deleted": True})
        self.assert_error(self.get(f"/v1/files/{file['id']}"), 404, "invalid_request_error")
        self.assertEqual(len(list((self.directory / "batches" / "files").glob(file["id"] + "*"))), 0)

    def test_au03_a_file_is_for_its_owner_alone_on_the_disk(self):
        self.upload([line("a")])
        for path in (self.directory / "batches").rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_au04_lines_that_will_not_do(self):
        """the error says which line, what was found and what is allowed; nothing is kept"""
        before = len(self.get("/v1/files").json()["data"])
        good = line("a")
        cases = {"line 2: found": [good, "{oops"], "line 1: found": ['["a"]'], "line 2: custom_id: found \"a\" a second time": [good, good],
                 "line 1: custom_id: found nothing": [{k: v for k, v in good.items() if k != "custom_id"}], "line 1: custom_id: found a number": [line(7)],
                 "line 1: custom_id: found a text of 0 bytes": [line("")], 'line 1: method: found "GET"; allowed: POST': [line("a", method="GET")],
                 'line 1: url: found "/v1/images/generations"; allowed: /v1/chat/completions': [{**good, "url": "/v1/images/generations"}],
                 'line 1: url: found "http://evil.example/v1': [{**good, "url": "http://evil.example/v1/chat/completions"}],
                 'line 1: url: found "/v1/batches"': [{**good, "url": "/v1/batches"}], 'line 1: url: found "/v1/chat/completions?': [{**good, "url": CHAT + "?a=b"}],
                 "line 1: body: found a list": [{**good, "body": []}], "line 1: body: found nothing": [{k: v for k, v in good.items() if k != "body"}],
                 "line 3: body.stream: found true": [good, line("b"), {**line("c"), "body": {**good["body"], "stream": True}}],
                 "line 1: body.stream: found a text": [{**good, "body": {**good["body"], "stream": "yes"}}],
                 "line 1: body: found an object with a member twice": ['{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"stream":false,"stream":true}}'],
                 "line 1: found": ['{"custom_id":"a","custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{}}'], "found no line": ["", "  "]}
        for said, lines in cases.items():
            with self.subTest(said):
                error = self.upload(lines, status=400)["error"]
                self.assertIn(said, error["message"])
                self.assertIn("allowed", error["message"])
        self.assertIn("purpose: found fine-tune; allowed: batch", self.upload([good], status=400, purpose="fine-tune")["error"]["message"])
        self.assertIn("file: found nothing", self.upload(None, status=400)["error"]["message"])
        self.assertIn("expires_after", self.upload([good], status=400, **{"expires_after[seconds]": 5})["error"]["message"])
        self.assertEqual(len(self.get("/v1/files").json()["data"]), before)
        self.assertEqual(self.call("/v1/files", {"purpose": "batch"}).status, 400)

    def test_au05_batches_that_will_not_do(self):
        file = self.upload([line("a")])["id"]
        good = {"input_file_id": file, "endpoint": CHAT, "completion_window": "24h"}
        cases = {"url: found /v1/chat/completions; allowed: /v1/embeddings": {"endpoint": "/v1/embeddings"}, "endpoint: found /v1/images/generations; allowed": {"endpoint": "/v1/images/generations"},
                 "completion_window: found 1h; allowed: 24h": {"completion_window": "1h"}, "metadata: allowed": {"metadata": {"a": 1}}, "endpoint: allowed: a text": {"endpoint": None},
                 "output_expires_after": {"output_expires_after": {"seconds": 1}}}
        for said, change in cases.items():
            with self.subTest(said):
                self.assert_error(self.call("/v1/batches", {**good, **change}), 400, contains=said)
        self.assert_error(self.call("/v1/batches", {**good, "input_file_id": "file-x"}), 404, contains="No file has the id 'file-x'")
        self.assert_error(self.call("/v1/batches", b"[1]"), 400, contains="no JSON object")
        self.assert_error(self.call("/v1/batches", good, x_sluice_batch="b"), 400, contains="A line of a batch cannot make files or batches")
        self.assert_error(self.get("/v1/batches?limit=0"), 400, contains="limit")
        self.assert_error(self.get("/v1/batches/../batches/x/y"), 404)
        done = self.over(self.call("/v1/batches", {**good, "metadata": {"a": "b"}}).json()["id"])
        self.assertEqual(done["metadata"], {"a": "b"})
        self.assert_error(self.call("/v1/batches", {**good, "input_file_id": done["output_file_id"]}), 400, contains="found a file of purpose batch_output")
        self.assert_error(self.call(f"/v1/batches/{done['id']}/cancel"), 409)

    def test_au06_what_is_not_answered_with_200(self):
        """a line that the upstream refuses is in the error file with its answer; one that fails is tried again, and 429 waits as it is told"""
        self.upstream.script({"respond": {"status": 400, "body": {"error": {"message": "no such thing", "type": "invalid_request_error"}}}}, body_contains="refuse-me", times=None)
        self.upstream.script({"respond": {"status": 503, "body": "away"}}, body_contains="later", times=2)
        self.upstream.script({"respond": {"status": 429, "headers": {"retry-after": "1"}, "body": {"error": {"message": "slow down"}}}}, body_contains="limited")
        self.upstream.script({"respond": {"status": 200, "headers": {"content-type": "text/html"}, "body": "<p>\n"}}, body_contains="no-json", times=None)
        begin = time.monotonic()
        batch = self.over(self.create([line("1", "refuse-me"), line("2", "later"), line("3", "limited"), line("4", "fine"), line("5", "no-json")]))
        self.assertGreater(time.monotonic() - begin, 1.0)
        output, errors = self.results(batch)
        self.assertEqual([one["custom_id"] for one in output], ["2", "3", "4"])
        self.assertEqual([one["custom_id"] for one in errors], ["1", "5"])
        self.assertEqual(errors[0]["response"]["status_code"], 400)
        self.assertIn("no such thing", errors[0]["response"]["body"]["error"]["message"])
        self.assertEqual(batch["request_counts"], {"total": 5, "completed": 3, "failed": 2})
        self.assertEqual(batch["status"], "completed")

    def test_au07_an_answer_of_several_lines_is_one_line(self):
        pretty = json.dumps({"id": "x", "object": "chat.completion", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}, indent=2)
        self.upstream.script({"respond": {"status": 200, "headers": {"content-type": "application/json"}, "body": pretty}})
        batch = self.over(self.create([line("a")]))
        self.assertEqual(self.results(batch)[0][0]["response"]["body"]["usage"]["completion_tokens"], 4)
        self.assertEqual((batch["usage"]["input_tokens"], batch["usage"]["output_tokens"], batch["usage"]["total_tokens"]), (3, 4, 7))

    def test_au08_cancel(self):
        """at once: what is under way is given up, what is done is there"""
        self.upstream.script([{"sleep_ms": int(60_000 * SLOW)}, {"default": True}], body_contains="hangs", times=None)
        batch_id = self.create([line("quick"), *[line(f"h{i}", "hangs") for i in range(10)]])
        wait_until(lambda: self.batch(batch_id)["request_counts"]["completed"] == 1)
        begin = time.monotonic()
        answer = self.call(f"/v1/batches/{batch_id}/cancel")
        self.assertIn(answer.json()["status"], ("cancelling", "cancelled"))
        batch = self.over(batch_id)
        self.assertLess(time.monotonic() - begin, 3 * SLOW)
        self.assertEqual(batch["status"], "cancelled")
        self.assertIsNotNone(batch["cancelled_at"])
        output, errors = self.results(batch)
        self.assertEqual([one["custom_id"] for one in output], ["quick"])
        self.assertEqual([(one["custom_id"], one["response"], one["error"]["code"]) for one in errors], [(f"h{i}", None, "batch_cancelled") for i in range(10)])
        wait_until(lambda: all(entry["t_end"] for entry in self.upstream.log()), what="the upstream's requests are given up")

    def test_au09_the_file_may_go_while_its_batch_runs(self):
        self.upstream.script([{"sleep_ms": 300}, {"default": True}], times=4)
        file = self.upload([line(f"c{i}") for i in range(20)])
        batch_id = self.call("/v1/batches", {"input_file_id": file["id"], "endpoint": CHAT, "completion_window": "24h"}).json()["id"]
        self.assertEqual(self.call(f"/v1/files/{file['id']}", method="DELETE").status, 200)
        self.assertEqual(self.over(batch_id)["request_counts"]["completed"], 20)

    def test_au10_anthropic(self):
        """its shapes, words and results"""
        self.upstream.script({"respond": {"status": 400, "body": {"type": "error", "error": {"type": "invalid_request_error", "message": "too odd"}}}}, body_contains="odd", times=None)
        odd = {**MESSAGE, "messages": [{"role": "user", "content": "odd"}]}
        batch_id = self.messages([{"custom_id": "b", "params": MESSAGE}, {"custom_id": "a", "params": odd}])
        batch = self.ended(batch_id)
        self.assertRegex(batch_id, "^msgbatch_")
        self.assertEqual(batch["request_counts"], {"processing": 0, "succeeded": 1, "errored": 1, "canceled": 0, "expired": 0})
        self.assertEqual(batch["results_url"], f"http://127.0.0.1:{self.port}/v1/messages/batches/{batch_id}/results")
        results = self.message_results(batch_id)
        self.assertEqual([(one["custom_id"], one["result"]["type"]) for one in results], [("b", "succeeded"), ("a", "errored")])
        self.assertEqual(results[0]["result"]["message"]["type"], "message")
        self.assertEqual((results[1]["result"]["error"]["type"], results[1]["result"]["error"]["error"]["type"]), ("error", "invalid_request_error"))
        page = self.get("/v1/messages/batches?limit=1").json()
        self.assertEqual((page["data"][0]["id"], page["first_id"]), (batch_id, batch_id))
        self.assertEqual(self.call(f"/v1/messages/batches/{batch_id}", method="DELETE").json(), {"id": batch_id, "type": "message_batch_deleted"})
        answer = self.get(f"/v1/messages/batches/{batch_id}")
        self.assertEqual((answer.status, answer.json()["type"], answer.json()["error"]["type"]), (404, "error", "not_found_error"))

    def test_au11_anthropics_faults_and_cancel(self):
        cases = {"requests: found nothing": {}, "requests: found an empty list": {"requests": []}, "line 1: custom_id: found \"a b\"": {"requests": [{"custom_id": "a b", "params": MESSAGE}]},
                 "line 2: custom_id: found \"a\" a second time": {"requests": [{"custom_id": "a", "params": MESSAGE}] * 2}, "line 1: params: found nothing": {"requests": [{"custom_id": "a"}]},
                 "line 1: params.stream: found true": {"requests": [{"custom_id": "a", "params": {**MESSAGE, "stream": True}}]}, "line 1: found 7": {"requests": [7]}}
        for said, body in cases.items():
            with self.subTest(said):
                answer = self.call("/v1/messages/batches", body)
                self.assertEqual((answer.status, answer.json()["type"], answer.json()["error"]["type"]), (400, "error", "invalid_request_error"), answer.body)
                self.assertIn(said, answer.json()["error"]["message"].replace('"7"', "7"))
        self.upstream.script([{"sleep_ms": int(60_000 * SLOW)}, {"default": True}], times=None)
        batch_id = self.messages([{"custom_id": "a", "params": MESSAGE}])
        self.assertEqual(self.get(f"/v1/messages/batches/{batch_id}/results").status, 404)
        self.assertEqual(self.call(f"/v1/messages/batches/{batch_id}", method="DELETE").status, 400)
        self.assertIn(self.call(f"/v1/messages/batches/{batch_id}/cancel").json()["processing_status"], ("canceling", "ended"))
        self.assertEqual(self.ended(batch_id)["request_counts"]["canceled"], 1)
        self.assertEqual(self.message_results(batch_id), [{"custom_id": "a", "result": {"type": "canceled"}}])

    def test_au12_a_reload_changes_nothing_for_a_batch(self):
        self.upstream.script([{"sleep_ms": 400}, {"default": True}], times=12)
        batch_id = self.create([line(f"c{i}") for i in range(24)])
        wait_until(self.upstream.log)
        for _ in range(2):
            self.assertTrue(self.call("/admin/reload").json()["reloaded"])
        batch = self.over(batch_id)
        self.assertEqual((batch["status"], batch["request_counts"]), ("completed", {"total": 24, "completed": 24, "failed": 0}))
        self.assertEqual(len(self.said(24)), 24)

    def test_au13_every_url_is_an_operation_that_guards_see(self):
        """the plugin's list against the core's table, and against the enumeration of s57"""
        table = (ROOT / "core/llm/operation.cpp").read_text(encoding="utf-8")
        forwarded = set(re.findall(r'\{\w+, "\w+", "\w+", \w+, Json, "POST",\s*"(/[^"]+)", true\}', table))
        header = (ROOT / "plugins/batches/lines.h").read_text(encoding="utf-8")
        urls = re.findall(r'"(/v1/[^"]+)"', header[header.index("kEndpoints"):header.index("bool isEndpoint")])
        self.assertEqual(set(urls), {*BODIES, "/v1/messages"})
        tails = {url.removeprefix("/v1") for url in urls}
        self.assertTrue(tails <= forwarded, tails - forwarded)
        self.assertTrue(tails <= set(REQUESTS))
        self.assertTrue(tails - {"/embeddings", "/moderations"} <= set(ANSWERS))


PYTHON = r"""
import io, json, sys, time
from anthropic import Anthropic
from openai import OpenAI, NotFoundError
url, key = sys.argv[1:]
client = OpenAI(base_url=url + "/v1", api_key=key)
lines = "\n".join(json.dumps({"custom_id": f"c{i}", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt", "messages": [{"role": "user", "content": "hi"}]}}) for i in range(5))
file = client.files.create(file=("in.jsonl", io.BytesIO(lines.encode())), purpose="batch")
assert client.files.retrieve(file.id).id == file.id
batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"a": "b"})
assert batch.status in ("validating", "in_progress", "finalizing", "completed"), batch
while client.batches.retrieve(batch.id).status != "completed": time.sleep(0.05)
batch = client.batches.retrieve(batch.id)
assert batch.request_counts.completed == 5 and batch.metadata == {"a": "b"}, batch
output = [json.loads(one) for one in client.files.content(batch.output_file_id).text.splitlines()]
assert [one["custom_id"] for one in output] == [f"c{i}" for i in range(5)]
second = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
assert [one.id for one in client.batches.list(limit=1)][:2] == [second.id, batch.id]
try: client.batches.cancel(second.id)
except Exception as error: assert getattr(error, "status_code", 0) == 409, error
assert file.id in [one.id for one in client.files.list(purpose="batch")]
assert client.files.delete(file.id).deleted
try: client.files.retrieve(file.id); assert False
except NotFoundError: pass
claude = Anthropic(base_url=url, api_key=key)
made = claude.messages.batches.create(requests=[{"custom_id": f"m{i}", "params": {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}} for i in range(3)])
assert made.type == "message_batch", made
while claude.messages.batches.retrieve(made.id).processing_status != "ended": time.sleep(0.05)
results = list(claude.messages.batches.results(made.id))
assert [(one.custom_id, one.result.type) for one in results] == [(f"m{i}", "succeeded") for i in range(3)], results
assert results[0].result.message.content[0].type == "text"
assert made.id in [one.id for one in claude.messages.batches.list(limit=1)]
assert claude.messages.batches.delete(made.id).type == "message_batch_deleted"
again = claude.messages.batches.create(requests=[{"custom_id": "x", "params": {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}}])
try: claude.messages.batches.cancel(again.id)
except Exception as error: assert getattr(error, "status_code", 0) == 400, error
print("fine")
"""


class Clients(BatchScenario):
    def test_au50_the_official_python_clients(self):
        python = os.environ.get("SLUICE_TEST_SDKS")
        if not python:
            if not FULL:
                self.skipTest("the official clients: set SLUICE_TEST_SDKS to a Python that has openai and anthropic, or SLUICE_TEST_FULL=1")
            folder = tempfile.TemporaryDirectory(prefix="sluice-sdks-")
            self.addCleanup(folder.cleanup)
            venv.create(folder.name, with_pip=True)
            python = str(pathlib.Path(folder.name) / "bin" / "python")
            done = subprocess.run([python, "-m", "pip", "install", "-q", "openai", "anthropic"], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                self.skipTest("openai and anthropic cannot be installed here")
        said = subprocess.run([python, "-c", PYTHON, f"http://127.0.0.1:{self.port}", KEY], capture_output=True, text=True, timeout=120 * SLOW, check=False)
        self.assertEqual((said.returncode, said.stdout), (0, "fine\n"), said.stderr)


if __name__ == "__main__":
    main()
