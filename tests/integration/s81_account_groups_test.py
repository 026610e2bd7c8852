"""BA: access groups by an id of their own; a member's spending that begins anew before the limits."""
import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from account_scenario import USD, AccountScenario  # noqa: E402
from admin_scenario import AdminScenario, hash_of  # noqa: E402
from scenario import SLOW, USER, Gateway, main, request, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"


class Groups(AccountScenario):
    def test_ba13_groups_by_an_id_of_their_own(self):
        """made, given to teams and keys, taken from them, renamed and taken away: at once, and nobody comes to more than before"""
        self.post("/team/new", {"team_id": "ba13"})
        one, two, wide = (self.post("/key/generate", wishes)["key"] for wishes in ({}, {}, {"models": ["gpt"]}))
        in_team = self.key_of("ba13", models=["all-team-models"])

        def may(key, model="gpt"):
            return self.call(CHAT, {"model": model, "messages": USER}, key=key).status == 200

        def shown(path="/v1/access_group"):
            return self.read(f"{path}/{group}")

        made = self.post("/v1/access_group", {"access_group_name": "Ba13", "description": "d", "assigned_key_ids": [one, hash_of(wide)], "assigned_team_ids": ["ba13"]})
        group = made["access_group_id"]
        self.assertEqual((made["access_group_name"], made["access_model_names"], made["access_mcp_server_ids"], made["created_by"]), ("Ba13", [], [], "default_user_id"))
        self.assertEqual((made["assigned_team_ids"], sorted(made["assigned_key_ids"])), (["ba13"], sorted([hash_of(one), hash_of(wide)])))
        self.assertEqual([may(key) for key in (one, two, wide, in_team)], [False, True, True, False])  # an empty group opens nothing
        self.post(f"/v1/access_group/{group}", {"access_model_names": ["gpt"]}, method="PUT")
        self.assertEqual([may(key) for key in (one, two, wide, in_team)], [True] * 4)
        self.assertEqual(shown(), shown("/v1/unified_access_group"))
        self.assertIn(shown(), self.read("/v1/access_group"))
        self.post(f"/v1/unified_access_group/{group}", {"access_group_name": "Ba13 more", "assigned_key_ids": [two], "assigned_team_ids": []}, method="PUT")
        self.assertEqual((shown()["assigned_key_ids"], shown()["assigned_team_ids"], shown()["access_group_name"]), ([hash_of(two)], [], "Ba13 more"))
        self.assertEqual([may(key) for key in (one, two, wide, in_team)], [False, True, True, False])  # not every model
        self.assertEqual((self.info(one)["models"], self.info(wide)["models"]), (["no-default-models"], ["gpt"]))
        self.post("/access_group/new", {"access_group": "ba13-named", "model_names": ["gpt"]})
        self.assertEqual(self.read("/v1/access_group/ba13-named")["access_model_names"], ["gpt"])
        for body, status in (({}, 400), ({"access_group_name": "Ba13 more"}, 409), ({"access_group_name": "ba13-named"}, 409), ({"access_group_name": "x", "access_model_names": ["never"]}, 400), ({"access_group_name": "x", "assigned_key_ids": ["never"]}, 400),
                             ({"access_group_name": "x", "assigned_team_ids": ["never"]}, 400), ({"access_group_name": "x", "access_agent_ids": ["a"]}, 400), ({"access_group_name": "x", "access_group_id": "gpt"}, 422), ({"access_group_name": 5}, 422),
                             ({"access_group_name": "x", "assigned_key_ids": "k"}, 422), ({"access_group_name": "x", "access_model_names": [None]}, 422)):
            self.post("/v1/access_group", body, status=status)
        self.post("/v1/access_group/never", {}, method="PUT", status=404)
        self.read("/v1/access_group/never", status=404)
        keys = self.tenant("ba13-in")
        for method, path, body in (("GET", f"/v1/access_group/{group}", None), ("GET", "/v1/unified_access_group", None), ("POST", "/v1/access_group", {"access_group_name": "y"}), ("PUT", f"/v1/access_group/{group}", {"assigned_key_ids": [keys["boss"]]}),
                                   ("DELETE", f"/v1/access_group/{group}", {})):
            for key in (keys["boss"], keys["ann"]):
                self.no(path, body, key, method=method)
        self.post(f"/v1/access_group/{group}", {}, method="DELETE")
        self.assertEqual([may(key) for key in (one, two, wide, in_team)], [False, False, True, False])
        self.assertEqual((self.info(two)["access_group_ids"], self.info(two)["models"]), ([], ["no-default-models"]))
        self.read(f"/v1/access_group/{group}", status=404)


class Reset(AdminScenario):
    """A member who has spent the budget of a member, before the limits and after them."""

    @classmethod
    def config(cls, upstream):
        super().config(upstream)
        cls.settings["plugins"] += [{"plugin": "limits", "config": {"refresh_ms": 200}}]
        cls.settings["plugins"][0]["config"]["path"] = str(pathlib.Path(cls.folder) / "sluice.db")
        return super(AdminScenario, cls).config(upstream)

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        super().setUpClass()

    def ask(self, key, port=None):
        return request(port or self.port, "POST", CHAT, {"model": "gpt", "messages": USER}, {"authorization": f"Bearer {key}"}).status

    def test_ba12_the_reset_counts(self):
        """for the next request, though the day's spending stays in the books; at a gateway that starts afterwards as well"""
        for name, member in (("ba12-own", {"max_budget_in_team": 1}), ("ba12-all", {})):
            self.post("/team/new", {"team_id": name, "team_member_budget": None if member else 1, "members_with_roles": [{"role": "user", "user_id": "ba12", **member}]})
            key = self.post("/key/generate", {"team_id": name, "user_id": "ba12"})["key"]
            self.feed({"team": name, "user": "ba12", "cost_pico_usd": 2 * USD, "start_ms": int(time.time() * 1000), "call_id": name})
            self.assertEqual(self.ask(key), 429, name)
            self.assertEqual(self.post(f"/team/{name}/member/ba12/reset_spend", {"reset_to": 0})["previous_spend"], 2)
            wait_until(lambda key=key: self.ask(key) == 200, 5 * SLOW, "the member may spend again")
            with Gateway(json.dumps(self.config(self.upstream))) as later:
                self.assertEqual(self.ask(key, later.port), 200, name)
            self.feed({"team": name, "user": "ba12", "cost_pico_usd": 2 * USD, "start_ms": int(time.time() * 1000), "call_id": name + "-more"})
            with Gateway(json.dumps(self.config(self.upstream))) as later:  # what comes after the reset counts
                self.assertEqual(self.ask(key, later.port), 429, name)
            self.post(f"/team/{name}/member/ba12/reset_spend", {"reset_to": 1})
            wait_until(lambda key=key: self.ask(key) == 429, 5 * SLOW, "reset_to counts")


if __name__ == "__main__":
    main()
