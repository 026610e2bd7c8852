"""BB: models as each key sees them, what they cost and how they answered, over the admin routes: pages, prices, blocked models, times, fallbacks."""
import json
import pathlib
import sys
import tempfile
import unittest
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, USER, Scenario, deployment, main, wait_until  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"
PLANTED = "sk-planted-provider-key-9c41"
DAY = 86_400_000
FIRST = 1_795_219_200_000  # 2026-11-21, midnight UTC
DAYS = "startTime=2026-11-20&endTime=2026-11-30"
ADMIN_READ = ("/model/metrics", "/model/streaming_metrics", "/model/metrics/slow_responses", "/model/metrics/exceptions", "/global/activity/exceptions/deployment",
              "/global/activity/cache_hits", "/gateway/daily/activity", "/router/fields", "/settings", "/fallback/gpt", "/config/pass_through_endpoint")


class ModelRoutes(Scenario):
    show = {"general_settings": {"alerting_threshold": 5}, "litellm_settings": {"callbacks": ["prometheus"]},
            "router_settings": {"fallbacks": [{"gpt": ["own"]}], "context_window_fallbacks": [{"own": ["gpt"]}]}}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt-1", "mode": "chat"}, api_key=PLANTED, tpm=1000, rpm=10),
                deployment("gpt", "openai/gpt-4o-mini", base + "/v1", {"id": "gpt-2", "supports_web_search": True}, api_key=PLANTED, tpm=500),
                deployment("own", "openai/own-up", base + "/v1", {"id": "own-1", "owner": PLANTED, "max_input_tokens": 1234}, api_key=PLANTED, input_cost_per_token=1e-6, output_cost_per_token=2e-6),
                deployment("mystery", "openai/no-such-model", base + "/v1", {"id": "mystery-1", "access_groups": ["beta"]}, api_key=PLANTED),
                deployment("wild/*", "openai/*", base + "/v1", {"id": "wild-1"}, api_key=PLANTED)]

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "usage_feeder.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/usage_feeder.so is not built")
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.prices = pathlib.Path(cls.folder, "prices.json")
        cls.prices.write_text(json.dumps({"filed": {"input_cost_per_token": 3e-6, "output_cost_per_token": 4e-6}}), encoding="utf-8")
        pricing = {"file": str(cls.prices), "cost_discount_config": {"anthropic": 0.5}, "cost_margin_config": {"openai": {"percentage": 0.1, "fixed_amount": 0.001}}}
        cls.settings = {"plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"],
                        "plugins": [{"plugin": "store_sqlite", "config": {"path": f"{cls.folder}/store.db", "sync": False}}, {"plugin": "auth_keys"},
                                    {"plugin": "admin_api", "config": {"show": cls.show}}, {"plugin": "pricing", "config": pricing}, {"plugin": "usage_feeder"},
                                    {"plugin": "config_api", "grants": ["admin"], "config": {"salt_key": "salt"}}]}
        return super().config(upstream)

    def call(self, path, body=None, method="POST", key=KEY, **headers):
        answer = super().call(path, body, method, key, **headers)
        for planted in (PLANTED, KEY):
            self.assertNotIn(planted.encode(), answer.body, path)
        return answer

    def read(self, path, key=KEY, status=200):
        answer = self.call(path, None, "GET", key)
        self.assertEqual(answer.status, status, (path, answer.body[:500]))
        return json.loads(answer.body, parse_float=Decimal)

    def done(self, path, body, method="POST", status=200, key=KEY):
        answer = self.call(path, body, method, key)
        self.assertEqual(answer.status, status, (path, body, answer.body[:500]))
        return json.loads(answer.body, parse_float=Decimal)

    def key(self, **wishes):
        return self.done("/key/generate", wishes)["key"]

    def of_role(self, role):
        self.call("/user/new", {"user_id": "bb-" + role, "user_role": role})
        return self.key(user_id="bb-" + role)

    def names(self, key, path="/model_group/info"):
        member = "model_group" if "group" in path else "model_name"
        return sorted({entry[member] for entry in self.read(path, key)["data"]})


