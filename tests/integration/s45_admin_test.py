"""OO: administration: what was spent, the document of the routes, and what a hostile client cannot do."""
import json
import pathlib
import re
import sys
import threading
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from admin_scenario import DAY, FIRST, MASTER, PROVIDER, AdminScenario, hash_of  # noqa: E402
from scenario import main  # noqa: E402


class Spending(AdminScenario):
    def test_oo01_money_keeps_every_digit(self):
        """one pico-dollar more than a double can hold beside 123,456 dollars; sums of many, in info and in reports"""
        key = self.post("/key/generate", {"user_id": "oo01-user", "team_id": self.team("oo01")})["key"]
        owner = {"key_id": hash_of(key), "user": "oo01-user", "team": "oo01", "prompt_tokens": 3, "completion_tokens": 4}
        self.feed({**owner, "cost_pico_usd": 123_456_000_000_000_001}, *({**owner, "cost_pico_usd": 1} for _ in range(2)))
        exact = "123456.000000000003"
        self.assertEqual(self.read("/key/info", key=key)["info"]["spend"], exact)
        self.assertEqual(self.read("/team/info", team_id="oo01")["team_info"]["spend"], exact)
        row = [one for one in self.read("/spend/keys", limit=10000) if one["token"] == hash_of(key)][0]
        self.assertEqual((row["spend"], row["user_id"]), (exact, "oo01-user"))
        self.assertEqual(self.read("/spend/users", user_id="oo01-user")[0]["spend"], exact)
        report = self.read("/team/spend/report", team_id="oo01", start_date="2026-11-01", end_date="2026-11-30")
        self.assertEqual((report["results"][0]["spend"], report["total_spend"], report["results"][0]["total_tokens"]), (exact, exact, 21))
        daily = self.read("/team/daily/activity", team_ids="oo01", start_date="2026-11-21", end_date="2026-11-21")
        self.assertEqual(daily["results"][0]["metrics"]["spend"], exact)
        self.assertEqual(daily["results"][0]["breakdown"]["entities"]["oo01"]["metrics"]["spend"], exact)
        self.assertEqual(daily["metadata"]["total_spend"], exact)

    def team(self, name):
        self.post("/team/new", {"team_id": name})
        return name

    def test_oo02_reset(self):
        """what was spent before a reset does not count, reset_to does; a number of twelve decimals stays as it is"""
        key = self.post("/key/generate", {})["key"]
        self.feed({"key_id": hash_of(key), "cost_pico_usd": 5_000_000_000_000, "start_ms": FIRST - 400 * DAY})
        self.assertEqual(self.read("/key/info", key=key)["info"]["spend"], 5)
        reset = self.post(f"/key/{key}/reset_spend", {"reset_to": 0.1})
        self.assertEqual((reset["previous_spend"], reset["spend"], reset["key_hash"]), (5, 0.1, hash_of(key)))
        info = self.read("/key/info", key=key)["info"]
        self.assertEqual((info["spend"], info["spend_base_usd"], len(info["spend_from"])), ("0.1", "0.1", 24))
        self.assertEqual(self.post("/key/update", {"key": key, "spend": 0})["spend_base_usd"], 0)
        self.assertEqual(self.read("/key/info", key=key)["info"]["spend"], 0)
        self.post(f"/key/{hash_of(key)}/reset_spend", {"reset_to": -1}, status=422)
        self.post("/key/nobody/reset_spend", {}, status=404)

    def test_oo03_a_budget_period_begins_anew(self):
        key = self.post("/key/generate", {"budget_duration": "1mo", "max_budget": 9})["key"]
        self.feed({"key_id": hash_of(key), "cost_pico_usd": 7_000_000_000_000, "start_ms": FIRST - 400 * DAY})
        self.assertEqual(self.read("/key/info", key=key)["info"]["spend"], 0)

    def test_oo04_everything_back_to_nothing(self):
        key = self.post("/key/generate", {"user_id": "oo04"})["key"]
        self.post("/team/new", {"team_id": "oo04"})
        self.feed({"key_id": hash_of(key), "team": "oo04", "cost_pico_usd": 2_000_000_000_000, "start_ms": FIRST - 300 * DAY})
        self.post("/user/new", {"user_id": "oo04-admin", "user_role": "proxy_admin"})
        admin = self.post("/key/generate", {"user_id": "oo04-admin"})["key"]
        self.post("/global/spend/reset", {}, key=admin, status=403)
        self.assertEqual(self.read("/key/info", key=key)["info"]["spend"], 2)
        self.assertEqual(self.post("/global/spend/reset", {})["status"], "success")
        self.assertEqual(self.read("/key/info", key=key)["info"]["spend"], 0)
        self.assertEqual(self.read("/team/info", team_id="oo04")["team_info"]["spend"], 0)

    def test_oo05_reports_of_the_whole_gateway(self):
        """LiteLLM's shapes, over events of two days in a year of their own"""
        start = FIRST - 3650 * DAY  # 2016-11-23
        one = {"key_id": "k1", "team": "red5", "user": "ann5", "model": "m1", "provider": "p1", "end_user": "cust5", "prompt_tokens": 10, "completion_tokens": 5}
        two = {"key_id": "k2", "user": "bob5", "model": "m2", "provider": "p2", "prompt_tokens": 1, "completion_tokens": 1}
        self.feed({**one, "cost_pico_usd": 300_000_000_000, "start_ms": start, "tags": []}, {**one, "cost_pico_usd": 200_000_000_000, "start_ms": start + DAY, "cached_tokens": 4},
                  {**two, "cost_pico_usd": 50_000_000_000, "start_ms": start, "tags": ["t5"]}, {**two, "outcome": "failure", "http_status": 429, "start_ms": start})
        days = {"start_date": "2016-11-20", "end_date": "2016-11-30"}
        self.assertEqual(self.read("/global/spend", **days)["spend"], "0.55")
        self.assertEqual(self.read("/global/spend/models", **days), [{"model": "m1", "total_spend": "0.5"}, {"model": "m2", "total_spend": "0.05"}])
        self.assertEqual(self.read("/global/spend/provider", **days)[1], {"provider": "p2", "spend": "0.05"})
        self.assertEqual([k["api_key"] for k in self.read("/global/spend/keys", limit=1, **days)], ["k1"])
        self.assertEqual(self.read("/global/spend/logs", **days), [{"date": "2016-11-23", "spend": "0.35"}, {"date": "2016-11-24", "spend": "0.2"}])
        self.assertEqual(self.read("/global/spend/logs", api_key="k2", **days), [{"date": "2016-11-23", "spend": "0.05"}])
        teams = self.read("/global/spend/teams", **days)
        self.assertEqual(teams["daily_spend"], [{"date": "2016-11-23", "red5": "0.3", "Unassigned": "0.05"}, {"date": "2016-11-24", "red5": "0.2"}])
        self.assertEqual(teams["total_spend_per_team"][0]["total_spend"], "0.5")
        self.assertEqual(self.read("/global/spend/tags", **days)["spend_per_tag"], [{"name": "t5", "spend": "0.05", "log_count": 1}])
        self.assertIn("t5", self.read("/global/spend/all_tag_names")["tag_names"])
        self.assertIn("cust5", self.read("/global/all_end_users")["end_users"])
        self.assertEqual(self.post("/global/spend/end_users", {"startTime": "2016-11-20", "endTime": "2016-11-30"}), [{"end_user": "cust5", "total_count": 2, "total_spend": 0.5}])
        self.assertEqual(self.read("/spend/tags", **days), [{"individual_request_tag": "t5", "log_count": 1, "total_spend": "0.05"}])
        activity = self.read("/global/activity", **days)
        self.assertEqual((activity["sum_api_requests"], activity["sum_total_tokens"], activity["daily_data"][0]["date"]), (4, 34, "Nov 23"))
        models = self.read("/global/activity/model", **days)
        self.assertEqual([(m["model"], m["sum_api_requests"], len(m["daily_data"])) for m in models], [("m1", 2, 2), ("m2", 2, 1)])
        failed = self.read("/global/activity/exceptions", **days)
        self.assertEqual((failed["sum_num_exceptions"], failed["sum_num_rate_limit_exceptions"], failed["exact"]), (1, 1, True))
        report = self.read("/global/spend/report", group_by="team", **days)
        self.assertEqual(report[1]["group_by_day"], "2016-11-24")
        self.assertEqual(report[1]["teams"][0]["total_spend"], "0.2")
        by_key = self.read("/global/spend/report", group_by="api_key", **days)
        self.assertEqual(by_key[0]["model_details"], [{"model": "m1", "total_cost": "0.5", "total_input_tokens": 20, "total_output_tokens": 10}])
        user = self.read("/user/daily/activity", user_id="ann5", **days)
        self.assertEqual([day["date"] for day in user["results"]], ["2016-11-24", "2016-11-23"])
        self.assertEqual(user["results"][0]["metrics"]["cache_read_input_tokens"], 4)
        self.assertEqual(user["results"][0]["breakdown"]["models"]["m1"]["metrics"]["api_requests"], 1)
        second = self.read("/user/daily/activity", user_id="ann5", page=2, page_size=1, **days)
        self.assertEqual(([day["date"] for day in second["results"]], second["metadata"]["total_pages"], second["metadata"]["has_more"]), (["2016-11-23"], 2, False))
        self.assertEqual(self.read("/customer/daily/activity", end_user_ids="cust5", **days)["metadata"]["total_api_requests"], 2)
        self.assertEqual(self.read("/tag/daily/activity", tags="t5", **days)["metadata"]["total_spend"], "0.05")
        logs = self.read("/spend/logs", **days)
        self.assertEqual(logs[0], {"startTime": "2016-11-23", "spend": "0.35", "users": {"ann5": "0.3", "bob5": "0.05"}, "models": {"m1": "0.3", "m2": "0.05"}})
        page = self.read("/spend/logs/v2", page=1, page_size=2, **days)
        self.assertEqual((len(page["data"]), page["total"], page["total_is_exact"], page["total_pages"], page["has_more"]), (2, 4, True, 2, True))
        failures = self.read("/spend/logs/ui", status_filter="failure", **days)
        self.assertEqual([row["user"] for row in failures["data"]], ["bob5"])
        self.assertIsNone(failures["data"][0]["spend"])
        name = page["data"][0]["request_id"]
        self.assertEqual(self.read(f"/spend/logs/ui/{name}")["request_id"], name)
        self.assertEqual(self.read("/spend/logs", request_id=name)[0]["request_id"], name)
        self.assertEqual(len(self.read("/spend/logs", limit=1)), 1)
        self.read("/spend/logs", limit=100_000, status=422)  # not a thousand in silence
        self.read("/spend/logs", start_date="2016-11-30", end_date="2016-11-01", status=422)
        self.read("/spend/logs/ui/nobody", status=404)


