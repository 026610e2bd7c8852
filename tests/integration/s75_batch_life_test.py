"""AU: batches over kill -9 and stops, their bounds, their owners, and whose address they are sent to."""
import json
import pathlib
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from batch_scene import CHAT, MESSAGE, BatchScenario, line  # noqa: E402
from scenario import KEY, SLOW, Gateway, Upstream, main, request, wait_until, whole_lines  # noqa: E402
from processes import gateway_binary  # noqa: E402
from waiting import free_port  # noqa: E402

PLUGINS = ("admin", "auth_master_key", "callback_jsonl", "pricing", "provider_anthropic", "provider_openai", "router_simple_shuffle")


class Restart(BatchScenario):
    dies = True

    def test_au20_kill_and_start_anew(self):
        """what was over is there; what was in progress has failed, with what was done of it; the credential was never on the disk"""
        done = self.over(self.create([line("a"), line("b")]))
        before = self.results(done)
        message = self.messages([{"custom_id": "a", "params": MESSAGE}])
        self.ended(message)
        self.upstream.script([{"sleep_ms": int(60_000 * SLOW)}, {"default": True}], body_contains="hangs", times=None)
        running = self.create([line("x1"), line("y1", "hangs"), line("x2"), line("y2", "hangs")])
        hanging = self.messages([{"custom_id": "h", "params": {**MESSAGE, "messages": [{"role": "user", "content": "hangs"}]}}])
        wait_until(lambda: self.batch(running)["request_counts"]["completed"] == 2)
        for path in (self.directory / "batches").rglob("*"):
            self.assertNotIn(KEY.encode(), path.read_bytes() if path.is_file() else b"", path)
        self.gateway.stop(signal.SIGKILL)
        self.again()
        self.assertEqual(self.results(self.batch(done["id"])), before)
        self.assertEqual(self.message_results(message)[0]["result"]["type"], "succeeded")
        batch = self.batch(running)
        self.assertEqual((batch["status"], batch["errors"]["data"][0]["code"]), ("failed", "gateway_restarted"))
        output, errors = self.results(batch)
        self.assertEqual([one["custom_id"] for one in output], ["x1", "x2"])
        self.assertEqual([(one["custom_id"], one["error"]["code"]) for one in errors], [("y1", "gateway_restarted"), ("y2", "gateway_restarted")])
        ended = self.ended(hanging)
        self.assertEqual(ended["request_counts"], {"processing": 0, "succeeded": 0, "errored": 1, "canceled": 0, "expired": 0})
        self.assertIn("restarted", self.message_results(hanging)[0]["result"]["error"]["error"]["message"])
        self.assertEqual(sorted(path.name for path in (self.directory / "batches" / "batches").iterdir()),
                         sorted([f"{one}.json" for one in (done["id"], running, message, hanging)] + [f"{one}.results" for one in (message, hanging)]))

    def test_au21_a_stop_is_no_loss_either(self):
        self.upstream.script([{"sleep_ms": int(60_000 * SLOW)}, {"default": True}], body_contains="hangs", times=None)
        running = self.create([line("x1"), line("y1", "hangs")])
        wait_until(lambda: self.batch(running)["request_counts"]["completed"] == 1)
        begin = time.monotonic()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(time.monotonic() - begin, 15 * SLOW)
        self.again()
        batch = self.over(running)
        self.assertEqual((batch["status"], [one["custom_id"] for one in self.results(batch)[0]]), ("failed", ["x1"]))


class Bounds(BatchScenario):
    batches = {"lines_max": 3, "file_bytes_max": 4000, "tenant_bytes_max": 9000, "tenant_files_max": 3, "tenant_batches_max": 1, "retention_s": 3600}

    def test_au22_each_bound_has_its_answer(self):
        self.assertIn("more than 3 lines; allowed: 3", self.upload([line(str(i)) for i in range(4)], status=400)["error"]["message"])
        self.assertIn("allowed: 4000", self.upload([line("a", "x" * 4000)], status=413)["error"]["message"])
        self.upstream.script([{"sleep_ms": int(60_000 * SLOW)}, {"default": True}], times=None)
        first = self.create([line("a", "x" * 3000)])
        file = self.upload([line("b")])
        answer = self.call("/v1/batches", {"input_file_id": file["id"], "endpoint": CHAT, "completion_window": "24h"})
        self.assert_error(answer, 429, contains="1 batches in progress, which is the most")
        answer = self.call("/v1/messages/batches", {"requests": [{"custom_id": "a", "params": MESSAGE}]})
        self.assertEqual((answer.status, answer.json()["error"]["type"]), (429, "rate_limit_error"))
        self.assertIn("allowed: 9000. Delete files", self.upload([line("c", "x" * 3000)], status=413)["error"]["message"])
        self.upload([line("c")])
        self.assertIn("3 files, which is the most", self.upload([line("d")], status=413)["error"]["message"])
        self.call(f"/v1/batches/{first}/cancel")
        self.over(first)