class Models(ModelRoutes):
    def test_bb01_deployments_by_pages(self):
        whole = self.read("/v2/model/info")
        self.assertEqual({name: whole[name] for name in whole if name != "data"}, {"total_count": 5, "current_page": 1, "total_pages": 1, "size": 50})
        ids = [entry["model_info"]["id"] for entry in whole["data"]]
        self.assertEqual(sorted(ids), ["gpt-1", "gpt-2", "mystery-1", "own-1", "wild-1"])
        paged = [self.read(f"/v2/model/info?size=2&page={page}") for page in (1, 2, 3, 4)]
        self.assertEqual([entry["model_info"]["id"] for page in paged for entry in page["data"]], ids)
        self.assertEqual([(page["current_page"], page["total_pages"], page["total_count"], len(page["data"])) for page in paged], [(1, 3, 5, 2), (2, 3, 5, 2), (3, 3, 5, 1), (4, 3, 5, 0)])
        for query, found in (("model=gpt", ["gpt-1", "gpt-2"]), ("search=OW", ["own-1"]), ("modelId=gpt-2", ["gpt-2"]), ("model=gp", []), ("search=nobody", []), ("search=%25", [])):
            answer = self.read("/v2/model/info?" + query)
            self.assertEqual(([entry["model_info"]["id"] for entry in answer["data"]], answer["total_count"]), (found, len(found)), query)

    def test_bb02_what_is_known_of_a_deployment(self):
        """by the configuration, which goes first, and by the price table; no secret"""
        entries = {entry["model_info"]["id"]: entry for entry in self.read("/v2/model/info")["data"]}
        gpt, own = entries["gpt-1"], entries["own-1"]
        self.assertEqual(set(gpt), {"model_name", "litellm_params", "model_info"})
        self.assertEqual((gpt["litellm_params"]["model"], gpt["litellm_params"]["api_key"], gpt["litellm_params"]["tpm"]), ("openai/gpt-4o", "REDACTED", 1000))
        self.assertEqual((gpt["model_info"]["mode"], gpt["model_info"]["input_cost_per_token"], gpt["model_info"]["max_input_tokens"]), ("chat", Decimal("2.5e-6"), 128000))
        self.assertEqual((own["model_info"]["input_cost_per_token"], own["model_info"]["output_cost_per_token"], own["model_info"]["max_input_tokens"], own["model_info"]["owner"]),
                         (Decimal("1e-6"), Decimal("2e-6"), 1234, "REDACTED"))
        self.assertNotIn("input_cost_per_token", entries["mystery-1"]["model_info"])

    def test_bb03_groups(self):
        groups = {group["model_group"]: group for group in self.read("/model_group/info")["data"]}
        self.assertEqual(set(groups), {"gpt", "own", "mystery", "wild/*"})
        gpt = groups["gpt"]
        self.assertEqual((gpt["providers"], gpt["tpm"], gpt["rpm"], gpt["mode"]), (["openai"], 1500, 10, "chat"))
        self.assertEqual((gpt["input_cost_per_token"], gpt["output_cost_per_token"], gpt["max_input_tokens"]), (Decimal("2.5e-6"), Decimal("1e-5"), 128000))
        self.assertEqual((gpt["supports_web_search"], groups["own"]["supports_web_search"]), (True, False))
        self.assertEqual((groups["mystery"]["input_cost_per_token"], groups["mystery"]["max_input_tokens"], groups["mystery"]["mode"]), (None, None, None))
        self.assertEqual([group["model_group"] for group in self.read("/model_group/info?model_group=own")["data"]], ["own"])
        wild = self.read("/model_group/info?model_group=wild/gpt-4o")["data"]
        self.assertEqual([(group["model_group"], group["input_cost_per_token"]) for group in wild], [("wild/gpt-4o", Decimal("2.5e-6"))])
        self.assertEqual(self.read("/model_group/info?model_group=nobody"), {"data": []})

    def test_bb04_a_key_sees_what_it_may_use(self):
        """its own list, its team's, access groups of documents and of deployments; a change counts at once; others' are not there"""
        every = ["gpt", "mystery", "own", "wild/*"]
        self.done("/team/new", {"team_id": "bb04", "models": ["own", "mystery"]})
        self.done("/access_group/new", {"access_group": "bb04-group", "model_names": ["own"]})
        for wishes, seen in (({}, every), ({"models": ["own"]}, ["own"]), ({"models": ["beta"]}, ["mystery"]), ({"models": ["bb04-group"]}, ["own"]), ({"team_id": "bb04"}, ["mystery", "own"]),
                             ({"models": ["no-default-models"]}, []), ({"models": ["wild/gpt-4o"]}, [])):
            key = self.key(**wishes)
            with self.subTest(wishes=wishes):
                for path in ("/model_group/info", "/v2/model/info"):
                    self.assertEqual(self.names(key, path), seen)
        self.done("/access_group/bb04-group/update", {"model_names": ["gpt"]}, "PUT")
        key = self.key(models=["bb04-group"])
        wait_until(lambda: self.names(key) == ["gpt"])
        narrow = self.key(models=["own"])
        for hidden in ("/model_group/info?model_group=gpt", "/model_group/info?model_group=wild/gpt-4o", "/v2/model/info?model=gpt", "/v2/model/info?modelId=gpt-1", "/v2/model/info?search=gpt"):
            self.assertEqual(self.read(hidden, narrow)["data"], [], hidden)
        self.assertEqual(self.read("/v2/model/info", narrow)["total_count"], 1)
        self.assertEqual(self.names(self.of_role("proxy_admin_viewer")), every)
        self.assertEqual(self.call("/v2/model/info", None, "GET", None).status, 401)

    def test_bb05_bad_questions(self):
        for query in ("page=0", "page=-1", "page=x", "size=0", "size=1001", "size=1e3", "search=%ff", "model=" + "x" * 2000):
            self.assert_error(self.call("/v2/model/info?" + query, None, "GET"), 422)
        self.assert_error(self.call("/model_group/info?model_group=%00", None, "GET"), 422)
        self.assert_error(self.call("/model_group/info", {}, "POST"), 405)
        for path in ("/v2/model/info", "/model_group/info", "/fallback/{model}", *ADMIN_READ[:9]):
            self.assertIn("get", self.read("/openapi.json")["paths"][path])


