"""AO: tags with budgets and limits, made over the API; access groups that deployments name; activity on one page."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, USER, Scenario, deployment, main, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = {"model": "gpt", "messages": USER, "max_tokens": 10}
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
COST = (100 * 2.5 + 10 * 10) / 1e6  # gpt-4o: 2.50 USD a million tokens of prompts, 10 of answers


class Tags(Scenario):
    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt", "access_groups": ["beta"]}),
                deployment("other", "openai/gpt-4o", base + "/v1", {"id": "other"})]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                                    {"plugin": "pricing"}, {"plugin": "limits", "config": {"refresh_ms": 600000}},
                                    {"plugin": "ledger", "config": {"spool": "spool", "store_flush_ms": 20}}, {"plugin": "admin", "grants": ["admin"]}]}
        return super().config(upstream)

    def post(self, path, body, status=200):
        answer = self.call(path, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def ask(self, key, tag, model="gpt"):
        return self.call(CHAT, {**BODY, "model": model, "metadata": {"tags": [tag]}}, key=key).status

    def answers(self):
        self.upstream.script({"respond": {"status": 200, "body": {"id": "x", "object": "chat.completion", "choices": [], "usage": USAGE}}}, times=None)

    def test_ao01_a_limit_of_a_tag(self):
        """it holds from the next request on, for every key, and no longer than the tag is there"""
        first, second = (self.post("/key/generate", {})["key"] for _ in range(2))
        self.post("/tag/new", {"name": "ao01", "rpm_limit": 3})
        statuses = [self.ask(first, "ao01"), self.ask(second, "ao01"), self.ask(first, "ao01"), self.ask(second, "ao01")]
        self.assertEqual(statuses, [200, 200, 200, 429])
        self.assertEqual(self.ask(first, "ao01-other"), 200)
        self.post("/tag/update", {"name": "ao01", "rpm_limit": 100_000})
        self.assertEqual(self.ask(first, "ao01"), 200)
        self.post("/tag/update", {"name": "ao01", "rpm_limit": 1})
        self.assertEqual(self.ask(first, "ao01"), 429)
        self.post("/tag/delete", {"name": "ao01"})
        self.assertEqual(self.ask(first, "ao01"), 200)

    def test_ao02_a_budget_of_a_tag(self):
        """its own, or one that it names; what was spent is told, and seen in the day's activity on one page"""
        self.answers()
        key = self.post("/key/generate", {})["key"]
        self.post("/budget/new", {"budget_id": "ao02-budget", "max_budget": COST * 2})
        self.post("/tag/new", {"name": "ao02", "budget_id": "ao02-budget"})
        self.assertEqual([self.ask(key, "ao02") for _ in range(3)], [200, 200, 429])
        self.assertEqual(self.ask(key, "ao02-other"), 200)
        wait_until(lambda: float(self.post("/tag/info", {"names": ["ao02"]})["ao02"]["spend"]) == COST * 2, timeout=10 * SLOW)
        daily = self.call("/tag/daily/activity/aggregated?tags=ao02", method="GET").json()
        self.assertEqual(daily["metadata"]["total_successful_requests"], 2)
        self.assertEqual((daily["metadata"]["page"], daily["metadata"]["has_more"]), (1, False))
        listed = {tag["name"]: tag for tag in self.call("/tag/list", method="GET").json()}
        self.assertEqual(listed["ao02"]["budget_id"], "ao02-budget")
        wait_until(lambda: "ao02-other" in [tag["name"] for tag in self.call("/tag/list", method="GET").json()], timeout=10 * SLOW)
        self.post("/budget/delete", {"id": "ao02-budget"}, status=400)
        self.post("/tag/delete", {"name": "ao02"})
        self.post("/budget/delete", {"id": "ao02-budget"})

    def test_ao03_access_groups_of_deployments(self):
        """a key, and a team, that name what stands in model_info.access_groups"""
        self.post("/team/new", {"team_id": "ao03", "models": ["beta"]})
        for wishes, who in (({"models": ["beta"]}, "key"), ({"team_id": "ao03", "models": ["all-team-models"]}, "team")):
            with self.subTest(who):
                key = self.post("/key/generate", wishes)["key"]
                self.assertEqual(self.ask(key, "ao03"), 200)
                refused = self.call(CHAT, {**BODY, "model": "other"}, key=key)
                self.assertEqual(refused.status, 403)
                self.assertEqual(refused.json()["error"]["type"], f"{who}_model_access_denied")


if __name__ == "__main__":
    main()
