"""Who is who for scenarios about administration: an organisation acme with the team red, everybody in it, and zed, who is somebody else's."""
import hashlib
import itertools

PARTIES = ("master key", "proxy_admin", "proxy_admin_viewer", "org_admin", "team admin", "internal_user", "internal_user_viewer", "key without a user")
MARK = {"mark": "zed-marker"}
MEMBERS_MAY = ["/key/generate", "/key/update", "/key/delete", "/key/regenerate"]  # with their own keys of the team


class Target:
    """What a call is about."""

    def __init__(self, **values):
        self.__dict__.update(values)


class World:
    def __init__(self, scenario):
        self.post = scenario.post
        self.feed = scenario.feed
        self.numbers = itertools.count()
        for name in ("acme", "annex", "other"):
            self.post("/organization/new", {"organization_id": name, "metadata": MARK if name == "other" else {}})
        for name, role in (("boss", "proxy_admin"), ("eye", "proxy_admin_viewer"), ("olga", "internal_user"), ("tina", "internal_user"), ("ulf", "internal_user"), ("vera", "internal_user_viewer")):
            self.post("/user/new", {"user_id": name, "user_role": role, "organizations": [] if name in ("boss", "eye") else ["acme"]})
        self.post("/user/new", {"user_id": "zed", "metadata": MARK, "organizations": ["other"]})
        for name in ("acme", "annex"):
            if name == "annex":
                self.post("/organization/member_add", {"organization_id": name, "member": {"user_id": "olga", "role": "org_admin"}})
            self.post("/organization/member_update", {"organization_id": name, "user_id": "olga", "role": "org_admin"}, method="PATCH")
        self.members = [{"role": "admin", "user_id": "tina"}, {"role": "user", "user_id": "ulf"}, {"role": "user", "user_id": "vera"}, {"role": "user", "user_id": "mia"}]
        self.post("/team/new", {"team_id": "red", "organization_id": "acme", "members_with_roles": self.members, "team_member_permissions": MEMBERS_MAY})
        self.keys = {"master key": "sk-planted-master-key-3f9a1c", "key without a user": self.post("/key/generate", {"team_id": "red", "organization_id": "acme"})["key"]}
        for party, user in zip(PARTIES[1:7], ("boss", "eye", "olga", "tina", "ulf", "vera")):
            self.keys[party] = self.post("/key/generate", {"user_id": user})["key"]
        self.names = dict(zip(PARTIES, ("ulf", "ulf", "ulf", "olga", "tina", "ulf", "vera", "")))
        self.known = {}

    def target(self, party, own, reading):
        """Things to look at may be the same each time; things to change are new, as calls may take them away."""
        if reading and (party, own) in self.known:
            return self.known[party, own]
        target = self.own(party) if own else self.foreign()
        self.known[party, own] = target
        return target

    def own(self, party):
        n = next(self.numbers)
        if party == "key without a user":
            team, key = "red", self.keys[party]
        else:
            team = self.post("/team/new", {"team_id": f"team-{n}", "organization_id": "acme", "members_with_roles": self.members, "team_member_permissions": MEMBERS_MAY})["team_id"]
            self.post(f"/team/{team}/callback", {"callback_name": "arize"})
            owner = {"org_admin": "ulf", "team admin": "ulf"}.get(party, self.names[party])
            key = self.post("/key/generate", {"user_id": owner, "team_id": team})["key"]
        fresh = self.post("/user/new", {"user_id": f"user-{n}", "organizations": ["acme"]})["user_id"]
        newcomer = self.post("/user/new", {"user_id": f"new-{n}", "organizations": ["annex"]})["user_id"]  # whom olga may take into acme
        organization = self.post("/organization/new", {"organization_id": f"org-{n}"})["organization_id"]
        for kind in ("project", "customer", "budget"):
            self.post(f"/{kind}/new", {("user_id" if kind == "customer" else f"{kind}_id"): f"{kind}-{n}"})
        for kind in ("tag", "tag-gone"):
            self.post("/tag/new", {"name": f"{kind}-{n}"})
        for kind in ("group", "group-gone"):
            self.post("/access_group/new", {"access_group": f"{kind}-{n}", "model_names": ["gpt"]})
        for kind in ("client", "client-gone"):
            self.post("/jwt/key/mapping/new", {"jwt_claim_name": "azp", "jwt_claim_value": f"{kind}-{n}", "key": key})
        token = self.post("/v2/key/info", {"keys": [key]})["info"][0]["token"]
        self.feed({"call_id": f"call-{n}", "key_id": token, "user": self.names[party], "team": team, "organization": "acme", "cost_pico_usd": 1})
        user = self.names[party] or "nobody"
        return Target(n=n, team=team, key=key, token=token, user=user, fresh_user=fresh, org="acme", fresh_org=organization, member="mia", newcomer=newcomer, request=f"call-{n}")

    def foreign(self):
        n = next(self.numbers)
        team = self.post("/team/new", {"team_id": f"blue-{n}", "organization_id": "other", "metadata": MARK, "members_with_roles": [{"role": "user", "user_id": "zed"}]})["team_id"]
        self.post(f"/team/{team}/callback", {"callback_name": "arize"})
        key = self.post("/key/generate", {"user_id": "zed", "team_id": team, "key_alias": f"zed-marker-{n}", "metadata": MARK})["key"]
        for kind in ("tag", "tag-gone"):
            self.post("/tag/new", {"name": f"{kind}-{n}"})
        for kind in ("group", "group-gone"):
            self.post("/access_group/new", {"access_group": f"{kind}-{n}", "model_names": ["gpt"]})
        for kind in ("client", "client-gone"):
            self.post("/jwt/key/mapping/new", {"jwt_claim_name": "azp", "jwt_claim_value": f"{kind}-{n}", "key": key})
        token = self.post("/v2/key/info", {"keys": [key]})["info"][0]["token"]
        fresh = self.post("/user/new", {"user_id": f"zed-{n}", "organizations": ["other"], "metadata": MARK})["user_id"]
        organization = self.post("/organization/new", {"organization_id": f"other-{n}", "metadata": MARK})["organization_id"]
        for kind in ("project", "customer", "budget"):
            self.post(f"/{kind}/new", {("user_id" if kind == "customer" else f"{kind}_id"): f"{kind}-{n}", "metadata": MARK})
        self.feed({"call_id": f"call-{n}", "key_id": token, "user": "zed", "team": team, "organization": "other", "end_user": "zed-marker", "cost_pico_usd": 1})
        return Target(n=n, team=team, key=key, token=token, user="zed", fresh_user=fresh, org="other", fresh_org=organization, member="zed", newcomer=f"new-{n}", request=f"call-{n}")


