"""BA: keys of a team at once, what members of a team may do, teams one may join, a member's spending anew, searches, budgets member by member."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from account_scenario import USD, AccountScenario  # noqa: E402
from admin_scenario import hash_of  # noqa: E402
from scenario import main  # noqa: E402

ROUTES = {("post", "/key/health"), ("post", "/team/key/bulk_update"), ("get", "/team/available"), ("get", "/team/filter/ui"), ("get", "/user/filter/ui"), ("get", "/team/permissions_list"),
          ("post", "/team/permissions_update"), ("post", "/team/permissions_bulk_update"), ("get", "/team/spend/by_user"), ("post", "/team/{team_id}/member/{user_id}/reset_spend"),
          ("post", "/v1/access_group"), ("put", "/v1/access_group/{access_group_id}"), ("get", "/v1/unified_access_group"), ("delete", "/v1/unified_access_group/{access_group_id}"),
          ("delete", "/team/{team_id}/callback/{callback_name}"), ("get", "/budget/settings"), ("get", "/management/v1/budgets")}


class Accounts(AccountScenario):
    def test_ba01_does_the_key_work(self):
        """whoever gets an answer has one that does; callbacks are named, and nothing of their credentials"""
        self.assertEqual(self.post("/key/health", {}), {"key": "healthy", "logging_callbacks": None})
        metadata = {"logging": [{"callback_name": "langfuse", "callback_type": "success", "callback_vars": {"langfuse_secret_key": "planted-secret"}}],
                    "callback_settings": {"success_callback": ["arize"], "failure_callback": ["langfuse"], "callback_vars": {"arize_api_key": "planted-secret"}}}
        key = self.key_of(None, metadata=metadata)
        answer = self.call("/key/health", {}, key=key)
        self.assertEqual((answer.json()["key"], answer.json()["logging_callbacks"]["callbacks"]), ("healthy", ["arize", "langfuse"]))
        self.assertNotIn("status", answer.json()["logging_callbacks"])  # nobody has tried
        self.assertNotIn(b"planted-secret", answer.body)
        for kind in ("read_only", "management"):
            self.assertEqual(self.post("/key/health", {}, key=self.key_of(None, key_type=kind))["key"], "healthy")
        self.post("/key/block", {"key": key})
        self.assertIn(self.call("/key/health", {}, key=key).status, (401, 403))
        self.assertEqual(self.call("/key/health", {}, key="sk-never-was-one-of-ours").status, 401)
        self.post("/key/health", {"key": key}, status=422)
        for odd in ("text", [1], {"logging": [1, {"callback_name": 5}], "callback_settings": 3}):  # as an import may have them
            if isinstance(odd, dict):
                self.assertEqual(self.post("/key/health", {}, key=self.key_of(None, metadata=odd))["logging_callbacks"], None)

    def test_ba02_keys_of_a_team_at_once(self):
        """by key, by hash, or all of them; within the bounds of one; all or none"""
        keys = self.tenant("ba02", max_budget=10, rpm_limit=100)
        self.tenant("ba02-zed")
        one, two, three = (self.key_of("ba02", user_id=f"ba02-{who}", max_budget=5) for who in ("ann", "bob", "ann"))
        other, free = self.key_of("ba02-zed", metadata={"mark": "zed-marker"}), self.key_of(None)
        done = self.post("/team/key/bulk_update", {"team_id": "ba02", "key_ids": [one, hash_of(two), one], "update_fields": {"max_budget": 2, "tags": ["x"]}}, keys["boss"])
        self.assertEqual((done["total_requested"], done["failed_updates"]), (2, []))
        self.assertEqual({row["key"]: row["key_info"]["max_budget"] for row in done["successful_updates"]}, {hash_of(one): 2, hash_of(two): 2})
        self.assertEqual([self.info(key)["max_budget"] for key in (one, two, three)], [2, 2, 5])
        every = {"team_id": "ba02", "all_keys_in_team": True}
        self.assertEqual(self.post("/team/key/bulk_update", {**every, "update_fields": {"rpm_limit": 7}})["total_requested"], 3)
        self.assertEqual([self.info(key).get("rpm_limit") for key in (one, two, three, other, free)], [7, 7, 7, None, None])

        for body in ({"key_ids": [one, other]}, {"key_ids": [one, free]}, {"key_ids": [one, "nobody"]}):
            self.no("/team/key/bulk_update", {"team_id": "ba02", **body, "update_fields": {"rpm_limit": 1}}, keys["boss"], 400, contains="no key of this team")
        for fields, word in (({"max_budget": 11}, "the team"), ({"max_budget": None}, "the team"), ({"budget_id": "b"}, "budget_id"), ({"metadata": {"guardrails": []}}, "guardrails"),
                             ({"temp_budget_increase": 5, "temp_budget_expiry": "2027-01-01T00:00:00Z"}, "temp_budget")):
            self.no("/team/key/bulk_update", {**every, "update_fields": fields}, keys["boss"], contains=word)
        for who in ("ann", "bob"):
            self.no("/team/key/bulk_update", {"team_id": "ba02", "key_ids": [one], "update_fields": {"rpm_limit": 1}}, keys[who])
        self.no("/team/key/bulk_update", {"team_id": "ba02-zed", "all_keys_in_team": True, "update_fields": {"rpm_limit": 1}}, keys["boss"])
        gone = self.no("/team/key/bulk_update", {"team_id": "never", "all_keys_in_team": True, "update_fields": {"rpm_limit": 1}}, keys["boss"])
        self.assertEqual(gone, self.no("/team/key/bulk_update", {"team_id": "ba02-zed", "all_keys_in_team": True, "update_fields": {"rpm_limit": 1}}, keys["boss"]))
        for body, status in (({}, 400), ({"key_ids": []}, 400), ({"key_ids": [one], "all_keys_in_team": True}, 400), ({"key_ids": [one], "update_fields": {}}, 400), ({"key_ids": [one], "update_fields": [1]}, 422),
                             ({"key_ids": "x"}, 422), ({"key_ids": [1]}, 422), ({"all_keys_in_team": "yes"}, 422), ({"key_ids": [one], "more": 1}, 422)):
            self.post("/team/key/bulk_update", {"team_id": "ba02", "update_fields": {"rpm_limit": 1}, **body}, status=status)
        for fields in ({"spend": 0}, {"user_id": "ba02-bob"}, {"team_id": "ba02-zed"}, {"key": one}, {"models": []}, {"permissions": {}}, {"blocked": False}, {"rpm_limit": -1}, {"rpm_limit": "5"}, {"duration": "soon"}, {"nonsense": 1}):
            self.post("/team/key/bulk_update", {**every, "update_fields": fields}, status=422)
        for _ in range(20):
            self.key_of("ba02", rpm_limit=7)
        large = {**every, "update_fields": {"metadata": {"a": "b" * 1_000_000}}}
        self.assert_error(self.call("/team/key/bulk_update", large, key=keys["boss"]), 413, contains="for 23 keys")
        self.post("/team/key/bulk_update", {"team_id": "never", "all_keys_in_team": True, "update_fields": {"rpm_limit": 1}}, status=404)
        self.assertEqual([self.info(key)["rpm_limit"] for key in (one, two, three)], [7] * 3)

    def test_ba03_parts_of_names(self):
        """both parts, whatever the case; by pages; of what one sees, and nothing but names"""
        keys = self.tenant("ba03-Red", metadata={"secret": "planted-secret"})
        self.tenant("ba03-zed")
        self.assertEqual([row["team_id"] for row in self.read("/team/filter/ui", team_id="BA03")], ["ba03-Red", "ba03-zed"])
        self.assertEqual(self.read("/team/filter/ui", team_id="ba03", team_alias="team ba03-r"), [{"team_id": "ba03-Red", "team_alias": "Team ba03-Red", "organization_id": None}])
        self.assertEqual([row["team_id"] for row in self.read("/team/filter/ui", team_id="ba03", page=2, page_size=1)], ["ba03-zed"])
        self.assertEqual(self.read("/team/filter/ui", team_id="ba03", team_alias="%"), [])
        self.assertEqual(self.read("/team/filter/ui", team_id="ba03", page=99), [])
        for who in ("boss", "ann"):
            self.assertEqual([row["team_id"] for row in self.read("/team/filter/ui", key=keys[who])], ["ba03-Red"])
            self.assertEqual(self.read("/team/filter/ui", key=keys[who], team_id="zed"), [])
            self.assertEqual([row["user_id"] for row in self.read("/user/filter/ui", key=keys[who])], [f"ba03-Red-{who}"])
        found = self.read("/user/filter/ui", user_id="ba03-RED-a", user_email="@example.ORG")
        self.assertEqual(found, [{"user_id": "ba03-Red-ann", "user_email": "ba03-Red-ann@Example.org", "user_alias": None}])
        self.assertEqual(self.read("/user/filter/ui", user_id="ba03", user_email="nobody@"), [])
        self.assertEqual(len(self.read("/user/filter/ui", user_id="ba03", page_size=4)), 4)
        for query in ({"page": 0}, {"page": "x"}, {"page_size": 101}, {"page_size": 0}, {"page": -1}, {"team_id": "x" * 2000}):
            self.read("/team/filter/ui", status=422, **query)
        self.read("/user/filter/ui", status=422, page_size=1000)
        self.read("/user/filter/ui", key=self.key_of("ba03-Red"), status=403)  # a key without a user

    def members_may(self, *what, key=None, status=200, team="ba04"):
        body = {"team_id": team, "team_member_permissions": list(what)}
        return self.post("/team/permissions_update", body, key, status=status) if key else self.post("/team/permissions_update", body, status=status)

    def test_ba04_what_members_may_do(self):
        """LiteLLM's default is to look; each of the others is enforced by itself, and counts for the next request"""
        keys = self.tenant("ba04")
        ann = keys["ann"]
        listed = self.read("/team/permissions_list", team_id="ba04", key=ann)
        self.assertEqual((listed["team_id"], listed["team_member_permissions"]), ("ba04", ["/key/info", "/key/health"]))
        own = self.key_of("ba04", user_id="ba04-ann")
        free = self.post("/key/generate", {}, ann)["key"]  # keys without a team are not concerned
        calls = {"/key/generate": ("/key/generate", {"team_id": "ba04"}), "/key/update": ("/key/update", {"key": own, "metadata": {"a": 1}}), "/key/regenerate": (f"/key/{hash_of(own)}/regenerate", {}),
                 "/key/delete": ("/key/delete", {"keys": [own]})}

        def closed(*but):
            for name, (path, body) in calls.items():
                if name not in but:
                    self.no(path, body, ann, contains=name)
            if "/key/update" not in but:
                self.no("/key/bulk_update", {"keys": [{"key": own, "metadata": {"a": 1}}]}, ann, contains="/key/update")

        closed()
        self.no("/key/update", {"key": free, "team_id": "ba04"}, ann, contains="/key/generate")  # nor does one come in by a change
        self.no("/key/regenerate", {"key": free, "team_id": "ba04"}, ann, contains="/key/generate")
        self.no("/key/update", {"key": own, "team_id": None}, ann, contains="/key/update")
        self.no("/key/delete", {"keys": [free, own]}, ann, contains="/key/delete")
        self.assertEqual(self.info(free)["user_id"], "ba04-ann")  # all or none
        self.assertEqual(self.info(own)["key_name"], "sk-..." + own[-4:])
        self.assertEqual(self.read("/key/info", key=ann)["info"]["user_id"], "ba04-ann")

        error = self.assert_error(self.call("/key/generate", {"team_id": "ba04"}, "POST", ann), 403, kind="team_member_permission_error")
        self.assertIn("/team/permissions_update", error["message"])
        for name, (path, body) in calls.items():
            self.members_may(name, key=keys["boss"])
            self.assertEqual(self.read("/team/permissions_list", team_id="ba04")["team_member_permissions"], ["/key/info", "/key/health", name])
            closed(name)
            made = self.post(path, body, ann)
            if name == "/key/regenerate":
                own = made["key"]
                calls.update({"/key/delete": ("/key/delete", {"keys": [own]}), "/key/update": ("/key/update", {"key": own, "metadata": {"a": 1}}), "/key/regenerate": (f"/key/{hash_of(own)}/regenerate", {})})
        self.members_may(*calls)
        self.no("/key/delete", {"keys": [self.key_of("ba04", user_id="ba04-bob")]}, ann)  # a colleague's stays a colleague's
        self.no("/key/generate", {"team_id": "ba04", "user_id": "ba04-bob"}, ann)
        self.members_may()
        closed_again = self.no("/key/generate", {"team_id": "ba04"}, ann)
        self.assertIn("/key/info, /key/health", closed_again)
        mine = self.post("/key/generate", {"team_id": "ba04", "user_id": "ba04-ann"}, keys["boss"])["key"]  # who runs the team is not concerned
        self.post("/key/delete", {"keys": [mine]}, keys["boss"])

    def test_ba05_who_says_what_members_may_do(self):
        keys, others = self.tenant("ba05"), self.tenant("ba05-zed")
        for key in (keys["ann"], others["boss"], self.key_of("ba05")):
            self.no("/team/permissions_update", {"team_id": "ba05", "team_member_permissions": ["/key/update"]}, key)
        for key in (others["boss"], others["ann"]):
            self.no("/team/permissions_list?team_id=ba05", None, key, method="GET")
        self.assertEqual(self.no("/team/permissions_list?team_id=ba05-zed", None, keys["ann"], method="GET"), self.no("/team/permissions_list?team_id=never", None, keys["ann"], method="GET"))
        for key in (keys["boss"], keys["ann"]):
            self.no("/team/permissions_bulk_update", {"team_ids": ["ba05"], "permissions": ["/key/update"]}, key)
        for what in (["/key/list"], ["/key/service-account/generate"], ["/key/*"], ["*"], ["/key/update", ""], ["KEY/UPDATE"], "x", [1], {"a": 1}):
            body = {"team_member_permissions": what}
            self.post("/team/permissions_update", {"team_id": "ba05", **body}, status=422)
            self.post("/team/update", {"team_id": "ba05", **body}, status=422)
            self.post("/team/new", body, status=422)
            self.post("/team/permissions_bulk_update", {"team_ids": ["ba05"], "permissions": what}, status=422)
        self.post("/team/permissions_update", {"team_id": "ba05"}, status=400)
        self.post("/team/permissions_update", {"team_member_permissions": []}, status=400)
        self.post("/team/permissions_update", {"team_id": "never", "team_member_permissions": []}, status=404)
        self.read("/team/permissions_list", status=400)
        self.read("/team/permissions_list", status=404, team_id="never")
        for body, status in (({"permissions": ["/key/update"]}, 400), ({"permissions": [], "team_ids": ["ba05"]}, 400), ({"permissions": ["/key/update"], "team_ids": ["ba05"], "apply_to_all_teams": True}, 400),
                             ({"permissions": ["/key/update"], "team_ids": ["ba05", "never"]}, 404), ({"permissions": ["/key/update"], "apply_to_all_teams": "true"}, 422)):
            self.post("/team/permissions_bulk_update", body, status=status)
        self.assertEqual(self.read("/team/permissions_list", team_id="ba05")["team_member_permissions"], ["/key/info", "/key/health"])
        self.post("/team/update", {"team_id": "ba05", "team_member_permissions": ["/key/delete"]}, keys["boss"])
        self.assertEqual(self.post("/team/permissions_bulk_update", {"permissions": ["/key/update"], "team_ids": ["ba05", "ba05-zed"]})["teams_updated"], 2)
        self.assertEqual(self.post("/team/permissions_bulk_update", {"permissions": ["/key/update"], "team_ids": ["ba05", "ba05"]})["teams_updated"], 0)
        self.assertEqual(self.read("/team/permissions_list", team_id="ba05")["team_member_permissions"], ["/key/info", "/key/health", "/key/update", "/key/delete"])
        self.assertGreaterEqual(self.post("/team/permissions_bulk_update", {"permissions": ["/key/regenerate"], "apply_to_all_teams": True})["teams_updated"], 2)
        self.assertIn("/key/regenerate", self.read("/team/permissions_list", team_id="ba05-zed")["team_member_permissions"])
        self.post("/team/permissions_bulk_update", {"permissions": ["/key/info"], "apply_to_all_teams": True})
        made = self.post("/team/new", {"team_member_permissions": ["/key/generate"]})
        self.assertEqual(self.read("/team/permissions_list", team_id=made["team_id"])["team_member_permissions"], ["/key/info", "/key/health", "/key/generate"])

    def test_ba06_spending_of_a_team_by_user(self):
        keys = self.tenant("ba06")
        self.tenant("ba06-zed")
        for team, user, cost in (("ba06", "ba06-ann", 3), ("ba06", "ba06-ann", 2), ("ba06", "ba06-bob", 1), ("ba06", "", 7), ("ba06-zed", "ba06-ann", 50), ("ba06-zed", "ba06-zed-ann", 4)):
            self.feed({"call_id": f"ba06-{team}-{user}-{cost}", "team": team, "user": user, "cost_pico_usd": cost, "prompt_tokens": 10, "completion_tokens": 1, "key_id": "k"})
        days = {"start_date": "2026-11-21", "end_date": "2026-11-21"}
        answer = self.read("/team/spend/by_user", key=keys["boss"], team_ids="ba06", **days)
        self.assertEqual([(row["team_id"], row["user_id"], row["spend"], row["api_requests"]) for row in answer["results"]],
                         [("ba06", None, "0.000000000007", 1), ("ba06", "ba06-ann", "0.000000000005", 2), ("ba06", "ba06-bob", "0.000000000001", 1)])
        row = answer["results"][1]
        self.assertEqual((row["team_alias"], row["user_email"], row["total_tokens"], row["successful_requests"], row["failed_requests"], answer["complete"]), ("Team ba06", "ba06-ann@Example.org", 22, 2, 0, True))
        self.assertEqual({row["team_id"] for row in self.read("/team/spend/by_user", key=keys["boss"], **days)["results"]}, {"ba06"})
        self.assertTrue({"ba06", "ba06-zed"} <= {row["team_id"] for row in self.read("/team/spend/by_user", **days)["results"]})
        self.assertEqual(self.read("/team/spend/by_user", team_ids="ba06,ba06-zed", start_date="2025-01-01", end_date="2025-01-02")["results"], [])
        self.no("/team/spend/by_user?team_ids=ba06,ba06-zed", None, keys["boss"], method="GET")
        for who in ("ann", "bob"):
            self.no("/team/spend/by_user?team_ids=ba06", None, keys[who], method="GET")
        self.read("/team/spend/by_user", status=422, start_date="yesterday")
        self.read("/team/spend/by_user", status=422, start_date="2026-11-21", end_date="2026-11-20")

    def test_ba07_one_callback_less(self):
        """its credentials go with it; with the last one the team's records go where everybody's go, and not nowhere"""
        self.tenant("ba07")
        for name, more in (("langfuse", {"langfuse_secret_key": "planted-secret", "langfuse_host": "https://l"}), ("arize", {"arize_api_key": "planted-secret"})):
            self.post("/team/ba07/callback", {"callback_name": name, "callback_vars": more})
        done = self.call("/team/ba07/callback/langfuse", {}, "DELETE")
        self.assertEqual((done.status, done.json()["data"]), (200, {"team_id": "ba07", "success_callback": ["arize"], "failure_callback": ["arize"], "callback_vars": {"arize_api_key": "****"}}))
        self.assertNotIn(b"planted-secret", done.body)
        self.assertEqual(self.read("/team/info", team_id="ba07")["team_info"]["metadata"]["callback_settings"]["callback_vars"].keys(), {"arize_api_key"})
        self.post("/team/ba07/callback/langfuse", {}, method="DELETE", status=404)
        self.post("/team/ba07/callback/arize", {}, method="DELETE")
        self.assertNotIn("callback_settings", self.read("/team/info", team_id="ba07")["team_info"]["metadata"])
        self.post("/team/ba07/callback", {"callback_name": "arize"})
        self.post("/team/ba07/disable_logging", {})
        self.post("/team/ba07/callback/arize", {}, method="DELETE", status=404)
        self.assertEqual(self.read("/team/info", team_id="ba07")["team_info"]["metadata"]["callback_settings"]["success_callback"], [])  # nowhere stays nowhere
        self.post("/team/never/callback/arize", {}, method="DELETE", status=404)
        self.post("/team/ba07/callback/arize", {"more": 1}, method="DELETE", status=422)
        self.assertEqual(self.call("/team/ba07/callback/arize", None, "PUT").status, 405)

    def test_ba08_budgets(self):
        """member by member, and by pages with links that lead on"""
        for name, most in (("ba08-A", 5), ("ba08-b", 1), ("ba08-c", None)):
            self.post("/budget/new", {"budget_id": name, "max_budget": most, "rpm_limit": 3} if most else {"budget_id": name})
        fields = {row["field_name"]: row for row in self.read("/budget/settings", budget_id="ba08-A")}
        self.assertEqual((fields["max_budget"]["field_value"], fields["max_budget"]["field_type"], fields["rpm_limit"]["field_value"], fields["tpm_limit"]["field_value"]), (5, "Float", 3, None))
        self.assertEqual((fields["max_budget"]["stored_in_db"], fields["tpm_limit"]["stored_in_db"]), (True, False))
        self.read("/budget/settings", status=400)
        self.read("/budget/settings", status=404, budget_id="never")

        def page(path="/management/v1/budgets", **query):
            return self.read(path, **query)

        found = page(q="BA08", page_size=2, sort="-max_budget")
        self.assertEqual(([row["budget_id"] for row in found["data"]], found["meta"]), (["ba08-A", "ba08-b"], {"total_count": 3, "page": 1, "page_size": 2, "total_pages": 2}))
        self.assertEqual((found["links"]["prev"], found["links"]["self"]), (None, found["links"]["first"]))
        more = page(found["links"]["next"])
        self.assertEqual(([row["budget_id"] for row in more["data"]], more["links"]["next"], more["links"]["last"]), (["ba08-c"], None, more["links"]["self"]))
        self.assertEqual([row["budget_id"] for row in page(q="ba08", sort="max_budget")["data"]], ["ba08-b", "ba08-A", "ba08-c"])
        self.assertEqual(page(q="no such & budget=%")["data"], [])
        self.assertEqual(page(page(q="no such & budget=%")["links"]["self"])["meta"]["total_count"], 0)
        for query in ({"sort": "api_key"}, {"sort": "--max_budget"}, {"page": 0}, {"page_size": 101}):
            self.read("/management/v1/budgets", status=422, **query)
        keys = self.tenant("ba08")
        for key in (keys["boss"], keys["ann"], self.key_of("ba08")):
            self.no("/management/v1/budgets", None, key, method="GET")
            self.no("/budget/settings?budget_id=ba08-A", None, key, method="GET")
        self.post("/user/new", {"user_id": "ba08-eye", "user_role": "proxy_admin_viewer"})
        self.assertEqual(self.read("/management/v1/budgets", key=self.key_of(None, user_id="ba08-eye"), q="ba08")["meta"]["total_count"], 3)

    def test_ba09_teams_that_one_may_join(self):
        """those of the configuration, by oneself, as a plain member and no more"""
        keys, others = self.tenant("ba09"), self.tenant("ba09-zed")
        self.post("/organization/new", {"organization_id": "ba09-org"})
        for name, more in (("ba09-open", {"team_alias": "Open", "models": ["gpt"], "metadata": {"m": "zed-marker"}, "members_with_roles": [{"role": "admin", "user_id": "ba09-zed-boss"}]}), ("ba09-inside", {"organization_id": "ba09-org"}), ("ba09-closed", {})):
            self.post("/team/new", {"team_id": name, **more})
        ann = keys["ann"]
        self.assertEqual(self.read("/team/available", key=ann), [{"team_id": "ba09-open", "team_alias": "Open", "organization_id": None, "models": ["gpt"]}])
        self.assertEqual([team["team_id"] for team in self.read("/team/available")], ["ba09-open", "ba09-inside"])
        self.assertEqual(self.read("/team/available", key=others["boss"]), [])
        self.assertEqual(self.read("/team/available", key=self.key_of("ba09")), [])
        self.post("/user/new", {"user_id": "ba09-eye", "user_role": "internal_user_viewer"})
        eye = self.key_of(None, user_id="ba09-eye")
        self.assertEqual(self.read("/team/available", key=eye), [])

        def join(team="ba09-open", user="ba09-ann", **more):
            return {"team_id": team, "member": {"user_id": user, **more}}

        for body in (join(user="ba09-bob"), join(role="admin"), join(user_role="admin"), join("ba09-closed"), join("ba09-inside"), join("ba09-gone"), join("never"), join("ba09-zed"), join(user_email="boss@x"), join(rpm_limit=5),
                     {**join(), "max_budget_in_team": 5}, {"team_id": "ba09-open", "member": [{"user_id": "ba09-ann"}, {"user_id": "ba09-bob"}]}, {"team_id": "ba09-open", "member": {"user_email": "ba09-ann@Example.org"}}):
            self.no("/team/member_add", body, ann)
        self.no("/team/bulk_member_add", {"team_id": "ba09-open", "members": [{"user_id": "ba09-ann"}]}, ann)
        self.no("/team/member_add", join(user="ba09-eye"), eye)
        self.no("/team/member_add", join(user="ba09-ann"), self.key_of("ba09"))
        delegated = self.post("/key/generate", {"team_id": "ba09", "user_id": "ba09-bob"}, keys["boss"])["key"]
        self.no("/team/member_add", join(user="ba09-bob"), delegated)
        self.post("/team/member_add", join(role="user"), ann)
        self.assertIn({"user_id": "ba09-ann", "role": "user"}, self.read("/team/info", team_id="ba09-open")["team_info"]["members_with_roles"])
        self.assertEqual(self.read("/team/available", key=ann), [])
        self.post("/team/member_add", join(), ann, status=400)
        self.no("/team/member_update", {"team_id": "ba09-open", "user_id": "ba09-ann", "role": "admin"}, ann)
        self.no("/team/member_add", join(user="ba09-bob"), ann)
        self.post("/organization/member_add", {"organization_id": "ba09-org", "member": {"user_id": "ba09-bob", "role": "internal_user"}})
        self.assertEqual([team["team_id"] for team in self.read("/team/available", key=keys["bob"])], ["ba09-open", "ba09-inside"])
        self.post("/team/member_add", join("ba09-inside", "ba09-bob"), keys["bob"])

    def test_ba10_a_member_anew(self):
        """what was spent and is spent again, twice on a day; who may, and for whom"""
        keys, others = self.tenant("ba10", team_member_budget=9), self.tenant("ba10-zed")
        path = "/team/ba10/member/ba10-ann/reset_spend"
        now = int(time.time() * 1000)
        self.feed({"team": "ba10", "user": "ba10-ann", "cost_pico_usd": 5 * USD, "start_ms": now - 90 * 86_400_000, "call_id": "ba10-old"},
                  {"team": "ba10", "user": "ba10-ann", "cost_pico_usd": USD + 1, "start_ms": now, "call_id": "ba10-new"}, {"team": "ba10", "user": "ba10-bob", "cost_pico_usd": 3 * USD, "start_ms": now, "call_id": "ba10-bob"})
        for key in (keys["ann"], keys["bob"], others["boss"], self.key_of("ba10")):
            self.no(path, {"reset_to": 0}, key)
        self.no("/team/ba10/member/ba10-boss/reset_spend", {"reset_to": 0}, keys["boss"], contains="yourself")
        self.assertEqual(self.no("/team/ba10-zed/member/ba10-zed-ann/reset_spend", {}, keys["boss"]), self.no("/team/never/member/x/reset_spend", {}, keys["boss"]))
        for body, status in (({"reset_to": 6.5}, 400), ({"reset_to": -1}, 422), ({"reset_to": "0"}, 422), ({"to": 1}, 422)):
            self.post(path, body, status=status)
        for where in ("/team/ba10/member/nobody/reset_spend", "/team/never/member/ba10-ann/reset_spend"):
            self.post(where, {"reset_to": 0}, status=404)
        done = self.call(path, {"reset_to": 2}, key=keys["boss"])
        self.assertEqual(json.loads(done.body, parse_float=str)["previous_spend"], "6.000000000001")
        self.assertEqual((done.json()["spend"], done.json()["team_id"], done.json()["user_id"]), (2, "ba10", "ba10-ann"))
        self.feed({"team": "ba10", "user": "ba10-ann", "cost_pico_usd": USD, "start_ms": now, "call_id": "ba10-more"})
        self.assertEqual(self.post(path, {"reset_to": 0})["previous_spend"], 3)
        self.assertEqual(self.post(path, {}, keys["boss"])["previous_spend"], 0)
        self.assertEqual(self.post("/team/ba10/member/ba10-bob/reset_spend", {"reset_to": 3})["previous_spend"], 3)
        team = self.read("/team/info", team_id="ba10")["team_info"]
        entry = next(one for one in team["members_with_roles"] if one["user_id"] == "ba10-ann")
        self.assertEqual((entry["role"], entry["spend_base_usd"], entry["spend_before_usd"]), ("user", 0, "2.000000000001"))
        self.post("/team/update", {"team_id": "ba10", "members_with_roles": [{**one, **({"spend_before_usd": float(one["spend_before_usd"])} if "spend_before_usd" in one else {})} for one in team["members_with_roles"]]})
        self.assertEqual(self.post("/team/ba10/member/ba10-boss/reset_spend", {"reset_to": 0})["spend"], 0)
        self.assertEqual(self.read("/audit", table_name="team", object_id="ba10")["audit_logs"][0]["action"], "updated")

    def test_ba11_the_document_has_them(self):
        """each with its parameters; a method that a path does not have is a 405, a key that is none a 401"""
        paths = self.read("/openapi.json")["paths"]
        self.assertEqual({(method, path) for method, path in ROUTES if method not in paths.get(path, {})}, set())
        for method, path in sorted(ROUTES):
            where = path.replace("{team_id}", "t").replace("{user_id}", "u").replace("{callback_name}", "c").replace("{access_group_id}", "g")
            self.assertEqual(self.call(where, None, method.upper(), "sk-never-was-one-of-ours").status, 401, path)
            if method != "get":
                for body in (b"[]", b"nonsense", b'{"a":1}', b"[" * 100):
                    self.assertIn(self.call(where, body, method.upper()).status, (400, 422), (path, body))
        self.assertEqual(self.call("/team/t%00/member/u/reset_spend", {}).status, 422)
        self.assertEqual(self.call("/team/%ff/member/u/reset_spend", {}).status, 422)


if __name__ == "__main__":
    main()
