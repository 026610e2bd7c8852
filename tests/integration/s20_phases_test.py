"""P: every phase of the contract is called, in its order, on every kind of request; and what verdicts do."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import scenario  # noqa: E402,F401 (finds the harness)
from harness import Gateway, Upstream, wait_until  # noqa: E402
from processes import gateway_binary  # noqa: E402
from scenario import KEY, main, request, whole_lines  # noqa: E402
import unittest  # noqa: E402

REQUEST = ["on_request", "authenticate", "authorize", "pre_call", "cache_lookup", "route"]
UPSTREAM = ["on_upstream_request", "on_upstream_response"]
CHAT = {"model": "gpt", "messages": [{"role": "user", "content": "hello there"}]}


class Phases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "phase_probe.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/phase_probe.so is not built")
        cls.folder = tempfile.TemporaryDirectory(prefix="sluice-phases-")
        cls.records = pathlib.Path(cls.folder.name) / "records.jsonl"
        cls.upstream = Upstream()
        cls.gateway = Gateway(f"""
model_list:
  - {{model_name: gpt, litellm_params: {{model: openai/gpt-up, api_base: "{cls.upstream.url}/v1", api_key: up}}}}
general_settings: {{master_key: {KEY}}}
plugin_dirs: ["{lib}/plugins", "{lib}/test_plugins"]
plugins:
  - {{id: probe, plugin: phase_probe}}
  - {{id: open_probe, plugin: phase_probe, scope: {{routes: [embeddings]}}, on_error: open}}
  - {{id: impatient, plugin: phase_probe, scope: {{routes: [moderations]}}, timeout_ms: 50}}
  - {{id: records, plugin: callback_jsonl, config: {{path: "{cls.records}"}}}}
