"""PP: tokens of an identity provider: discovery, rotation, an issuer that is away or slow, forgeries, and who the caller then is."""
import hashlib
import hmac
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from issuer import Issuer, base64url  # noqa: E402
from scenario import KEY, SLOW, USER, Gateway, Scenario, deployment, main, request, wait_until, whole_lines  # noqa: E402

CHAT = "/v1/chat/completions"
ADMIN = "litellm_proxy_admin"


def body(model="gpt", **more):
    return {"model": model, "messages": USER, **more}


class WithIssuer(Scenario):
    jwt = {}

    @classmethod
    def models(cls, base):
        return [deployment(name, f"openai/{name}-up", base + "/v1", {"id": name}) for name in ("gpt", "other")]

    @classmethod
    def plugins(cls):
        return [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"},
                {"plugin": "auth_jwt", "config": {"oidc_issuer": cls.issuer.url, "audience": "sluice", **cls.jwt}},
                {"plugin": "admin_api"}, {"plugin": "admin", "grants": ["admin"]}, {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": cls.plugins()}
        return super().config(upstream)

    @classmethod
    def setUpClass(cls):
        cls.issuer = cls.enterClassContext(Issuer())
        cls.rsa, cls.ec = cls.issuer.key("rsa", "rsa-1"), cls.issuer.key("ec", "ec-1")
        super().setUpClass()
        cls.wait_for_keys()

    @classmethod
    def wait_for_keys(cls):
        wait_until(lambda: request(cls.port, "GET", "/v1/models", None, {"authorization": "Bearer " + cls.token()}).status == 200, 5, "keys are there")

    @classmethod
    def token(cls, key=None, header=None, **claims):
        return (key or cls.rsa).token(cls.issuer.claims(**claims), **(header or {}))

    def ask(self, token, model="gpt", **headers):
        return self.call(CHAT, body(model), key=token, **headers)

    def record_of(self, answer):
        file = self.gateway.directory / "records.jsonl"
        return wait_until(lambda: [r for r in map(json.loads, whole_lines(file)) if r["id"] == answer.headers["x-litellm-call-id"]], 5, "a record")[0]


class Tokens(WithIssuer):
    """no store is asked for anybody: what the token says is all there is"""
    jwt = {"user_id_jwt_field": "sub", "team_ids_jwt_field": "realm.groups", "user_email_jwt_field": "email", "end_user_id_jwt_field": "customer",
           "org_id_jwt_field": "org", "allow_unknown": True}

    def test_pp01_good_tokens(self):
        for key in (self.rsa, self.ec):
            self.assertEqual(self.ask(self.token(key)).status, 200)
        self.assertEqual(self.call(CHAT, body(), key=None, **{"x-api-key": self.token()}).status, 200)
        self.assertEqual(self.ask(KEY).status, 200)  # the master key goes on working
        self.assert_error(self.ask("sk-nobody-knows-this-key"), 401, "auth_error")

    def test_pp02_forgeries(self):
        """each is a 401 that says what is wrong and has nothing of the token in it"""
        good = self.token()
        head, claims, signature = good.split(".")
        none = base64url(b'{"alg":"none","kid":"rsa-1"}')
        confused = base64url(b'{"alg":"HS256","kid":"rsa-1"}') + "." + claims
        mac = base64url(hmac.new(self.rsa.pem.encode(), confused.encode(), hashlib.sha256).digest())
        attacker = self.issuer.key("rsa", "attacker", published=False)
        twice = base64url(b'{"alg":"RS256","kid":"rsa-1","kid":"rsa-1"}') + "." + claims
        now = int(time.time())
        cases = {
            "not signed": f"{head}.{claims}.", "no algorithm": f"{none}.{claims}.", "with none and a signature": f"{none}.{claims}.{signature}",
            "HMAC with the public key": f"{confused}.{mac}", "somebody else's key": self.token(attacker, {"kid": "rsa-1"}),
            "with its own key": self.token(attacker, {"kid": "rsa-1", "jwk": attacker.jwk()}),
            "with a place for its key": self.token(attacker, {"kid": "attacker", "jku": self.issuer.url + "/evil"}),
            "expired": self.token(exp=now - 60), "not yet": self.token(nbf=now + 600), "without an end": self.token(exp=None),
            "another audience": self.token(aud="other"), "another issuer": self.token(iss="http://127.0.0.1:1"),
            "another subject": f"{head}.{base64url(json.dumps(self.issuer.claims(sub='root')).encode())}.{signature}",
            "twice": twice + "." + base64url(self.rsa.sign(twice.encode())), "padded": good + "=", "critical": self.token(header={"crit": ["x"]}),
            "too large": self.token(pad="x" * 13_000), "short": "e30.e30.e30",
        }
        for name, token in cases.items():
            with self.subTest(name):
                answer = self.ask(token)
                error = self.assert_error(answer, 401, "expired_key" if name == "expired" else "auth_error", "Authentication Error, JWT: ")
                self.assertNotIn(token[:20], error["message"])
        self.assertNotIn("/evil", self.issuer.asked)
        self.assertEqual(self.ask(good).status, 200)
        self.assertNotIn(signature, self.gateway.stderr())

    def test_pp03_records_say_who_it_was(self):
        token = self.token(realm={"groups": ["red", "blue"]}, email="ann@acme.com", customer="c-7", org="acme")
        answer = self.ask(token)
        data = self.record_of(answer)["metadata"]
        hash_of = hashlib.sha256(f"{self.issuer.url}\nann".encode()).hexdigest()
        self.assertEqual((data["user_api_key_user_id"], data["user_api_key_team_id"], data["user_api_key_alias"], data["user_api_key_end_user_id"],
                          data["user_api_key_org_id"], data["user_api_key_hash"]), ("ann", "red", "ann@acme.com", "c-7", "acme", hash_of))
        self.assertNotIn(token.split(".")[2], json.dumps(self.record_of(answer)))

    def test_pp04_admins_by_scope(self):
        made = self.call("/key/generate", {"models": ["gpt"]}, key=self.token(scope=f"openid {ADMIN}", sub="root"))
        self.assertEqual(made.status, 200, made.body)
        self.assertEqual(self.ask(made.json()["key"]).status, 200)
        self.assertEqual(self.call("/key/generate", {}, key=self.token(scope="openid")).status, 403)
        self.assert_error(self.ask(self.token(scope=ADMIN)), 403, "auth_error", "not allowed to call this route")


class Rotation(WithIssuer):
    jwt = {"jwks_ttl_s": 3600}

    def test_pp10_a_new_key_counts_at_once(self):
        """with the first token that names it, for all that come at the same time"""
        fresh = self.issuer.key("ec", "ec-rotated")
        tokens = [self.token(fresh, jti=i) for i in range(8)]
        statuses = []
        threads = [threading.Thread(target=lambda t=t: statuses.append(self.ask(t).status)) for t in tokens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * 8)
        self.assertEqual(self.ask(self.token()).status, 200)

    def test_pp11_names_of_keys_that_nobody_has_cost_the_issuer_nothing(self):
        before, start = self.issuer.fetches(), time.monotonic()
        stranger = self.issuer.key("ec", "stranger", published=False)
        token = self.token(stranger)
        head, claims, signature = token.split(".")
        for i in range(100):
            odd = base64url(json.dumps({"alg": "ES256", "kid": f"kid-{i}"}).encode())
            self.assert_error(self.ask(f"{odd}.{claims}.{signature}"), 401, "auth_error", "its key is not known")
        self.assertLessEqual(self.issuer.fetches() - before, 2 + (time.monotonic() - start) / 10)

    def test_pp12_an_issuer_that_is_away(self):
        """old keys go on, also over a reload; a key that is not known is refused soon; a gateway that never had any says 503"""
        self.issuer.stop()
        try:
            self.assertEqual(self.ask(self.token()).status, 200)
            self.assertEqual(self.call("/admin/reload", {}).status, 200)
            self.assertEqual(self.ask(self.token()).status, 200)
            start = time.monotonic()
            self.assertEqual(self.ask(self.token(self.issuer.key("ec", "while-away"))).status, 401)
            self.assertLess(time.monotonic() - start, 3 * SLOW)
            with Gateway(json.dumps(self.config(self.upstream))) as fresh:
                answer = request(fresh.port, "POST", CHAT, body(), {"authorization": "Bearer " + self.token()})
                self.assert_error(answer, 503, "auth_provider_unavailable")
        finally:
            self.issuer.start()


class Slow(WithIssuer):
    def test_pp13_a_slow_issuer_holds_up_nobody_who_is_known(self):
        """and whoever comes with a key that is not known for two seconds at most"""
        known, before = self.token(), self.issuer.fetches()
        self.issuer.delay_s = 4.0
        waited = []
        stranger = threading.Thread(target=lambda: waited.append(self.seconds_of(self.token(header={"kid": "unknown"}), 401)))
        stranger.start()
        wait_until(lambda: "/.well-known/openid-configuration" in self.issuer.asked[-1:], 2, "the issuer is asked")
        slowest = max(self.seconds_of(token, 200) for token in [known] * 10 + [self.token(jti=i) for i in range(10)])
        stranger.join()
        self.assertLess(slowest, 1.5 * SLOW)  # the issuer takes four seconds
        self.assertGreater(waited[0], 1.5)
        self.assertLess(waited[0], 3.5 * SLOW)
        self.issuer.delay_s = 0.0
        wait_until(lambda: self.issuer.fetches() > before, 10, "the fetch goes on behind")

    def seconds_of(self, token, status):
        start = time.monotonic()
        self.assertEqual(self.ask(token).status, status)
        return time.monotonic() - start


class Accounts(WithIssuer):
    jwt = {"user_id_jwt_field": "sub", "team_ids_jwt_field": "groups", "user_email_jwt_field": "email", "user_allowed_email_domain": "acme.com",
           "user_id_upsert": True, "scope_mappings": [{"scope": "gpt.only", "models": ["gpt"]}, {"scope": "all", "models": ["*"]}],
           "enforce_scope_based_access": True}

    @classmethod
    def token(cls, key=None, header=None, **claims):
        return super().token(key, header, **{"email": "ann@acme.com", "scope": "all", **claims})

    def test_pp20_users_are_written_down(self):
        self.assertEqual(self.ask(self.token(sub="new-user")).status, 200)
        info = wait_until(lambda: (lambda a: a.json() if a.status == 200 else None)(self.get("/user/info?user_id=new-user")), 5)
        self.assertEqual((info["user_info"]["user_email"], info["user_info"]["user_role"]), ("ann@acme.com", "internal_user"))
        self.assertEqual(self.call("/user/block", {"user_id": "new-user"}).status, 200)
        self.assert_error(self.ask(self.token(sub="new-user")), 401, "auth_error", "blocked")

    def test_pp21_teams(self):
        """the first that may use the model; one that nobody knows opens nothing"""
        for team, model in (("pp21-a", "gpt"), ("pp21-b", "other")):
            self.call("/team/new", {"team_id": team, "models": [model]})
        token = self.token(groups=["pp21-a", "pp21-b"])
        self.assertEqual([self.ask(token, "gpt").status, self.ask(token, "other").status], [200, 200])
        self.assert_error(self.ask(token, "other", x_litellm_team_id="pp21-a"), 403, "team_model_access_denied")
        self.assert_error(self.ask(self.token(groups=["nobody-knows"])), 403, "auth_error", "Team doesn't exist")
        self.call("/team/block", {"team_id": "pp21-a"})
        self.assert_error(self.ask(token, "gpt"), 403, "team_model_access_denied")
        self.call("/team/block", {"team_id": "pp21-b"})
        self.assert_error(self.ask(token, "gpt"), 401, "auth_error", "blocked")

    def test_pp22_scopes_and_domains(self):
        self.assertEqual(self.ask(self.token(scope="gpt.only")).status, 200)
        self.assertEqual(self.ask(self.token(scope="gpt.only"), "other").status, 403)
        self.assertEqual(self.ask(self.token(scope="openid")).status, 403)
        self.assert_error(self.ask(self.token(email="eve@acme.com.evil.com")), 403, "auth_error", "Email domain")


class LiteLLMsFile(WithIssuer):
    """a file as LiteLLM has it: sections, names, variables"""

    @classmethod
    def config(cls, upstream):
        general = {"master_key": KEY, "enable_jwt_auth": True,
                   "litellm_jwtauth": {"user_id_jwt_field": "sub", "admin_jwt_scope": "boss", "public_key_ttl": 60}}
        variables = {"JWT_PUBLIC_KEY_URL": cls.issuer.url + "/keys", "JWT_AUDIENCE": "sluice", "JWT_ISSUER": cls.issuer.url}
        return {"model_list": cls.models(upstream.url), "general_settings": general, "environment_variables": variables}

    def test_pp30_it_works_as_it_is(self):
        self.assertEqual(self.ask(self.token()).status, 200)
        self.assertEqual(self.ask(KEY).status, 200)
        self.assert_error(self.ask(self.token(aud="other")), 401, "auth_error", "audience")
        self.assert_error(self.ask(self.token(scope="boss")), 403, "auth_error", "route")


class LiteLLMsTables(Scenario):
    """keys that clients already hold, by their hashes, out of CSV as psql writes it"""
    OLD = "sk-made-by-litellm-0001"

    @classmethod
    def models(cls, base):
        return WithIssuer.models(base)

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "import_litellm"},
                                    {"plugin": "admin_api"}, {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def take(self, table, csv, **more):
        answer = self.call("/key/import", {"table": "LiteLLM_" + table, "csv": csv, **more})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def test_pp40_from_table_to_answer(self):
        """teams and groups before keys; a dry run changes nothing; what is there stays; the tags of a key reach the record"""
        token = hashlib.sha256(self.OLD.encode()).hexdigest()
        keys = ("token,key_alias,models,team_id,metadata,blocked,expires,spend\n"
                f'{token},old,"{{beta,gpt}}",pp40,"{{""tags"": [""from-litellm""]}}",,,1.5\n' + "not-a-hash,,,,,,,\n")
        early = self.take("VerificationToken", keys)
        self.assertEqual((early["imported"], early["skipped"]), (0, 2))
        self.assertIn("import LiteLLM_TeamTable first", early["rows"][0]["skipped"])
        self.assertEqual(self.take("TeamTable", "team_id,models,blocked\npp40,{},f\n")["imported"], 1)
        self.assertEqual(self.take("AccessGroupTable", "access_group_id,access_model_names\nbeta,{other}\n")["imported"], 1)
        self.assertEqual(self.take("VerificationToken", keys, dry_run=True)["imported"], 1)
        self.assertEqual(self.call(CHAT, body(), key=self.OLD).status, 401)
        self.assertEqual(self.take("VerificationToken", keys)["imported"], 1)
        self.assertEqual([self.call(CHAT, body(model), key=self.OLD).status for model in ("gpt", "other")], [200, 200])
        self.call("/key/update", {"key": token, "models": ["beta"]})
        self.assert_error(self.call(CHAT, body("gpt"), key=self.OLD), 403, "key_model_access_denied")
        self.assertEqual(self.take("VerificationToken", keys)["skipped"], 2)
        answer = self.call(CHAT, body("other", metadata={"tags": ["mine"]}), key=self.OLD)
        attributes = WithIssuer.record_of(self, answer)["metadata"]["attributes"]
        self.assertEqual(json.loads(attributes["tags"]), ["from-litellm", "mine"])
        self.assertEqual(self.call("/key/import", {"table": "LiteLLM_TeamTable", "rows": []}, key=self.OLD).status, 403)


if __name__ == "__main__":
    main()
