"""AD: models and guardrails over the API: at once, over a restart, at a second gateway, encrypted, and nothing broken by what is."""
import concurrent.futures
import contextlib
import json
import pathlib
import sqlite3
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Gateway, Scenario, deployment, main, request, wait_until  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)

CHAT = "/v1/chat/completions"
SECRET = "sk-up-very-secret-7731"


class Managed(Scenario):
    @classmethod
    def config(cls, upstream, salt="salt-1"):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "test_plugins" / "word_guard.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/word_guard.so is not built")
        cls.folder = getattr(cls, "folder", None) or cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.settings = {"plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"],
                        "guardrails": [{"guardrail_name": "filed", "litellm_params": {"guardrail": "word", "mode": "pre_call", "words": {"Owl": "mask"}}}],
                        "plugins": [{"plugin": "store_sqlite", "config": {"path": f"{cls.folder}/store.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                                    {"plugin": "config_api", "grants": ["admin"], "config": {"salt_key": salt}}]}
        return super().config(upstream)

    def entry(self, name, **params):
        return {"model_name": name, "litellm_params": {"model": "openai/" + name + "-up", "api_base": self.upstream.url + "/v1", "api_key": SECRET, **params}}

    def new(self, name, port=None, **params):
        answer = request(port or self.port, "POST", "/model/new", self.entry(name, **params), {"authorization": f"Bearer {KEY}"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["model_id"]

    def ask(self, model, port=None, text="hello"):
        return request(port or self.port, "POST", CHAT, {"model": model, "messages": [{"role": "user", "content": text}]}, {"authorization": f"Bearer {KEY}"})

    def guardrail(self, name, words, mode="pre_call", **params):
        return self.call("/guardrails", {"guardrail": {"guardrail_name": name, "litellm_params": {
            "guardrail": "word", "mode": mode, "words": words, "default_on": True, **params}}})


class Entries(Managed):
    def test_ad01_a_model_comes_changes_and_goes(self):
        self.assertEqual(self.ask("ad01").status, 400)
        one = self.new("ad01")
        self.assertEqual(self.ask("ad01").status, 200)
        self.assertIn("ad01", [m["id"] for m in self.get("/v1/models").json()["data"]])
        info = [m for m in self.get("/model/info").json()["data"] if m["model_info"]["id"] == one]
        self.assertTrue(info and info[0]["model_info"]["db_model"])
        self.assertNotIn(SECRET, json.dumps(self.get("/model/info").json()))
        changed = self.call("/model/update", {"model_info": {"id": one}, "litellm_params": {"model": "openai/other-up"}})
        self.assertEqual(changed.status, 200, changed.body)
        self.ask("ad01")
        self.assertEqual(json.loads(self.last_said()["body"])["model"], "other-up")
        self.assertEqual(dict(self.last_said()["headers"])["authorization"] if isinstance(self.last_said()["headers"], dict) else
                         next(v for k, v in self.last_said()["headers"] if k.lower() == "authorization"), f"Bearer {SECRET}", "what was not changed stays")
        self.assertEqual(self.call(f"/model/{one}/update", {"litellm_params": {"model": "openai/third-up"}}, method="PATCH").status, 200)
        self.ask("ad01")
        self.assertEqual(json.loads(self.last_said()["body"])["model"], "third-up")
        self.assertEqual(self.call("/model/delete", {"id": one}).status, 200)
        self.assertEqual(self.ask("ad01").status, 400)
        self.assertEqual(self.call("/model/delete", {"id": one}).status, 404)

    def test_ad02_requests_in_flight_are_not_disturbed(self):
        self.new("ad02")
        self.upstream.script([{"sleep_ms": int(400 * SLOW)}, {"default": True}])
        with concurrent.futures.ThreadPoolExecutor() as pool:
            slow = [pool.submit(self.ask, "ad02") for _ in range(5)]
            wait_until(lambda: len(self.upstream.log()) == 5)
            many = [pool.submit(self.new, f"ad02-{i}") for i in range(4)]
            self.assertEqual(len({m.result() for m in many}), 4)
            self.assertEqual([s.result().status for s in slow], [200] * 5)
        for i in range(4):
            self.assertEqual(self.ask(f"ad02-{i}").status, 200)

    def test_ad03_what_does_not_fit_is_refused_and_not_kept(self):
        for bad, status, words in (({"model_name": "x"}, 422, "litellm_params"), ({"litellm_params": {}}, 422, "model_name"), ([1], 400, "no JSON object"),
                                   (self.entry("x", timeout="soon"), 400, "timeout"), (self.entry("x", api_base="nowhere"), 400, "api_base"),
                                   ({"model_name": "x", "litellm_params": {"model": "nobody/x"}}, 400, "no plugin serves the provider"),
                                   ({"model_name": 5, "litellm_params": {"model": "openai/x"}}, 422, "model_name")):
            with self.subTest(words):
                answer = self.call("/model/new", bad)
                self.assertEqual(answer.status, status, answer.body)
                self.assertIn(words, answer.text())
        self.assertNotIn("x", [m["id"] for m in self.get("/v1/models").json()["data"]])
        one = self.new("ad03")
        self.assertEqual(self.call("/model/new", {**self.entry("again"), "model_info": {"id": one}}).status, 409)
        self.assertEqual(self.call("/model/update", {"model_info": {"id": one}, "litellm_params": {"timeout": "soon"}}).status, 400)
        self.assertEqual(self.ask("ad03").status, 200, "it is as it was")
        taken = self.call("/model/new", {**self.entry("taken"), "model_info": {"id": "gpt-1"}})
        self.assertEqual((taken.status, "is taken by" in taken.text()), (400, True), taken.body)

    def test_ad04_admins_only(self):
        key = self.call("/key/generate", {}).json()["key"]
        for method, path, body in (("POST", "/model/new", self.entry("ad04")), ("POST", "/model/delete", {"id": "gpt-1"}), ("POST", "/guardrails", {}), ("DELETE", "/guardrails/x", {})):
            self.assertEqual(self.call(path, body, method=method, key=key).status, 403, path)

    def test_ad05_a_guardrail_guards_at_once(self):
        made = self.guardrail("ad05", {"Falcon": "mask"})
        self.assertEqual(made.status, 200, made.body)
        one = made.json()["guardrail_id"]
        self.ask("gpt", text="a Falcon")
        self.assertIn("a [BIRD]", self.last_said()["body"])
        self.assertEqual(self.call(f"/guardrails/{one}", {"litellm_params": {"words": {"Heron": "block"}}}, method="PATCH").status, 200)
        self.assertEqual(self.ask("gpt", text="a Heron").status, 400)
        listed = {g["guardrail_name"]: g for g in self.get("/guardrails/list").json()["guardrails"]}
        self.assertEqual((listed["ad05"]["guardrail_definition_location"], listed["filed"]["guardrail_definition_location"]), ("db", "config"))
        self.assertEqual(listed["ad05"]["guardrail_id"], one)
        self.assertEqual(self.get(f"/guardrails/{one}").json()["litellm_params"]["words"], {"Falcon": "mask", "Heron": "block"})
        put = self.call(f"/guardrails/{one}", {"guardrail": {"guardrail_name": "ad05", "litellm_params": {"guardrail": "word", "mode": "pre_call", "words": {"Kite": "block"}}}}, method="PUT")
        self.assertEqual(put.status, 200, put.body)
        self.assertEqual(self.ask("gpt", text="a Heron").status, 200)
        self.assertEqual(self.call(f"/guardrails/{one}", method="DELETE").status, 200)
        self.assertEqual(self.get(f"/guardrails/{one}").status, 404)
        for bad, words in (({"mode": "never"}, "pre_call"), ({"guardrail": "nobody"}, "no plugin offers the guardrail")):
            answer = self.guardrail("bad", {"x": "mask"}, **bad)
            self.assertEqual(answer.status, 400, answer.body)
            self.assertIn(words, answer.text())
        self.assertEqual(self.guardrail("filed", {"x": "mask"}).status, 400)

    def test_ad06_trying_one_out(self):
        key = self.call("/key/generate", {}).json()["key"]
        answer = self.call("/guardrails/apply_guardrail", {"guardrail_name": "filed", "text": "an Owl and \"two\"", "language": "en"}, key=key)
        self.assertEqual((answer.status, answer.json()["response_text"]), (200, "an [BIRD] and \"two\""), answer.body)
        self.assertEqual(answer.json()["findings"], {"entities": {"Owl": 1}})
        self.assertEqual(self.call("/apply_guardrail", {"guardrail_name": "nobody", "text": "x"}, key=key).status, 404)
        for bad in ({}, {"guardrail_name": "filed"}, {"guardrail_name": "filed", "text": 5}, {"guardrail_name": "filed", "text": "x", "input_type": "both"}):
            self.assertEqual(self.call("/apply_guardrail", bad, key=key).status, 422, bad)
        shown = self.call("/guardrails/list", method="GET", key=key).json()["guardrails"][0]
        self.assertNotIn("litellm_params", shown)

    def test_ad07_nothing_of_it_can_be_read_in_the_store(self):
        self.new("ad07-name")
        for file in pathlib.Path(self.folder).glob("store.db*"):
            data = file.read_bytes()
            for text in (SECRET.encode(), b"ad07-name", b"salt-1"):
                self.assertNotIn(text, data, file)


class Several(Managed):
    @contextlib.contextmanager
    def other(self, salt="salt-1"):
        config = json.dumps(type(self).config(self.upstream, salt))
        with Gateway(config) as gateway:
            yield gateway

    def test_ad20_a_second_gateway_follows(self):
        with self.other() as second:
            one = self.new("ad20")
            wait_until(lambda: self.ask("ad20", second.port).status == 200, timeout=20 * SLOW)
            request(second.port, "POST", "/model/delete", {"id": one}, {"authorization": f"Bearer {KEY}"})
            self.assertEqual(self.ask("ad20", second.port).status, 400)
            wait_until(lambda: self.ask("ad20").status == 400, timeout=20 * SLOW)

    def test_ad21_after_a_restart(self):
        self.new("ad21")
        with self.other() as later:
            self.assertEqual(self.ask("ad21", later.port).status, 200)

    def test_ad22_another_salt_key_and_what_was_changed_by_hand(self):
        self.new("ad22")
        with self.other("salt-2") as stranger:
            self.assertEqual(self.ask("ad22", stranger.port).status, 400)
            self.assertEqual(self.ask("gpt", stranger.port).status, 200)
            self.assertIn("another salt_key", stranger.stderr())
        with contextlib.closing(sqlite3.connect(f"{self.folder}/store.db", timeout=20)) as db:
            rows = db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        self.assertTrue(rows)
        with self.other() as again:
            self.assertEqual(self.ask("ad22", again.port).status, 200)

    def test_ad23_an_entry_that_no_longer_fits_is_left_out(self):
        """the file takes the id that an entry of the store has"""
        self.call("/model/new", {**self.entry("ad23"), "model_info": {"id": "clash"}})
        self.new("ad23-fine")
        config = type(self).config(self.upstream)
        config["model_list"].append(deployment("filed-model", "openai/x", self.upstream.url + "/v1", {"id": "clash"}))
        with Gateway(json.dumps(config)) as gateway:
            self.assertEqual([self.ask(m, gateway.port).status for m in ("filed-model", "ad23-fine", "ad23")], [200, 200, 400])
            self.assertIn("left out: clash", gateway.stderr())


    def test_ad24_sigterm_in_the_middle_of_a_reload(self):
        """that the store asked for, whatever the moment: the reload ends first, or is refused, and the process ends well"""
        for wait_ms in range(50, 1050, 40):
            with self.subTest(wait_ms=wait_ms), self.other() as second, concurrent.futures.ThreadPoolExecutor() as pool:
                asked = pool.submit(self.new, f"ad24-{wait_ms}")
                time.sleep(wait_ms / 1000 * SLOW)  # the second looks into the store each 500 ms
                second.process.terminate()
                wait_until(lambda: second.process.poll() is not None, 15.0, "it ends")
                self.assertEqual(second.process.returncode, 0)
                asked.result()


class NotGranted(Managed):
    @classmethod
    def config(cls, upstream, salt="salt-1"):
        config = super().config(upstream, salt)
        config["plugins"][-1].pop("grants")
        return config

    def test_ad30_without_the_grant_it_says_so(self):
        answer = self.call("/model/new", self.entry("x"))
        self.assertEqual(answer.status, 503)
        self.assertIn("grants: [admin]", answer.text())
        self.assertEqual(self.get("/guardrails/list").status, 200)


if __name__ == "__main__":
    main()