class Document(AdminScenario):
    def test_oo21_openapi_is_valid(self):
        try:
            from openapi_spec_validator import validate
        except ImportError:
            self.skipTest("no openapi-spec-validator: pip install openapi-spec-validator")
        validate(json.loads(self.call("/openapi.json", None, "GET").body))

    def test_oo20_openapi_is_true(self):
        """each operation in it is there and answers with a status that it lists; the routes are the same as /routes"""
        key = self.post("/key/generate", {})["key"]
        document = json.loads(self.call("/openapi.json", None, "GET", key).body)
        self.assertEqual(self.call("/openapi.json", None, "GET", None).status, 401)
        listed = {(method, route["path"]) for route in self.read("/routes")["routes"] for method in route["methods"]}
        there = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
        self.assertEqual(there, listed)
        for method, path in sorted(there):
            with self.subTest(method=method, path=path):
                where = re.sub(r"{\w+}", "nobody", path)
                for body in ({}, {"no_such_member": 1}, b"[") if method != "GET" else (None,):
                    answer = self.call(where, body, method)
                    self.assertIn(str(answer.status), document["paths"][path][method.lower()]["responses"])
                    self.assertNotIn(b"no such route", answer.body)
        self.assertEqual(self.call("/key/nobody/nothing", {}).status, 404)
        self.assertEqual(self.call("/key/info", {}, "DELETE").status, 405)