class Prices(ModelRoutes):
    def test_bb10_what_an_answer_costs_is_what_was_told_of_it(self):
        """cached and reasoning tokens, margin and all; of the dearest deployment of a group"""
        usage = {"prompt_tokens": 1003, "completion_tokens": 507, "total_tokens": 1510, "prompt_tokens_details": {"cached_tokens": 600}}
        self.upstream.script({"respond": {"status": 200, "body": {"id": "x", "object": "x", "choices": [], "usage": usage}}})
        told = self.call(CHAT, {"model": "own", "messages": USER})
        cost = self.done("/spend/calculate", {"completion_response": {"model": "own", "usage": usage, "choices": []}})
        self.assertEqual(cost, {"cost": Decimal(told.headers["x-litellm-response-cost"])})
        self.assertEqual(cost["cost"], (Decimal("1003e-6") + 2 * Decimal("507e-6")) * Decimal("1.1") + Decimal("0.001"))
        dearest = (403 * Decimal("2.5e-6") + 600 * Decimal("1.25e-6") + 507 * Decimal("1e-5")) * Decimal("1.1") + Decimal("0.001")
        for body in ({"model": "gpt", "completion_response": {"usage": usage}}, {"completion_response": {"model": "gpt-4o-2024-08-06", "usage": usage}},
                     {"completion_response": {"model": "openai/gpt-4o", "usage": usage}}):
            self.assertEqual(self.done("/spend/calculate", body)["cost"], dearest, body)
        anthropic = {"input_tokens": 10, "cache_read_input_tokens": 100, "output_tokens": 20}
        cost = self.done("/spend/calculate", {"completion_response": {"model": "anthropic/claude-sonnet-4-5", "usage": anthropic}})["cost"]
        self.assertEqual(cost, (10 * Decimal("3e-6") + 100 * Decimal("0.3e-6") + 20 * Decimal("15e-6")) / 2)
        self.assertEqual(self.done("/spend/calculate", {"completion_response": {"model": "own", "usage": {**usage, "cost": 0.5}}})["cost"], Decimal("0.551"))

    def test_bb11_what_messages_will_cost(self):
        key = self.key()
        tokens = self.done("/utils/token_counter", {"model": "own", "messages": USER}, key=key)["total_tokens"]
        self.assertEqual(self.done("/spend/calculate", {"model": "own", "messages": USER}, key=key)["cost"], tokens * Decimal("1e-6") * Decimal("1.1") + Decimal("0.001"))
        self.assertEqual(self.done("/spend/calculate", {"model": "filed", "messages": USER}, key=key)["cost"], tokens * Decimal("3e-6"))

    def test_bb12_estimates(self):
        got = self.done("/cost/estimate", {"model": "own", "input_tokens": 1000, "output_tokens": 500, "num_requests_per_day": 10, "num_requests_per_month": 300})
        one = Decimal("0.002") * Decimal("1.1") + Decimal("0.001")
        self.assertEqual((got["cost_per_request"], got["input_cost_per_request"], got["output_cost_per_request"], got["margin_cost_per_request"], got["discount_per_request"]),
                         (one, Decimal("0.001"), Decimal("0.001"), one - Decimal("0.002"), 0))
        self.assertEqual((got["daily_cost"], got["monthly_cost"], got["daily_input_cost"], got["monthly_margin_cost"]), (10 * one, 300 * one, Decimal("0.01"), 300 * (one - Decimal("0.002"))))
        self.assertEqual((got["model"], got["provider"], got["input_tokens"], got["input_cost_per_token"], got["output_cost_per_token"]), ("own", "openai", 1000, Decimal("1e-6"), Decimal("2e-6")))
        bare = self.done("/cost/estimate", {"model": "anthropic/claude-sonnet-4-5", "input_tokens": 1000, "cache_read_input_tokens": 1000, "output_tokens": 0})
        self.assertEqual((bare["cost_per_request"], bare["discount_per_request"], bare["daily_cost"], bare["num_requests_per_day"]), (Decimal("0.00015"), Decimal("0.00015"), None, None))
        huge = self.done("/cost/estimate", {"model": "own", "input_tokens": 10**12, "output_tokens": 10**12, "num_requests_per_day": 10**12})
        self.assertEqual(huge["daily_input_cost"], Decimal(10) ** 18)

    def test_bb13_what_is_refused(self):
        ok = {"prompt_tokens": 1}
        for path, body, status, words in (
                ("/spend/calculate", {}, 400, "messages or completion_response"), ("/spend/calculate", {"messages": USER}, 400, "model"), ("/spend/calculate", {"model": "own", "messages": "x"}, 400, "list"),
                ("/spend/calculate", {"model": 5, "messages": USER}, 400, "model"), ("/spend/calculate", {"model": "nobody-knows", "messages": USER}, 404, "no price"),
                ("/spend/calculate", {"model": "mystery", "messages": USER}, 404, "no price"), ("/spend/calculate", {"completion_response": []}, 400, "usage"), ("/spend/calculate", {"completion_response": {"usage": ok}}, 400, "model"),
                ("/spend/calculate", {"completion_response": {"model": "own", "usage": {"prompt_tokens": -1}}}, 400, "prompt_tokens"),
                ("/spend/calculate", {"completion_response": {"model": "own", "usage": {"prompt_tokens": 1.5}}}, 400, "prompt_tokens"),
                ("/spend/calculate", {"completion_response": {"model": "own", "usage": {"prompt_tokens": 10**30}}}, 400, "prompt_tokens"),
                ("/cost/estimate", {"model": "own"}, 400, "input_tokens"), ("/cost/estimate", {"model": "own", "input_tokens": 1, "output_tokens": "2"}, 400, "output_tokens"),
                ("/cost/estimate", {"input_tokens": 1, "output_tokens": 1}, 400, "model"), ("/cost/estimate", {"model": "own", "input_tokens": 1, "output_tokens": 1, "num_requests_per_day": -1}, 400, "num_requests_per_day"),
                ("/cost/estimate", {"model": "own", "input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": 2}, 400, "parts of input_tokens"),
                ("/cost/estimate", {"model": "own", "input_tokens": 1, "output_tokens": 1, "reasoning_tokens": 2}, 400, "part of output_tokens"),
                ("/cost/estimate", {"model": "x" * 100_000, "input_tokens": 1, "output_tokens": 1}, 404, "no price")):
            with self.subTest(path=path, body=str(body)[:100]):
                self.assert_error(self.call(path, body), status, contains=words)
        for path in ("/spend/calculate", "/cost/estimate"):
            for broken in (b"", b"[]", b"{", b'{"model":"\xff"', b'{"a":' * 200_000, b'{"messages":' + b"[" * 300 + b"]" * 300 + b"}"):
                self.assert_error(self.call(path, broken), 400)
            self.assertEqual(self.call(path, {}, key=None).status, 401)

    def test_bb14_where_prices_come_from_and_when_they_are_read_again(self):
        source = self.read("/model/cost_map/source")
        self.assertEqual((source["source"], source["url"], source["file"], source["model_count"]), ("local", None, str(self.prices), len(self.read("/model/cost_map"))))
        status, schedule = "/schedule/model_cost_map_reload/status", "/schedule/model_cost_map_reload"
        nothing = {"scheduled": False, "interval_hours": None, "last_run": None, "next_run": None}
        self.assertEqual(self.read(status), nothing)
        for bad in ("", "?hours=", "?hours=0", "?hours=-1", "?hours=1001", "?hours=1.5", "?hours=x", "?hours=99999999999999"):
            self.assert_error(self.call(schedule + bad, None), 400, contains="hours")
        self.assertEqual(self.read(status), nothing)
        self.assertEqual(self.done(schedule + "?hours=6", None)["interval_hours"], 6)
        self.assertEqual(self.done(schedule + "?hours=5", None)["status"], "success")
        now = self.read(status)
        self.assertEqual((now["scheduled"], now["interval_hours"], now["last_run"]), (True, 5, None))
        self.prices.write_text(json.dumps({"filed": {"input_cost_per_token": 7e-6}}), encoding="utf-8")
        self.done("/reload/model_cost_map", None)
        after = self.read(status)
        self.assertTrue(after["last_run"])
        self.assertEqual((after["next_run"], self.read("/model/cost_map")["filed"]["input_cost_per_token"]), (now["next_run"], Decimal("7e-6")))

        self.assertEqual(self.done(schedule, None, "DELETE")["status"], "success")
        self.assertEqual({**self.read(status), "last_run": None}, nothing)
        key = self.of_role("internal_user")
        for method, path in (("GET", status), ("POST", schedule + "?hours=1"), ("DELETE", schedule), ("GET", "/model/cost_map/source")):
            self.assertEqual(self.call(path, None, method, key).status, 403, path)
            self.assertEqual(self.call(path, None, method, None).status, 401, path)


