"""Two tenants of one gateway and what they ask of the admin routes."""
from admin_scenario import AdminScenario

USD = 1_000_000_000_000


class AccountScenario(AdminScenario):
    """Teams with their admin and two members; of the others nothing may be seen."""

    @classmethod
    def config(cls, upstream):
        super().config(upstream)
        for plugin in cls.settings["plugins"]:
            if plugin["plugin"] == "admin_api":
                plugin["config"]["available_teams"] = ["ba09-open", "ba09-inside", "ba09-gone"]
        return super(AdminScenario, cls).config(upstream)

    def tenant(self, name, **wishes):
        """Keys of {name}-boss, who runs the team {name}, and of {name}-ann and {name}-bob, who are in it."""
        people = {who: f"{name}-{who}" for who in ("boss", "ann", "bob")}
        for user in people.values():
            self.post("/user/new", {"user_id": user, "user_role": "internal_user", "user_email": f"{user}@Example.org"})
        self.post("/team/new", {"team_id": name, "team_alias": f"Team {name}", **wishes,
                                "members_with_roles": [{"role": "admin" if who == "boss" else "user", "user_id": user} for who, user in people.items()]})
        return {who: self.post("/key/generate", {"user_id": user})["key"] for who, user in people.items()}

    def key_of(self, team, **wishes):
        return self.post("/key/generate", {"team_id": team, **wishes})["key"]

    def info(self, key):
        return self.read("/key/info", key=key)["info"]

    def no(self, path, body, key, status=403, method="POST", contains=""):
        answer = self.call(path, body, method, key)
        self.assertNotIn(b"zed", answer.body)
        return self.assert_error(answer, status, contains=contains)["message"]