class Hostile(AdminScenario):
    WRONG = {"string": (1, True, [], {}), "number": ("1", True, [], {}, -1, -1e300, 1e300, "NaN", "Infinity"), "integer": ("1", True, [], {}, -1, 1.5, 1e300, "NaN"), "boolean": ("true", 1, [], {}),
             "array": ("x", 1, {}, [1], [None], [["x"]]), "object": ("x", 1, [], True)}
    BROKEN = (b"", b"{", b"[]", b"null", b'"x"', b'{"key":"\xff\xfe"}', b'{"key":1e999}', b'{"key":NaN}', b'{"key":-Infinity}', b"[" * 200_000, b'{"metadata":' * 60 + b"1" + b"}" * 60, b'{"a":1}{"b":2}', b"{'a':1}")
    TEXTS = ("'; DROP TABLE documents; --", "' OR '1'='1", "a\"}],\"admin\":true", "<script>alert(1)</script>", "../../etc/passwd", "%00%0d%0a", "\u202e\U0001f4a5", "${jndi:ldap://x}", "x" * 256)

    def operations(self):
        document = self.read("/openapi.json")
        return [(method.upper(), re.sub(r"{\w+}", "nobody", path), operation) for path, methods in document["paths"].items() for method, operation in methods.items()]

    def assert_refused(self, answer, about):
        self.assertTrue(400 <= answer.status < 500, (about, answer.status, answer.body[:300]))
        error = json.loads(answer.body)["error"]
        self.assertTrue(error["message"], about)
        self.assertLess(len(answer.body), 4000, about)

    def test_oo30_wrong_types(self):
        asked = 0
        for method, path, operation in self.operations():
            if "requestBody" not in operation:
                continue
            properties = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
            for name, schema in properties.items():
                for value in self.WRONG.get(schema.get("type", [""])[0], ()):
                    if schema.get("type") == ["string", "integer", "null"] and value == 1:
                        continue
                    asked += 1
                    answer = self.call(path, {name: value}, method)
                    self.assert_refused(answer, (method, path, name, value))
                    self.assertEqual(answer.status, 422, (method, path, name, value, answer.body[:300]))
            anything = operation["requestBody"]["content"]["application/json"]["schema"]["additionalProperties"] is not False
            self.assertEqual(self.call(path, {"no_such_member": 1}, method).status, 501 if anything else 422)
            self.assertEqual(self.call(path, {"x\r\nset-cookie: y": 1}, method).status, 501 if anything else 422)
        self.assertGreater(asked, 1000)

    def test_oo31_broken_bodies(self):
        """10 MB of them, too"""
        large = b'{"metadata":{"x":"' + b"y" * 10_000_000 + b'"}}'
        for method, path, operation in self.operations():
            if "requestBody" not in operation or path == "/global/spend/reset":
                continue
            for body in self.BROKEN[1:]:
                with self.subTest(method=method, path=path, body=body[:30]):
                    self.assert_refused(self.call(path, body, method), body[:30])
            self.assertEqual(self.call(path, large, method).status, 413)
        self.assertEqual(self.call("/health/liveliness", None, "GET").status, 200)

    def test_oo32_texts_come_back_as_they_are(self):
        for text in self.TEXTS:
            with self.subTest(text=text[:40]):
                made = self.post("/team/new", {"team_id": text, "team_alias": text, "metadata": {text: text}})
                self.assertEqual((made["team_id"], made["team_alias"], made["metadata"]), (text, text, {text: text}))
                info = self.read("/team/info", team_id=text)
                self.assertEqual((info["team_id"], info["team_info"]["team_alias"], info["team_info"]["metadata"]), (text, text, {text: text}))
                self.assertEqual(self.post("/team/" + urllib.parse.quote(text, safe=""), {"rpm_limit": 3}, method="PATCH")["rpm_limit"], 3)
                key = self.post("/key/generate", {"key_alias": text, "team_id": text, "user_id": text})
                self.assertEqual(self.read("/key/list", team_id=text, return_full_object="true")["keys"][0]["key_alias"], text)
                self.assertEqual(self.read("/key/info", key=key["key"])["info"]["user_id"], text)
                for path in ("/spend/logs/v2", "/global/spend/report", "/spend/users"):
                    self.read(path, user_id=text, team_id=text, api_key=text)
                self.assertEqual(self.read("/audit", object_id=text)["total"], 2)
        for text in ("a\r\nSet-Cookie: x=1", "a\x00b", "\x7f", "x" * 257):
            self.assertEqual(self.call("/team/new", {"team_id": text}).status, 422)
        self.assertEqual(self.call("/team/new", {"metadata": {"a": ["\x00"]}}).status, 422)
        self.assertNotIn(b"set-cookie", str(self.call("/team/new", {"team_alias": "a\r\nSet-Cookie: x=1"}).headers).lower().encode())

    def test_oo33_queries(self):
        for query in ("page=0", "page=-1", "page=1e9", "page=NaN", "page=%27", "page_size=100000000000000000000", "start_date=2026-13-99", "start_date=soon", "start_date=0000", "start_date=%00"):
            with self.subTest(query=query):
                self.assert_refused(self.call("/spend/logs/v2?" + query, None, "GET"), query)
        for query in ("user_id=%ff", "user_id=a%00b", "user_id=" + "x" * 2000, "%ff=1"):
            self.assertEqual(self.call("/spend/logs/v2?" + query, None, "GET").status, 422)
        for path in ("/key/%ff/reset_spend", "/key/%00/reset_spend", "/key//reset_spend", "/key/a%2Fb/reset_spend", "/key/../key/reset_spend"):
            self.assertIn(self.call(path, {}).status, (400, 404, 405, 422), path)
        self.assertEqual(self.read("/spend/logs/v2", user_id="' OR 1=1 --")["total"], 0)

    def test_oo34_numbers(self):
        for value in ("-0.0", "0", "0.1", "1e-12", "9000000", "1234567.123456789"):
            made = self.call("/budget/new", ('{"max_budget":' + value + "}").encode())
            self.assertEqual(made.status, 200, value)
            self.assertEqual(float(made.json()["max_budget"]), float(value))
        for value in ("9000000.1", "1e13", "-1e-300", "1e309", "NaN", "0x10", "1_000", "01", "+1", ".5", "1."):
            self.assert_refused(self.call("/budget/new", ('{"max_budget":' + value + "}").encode()), value)
        for value in ("999999999mo", "0d", "-1d", "1y", "1.5d", "99999999999d", ""):
            self.assertEqual(self.call("/key/generate", {"duration": value}).status, 422, value)
        for value in (1e300, -1, "9999-99-99T00:00:00Z", "2026", True):
            self.assertEqual(self.call("/key/update", {"key": "sk-0123456789abcdef", "temp_budget_increase": 1, "temp_budget_expiry": value}).status, 422, value)

    def test_oo35_many_at_once(self):
        """eight clients make, change, look at and delete at the same time: each gets an answer, nothing is left over"""
        self.post("/team/new", {"team_id": "oo35"})
        before, seen = self.read("/key/list")["total_count"], []

        def work(number):
            for i in range(12):
                made = self.call("/key/generate", {"team_id": "oo35", "key_alias": f"oo35-{number}-{i}"})
                seen.append(made.status)
                key = made.json()["key"]
                for path, body, method in (("/key/update", {"key": key, "rpm_limit": i}, "POST"), ("/team/update", {"team_id": "oo35", "rpm_limit": i}, "POST"),
                                           ("/audit?page_size=5", None, "GET"), ("/team/info?team_id=oo35", None, "GET"), ("/spend/keys", None, "GET"), ("/key/delete", {"keys": [key]}, "POST")):
                    seen.append(self.call(path, body, method).status)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((set(seen), len(seen)), ({200}, 8 * 12 * 7))
        self.assertEqual(self.read("/key/list")["total_count"], before)

    def test_oo39_nothing_has_leaked(self):
        """planted keys: not in the log, not in the database, not in records"""
        made = self.post("/key/generate", {"key_alias": "oo39"})
        fresh = self.post(f"/key/{made['key']}/regenerate", {"grace_period": "1d"})
        secrets = [MASTER, PROVIDER, made["key"], fresh["key"]]
        self.call("/v1/chat/completions", {"model": "gpt", "messages": [{"role": "user", "content": "hello"}]}, key=fresh["key"])
        for path in ("/key/info?key=" + made["key"], "/key/info?key=" + MASTER, f"/spend/logs?api_key={fresh['key']}", "/key/info"):
            self.call(path, None, "GET")
        self.call("/key/update", {"key": fresh["key"], "no": 1})
        self.call("/key/delete", {"keys": [fresh["key"], "sk-wrong-and-not-there"]})
        whole = json.dumps(self.read("/audit", page_size=100)) + json.dumps(self.read("/key/list", size=1000, return_full_object="true"))
        for secret in secrets:
            self.assertNotIn(secret, whole)
            self.assertNotIn(secret, self.gateway.stderr())
            for file in self.gateway.directory.iterdir():
                if file.is_file() and file.suffix not in (".yaml", ".json"):
                    self.assertNotIn(secret.encode(), file.read_bytes(), file.name)


if __name__ == "__main__":
    main()