class Blocked(ModelRoutes):
    def ask(self, model):
        return self.call(CHAT, {"model": model, "messages": USER}).status

    def test_bb20_a_model_of_the_store_stops_and_comes_back(self):
        entry = {"model_name": "bb20", "litellm_params": {"model": "openai/bb20-up", "api_base": self.upstream.url + "/v1", "api_key": PLANTED}}
        one = self.done("/model/new", entry)["model_id"]
        two = self.done("/model/new", {**entry, "model_name": "bb20-too"})["model_id"]
        self.assertEqual(self.ask("bb20"), 200)
        got = self.done("/model/block", {"model_id": one})
        self.assertEqual((got["model_id"], got["model_name"], got["blocked"]), (one, "bb20", True))
        self.assertEqual(self.done("/model/block", {"model_id": one})["blocked"], True)
        self.assertNotEqual(self.ask("bb20"), 200)
        self.assertEqual(self.ask("bb20-too"), 200)
        self.assertNotIn("bb20", self.names(KEY))
        self.assertEqual(self.call("/model/new", {**entry, "model_info": {"id": one}}).status, 409)
        self.done(f"/model/{one}/update", {"litellm_params": {"model": "openai/bb20-next"}}, "PATCH")
        self.assertNotEqual(self.ask("bb20"), 200, "a change does not let it in")
        self.assertEqual(self.done("/model/unblock", {"model_id": one})["blocked"], False)
        self.assertEqual((self.ask("bb20"), json.loads(self.last_said()["body"])["model"]), (200, "bb20-next"))
        self.assertIn("bb20", self.names(KEY))
        for model in (one, two):
            self.done("/model/delete", {"id": model})

    def test_bb21_what_does_not_fit_stays_blocked(self):
        one = self.done("/model/new", {"model_name": "bb21", "litellm_params": {"model": "openai/bb21-up", "api_base": self.upstream.url + "/v1", "api_key": PLANTED}})["model_id"]
        self.done("/model/block", {"model_id": one})
        self.done("/model/update", {"model_info": {"id": one}, "litellm_params": {"timeout": "soon"}})
        self.assert_error(self.call("/model/unblock", {"model_id": one}), 400, contains="timeout")
        self.assertNotEqual(self.ask("bb21"), 200)
        self.assertEqual(self.ask("gpt"), 200, "everything else serves")
        self.done("/model/update", {"model_info": {"id": one}, "litellm_params": {"timeout": None}})
        self.done("/model/unblock", {"model_id": one})
        self.assertEqual(self.ask("bb21"), 200)
        self.done("/model/delete", {"id": one})

    def test_bb22_what_is_refused(self):
        key = self.of_role("internal_user")
        for path in ("/model/block", "/model/unblock"):
            for body, status in (({}, 422), ({"model_id": ""}, 422), ({"model_id": 5}, 422), ({"model_id": None}, 422), ({"model_id": "gpt-1"}, 404), ({"model_id": "nobody"}, 404),
                                 ({"model_id": "x", "more": 1}, 422), ([], 400)):
                self.assert_error(self.call(path, body), status)
            self.assertEqual(self.call(path, {"model_id": "gpt-1"}, key=key).status, 403)
            self.assertEqual(self.call(path, {"model_id": "gpt-1"}, key=None).status, 401)
        self.assertEqual(self.ask("gpt"), 200)