listen: {{workers: 2, limits: {{stall_warn_ms: 50}}}}
""")

    @classmethod
    def tearDownClass(cls):
        code = cls.gateway.stop()
        # Each plugin's state of each request was begun once and ended once, whatever became of the request.
        said = [line.split("probe: ")[1].split() for line in cls.gateway.stderr().splitlines() if "request states begun" in line]
        assert said and all(words[0] == words[4] and int(words[0]) > 50 for words in said), said
        cls.upstream.stop()
        cls.folder.cleanup()
        assert code == 0, code

    def setUp(self):
        self.upstream.reset()
        self.call_id = None

    def lines(self):
        return whole_lines(self.records)

    def record(self):
        """of the last request of this test: those of others may come late"""
        def mine():
            return [record for record in map(json.loads, self.lines()) if record["id"] == self.call_id]
        return wait_until(mine, 5, "a record")[-1]

    def post(self, path="/v1/chat/completions", body=None, probe=None):
        headers = {"authorization": f"Bearer {KEY}"}
        if probe:
            headers["x-probe"] = probe
        answer = request(self.gateway.port, "POST", path, body or CHAT, headers)
        self.call_id = answer.headers.get("x-litellm-call-id")
        return answer

    def phases(self):
        return self.record()["metadata"]["attributes"]["probe.phases"].split()

    def test_p01_all_phases_of_a_plain_answer(self):
        answer = self.post()
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers.get("x-probe"), "passed")
        phases = self.phases()
        phases.remove("during_call")  # beside the others
        self.assertEqual(phases, REQUEST + UPSTREAM + ["post_call", "on_response", "on_attempt_end"])
        headers = dict((name.lower(), value) for name, value in self.upstream.log()[-1]["headers"])
        self.assertEqual(headers["x-probe-seen"], "yes")
        wait_until(lambda: "probe: on_complete success" in self.gateway.stderr(), 5, "on_complete")

    def test_p02_all_phases_of_a_stream(self):
        answer = self.post(body={**CHAT, "stream": True})
        self.assertIn(b"data: [DONE]", answer.body)
        record = self.record()
        attributes = record["metadata"]["attributes"]
        self.assertEqual(attributes["probe.text"], "gpt-up heard: hello there")
        self.assertEqual(attributes["probe.lane_text"], attributes["probe.text"])
        phases = [phase for phase in attributes["probe.phases"].split() if phase != "during_call"]
        self.assertEqual(phases[:len(REQUEST + UPSTREAM)], REQUEST + UPSTREAM)
        self.assertEqual(set(phases[len(REQUEST + UPSTREAM):]), {"on_response", "on_stream", "post_call", "on_attempt_end"})

    def test_p03_a_block_in_each_phase_that_may(self):
        for phase in ("on_request", "pre_call", "route", "during_call", "on_upstream_request", "post_call"):
            with self.subTest(phase):
                answer = self.post(probe=f"{phase}=block")
                self.assertEqual(answer.status, 400, answer.body)
                error = answer.json()["error"]
                self.assertEqual((error["code"], error["message"]), ("probe_block", "blocked by the probe"))
                record = self.record()
                self.assertEqual(record["outcome"], "blocked")
                verdicts = [(g["guardrail_name"], g["guardrail_mode"]) for g in record["guardrail_information"] if g["verdict"] == "blocked"]
                self.assertEqual(verdicts, [("probe", phase)])

    def test_p04_deny(self):
        self.assertEqual(self.post(probe="authenticate=deny").status, 401)
        self.assertEqual(self.post(probe="authorize=deny").status, 403)

    def test_p05_faults_close_or_open_by_phase(self):
        closed = ("on_request", "authenticate", "authorize", "pre_call", "during_call", "on_upstream_request", "post_call")
        opened = ("cache_lookup", "route", "on_upstream_response", "on_attempt_end", "on_response")
        for fault in ("throw", "fail", "invalid"):
            for phase in closed + opened:
                with self.subTest(f"{phase} {fault}"):
                    self.assertEqual(self.post(probe=f"{phase}={fault}").status, 500 if phase in closed else 200)

    def test_p06_on_error_open(self):
        body = {"model": "gpt", "input": "x"}
        # The first instance is closed by default, the second one open: only what the second does goes unpunished.
        answer = self.post("/v1/embeddings", body, probe="pre_call=throw")
        self.assertEqual(answer.status, 500)
        self.assertIn('"probe"', answer.json()["error"]["message"])

    def test_p07_a_reply_passes_the_response_phases(self):
        for phase in ("on_request", "pre_call", "cache_lookup"):
            with self.subTest(phase):
                answer = self.post(probe=f"{phase}=respond")
                self.assertEqual((answer.status, answer.json()), (200, {"answered": "by the probe"}))
                self.assertEqual(answer.headers.get("x-probe"), "passed")
                self.assertEqual(self.phases()[-2:], ["post_call", "on_response"])
        self.assertEqual(self.upstream.log(), [])

    def test_p08_post_call_rewrites(self):
        self.assertEqual(self.post(probe="post_call=rewrite").json(), {"rewritten": True})

    def test_p09_a_stream_is_stopped(self):
        answer = self.post(body={**CHAT, "stream": True}, probe="on_stream=abort")
        self.assertNotIn(b"[DONE]", answer.body)
        self.assertIn(b"stopped by a guardrail", answer.body)

    def test_p10_not_scanned_is_not_a_pass(self):
        answer = self.post(probe="pre_call=not_scanned")
        self.assertEqual(answer.status, 500)
        verdicts = {g["verdict"] for g in self.record()["guardrail_information"]}
        self.assertIn("not_scanned", verdicts)

    def test_p11_a_hook_calls_out_and_reads_the_answer_on_the_next_line(self):
        self.upstream.script({"respond": {"status": 203, "body": {"fine": True}}}, path_contains="/enrich")
        answer = self.post(probe=f"pre_call=call:{self.upstream.url}/enrich")
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.record()["metadata"]["attributes"]["probe.call"], "0 203")

    def test_p12_a_callout_to_nobody(self):
        self.post(probe="pre_call=call:http://127.0.0.1:9/")
        self.assertEqual(self.record()["metadata"]["attributes"]["probe.call"], "-7 0")

    def test_p13_a_hook_past_its_deadline(self):
        answer = self.post("/v1/moderations", {"model": "gpt", "input": "x"}, probe="pre_call=sleep:120")
        self.assertEqual(answer.status, 500)
        self.assertIn("impatient", answer.json()["error"]["message"])
        self.assertIn("timeout", {g["verdict"] for g in self.record()["guardrail_information"]})

    def test_p14_the_watchdog_names_who_holds_the_loop(self):
        self.assertEqual(self.post(probe="pre_call=spin:300").status, 200)
        wait_until(lambda: "ms by probe" in self.gateway.stderr(), 5, "the watchdog's word")


if __name__ == "__main__":
    main()
