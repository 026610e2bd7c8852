"""OO: who may do what over the admin routes: each route for each role, and the ways around it."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from admin_scenario import AdminScenario  # noqa: E402
from admin_world import PARTIES, World, samples  # noqa: E402
from scenario import main  # noqa: E402

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "admin_api.md"


class Roles(AdminScenario):
    def setUp(self):
        super().setUp()
        if not hasattr(type(self), "world"):
            type(self).world = World(self)

    def table(self):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
        start = next(i for i, row in enumerate(rows) if row[0] == "group of routes")
        table = {}
        for row in rows[start + 2:]:
            if len(row) != len(PARTIES) + 1:
                break
            table[row[0]] = dict(zip(PARTIES, row[1:]))
        return table

    def operations(self):
        document = self.read("/openapi.json")
        return [(method.upper(), path, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]

    def test_oo10_each_route_for_each_role(self):
        """as the table in docs/admin_api.md says: own things, and those of somebody else, of which nothing may be seen"""
        table, wrong = self.table(), []
        self.assertEqual(set(table), {operation["x-sluice-access"] for _, _, operation in self.operations()})
        asked = 0
        audit = self.read("/audit", page_size=1)["audit_logs"][0]["id"]
        for method, path, operation in self.operations():
            if path == "/team/{team_id}/members/me":  # for members only, whatever their role: oo14
                continue
            for party in PARTIES:
                for own in (True, False):
                    if (path, party, own) == ("/team/member_add", "internal_user", True):  # only themselves, into teams that are open: ba09
                        continue
                    cell = table[operation["x-sluice-access"]][party]
                    target = self.world.target(party, own, reading=method == "GET" or "info" in path)
                    where, body = samples(method, path, target)
                    where = where.replace("/audit/nobody", "/audit/" + audit)
                    answer = self.call(where, body, method, self.world.keys[party])
                    asked += 1
                    fault = self.fault(cell, own, answer, path, done=501 if method != "GET" and path.startswith(("/config/", "/fallback")) else 200)
                    if fault:
                        wrong.append(f"{method} {where} {body} as {party}, {'own' if own else 'foreign'}, {cell}: {answer.status} {fault} {answer.body[:200]}")
        self.assertEqual(wrong, [], f"{len(wrong)} of {asked}:\n" + "\n".join(wrong[:40]))
        self.assertGreater(asked, 1000)

    def fault(self, cell, own, answer, path, done):
        """`done`: what whoever may do it gets; 501 of what is for the configuration file."""
        allowed = cell == "all" or (cell == "own" and own)
        if allowed:
            return "" if answer.status == done else "should be allowed"
        if b"zed-marker" in answer.body:
            return "shows what is another tenant's"
        if cell == "-" and answer.status != 403:
            return "should be forbidden"
        lists = answer.status == 200 and (path.endswith(("/list", "/info", "/aliases", "/filter/ui", "/available")) or path.startswith("/spend/"))
        return "" if answer.status in (403, 404) or lists else "should be refused"

    def refused(self, path, body, key, method="POST"):
        answer = self.call(path, body, method, key)
        self.assertIn(answer.status, (403, 404), (path, body, answer.body[:300]))
        self.assertNotIn(b"zed-marker", answer.body)
        return answer

    def test_oo11_nobody_goes_beyond_what_is_above(self):
        self.post("/team/new", {"team_id": "oo11", "models": ["gpt"], "max_budget": 10, "rpm_limit": 5, "members_with_roles": [{"role": "admin", "user_id": "oo11-boss"}, {"role": "user", "user_id": "oo11"}]})
        for name in ("oo11", "oo11-boss"):
            self.post("/user/new", {"user_id": name, "user_role": "internal_user", "models": ["gpt"], "max_budget": 3})
        plain = self.post("/key/generate", {"user_id": "oo11", "max_budget": 2, "duration": "30d"})["key"]
        boss = self.post("/key/generate", {"user_id": "oo11-boss"})["key"]
        for body in ({"models": ["other"]}, {"models": []}, {"models": ["*"]}, {"max_budget": 2.5}, {"max_budget": None}, {"duration": "31d"}, {"duration": None}, {"budget_duration": "1d"},
                     {"user_id": "oo11-boss"}, {"team_id": "oo11", "max_budget": 11}, {"team_id": "oo11", "models": ["gpt", "x"]}, {"team_id": "oo11", "rpm_limit": 6}, {"spend": 0},
                     {"budget_id": "b"}, {"permissions": {}}, {"blocked": False}, {"metadata": {"guardrails": []}}, {"organization_id": "acme"}, {"team_id": "nobody"}):
            with self.subTest(generate=body):
                self.refused("/key/generate", body, plain)
        made = self.post("/key/generate", {"models": ["gpt"]}, plain)
        self.assertEqual((made["user_id"], made["max_budget"]), ("oo11", 2))
        self.assertLessEqual(made["expires"], self.read("/key/info", key=plain)["info"]["expires"])
        for body in ({"models": ["other"]}, {"max_budget": 100}, {"max_budget": None}, {"user_id": "oo11-boss"}, {"user_id": None}, {"duration": None}, {"team_id": "blue"}, {"spend": 0},
                     {"blocked": False}, {"temp_budget_increase": 5, "temp_budget_expiry": "2027-01-01T00:00:00Z"}):
            with self.subTest(update=body):
                self.refused("/key/update", {"key": plain, **body}, plain)
                if not {"spend", "temp_budget_increase"} & set(body):
                    self.refused("/key/regenerate", {"key": plain, **body}, plain)
        for body in ({"max_budget": 11}, {"max_budget": None}, {"models": []}, {"models": ["gpt", "more"]}, {"rpm_limit": 6}, {"blocked": False}, {"organization_id": "acme"},
                     {"members_with_roles": []}, {"budget_duration": "1s"}, {"budget_id": "b"}, {"guardrails": ["x"]}):
            with self.subTest(team=body):
                self.refused("/team/update", {"team_id": "oo11", **body}, boss)
                self.refused("/team/oo11", body, boss, "PATCH")
        self.assertEqual(self.post("/team/update", {"team_id": "oo11", "max_budget": 9, "rpm_limit": 4}, boss)["max_budget"], 9)
        self.refused("/team/model/add", {"team_id": "oo11", "models": ["other"]}, boss)

    def test_oo12_a_key_for_somebody_else_has_none_of_their_powers(self):
        """a team admin takes a proxy admin into the team, makes a key for them, or regenerates theirs"""
        self.post("/user/new", {"user_id": "oo12-root", "user_role": "proxy_admin"})
        self.post("/user/new", {"user_id": "oo12", "user_role": "internal_user"})
        self.post("/team/new", {"team_id": "oo12", "members_with_roles": [{"role": "admin", "user_id": "oo12"}]})
        mine = self.post("/key/generate", {"user_id": "oo12"})["key"]
        self.post("/team/member_add", {"team_id": "oo12", "member": {"role": "user", "user_id": "oo12-root"}}, mine)
        made = self.post("/key/generate", {"team_id": "oo12", "user_id": "oo12-root"}, mine)
        root = self.post("/key/generate", {"team_id": "oo12", "user_id": "oo12-root"})["key"]
        self.read("/user/list", key=root)
        again = self.post("/key/regenerate", {"key": root}, mine)
        service = self.post("/key/service-account/generate", {"team_id": "oo12"}, mine)["key"]
        self.post("/key/update", {"key": service, "user_id": "oo12-root"}, mine)
        for key in (made["key"], again["key"], service):
            self.refused("/user/new", {}, key)
            self.refused("/key/generate", {}, key)
            self.assertNotIn(root, json.dumps(self.read("/key/list", key=key, return_full_object="true")))
            self.refused("/user/info?user_id=oo12-root", None, key, "GET")
        self.post("/key/update", {"key": made["key"], "delegated": False}, mine, status=422)

    def test_oo13_admins_of_organisations_stay_in_them(self):
        self.post("/organization/new", {"organization_id": "oo13", "models": ["gpt"], "max_budget": 50})
        self.post("/user/new", {"user_id": "oo13", "user_role": "internal_user", "organizations": ["oo13"]})
        self.post("/organization/member_update", {"organization_id": "oo13", "user_id": "oo13", "role": "org_admin"}, method="PATCH")
        self.post("/user/new", {"user_id": "oo13-free", "metadata": {"m": "zed-marker"}})
        self.post("/user/new", {"user_id": "oo13-root", "user_role": "proxy_admin", "organizations": ["oo13"]})
        mine = self.post("/key/generate", {"user_id": "oo13"})["key"]
        for path, body in (("/team/new", {}), ("/team/new", {"organization_id": "acme"}), ("/team/new", {"organization_id": "oo13", "models": ["x"]}), ("/team/new", {"organization_id": "oo13", "max_budget": 51}),
                           ("/team/new", {"organization_id": "oo13", "models": ["gpt"], "team_id": "mine"}), ("/team/new", {"organization_id": "oo13"}),
                           ("/user/new", {}), ("/user/new", {"organizations": ["acme"]}), ("/user/new", {"organizations": ["oo13"], "user_role": "proxy_admin"}), ("/user/new", {"organizations": ["oo13"], "user_id": "me"}),
                           ("/user/new", {"organizations": ["oo13"], "teams": ["red"]}), ("/user/update", {"user_id": "oo13", "max_budget": 1}), ("/user/update", {"user_id": "oo13-free", "max_budget": 1}),
                           ("/user/update", {"user_id": "oo13-root", "max_budget": 1}), ("/user/delete", {"user_ids": ["oo13-root"]}), ("/organization/member_add", {"organization_id": "oo13", "member": {"user_id": "oo13-free", "role": "internal_user"}}),
                           ("/organization/member_add", {"organization_id": "oo13", "member": {"user_id": "never-was", "role": "internal_user"}}), ("/organization/update", {"organization_id": "oo13", "max_budget": 1000}), ("/organization/block", {"organization_id": "oo13"})):
            with self.subTest(path=path, body=body):
                self.refused(path, body, mine)
        team = self.post("/team/new", {"organization_id": "oo13", "models": ["gpt"], "max_budget": 5}, mine)["team_id"]
        user = self.post("/user/new", {"organizations": ["oo13"], "teams": [team], "user_role": "internal_user", "auto_create_key": True}, mine)
        self.assertEqual((user["organizations"], user["teams"]), (["oo13"], [team]))
        self.refused("/team/update", {"team_id": team, "organization_id": None}, mine)
        self.refused("/user/update", {"user_id": user["user_id"], "organizations": []}, mine)
        self.refused("/user/update", {"user_id": user["user_id"], "user_role": "proxy_admin"}, mine)
        self.assertEqual(self.read("/user/list", key=mine)["total"], 2)
        self.assertEqual(self.post("/user/delete", {"user_ids": [user["user_id"]]}, mine)["deleted_user_ids"], [user["user_id"]])

    def test_oo14_members_come_and_go(self):
        """a member who goes takes no key of the team along"""
        self.post("/team/new", {"team_id": "oo14"})
        added = self.post("/team/member_add", {"team_id": "oo14", "member": [{"role": "user", "user_id": "oo14-a"}, {"role": "admin", "user_id": "oo14-b"}], "max_budget_in_team": 2})
        self.assertEqual(added["members_with_roles"][1], {"user_id": "oo14-b", "role": "admin", "max_budget_in_team": 2})
        self.post("/team/member_add", {"team_id": "oo14", "member": {"role": "user", "user_id": "oo14-a"}}, status=400)
        self.assertEqual(self.post("/team/member_update", {"team_id": "oo14", "user_id": "oo14-a", "max_budget_in_team": 1, "role": "admin"})["max_budget_in_team"], 1)
        key = self.post("/key/generate", {"team_id": "oo14", "user_id": "oo14-a"})["key"]
        self.assertEqual(self.read("/team/oo14/members/me", key=key)["role"], "admin")
        self.read("/team/oo14/members/me", status=403)
        self.read("/team/red/members/me", key=key, status=403)
        self.assertEqual(len(self.read("/team/info", team_id="oo14")["keys"]), 1)
        self.post("/team/member_delete", {"team_id": "oo14", "user_id": "oo14-a"})
        self.assertEqual(self.call("/team/info?team_id=oo14", None, "GET", key).status, 401)
        self.post("/team/member_delete", {"team_id": "oo14", "user_id": "oo14-a"}, status=404)
        self.assertEqual(self.post("/team/model/add", {"team_id": "oo14", "models": ["a", "b"]})["models"], ["a", "b"])
        self.assertEqual(self.post("/team/model/delete", {"team_id": "oo14", "models": ["a", "b"]})["models"], ["no-default-models"])

    def test_oo15_several_at_once_or_none(self):
        keys = [self.post("/key/generate", {})["key"] for _ in range(2)]
        done = self.post("/key/bulk_update", {"keys": [{"key": key, "rpm_limit": 7} for key in keys]})
        self.assertEqual([row["rpm_limit"] for row in done["successful_updates"]], [7, 7])
        self.post("/key/bulk_update", {"keys": [{"key": keys[0], "rpm_limit": 8}, {"key": "sk-never-heard-of-it", "rpm_limit": 8}]}, status=404)
        self.post("/key/bulk_update", {"keys": [{"key": keys[0], "rpm_limti": 8}]}, status=422)
        self.assertEqual(self.read("/key/info", key=keys[0])["info"]["rpm_limit"], 7)
        self.assertEqual(len(self.post("/v2/key/info", {"keys": [*keys, "sk-never-heard-of-it"]})["info"]), 2)

    def test_oo16_what_is_in_use_is_not_deleted(self):
        self.post("/budget/new", {"budget_id": "oo16", "max_budget": 1})
        self.post("/organization/new", {"organization_id": "oo16", "budget_id": "oo16"})
        self.post("/team/new", {"team_id": "oo16", "organization_id": "oo16"})
        self.post("/budget/delete", {"id": "oo16"}, status=400)
        self.post("/organization/delete", {"organization_ids": ["oo16"]}, method="DELETE", status=400)
        self.post("/team/delete", {"team_ids": ["oo16"]})
        self.post("/organization/delete", {"organization_ids": ["oo16"]}, method="DELETE")
        self.assertEqual(self.post("/budget/info", {"budgets": ["oo16", "no"]})[0]["max_budget"], 1)
        self.post("/budget/delete", {"id": "oo16"})

    def test_oo17_audit(self):
        for i in range(12):
            self.post("/budget/new", {"budget_id": f"oo17-{i}", "max_budget": i})
        self.post("/budget/update", {"budget_id": "oo17-3", "max_budget": 100})
        log = self.read("/audit", table_name="budget", changed_by="default_user_id", page_size=5)
        self.assertEqual((log["audit_logs"][0]["object_id"], log["audit_logs"][0]["action"]), ("oo17-3", "updated"))
        self.assertEqual((log["audit_logs"][0]["before_value"]["max_budget"], log["audit_logs"][0]["updated_values"]["max_budget"]), (3, 100))
        self.assertGreaterEqual(log["total"], 13)
        second = self.read("/audit", table_name="budget", page=2, page_size=5)
        self.assertEqual([one["object_id"] for one in second["audit_logs"]], [f"oo17-{i}" for i in (7, 6, 5, 4, 3)])
        name = log["audit_logs"][0]["id"]
        self.assertEqual(self.read(f"/audit/{name}")["id"], name)
        self.read("/audit/nobody", status=404)
        self.assertEqual(self.read("/audit", object_id="oo17-3")["total"], 2)
        self.assertEqual(self.read("/audit", end_date="2020-01-01")["total"], 0)
        self.assertEqual(self.read("/audit", page=100_000)["audit_logs"], [])
        self.post("/team/new", {"team_id": "oo17-large", "metadata": {"x": "y" * 200_000}})
        self.assertEqual(self.read("/audit", object_id="oo17-large")["audit_logs"][0]["updated_values"]["left_out"], "too large for the audit log")


if __name__ == "__main__":
    main()