def mapping_id(value):
    """The id of the mapping of that value of azp, for all issuers."""
    return hashlib.sha256(f"\nazp\n{value}".encode()).hexdigest()


def samples(method, path, t):
    """A call of that route that is right but for who asks: (path with query, body)."""
    queries = {"/key/info": f"key={t.key}", "/team/info": f"team_id={t.team}", "/user/info": f"user_id={t.user}", "/v2/user/info": f"user_id={t.user}", "/organization/info": f"organization_id={t.org}",
               "/project/info": f"project_id=project-{t.n}", "/customer/info": f"user_id=customer-{t.n}", "/end_user/info": f"user_id=customer-{t.n}", "/budget/info": f"budget_id=budget-{t.n}",
               "/spend/users": f"user_id={t.user}", "/user/daily/activity": f"user_id={t.user}", "/user/spend/report": f"user_id={t.user}", "/team/daily/activity": f"team_ids={t.team}",
               "/team/spend/report": f"team_id={t.team}", "/organization/daily/activity": f"organization_ids={t.org}", "/organization/spend/report": f"organization_id={t.org}",
               "/key/spend/report": f"api_key={t.key}", "/spend/logs": f"api_key={t.key}", "/spend/logs/v2": f"api_key={t.key}", "/spend/logs/ui": f"api_key={t.key}",
               "/team/permissions_list": f"team_id={t.team}", "/team/spend/by_user": f"team_ids={t.team}", "/budget/settings": f"budget_id=budget-{t.n}",
               "/config/list": "config_type=general_settings", "/config/field/info": "field_name=alerting",
               "/tag/summary": "start_date=2026-11-01&end_date=2026-11-30", "/jwt/key/mapping/info": f"id={mapping_id(f'client-{t.n}')}"}
    group = f"group-gone-{t.n}" if method == "DELETE" else f"group-{t.n}"
    if path == "/spend/users" and t.user == "nobody":
        queries.pop(path)
    if method == "GET":
        where = path.replace("{team_id}", t.team).replace("{request_id}", t.request).replace("{id}", "nobody").replace("{access_group}", group).replace("{access_group_id}", group).replace("{model}", "gpt")
        path = path.removesuffix("/aggregated")
        return where + ("?" + queries[path] if path in queries else ""), None
    team, key = {"team_id": t.team}, {"key": t.key}
    bodies = {"/key/generate": team, "/key/service-account/generate": team, "/key/update": {**key, "metadata": {"a": 1}}, "/key/bulk_update": {"keys": [{**key, "metadata": {"a": 1}}]},
              "/key/delete": {"keys": [t.key]}, "/key/block": key, "/key/unblock": key, "/key/regenerate": key, "/v2/key/info": {"keys": [t.key]},
              "/team/new": {"organization_id": t.org}, "/team/update": {**team, "team_alias": "x"}, "/team/{id}": {"team_alias": "x"}, "/team/delete": {"team_ids": [t.team]}, "/team/block": team, "/team/unblock": team,
              "/team/member_add": {**team, "member": {"role": "user", "user_id": t.fresh_user}}, "/team/bulk_member_add": {**team, "members": [{"role": "user", "user_id": t.fresh_user}]},
              "/team/member_update": {**team, "user_id": t.member, "role": "user"}, "/team/member_delete": {**team, "user_id": t.member},
              "/team/model/add": {**team, "models": ["gpt"]}, "/team/model/delete": {**team, "models": ["gpt"]},
              "/user/new": {"organizations": [t.org]}, "/user/update": {"user_id": t.fresh_user, "user_alias": "x"}, "/user/bulk_update": {"users": [{"user_id": t.fresh_user, "user_alias": "x"}]},
              "/user/delete": {"user_ids": [t.fresh_user]}, "/user/block": {"user_id": t.fresh_user}, "/user/unblock": {"user_id": t.fresh_user},
              "/organization/new": {"organization_alias": "x"}, "/organization/update": {"organization_id": t.org, "organization_alias": "x"}, "/v2/organization/{id}": {"organization_alias": "x"},
              "/organization/delete": {"organization_ids": [t.fresh_org]}, "/organization/block": {"organization_id": t.fresh_org}, "/organization/unblock": {"organization_id": t.fresh_org},
              "/organization/info": {"organizations": [t.org]}, "/organization/member_add": {"organization_id": t.org, "member": {"user_id": t.newcomer, "role": "internal_user"}},
              "/organization/member_update": {"organization_id": t.org, "user_id": t.fresh_user, "role": "internal_user"}, "/organization/member_delete": {"organization_id": t.org, "user_id": t.fresh_user},
              "/team/{team_id}/callback": {"callback_name": "langfuse"}, "/budget/info": {"budgets": [f"budget-{t.n}"]}}
    bodies.update({"/team/key/bulk_update": {**team, "key_ids": [t.key], "update_fields": {"metadata": {"a": 1}}}, "/team/permissions_update": {**team, "team_member_permissions": MEMBERS_MAY},
                   "/team/permissions_bulk_update": {"team_ids": [t.team], "permissions": ["/key/update"]}})
    tag = {"name": f"tag-{t.n}"}
    bodies.update({"/tag/new": {"name": f"tag-more-{t.n}"}, "/tag/update": {**tag, "description": "x"}, "/tag/delete": {"name": f"tag-gone-{t.n}"}, "/tag/info": {"names": [tag["name"]]}})
    bodies.update({"/access_group/new": {"access_group": f"group-more-{t.n}", "model_names": ["gpt"]}, "/access_group/{access_group}/update": {"model_names": ["gpt"]}})
    bodies.update({f"/v1/{word}": {"access_group_name": f"unified-{t.n}"} for word in ("access_group", "unified_access_group")})
    bodies.update({"/jwt/key/mapping/new": {"jwt_claim_name": "azp", "jwt_claim_value": f"client-more-{t.n}", **key},
                   "/jwt/key/mapping/update": {"id": mapping_id(f"client-{t.n}"), "description": "x"}, "/jwt/key/mapping/delete": {"id": mapping_id(f"client-gone-{t.n}")}})
    bodies["/fallback"] = {"model": "gpt", "fallback_models": ["gpt-too"]}
    for kind in ("project", "customer", "end_user", "budget"):
        name = "user_id" if kind in ("customer", "end_user") else f"{kind}_id"
        one = {name: f"{'customer' if kind == 'end_user' else kind}-{t.n}"}
        bodies[f"/{kind}/new"] = {name: f"{kind}-more-{t.n}"} if name == "user_id" else {}
        for word in ("update", "delete", "block", "unblock"):
            bodies[f"/{kind}/{word}"] = one
    where = path.replace("{key}", t.key).replace("{access_group}", group).replace("{access_group_id}", group).replace("{model}", "gpt").replace("{team_id}", t.team).replace("{user_id}", t.member).replace("{callback_name}", "arize").replace("{id}", t.org if "organization" in path else t.team)
    return where, bodies.get(path, {})
