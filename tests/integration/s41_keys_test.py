"""LL: virtual keys: made over LiteLLM's admin routes, kept in SQLite, checked in memory, and never shown twice."""
import hashlib
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Gateway, Scenario, deployment, main, wait_until, whole_lines  # noqa: E402
from processes import gateway_binary  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = {"model": "gpt", "messages": USER}


def hash_of(key):
    return hashlib.sha256(key.encode()).hexdigest()


class Keys(Scenario):
    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt"}), deployment("other", "openai/other-up", base + "/v1", {"id": "other"}),
                deployment("claude", "anthropic/claude-up", base, {"id": "claude"})]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                                    {"plugin": "admin", "grants": ["admin"]}, {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def post(self, path, body, key=KEY):
        return self.call(path, body, key=key)

    def make(self, **wishes):
        answer = self.post("/key/generate", wishes)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["key"]

    def ask(self, key, model="gpt"):
        return self.call(CHAT, {**BODY, "model": model}, key=key)

    def test_ll01_from_its_making_to_its_end(self):
        """each change counts from the next request on"""
        key = self.make(models=["gpt"], key_alias="ll01")
        self.assertEqual(self.ask(key).status, 200)
        self.assert_error(self.ask(key, "other"), 403, "key_model_access_denied", "other")
        self.post("/key/update", {"key": key, "models": ["gpt", "other"]})
        self.assertEqual(self.ask(key, "other").status, 200)
        self.post("/key/block", {"key": key})
        self.assert_error(self.ask(key), 401, "auth_error", "blocked")
        self.post("/key/unblock", {"key": key})
        self.assertEqual(self.ask(key).status, 200)
        self.assertEqual(self.post("/key/delete", {"keys": [key]}).status, 200)
        self.assert_error(self.ask(key), 401, "auth_error")
        self.assert_error(self.ask("sk-nobody-knows-this-key"), 401, "auth_error")

    def test_ll02_anthropics_header(self):
        key = self.make()
        answer = self.call("/v1/messages", {"model": "claude", "messages": USER, "max_tokens": 5}, key=None, **{"x-api-key": key})
        self.assertEqual(answer.status, 200)

    def test_ll03_records_say_whose_it_was(self):
        """by hash and alias; the key itself stands nowhere: not in records, not in the log, not on disk"""
        file = self.gateway.directory / "records.jsonl"
        self.post("/team/new", {"team_id": "ll03-team"})
        key = self.make(key_alias="ll03", team_id="ll03-team", user_id="ll03-user")
        before = len(whole_lines(file))
        self.call(CHAT, {**BODY, "user": "customer-7"}, key=key)
        line = wait_until(lambda: whole_lines(file)[before:])[0]
        data = json.loads(line)["metadata"]
        self.assertEqual((data["user_api_key_hash"], data["user_api_key_alias"], data["user_api_key_team_id"], data["user_api_key_user_id"],
                          data["user_api_key_end_user_id"]), (hash_of(key), "ll03", "ll03-team", "ll03-user", "customer-7"))
        for path in self.gateway.directory.iterdir():
            if path.is_file():
                self.assertNotIn(key.encode(), path.read_bytes(), path.name)
        self.assertNotIn(key, self.gateway.stderr())
        self.assertNotIn(key, json.dumps(self.get("/key/list?size=1000&return_full_object=true").json()))

    def test_ll04_a_key_is_no_master_key(self):
        key = self.make()
        for method, path in (("POST", "/key/generate"), ("POST", "/key/delete"), ("POST", "/team/new"), ("GET", "/audit"), ("GET", "/user/list"),
                             ("POST", "/admin/reload"), ("GET", "/admin/status")):
            with self.subTest(path):
                self.assertEqual(self.call(path, {} if method == "POST" else None, method=method, key=key).status, 403)
        own = self.call("/key/info", method="GET", key=key)
        self.assertEqual((own.status, own.json()["key"]), (200, hash_of(key)))
        self.assertEqual(self.call("/key/info", method="GET", key=None).status, 401)

    def test_ll05_teams(self):
        self.post("/team/new", {"team_id": "ll05", "models": ["gpt"]})
        key = self.make(team_id="ll05")
        self.assertEqual(self.ask(key).status, 200)
        self.assert_error(self.ask(key, "other"), 403, "team_model_access_denied")
        self.post("/team/block", {"team_id": "ll05"})
        self.assert_error(self.ask(key), 401, "auth_error", "ll05")
        self.post("/team/delete", {"team_ids": ["ll05"]})
        self.assert_error(self.ask(key), 401, "auth_error")

    def test_ll06_reloads_and_restarts_forget_nothing(self):
        key = self.make(key_alias="ll06")
        self.assertEqual(self.post("/admin/reload", {}).status, 200)
        self.assertEqual(self.ask(key).status, 200)
        with Gateway(json.dumps({**self.config(self.upstream), **self.at(self.gateway.directory)})) as again:
            self.port, before = again.port, self.port
            try:
                self.assertEqual(self.ask(key).status, 200)
            finally:
                self.port = before

    def at(self, directory):
        plugins = json.loads(json.dumps(self.settings["plugins"]))
        plugins[0]["config"]["path"] = str(directory / "sluice.db")
        return {"plugins": plugins}

    def test_ll07_two_gateways_on_one_file(self):
        """a change at one of them counts at the other within two seconds; also after a reload at the first and after a third one has left,
        which would take the WAL with it if the reload had cost the first one its locks"""
        self.assertEqual(self.post("/admin/reload", {}).status, 200)
        with Gateway(json.dumps({**self.config(self.upstream), **self.at(self.gateway.directory)})):
            pass
        with Gateway(json.dumps({**self.config(self.upstream), **self.at(self.gateway.directory)})) as second:
            key = self.make(key_alias="ll07")
            self.port, first = second.port, self.port
            try:
                wait_until(lambda: self.ask(key).status == 200, 2.0, "the other one knows the key")
                self.post("/key/block", {"key": key})
                self.port = first
                wait_until(lambda: self.ask(key).status == 401, 2.0, "it is blocked at the first one, too")
            finally:
                self.port = first

    def test_ll08_rotation_with_grace(self):
        key = self.make(key_alias="ll08")
        fresh = self.post("/key/regenerate", {"key": key, "grace_period": "1d"}).json()["key"]
        self.assertEqual([self.ask(key).status, self.ask(fresh).status], [200, 200])
        last = self.post("/key/regenerate", {"key": fresh}).json()["key"]
        self.assertEqual([self.ask(fresh).status, self.ask(last).status], [401, 200])

    def test_ll10_without_a_store_nothing_starts(self):
        config = self.gateway.directory / "lonely.yaml"
        config.write_text(json.dumps({"model_list": self.models("http://127.0.0.1:1"), "plugins": [{"plugin": "auth_keys"}]}))
        said = subprocess.run([gateway_binary(), "serve", "-c", config, "--listen", "127.0.0.1:0"], capture_output=True, text=True, check=False, timeout=30 * SLOW)
        self.assertEqual(said.returncode, 1)
        self.assertIn("plugins[0]", said.stderr)
        self.assertIn("there is no store", said.stderr)

    def test_ll09_bad_bodies(self):
        for body, status in ((b"{", 400), (b"[]", 400), (b'{"max_bugdet":1}', 422), (b'{"models":"gpt"}', 422), (b'{"key_alias":"' + b"x" * 2000 + b'"}', 422)):
            with self.subTest(body[:30]):
                answer = self.call("/key/generate", body)
                self.assertEqual(answer.status, status)
                self.assertTrue(answer.json()["error"]["message"])

    def command(self, *words, master=KEY, given=None):
        """`sluice key …` against this gateway."""
        environment = {"PATH": "/usr/bin:/bin", "SLUICE_URL": f"http://127.0.0.1:{self.port}", **({"SLUICE_MASTER_KEY": master} if master else {})}
        return subprocess.run([gateway_binary(), "key", *words], capture_output=True, text=True, check=False, env=environment, input=given, timeout=30 * SLOW)

    def test_ll11_from_the_command_line(self):
        """made, shown once, listed, changed, blocked, replaced, forgotten"""
        made = self.command("generate", "--alias", "ll11", "--models", "gpt,claude*", "--rpm", "1000", "--max-budget", "2.5", "--set", '{"tags": ["batch"]}')
        self.assertEqual((made.returncode, made.stdout[:3]), (0, "sk-"), made.stderr)
        key = made.stdout.strip()
        self.assertEqual((self.ask(key).status, self.ask(key, "other").status), (200, 403))
        listed = self.command("list", "--alias", "ll11").stdout
        self.assertIn("ll11", listed)
        self.assertIn("2.5", listed)
        self.assertNotIn(key, listed)
        self.assertEqual(self.command("update", hash_of(key), "--models", "gpt,other").returncode, 0)
        self.assertEqual(self.ask(key, "other").status, 200)
        self.assertEqual(self.command("block", "-", given=key + "\n").returncode, 0)
        self.assertEqual(self.ask(key).status, 401)
        self.assertEqual(self.command("unblock", key).returncode, 0)
        info = json.loads(self.command("info", key, "--json").stdout)
        self.assertEqual((info["info"]["key_alias"], info["info"]["rpm_limit"]), ("ll11", 1000))
        fresh = self.command("regenerate", key).stdout.strip()
        self.assertEqual((self.ask(key).status, self.ask(fresh).status), (401, 200))
        self.assertEqual(self.command("delete", fresh).returncode, 0)
        self.assertEqual(self.ask(fresh).status, 401)

    def test_ll12_the_command_line_says_what_is_wrong(self):
        cases = ((self.command("list", master=None), 2, "SLUICE_MASTER_KEY is not set"), (self.command("list", master="sk-wrong-key"), 1, "401"),
                 (self.command("info", "sk-nobody-knows-this-key"), 1, "404"), (self.command("generate", "--set", "[]"), 2, "expected a JSON object"),
                 (self.command("generate", "--duration", "soon"), 1, "duration"), (self.command("list", "--url", "http://127.0.0.1:1"), 1, "cannot be reached"),
                 (self.command("list", "--url", "ftp://x"), 2, "expected http"), (self.command("frobnicate"), 2, ""))
        for said, code, words in cases:
            with self.subTest(said.args):
                self.assertEqual(said.returncode, code, said.stderr)
                self.assertIn(words, said.stderr)
                self.assertNotIn(KEY, said.stdout + said.stderr)


if __name__ == "__main__":
    main()
