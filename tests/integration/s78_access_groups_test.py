"""AX: access groups over the API: in force at once for keys and teams, here and at another gateway on the store, beside those that deployments name."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Gateway, Scenario, deployment, main, request, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"


class AccessGroups(Scenario):
    """Two gateways on one store; the second has a model list of its own, in which `other` is in no group."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        super().setUpClass()
        cls.second = cls.enterClassContext(Gateway(json.dumps(cls.config(cls.upstream))))

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt-1", "access_groups": ["filed"]}), deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt-2"}),
                deployment("other", "openai/other-up", base + "/v1", {"id": "other-1"}), deployment("wild/*", "openai/*", base + "/v1", {"id": "wild-1"})]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "store_sqlite", "config": {"path": f"{cls.folder}/sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                                    {"plugin": "config_api", "grants": ["admin"], "config": {"salt_key": "salt"}}]}
        return super().config(upstream)

    def done(self, path, body=None, method="POST", status=200, key=KEY):
        answer = self.call(path, body, method, key)
        self.assertEqual(answer.status, status, (method, path, body, answer.body))
        return answer.json()

    def make(self, name, *models, status=200):
        return self.done("/access_group/new", {"access_group": name, "model_names": list(models)}, status=status)

    def put(self, name, *models, status=200):
        return self.done(f"/access_group/{name}/update", {"model_names": list(models)}, "PUT", status)

    def drop(self, name, status=200):
        return self.done(f"/access_group/{name}/delete", None, "DELETE", status)

    def info(self, name, port=None):
        answer = request(port or self.port, "GET", f"/access_group/{name}/info", None, {"authorization": f"Bearer {KEY}"})
        return answer.json() if answer.status == 200 else answer.status

    def key(self, **wishes):
        return self.done("/key/generate", wishes)["key"]

    def ask(self, key, model, port=None):
        return request(port or self.port, "POST", CHAT, {"model": model, "messages": USER}, {"authorization": f"Bearer {key}"}).status

    def test_ax01_made_changed_and_taken_away(self):
        """each counts for the next request, of a key and of a team, without a restart"""
        self.done("/team/new", {"team_id": "ax01", "models": ["ax01-group"]})
        keys = [self.key(models=["ax01-group"]), self.key(access_group_ids=["ax01-group"]), self.key(team_id="ax01", models=["all-team-models"])]

        def may(model):
            return [self.ask(key, model) for key in keys]

        self.assertEqual(may("gpt"), [403] * 3)  # a group that is not there opens nothing
        self.assertEqual(self.make("ax01-group", "gpt"), {"access_group": "ax01-group", "model_names": ["gpt"], "models_updated": 2})
        self.assertEqual((may("gpt"), may("other")), ([200] * 3, [403] * 3))
        self.make("ax01-group", "other", status=409)
        self.assertEqual(self.put("ax01-group", "other", "wild/*")["models_updated"], 2)
        self.assertEqual((may("gpt"), may("other"), may("wild/one")), ([403] * 3, [200] * 3, [200] * 3))
        self.assertEqual(self.info("ax01-group"), {"access_group": "ax01-group", "model_names": ["other", "wild/*"], "deployment_count": 2, "definition_location": "db"})
        self.assertIn("deleted successfully", self.drop("ax01-group")["message"])
        self.assertEqual(may("other"), [403] * 3)
        self.assertEqual(self.info("ax01-group"), 404)
        log = self.done("/audit?table_name=access_group&object_id=ax01-group", method="GET")["audit_logs"]
        self.assertEqual([(one["action"], one["changed_by"]) for one in log], [(action, "default_user_id") for action in ("deleted", "updated", "created")])
        self.assertEqual((log[1]["before_value"]["models"], log[1]["updated_values"]["models"]), (["gpt"], ["other", "wild/*"]))

    def test_ax02_another_gateway_follows(self):
        """within seconds, and over a restart of nobody"""
        key = self.key(models=["ax02"])
        self.make("ax02", "gpt")
        wait_until(lambda: self.ask(key, "gpt", self.second.port) == 200, 10 * SLOW, "the group opens at the second gateway")
        answer = request(self.second.port, "PUT", "/access_group/ax02/update", {"model_names": ["other"]}, {"authorization": f"Bearer {KEY}"})
        self.assertEqual(answer.status, 200, answer.body)
        wait_until(lambda: (self.ask(key, "gpt"), self.ask(key, "other")) == (403, 200), 10 * SLOW, "the change counts at the first gateway")
        self.drop("ax02")
        wait_until(lambda: (self.info("ax02", self.second.port), self.ask(key, "other", self.second.port)) == (404, 403), 10 * SLOW, "it is gone at the second gateway")

    def test_ax03_what_deployments_name_stays_in_the_configuration(self):
        """shown beside the others, used by keys, and not changed here: the refusal says where"""
        key = self.key(models=["filed"])
        self.assertEqual((self.ask(key, "gpt"), self.ask(key, "other")), (200, 403))
        expected = {"access_group": "filed", "model_names": ["gpt"], "deployment_count": 2, "definition_location": "config"}
        self.assertEqual(self.info("filed"), expected)
        self.assertIn(expected, self.done("/access_group/list", method="GET")["access_groups"])
        for answer in (self.call("/access_group/filed/update", {"model_names": ["other"]}, "PUT"), self.call("/access_group/filed/delete", None, "DELETE"),
                       self.call("/access_group/new", {"access_group": "filed", "model_names": ["other"]})):
            error = self.assert_error(answer, 409 if b"conflict" in answer.body else 400, contains="model_info.access_groups")
            self.assertIn('"gpt-1"', error["message"])
        self.assertEqual(self.ask(key, "other"), 403)

    def test_ax04_a_model_of_the_store_brings_its_group(self):
        """/model/new with model_info.access_groups: the list has it after the reload that the route does; with the model it goes"""
        self.done("/model/new", {"model_name": "ax04", "litellm_params": {"model": "openai/up", "api_base": self.upstream.url + "/v1", "api_key": "k"},
                                 "model_info": {"id": "ax04-1", "access_groups": ["ax04-group"]}})
        self.assertEqual(self.info("ax04-group")["model_names"], ["ax04"])
        self.drop("ax04-group", status=400)
        self.make("ax04-more", "ax04", "gpt")  # a model of the store is as good as one of the file
        key = self.key(models=["ax04-more"])
        self.assertEqual(self.ask(key, "ax04"), 200)
        self.done("/model/delete", {"id": "ax04-1"})
        self.assertEqual(self.info("ax04-group"), 404)
        self.assertEqual(self.info("ax04-more")["deployment_count"], 2)
        self.assertEqual(self.ask(key, "gpt"), 200)
        self.put("ax04-more", "ax04", status=400)
        self.drop("ax04-more")

    def test_ax05_bad_input(self):
        """nothing of it is kept"""
        before = self.done("/access_group/list", method="GET")
        long = "x" * 257
        for body, status in (({}, 400), ({"access_group": "x"}, 400), ({"access_group": "x", "model_names": []}, 400), ({"access_group": "", "model_names": ["gpt"]}, 400),
                             ({"access_group": ["x"], "model_names": ["gpt"]}, 422), ({"access_group": "x", "model_names": "gpt"}, 422), ({"access_group": "x", "model_names": [None]}, 422),
                             ({"access_group": "x", "model_names": ["gpt"], "model_id": 1}, 422), ({"access_group": long, "model_names": ["gpt"]}, 422),
                             ({"access_group": "x\r\ny: z", "model_names": ["gpt"]}, 422), ({"access_group": "x", "model_names": ["no-such-model"]}, 400),
                             ({"access_group": "x", "model_names": ["'; DROP TABLE documents; --"]}, 400), ({"access_group": "gpt", "model_names": ["other"]}, 400),
                             ({"access_group": "*", "model_names": ["other"]}, 400), ({"access_group": "all-proxy-models", "model_names": ["other"]}, 400)):
            with self.subTest(body=body):
                self.assert_error(self.call("/access_group/new", body), status)
        self.assert_error(self.call("/access_group/new", {"access_group": "x", "model_names": ["gpt", "no-such-model"]}), 400, contains='"no-such-model"')
        for body in (b"", b"[]", b"{", b'"x"', b"[" * 100_000):
            self.assertIn(self.call("/access_group/new", body).status, (400, 422), body[:20])
        self.assert_error(self.call("/access_group/new", b'{"access_group":"' + b"x" * 10_000_000 + b'"}'), 413)
        self.assert_error(self.call("/access_group/nobody/update", {"model_names": ["gpt"]}, "PUT"), 404)
        self.assert_error(self.call("/access_group/nobody/update", {"model_names": ["gpt"], "x": 1}, "PUT"), 422)
        self.assert_error(self.call("/access_group/nobody/delete", {"x": 1}, "DELETE"), 422)
        self.assert_error(self.call("/access_group/nobody/delete", None, "POST"), 405)
        self.assert_error(self.call("/access_group/nobody/info", None, "GET"), 404)
        self.assertEqual(self.done("/access_group/list", method="GET"), before)

    def test_ax06_names_of_any_kind(self):
        """a slash, blanks, letters of other languages, and what looks like a command: as they are, in path and list"""
        for name in ("a/b", "a b", "größe", "'; DROP TABLE documents; --", "%2e%2e", "<script>"):
            with self.subTest(name=name):
                self.make(name, "gpt")
                path = "".join(c if c.isalnum() and c.isascii() else "".join(f"%{b:02x}" for b in c.encode()) for c in name)
                self.assertEqual(self.info(path)["access_group"], name)
                self.assertIn(name, [group["access_group"] for group in self.done("/access_group/list", method="GET")["access_groups"]])
                self.drop(path)

    def test_ax07_who_may(self):
        """a proxy admin changes, a viewer reads, others neither; nobody without a key"""
        self.make("ax07", "gpt")
        keys = {}
        for role in ("proxy_admin", "proxy_admin_viewer", "internal_user"):
            self.done("/user/new", {"user_id": "ax07-" + role, "user_role": role})
            keys[role] = self.key(user_id="ax07-" + role)
        for role, reads, changes in (("proxy_admin", 200, 200), ("proxy_admin_viewer", 200, 403), ("internal_user", 403, 403)):
            with self.subTest(role=role):
                self.done("/access_group/list", method="GET", status=reads, key=keys[role])
                self.done("/access_group/ax07/info", method="GET", status=reads, key=keys[role])
                self.done("/access_group/new", {"access_group": "ax07-" + role, "model_names": ["gpt"]}, status=changes, key=keys[role])
                self.done("/access_group/ax07/update", {"model_names": ["other"]}, "PUT", changes, keys[role])
        self.done("/access_group/ax07/delete", None, "DELETE", 403, keys["proxy_admin_viewer"])
        self.assertEqual(self.call("/access_group/list", method="GET", key=None).status, 401)
        self.assertEqual(self.info("ax07-internal_user"), 404)
        for name in ("ax07", "ax07-proxy_admin"):
            self.drop(name)


if __name__ == "__main__":
    main()
