"""AS: tokens that count as virtual keys; who has asked under which tag; reports that say only what is asked for."""
import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from admin_scenario import DAY, FIRST, MASTER, AdminScenario  # noqa: E402
from s43_jwt_test import WithIssuer, body  # noqa: E402
from scenario import main, request, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"


class MappedTokens(WithIssuer):
    jwt = {"virtual_key_claim_field": "azp", "team_id_jwt_field": "team"}

    @classmethod
    def wait_for_keys(cls):
        """no token but a mapped one comes in without a team"""
        wait_until(lambda: b"No team found" in request(cls.port, "GET", "/v1/models", None, {"authorization": "Bearer " + cls.token()}).body, 5, "keys are there")

    def post(self, path, wish, status=200):
        answer = self.call(path, wish)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def test_as01_a_token_counts_as_its_key(self):
        """models, limits and the record are the key's; a change of mapping or key counts at once, for tokens that have been seen, too"""
        made = self.post("/key/generate", {"models": ["gpt"], "key_alias": "as01", "user_id": "as01-user"})
        token = self.token(azp="as01")
        self.assert_error(self.ask(token), 403, "auth_error", "No team found")
        mapping = self.post("/jwt/key/mapping/new", {"jwt_claim_name": "azp", "jwt_claim_value": "as01", "key": made["key"]})
        self.assertNotIn("token", mapping)
        answer = self.ask(token)
        self.assertEqual(answer.status, 200, answer.body)
        record = self.record_of(answer)
        self.assertEqual((record["metadata"]["user_api_key_alias"], record["metadata"]["user_api_key_user_id"]), ("as01", "as01-user"))
        self.assert_error(self.ask(token, "other"), 403, "key_model_access_denied")
        self.post("/key/update", {"key": made["key"], "models": ["other"]})
        self.assertEqual([self.ask(token, model).status for model in ("gpt", "other")], [403, 200])
        rotated = self.post("/key/regenerate", {"key": made["key"]})
        self.assertEqual(self.ask(token, "other").status, 200)
        self.assertEqual(self.call(CHAT, body("other"), key=rotated["key"]).status, 200)
        self.post("/jwt/key/mapping/update", {"id": mapping["id"], "is_active": False})
        self.assert_error(self.ask(token, "other"), 403, "auth_error", "No team found")
        self.post("/jwt/key/mapping/update", {"id": mapping["id"], "is_active": True})
        self.post("/key/delete", {"keys": [rotated["key"]]})
        self.assert_error(self.ask(token, "other"), 401, "auth_error", "not there any more")
        self.post("/jwt/key/mapping/delete", {"id": mapping["id"]})
        self.assert_error(self.ask(token, "other"), 403, "auth_error", "No team found")

    def test_as02_mapping_is_for_administrators(self):
        """a mapped token is nobody's administrator, whatever its scope; and a forged one is no key"""
        key = self.post("/key/generate", {})["key"]
        self.post("/jwt/key/mapping/new", {"jwt_claim_name": "azp", "jwt_claim_value": "as02", "key": key})
        token = self.token(azp="as02", scope="litellm_proxy_admin")
        wish = {"jwt_claim_name": "azp", "jwt_claim_value": "as02-more", "key": key}
        self.assertEqual(self.call("/jwt/key/mapping/new", wish, key=token).status, 403)
        self.assertEqual(self.call("/jwt/key/mapping/list", None, "GET", key=token).status, 403)
        stranger = self.issuer.key("rsa", "stranger", published=False)
        self.assertEqual(self.ask(self.token(stranger, azp="as02")).status, 401)
        self.assertEqual(self.ask(self.token(azp="as02", exp=1)).status, 401)