class Changed(BatchScenario):
    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice" / "plugins"
        cls.plugins = cls.directory / "plugins"
        cls.plugins.mkdir()
        for name in (*PLUGINS, "batches"):
            shutil.copy(lib / f"{name}.so", cls.plugins)
        cls.more = {"plugin_dirs": [str(cls.plugins)]}
        return super().config(upstream)

    def test_au26_another_version_of_the_plugin(self):
        """the old one keeps what is done, the rest is marked, and the new one serves as soon as the old one has gone"""
        self.upstream.script([{"sleep_ms": 300}, {"default": True}], times=None)
        batch_id = self.create([line(f"c{i}") for i in range(200)])
        wait_until(lambda: self.batch(batch_id)["request_counts"]["completed"])
        library = self.plugins / "batches.so"
        beside = self.plugins / "beside"
        beside.write_bytes(library.read_bytes() + b"\0")
        beside.chmod(0o755)
        beside.rename(library)
        self.assertTrue(self.call("/admin/reload").json()["reloaded"])
        wait_until(lambda: self.get(f"/v1/batches/{batch_id}").status == 200, timeout=20)
        batch = self.over(batch_id)
        self.assertEqual((batch["status"], batch["errors"]["data"][0]["code"]), ("failed", "gateway_restarted"))
        output, errors = self.results(batch)
        self.assertEqual(len(output) + len(errors), 200)
        self.assertGreater(len(output), 0)
        self.upstream.reset()
        self.assertEqual(self.over(self.create([line("a")]))["status"], "completed")


class Two(BatchScenario):
    def test_au25_two_gateways_do_not_share_a_directory(self):
        """the second one says so, and takes it over when the first has gone"""
        batch = self.over(self.create([line("a")]))
        port = free_port()
        with Gateway(self.text.replace(f"127.0.0.1:{self.port}", f"127.0.0.1:{port}"), port=port) as second:
            ask = lambda: request(port, "GET", f"/v1/batches/{batch['id']}", None, {"authorization": f"Bearer {KEY}"})  # noqa: E731
            self.assertEqual([ask().status for _ in range(5)], [503] * 5)
            self.assertEqual(second.stderr().count("is in use by another gateway"), 1)
            self.assertEqual(self.gateway.stop(), 0)
            self.assertEqual(wait_until(lambda: ask().status == 200 and ask().json()["status"]), "completed")


class Expiry(BatchScenario):
    batches = {"window_s": 3, "retention_s": 2}
    keys = True

    def test_au23_a_limit_of_requests_holds_for_lines(self):
        """three a minute: three lines are answered, and the others wait as they are told until the batch expires"""
        key = self.make_key(rpm_limit=3)
        batch = self.over(self.create([line(f"c{i}") for i in range(6)], key), key)
        self.assertEqual(batch["status"], "expired")
        output, errors = self.results(batch, key)
        self.assertEqual(len(output), 3)
        self.assertEqual({one["error"]["code"] for one in errors}, {"batch_expired"})
        self.assertEqual(len(self.said(3)), 3)

    def test_au24_a_budget_that_is_used_up_is_no_reason_to_wait(self):
        key = self.make_key(max_budget=1e-9)
        batch = self.over(self.create([line(f"c{i}") for i in range(12)], key), key)
        self.assertEqual(batch["status"], "completed")
        _, errors = self.results(batch, key)
        self.assertGreaterEqual(len(errors), 3)
        self.assertEqual({one["response"]["body"]["error"]["type"] for one in errors}, {"budget_exceeded"})