class Metrics(ModelRoutes):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        events = [{"api_base": "https://a/v1", "duration_ms": 2000, "completion_tokens": 100, "first_token_after_ms": 500},
                  {"api_base": "https://a/v1", "duration_ms": 4000, "completion_tokens": 100, "first_token_after_ms": 1500},
                  {"api_base": "https://b/v1", "duration_ms": 6000, "completion_tokens": 10},
                  {"duration_ms": 1000, "completion_tokens": 10, "start_ms": FIRST + DAY, "model_group": "own", "model": "own-up"},
                  {"api_base": "https://a/v1", "cache_hit": True, "completion_tokens": 7, "duration_ms": 1, "key_alias": "bb", "call_type": "acompletion"},
                  {"api_base": "https://a/v1", "outcome": "failure", "http_status": 429, "error_class": "rate_limit"},
                  {"api_base": "https://a/v1", "outcome": "failure", "http_status": 500, "error_class": "server"},
                  {"api_base": "https://b/v1", "outcome": "failure", "http_status": 429, "error_class": "rate_limit", "start_ms": FIRST + DAY, "route": "embeddings"}]
        for number, event in enumerate(events):
            event.update({"call_id": f"bb-{number}", "start_ms": event.get("start_ms", FIRST) + 3_600_000})
        answer = Scenario.call(cls, "/test/usage", {"events": events})
        assert answer.status == 200, answer.body

    def test_bb30_latency_by_deployment_and_day(self):
        got = self.read("/model/metrics?" + DAYS)
        self.assertEqual(sorted(got["all_api_bases"]), ["https://a/v1", "https://b/v1", "own-up"])
        self.assertEqual(got["data"], [{"date": "2026-11-21", "https://a/v1": Decimal("0.03"), "https://b/v1": Decimal("0.6")}, {"date": "2026-11-22", "own-up": Decimal("0.1")}])
        self.assertIs(got["exact"], True)
        self.assertEqual(self.read(f"/model/metrics?{DAYS}&_selected_model_group=own")["all_api_bases"], ["own-up"])
        self.assertEqual(self.read(f"/model/metrics?{DAYS}&api_key=undefined&customer=null")["data"], got["data"])
        self.assertEqual(self.read(f"/model/metrics?{DAYS}&api_key=sk-nobody&customer=zed")["data"], [])
        self.assertEqual(self.read("/model/metrics?startTime=2026-10-01&endTime=2026-10-02")["data"], [])

    def test_bb31_time_to_the_first_token(self):
        self.assertEqual(self.read("/model/streaming_metrics?" + DAYS)["data"], [{"date": "2026-11-21", "https://a/v1": 1}])
        day = self.read("/model/streaming_metrics?startTime=2026-11-21&endTime=2026-11-21")["data"]
        self.assertEqual(day, [{"date": "bb-0", "https://a/v1": Decimal("0.5")}, {"date": "bb-1", "https://a/v1": Decimal("1.5")}])

    def test_bb32_slow_and_failed(self):
        slow = {row["api_base"]: (row["total_count"], row["slow_count"], row["exact"]) for row in self.read("/model/metrics/slow_responses?" + DAYS)}
        self.assertEqual((slow["https://a/v1"], slow["https://b/v1"]), ((4, 0, True), (2, 1, True)))
        failed = self.read("/model/metrics/exceptions?" + DAYS)
        self.assertEqual(failed["exception_types"], ["rate_limit", "server"])
        self.assertEqual(failed["data"][0], {"model": "gpt-up-https://a/v1", "total_exceptions": 2, "rate_limit": 1, "server": 1})
        limited = self.read("/global/activity/exceptions/deployment?start_date=2026-11-20&end_date=2026-11-30&model_group=gpt")
        self.assertEqual({row["api_base"]: row["sum_num_rate_limit_exceptions"] for row in limited}, {"https://a/v1": 1, "https://b/v1": 1})
        self.assertEqual(next(row for row in limited if row["api_base"] == "https://a/v1")["daily_data"], [{"date": "Nov 21", "day": "2026-11-21", "num_rate_limit_exceptions": 1}])

    def test_bb33_caches_and_the_gateway(self):
        rows = self.read("/global/activity/cache_hits?start_date=2026-11-20&end_date=2026-11-30")
        hit = next(row for row in rows if row["cache_hit_true_rows"])
        self.assertEqual(hit, {"api_key": "bb", "call_type": "acompletion", "model": "gpt-up", "total_rows": 1, "cache_hit_true_rows": 1, "cached_completion_tokens": 7, "generated_completion_tokens": 0, "exact": True})
        self.assertEqual((sum(row["total_rows"] for row in rows), sum(row["generated_completion_tokens"] for row in rows)), (8, 220))
        self.assertEqual({row["request_id"]: row["cache_hit"] for row in self.read("/spend/logs?start_date=2026-11-20&end_date=2026-11-30&summarize=false")}["bb-4"], "True")
        got = self.read("/gateway/daily/activity?start_date=2026-11-20&end_date=2026-11-30")
        self.assertEqual((got["total_successful_requests"], got["total_failed_requests"], got["by_route_is_exact"]), (5, 3, True))
        self.assertEqual(got["by_date"], [{"date": "2026-11-21", "successful_requests": 4, "failed_requests": 2}, {"date": "2026-11-22", "successful_requests": 1, "failed_requests": 1}])
        self.assertEqual(got["by_route"], [{"category": "llm", "route": "chat", "successful_requests": 5, "failed_requests": 2}, {"category": "llm", "route": "embeddings", "successful_requests": 0, "failed_requests": 1}])
        self.assertEqual(self.done("/global/spend/refresh", {})["status"], "success")

    def test_bb34_who_may_and_bad_days(self):
        for path in ADMIN_READ:
            for role, status in (("proxy_admin", 200), ("proxy_admin_viewer", 200), ("internal_user", 403)):
                self.assertEqual(self.call(path, None, "GET", self.of_role(role)).status, status, (path, role))
            self.assertEqual(self.call(path, None, "GET", None).status, 401, path)
        for role, status in (("proxy_admin", 200), ("proxy_admin_viewer", 403), ("internal_user", 403)):
            self.assertEqual(self.call("/global/spend/refresh", {}, key=self.of_role(role)).status, status)
        for path in ADMIN_READ[:4]:
            for bad in ("startTime=yesterday", "startTime=2026-11-22&endTime=2026-11-21", "endTime=2026-13-01", "_selected_model_group=%ff"):
                self.assert_error(self.call(f"{path}?{bad}", None, "GET"), 422)
        for path in ADMIN_READ[4:7]:
            self.assert_error(self.call(f"{path}?start_date=2026-11-22&end_date=2026-11-21", None, "GET"), 422)
        self.assert_error(self.call("/global/spend/refresh", {"more": 1}), 422)