class TagUsers(AdminScenario):
    def today(self, back=0):
        return int(datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000) + 1000 - back * DAY

    def test_as10_users_by_tag(self):
        """each user once a period; requests of nobody are nobody's; filters; roles"""
        events = [(0, "ann", ["as10-web", "as10-cli"]), (0, "ann", ["as10-web"]), (0, "bob", ["as10-web"]), (0, "", ["as10-web"]),
                  (1, "cid", ["as10-web"]), (9, "dan", ["as10-web"]), (9, "", ["as10-nobody"]), (40, "eve", ["as10-web"])]
        self.feed(*({"start_ms": self.today(back), "user": user, "tags": tags, "prompt_tokens": 5, "completion_tokens": 2, "cost_pico_usd": 3}
                    for back, user, tags in events))
        days = self.read("/tag/dau", tag_filter="AS10-")["results"]
        self.assertEqual([(row["tag"], row["active_users"]) for row in days], [("as10-web", 2), ("as10-cli", 1), ("as10-web", 1)])
        self.assertEqual(days[0]["date"], datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"))
        self.assertIsNone(days[0]["period_start"])
        weeks = self.read("/tag/wau", tag_filters="as10-web,as10-nobody")["results"]
        self.assertEqual([(row["tag"], row["active_users"], row["date"][:6]) for row in weeks], [("as10-web", 1, "Week 2"), ("as10-web", 1, "Week 6"), ("as10-web", 3, "Week 7")])
        months = self.read("/tag/mau", tag_filter="as10-web")["results"]
        self.assertEqual([(row["active_users"], row["date"][:7]) for row in months], [(1, "Month 6"), (4, "Month 7")])
        week = weeks[-1]
        length = datetime.date.fromisoformat(week["period_end"]) - datetime.date.fromisoformat(week["period_start"])
        self.assertEqual(length.days, 6)
        start = datetime.datetime.fromtimestamp(self.today(60) / 1000, datetime.timezone.utc).strftime("%Y-%m-%d")
        summary = self.read("/tag/summary", tag_filter="as10-", start_date=start, end_date="2099-01-01")["results"]
        web = summary[0]
        self.assertEqual((web["tag"], web["unique_users"], web["total_requests"], web["total_tokens"], web["total_spend"]), ("as10-web", 5, 7, 49, "0.000000000021"))
        self.assertEqual({row["tag"]: row["unique_users"] for row in summary}, {"as10-web": 5, "as10-cli": 1, "as10-nobody": 0})
        self.assertIn({"tag": "as10-web"}, self.read("/tag/distinct")["results"])
        self.assertEqual(self.call("/tag/summary", None, "GET").status, 422)
        key = self.post("/key/generate", {})["key"]
        self.assertEqual([self.call(path, None, "GET", key).status for path in ("/tag/dau", "/tag/wau", "/tag/mau", "/tag/summary", "/tag/distinct")], [403] * 5)

    def test_as11_reports_over_all_keys_are_those_of_the_events(self):
        """sums of keys, users and customers, whole and by day, against the events one by one"""
        events = [{"key_id": f"as11-{number % 23}", "user": f"user-{number % 7}", "end_user": f"end-{number % 5}" if number % 3 else "", "start_ms": FIRST + 400 * DAY + number * 7_000_000,
                   "cost_pico_usd": 1_000_000_007 * (number + 1), "prompt_tokens": number, "completion_tokens": 1} for number in range(200)]
        self.feed(*events)
        first, last = ("2027-12-26", "2028-01-11")
        for path, field, name, spend in (("/spend/keys", "key_id", "token", "spend"), ("/spend/users", "user", "user_id", "spend")):
            found = {row[name]: row[spend] for row in self.read(path, start_date=first, end_date=last)}
            wanted = {}
            for event in events:
                wanted[event[field]] = wanted.get(event[field], 0) + event["cost_pico_usd"]
            self.assertEqual({key: round(float(value) * 1e12) for key, value in found.items()}, wanted)
        days = self.read("/user/daily/activity", start_date=first, end_date=last, page_size=1000)["results"]
        requests = {}
        for event in events:
            day = datetime.datetime.fromtimestamp(event["start_ms"] / 1000, datetime.timezone.utc).strftime("%Y-%m-%d")
            requests[day, event["user"]] = requests.get((day, event["user"]), 0) + 1
        self.assertEqual({(day["date"], user): entry["metrics"]["api_requests"] for day in days for user, entry in day["breakdown"]["entities"].items()}, requests)
        customers = self.post("/global/spend/end_users", {"startTime": first, "endTime": last}, key=MASTER)
        self.assertEqual({row["end_user"]: row["total_count"] for row in customers},
                         {f"end-{end}": sum(1 for event in events if event["end_user"] == f"end-{end}") for end in range(5)})


if __name__ == "__main__":
    main()