class Owners(BatchScenario):
    keys = True

    def test_au30_what_is_another_tenants_is_like_nothing(self):
        """byte for byte the answer to an id that nobody has; colleagues of a team see the team's"""
        self.call("/team/new", {"team_id": "red"})
        mine, colleague, other, root = self.make_key(team_id="red"), self.make_key(team_id="red"), self.make_key(), KEY
        batch = self.over(self.create([line("a")], mine), mine)
        message = self.messages([{"custom_id": "a", "params": MESSAGE}], mine)
        self.ended(message, mine)
        self.assertEqual(self.batch(batch["id"], colleague), batch)
        self.assertEqual(len(self.content(batch["output_file_id"], colleague)), 1)
        routes = [("GET", "/v1/files/{}", batch["input_file_id"]), ("GET", "/v1/files/{}/content", batch["output_file_id"]), ("DELETE", "/v1/files/{}", batch["input_file_id"]),
                  ("GET", "/v1/batches/{}", batch["id"]), ("POST", "/v1/batches/{}/cancel", batch["id"]), ("GET", "/v1/messages/batches/{}", message),
                  ("GET", "/v1/messages/batches/{}/results", message), ("POST", "/v1/messages/batches/{}/cancel", message), ("DELETE", "/v1/messages/batches/{}", message),
                  ("GET", "/batches/{}", message), ("GET", "/messages/batches/{}", batch["id"])]
        for key in (other, root):
            for method, path, known in routes:
                with self.subTest(path, method=method):
                    unknown = known[:-8] + "00000000"
                    asked, nothing = (self.call(path.format(one), method=method, key=key) for one in (known, unknown))
                    self.assertEqual((asked.status, asked.body), (404, nothing.body.replace(unknown.encode(), known.encode())))
            use = {"input_file_id": batch["input_file_id"], "endpoint": CHAT, "completion_window": "24h"}
            self.assertEqual(self.call("/v1/batches", use, key=key).status, 404)
            for path in ("/v1/files", "/v1/batches", "/v1/messages/batches"):
                self.assertEqual(self.call(path, method="GET", key=key).json()["data"], [])
        for path in ("/v1/files", "/v1/batches", "/v1/messages/batches", f"/v1/files/{batch['input_file_id']}"):
            self.assertEqual(self.call(path, method="GET", key=None).status, 401)
            self.assertEqual(self.call(path, method="GET", key="sk-nobody").status, 401)

    def test_au31_lines_are_the_callers_requests(self):
        """models of the key, routes of the key, spend of the key, and what a block of the key does to the lines that are left"""
        key = self.make_key(models=["gpt"], allowed_routes=["llm_api_routes"])
        lines = [line("ok1"), {**line("no"), "body": {**line("no")["body"], "model": "claude"}}, line("ok2")]
        batch = self.over(self.create(lines, key), key)
        output, errors = self.results(batch, key)
        self.assertEqual(([one["custom_id"] for one in output], [one["response"]["status_code"] for one in errors]), (["ok1", "ok2"], [403]))
        records = {one["id"]: one for one in map(json.loads, whole_lines(self.directory / "records.jsonl"))}
        self.assertEqual(len({records[one["response"]["request_id"]]["metadata"]["user_api_key_hash"] for one in output}), 1)
        cost = sum(records[one["response"]["request_id"]]["response_cost"] for one in output)
        used = [one["response"]["body"]["usage"] for one in output]
        self.assertAlmostEqual(cost, sum(u["prompt_tokens"] * 1e-6 + u["completion_tokens"] * 2e-6 for u in used), 12)
        wait_until(lambda: abs(self.get(f"/key/info?key={key}").json()["info"]["spend"] - cost) < 1e-12, what="the ledger has the lines")
        narrow = self.make_key(allowed_routes=["/chat/completions"])
        self.upload([line("a")], narrow, status=403)

    def test_au32_a_key_that_is_blocked_meanwhile(self):
        key = self.make_key()
        self.upstream.script([{"sleep_ms": 500}, {"default": True}], times=None)
        batch_id = self.create([line(f"c{i}") for i in range(40)], key)
        wait_until(self.upstream.log)
        self.assertEqual(self.call("/key/block", {"key": key}).status, 200)
        def files():
            return [json.loads(path.read_text()) for path in (self.directory / "batches" / "batches").glob(batch_id + ".json")]
        done = wait_until(lambda: [one for one in files() if one["status"] == "completed"], timeout=30)[0]
        total, succeeded, failed = done["counts"][:3]
        self.assertEqual(total, 40)
        self.assertGreater(failed, 0)
        errors = whole_lines(self.directory / "batches" / "files" / f"{done['error_file']}.jsonl")
        self.assertEqual({json.loads(one)["response"]["status_code"] for one in errors}, {401})


class Elsewhere(BatchScenario):
    @classmethod
    def setUpClass(cls):
        cls.other = cls.enterClassContext(Upstream())
        cls.batches = {"base_url": cls.other.url}
        super().setUpClass()

    def test_au40_a_base_url_that_is_somebody_else_gets_no_credential(self):
        batch_id = self.create([line("a")])
        wait_until(lambda: "is not this gateway" in self.gateway.stderr(), timeout=20)
        self.assertEqual(self.batch(batch_id)["request_counts"]["completed"], 0)
        seen = self.other.log()
        self.assertTrue(seen)
        self.assertNotIn(KEY, json.dumps(seen))
        self.assertEqual({entry["method"] for entry in seen}, {"GET"})
        self.assertIn(self.call(f"/v1/batches/{batch_id}/cancel").json()["status"], ("cancelling", "cancelled"))
        self.assertEqual(self.over(batch_id)["status"], "cancelled")
        self.assertNotIn(KEY, self.gateway.stderr())


if __name__ == "__main__":
    main()