class Configuration(ModelRoutes):
    def test_bb40_looked_at(self):
        fields = self.read("/router/fields")["fields"]
        self.assertEqual({field["field_value"] for field in fields}, {None})
        self.assertEqual([field["field_name"] for field in fields], [field["field_name"] for field in self.read("/router/settings")["fields"]])
        self.assertEqual(self.read("/settings"), self.read("/active/callbacks"))
        self.assertEqual(self.read("/config/pass_through_endpoint"), {"endpoints": []})
        self.assertEqual(self.read("/fallback/gpt"), {"model": "gpt", "fallback_models": ["own"], "fallback_type": "general"})
        self.assertEqual(self.read("/fallback/own?fallback_type=context_window")["fallback_models"], ["gpt"])
        for path, status in (("/fallback/own", 404), ("/fallback/gpt?fallback_type=content_policy", 404), ("/fallback/nobody", 404), ("/fallback/gpt?fallback_type=x", 422)):
            self.assert_error(self.call(path, None, "GET"), status)

    def test_bb41_changes_are_for_the_file(self):
        right = {"model": "gpt", "fallback_models": ["own"]}
        for method, path, body in (("POST", "/fallback", right), ("POST", "/fallback", {**right, "fallback_type": "content_policy"}), ("DELETE", "/fallback/gpt", None),
                                   ("POST", "/config/callback/delete", {"callback_name": "prometheus"})):
            self.assert_error(self.call(path, body, method), 501, kind="not_implemented_error", contains="/admin/reload")
            for role, status in (("proxy_admin", 501), ("proxy_admin_viewer", 403), ("internal_user", 403)):
                self.assertEqual(self.call(path, body, method, self.of_role(role)).status, status, (path, role))
        for body, status in (({}, 422), ({"model": "nobody", "fallback_models": ["own"]}, 404), ({"model": "gpt"}, 422), ({"model": "gpt", "fallback_models": []}, 422), ({"model": "gpt", "fallback_models": ["gpt"]}, 400),
                             ({"model": "gpt", "fallback_models": ["nobody"]}, 400), ({"model": "gpt", "fallback_models": ["own", "own"]}, 400), ({**right, "fallback_type": "x"}, 422), ({**right, "more": 1}, 422),
                             ({"model": 5, "fallback_models": ["own"]}, 422), ({"model": "gpt", "fallback_models": [5]}, 422)):
            with self.subTest(body=body):
                self.assert_error(self.call("/fallback", body), status)
        self.assert_error(self.call("/fallback/own", None, "DELETE"), 404)
        self.assert_error(self.call("/config/callback/delete", {"callback_name": 5}), 422)
        self.assertEqual(self.read("/fallback/gpt")["fallback_models"], ["own"])


if __name__ == "__main__":
    main()
