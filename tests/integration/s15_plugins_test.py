"""P: plugins as files: each can be taken away, none may be tampered with, and without any the gateway still stands."""
import json
import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import (ANTHROPIC_ROUTES, KEY, OPENAI_ROUTES, USER, Gateway, IntegrationTest, Upstream, deployment, main,  # noqa: E402
                      request, wait_until)
from trees import Ended, Tree  # noqa: E402

CHAT = "/v1/chat/completions"
SHIPPED = ["auth_master_key", "callback_jsonl", "provider_anthropic", "provider_echo", "provider_openai", "router_simple_shuffle"]


class Plugins(IntegrationTest):
    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.tree = cls.enterClassContext(Tree())
        cls.enterClassContext(cls.tree.in_use())
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-plugins-")))

    def setUp(self):
        self.tree.restore()
        self.upstream.reset()

    def config(self, *names):
        """A configuration that needs these plugins and no others."""
        base = self.upstream.url
        models = {"provider_openai": deployment("gpt", "openai/gpt-up", base + "/v1"),
                  "provider_anthropic": deployment("claude", "anthropic/claude-up", base),
                  "provider_echo": {"model_name": "echo", "litellm_params": {"model": "echo/x"}}}
        config = {"model_list": [models[name] for name in names if name in models]}
        if "auth_master_key" in names:
            config["general_settings"] = {"master_key": KEY}
        if "callback_jsonl" in names:
            config["plugins"] = [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]
        if "router_simple_shuffle" in names:
            config["router_settings"] = {"routing_strategy": "simple-shuffle"}
            if "provider_echo" in names:
                config["model_list"] += [{"model_name": "two", "litellm_params": {"model": f"echo/{n}"}} for n in (1, 2)]
        return json.dumps(config, indent=1)

    def try_all(self, gateway, *names):
        """Everything that the configuration names works."""
        def ask(path, body, key=KEY):
            return request(gateway.port, "POST", path, body, {"authorization": f"Bearer {key}"})
        if "provider_openai" in names:
            self.assertEqual(ask(CHAT, {"model": "gpt", "messages": USER}).status, 200)
        if "provider_anthropic" in names:
            self.assertEqual(ask("/v1/messages", {"model": "claude", **ANTHROPIC_ROUTES["/messages"]}).status, 200)
        if "provider_echo" in names:
            for model in ("echo", *(["two"] if "router_simple_shuffle" in names else [])):
                self.assertIn("You said: hello", ask(CHAT, {"model": model, "messages": USER}).text())
        self.assertEqual(ask(CHAT, {"model": "nope"}, key="wrong").status, 401 if "auth_master_key" in names else 400)
        if "callback_jsonl" in names:
            records = gateway.directory / "records.jsonl"
            wait_until(lambda: records.exists() and "acompletion" in records.read_text())

    def test_p01_what_ships(self):
        self.assertLessEqual(set(SHIPPED), set(self.tree.names()))
        with Gateway(self.config(*SHIPPED)) as gateway:
            self.try_all(gateway, *SHIPPED)

    def test_p02_one_less_changes_nothing_that_does_not_name_it(self):
        for gone in SHIPPED:
            with self.subTest(gone):
                self.tree.restore()
                self.tree.remove(gone)
                others = [name for name in SHIPPED if name != gone]
                with Gateway(self.config(*others)) as gateway:
                    self.try_all(gateway, *others)
                    self.assertNotIn("error", gateway.stderr())

    def test_p03_one_less_is_an_error_where_it_is_named(self):
        words = {"auth_master_key": "no plugin that checks it is installed", "callback_jsonl": 'there is no plugin "callback_jsonl"',
                 "provider_anthropic": 'no plugin serves the provider "anthropic"', "provider_echo": 'no plugin serves the provider "echo"',
                 "provider_openai": 'no plugin serves the provider "openai"',
                 "router_simple_shuffle": 'no plugin offers the strategy "simple-shuffle"'}
        for gone in SHIPPED:
            with self.subTest(gone):
                self.tree.restore()
                self.tree.remove(gone)
                file = self.write(self.config(*SHIPPED))
                for command in ("check", "serve"):
                    ended = Ended(command, "-c", file)
                    self.assertEqual(ended.code, 1, ended)
                    self.assertIn(words[gone], ended.err)
                    self.assertRegex(ended.err, rf"{file}:\d+: error: \S+: ")

    def test_p04_a_callback_that_is_not_installed_is_a_warning(self):
        """LiteLLM's configurations name callbacks that are services: the gateway starts, and says what it leaves out"""
        self.tree.remove("callback_jsonl")
        config = json.loads(self.config("provider_echo"))
        config["litellm_settings"] = {"callbacks": ["jsonl", "braintrust"]}
        with Gateway(json.dumps(config)) as gateway:
            self.assertIn('no plugin offers the callback "jsonl"', gateway.stderr())
            self.assertIn('no plugin offers the callback "braintrust"', gateway.stderr())

    def test_p05_no_plugins_at_all(self):
        for name in self.tree.names():
            self.tree.remove(name)
        with Gateway("{}") as gateway:
            self.assertEqual(request(gateway.port, "GET", "/health/readiness").json()["status"], "healthy")
            self.assertEqual(request(gateway.port, "GET", "/v1/models").json()["data"], [])
            for path, body in {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}.items():
                with self.subTest(path):
                    answer = request(gateway.port, "POST", "/v1" + path, {"model": "gpt", **body})
                    self.assertEqual(answer.status, 400)
                    self.assertIn("Invalid model name passed in model=gpt", answer.json()["error"]["message"])

    def test_p06_no_folder_either(self):
        shutil.rmtree(self.tree.plugins)
        with Gateway("{}") as gateway:
            self.assertEqual(request(gateway.port, "GET", "/health/liveliness").status, 200)

    def refused(self, words, what="provider_echo.so"):
        ended = Ended("serve", "-c", self.write(self.config("provider_echo")))
        self.assertEqual(ended.code, 1, ended)
        self.assertIn(words, ended.err)
        self.assertIn(what, ended.err)

    def test_p07_files_that_others_may_write_to(self):
        plugin = self.tree.plugins / "provider_echo.so"
        for mode in (0o775, 0o757, 0o777):
            with self.subTest(oct(mode)):
                plugin.chmod(mode)
                self.refused("may write to it")
        plugin.chmod(0o755)
        for mode in (0o775, 0o757):
            with self.subTest(oct(mode), folder=True):
                self.tree.plugins.chmod(mode)
                self.refused("may write to it", str(self.tree.plugins))

    def test_p08_a_symbolic_link(self):
        plugin = self.tree.plugins / "provider_echo.so"
        plugin.rename(self.folder / "elsewhere.so")
        plugin.symlink_to(self.folder / "elsewhere.so")
        self.refused("symbolic link")

    def test_p09_a_stranger_owns_it(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to give a file away")
        os.chown(self.tree.plugins / "provider_echo.so", 12345, 12345)
        self.refused("belongs neither to root nor to the gateway's user")

    def test_p10_files_that_are_no_plugins(self):
        """named: a clear error; not named: no harm"""
        whole = (self.tree.plugins / "provider_echo.so").read_bytes()
        libc = next(path for path in pathlib.Path("/lib").rglob("libc.so.6"))
        cases = {"empty": b"", "text": b"#!/bin/sh\n", "cut": whole[:5000], "half": whole[:len(whole) // 2], "libc": libc.read_bytes()}
        for what, data in cases.items():
            with self.subTest(what):
                stranger = self.tree.plugins / "stranger.so"
                stranger.write_bytes(data)
                stranger.chmod(0o755)
                with Gateway(self.config("provider_echo")) as gateway:
                    self.try_all(gateway, "provider_echo")
                config = json.loads(self.config("provider_echo"))
                config["plugins"] = [{"plugin": "stranger"}]
                ended = Ended("serve", "-c", self.write(json.dumps(config)))
                self.assertEqual(ended.code, 1, ended)
                self.assertIn("stranger.so", ended.err)
                self.assertIn("cannot be used", Ended("plugin", "list").out)
                stranger.unlink()

    def test_p11_the_list(self):
        ended = Ended("plugin", "list")
        self.assertEqual(ended.code, 0)
        self.assertEqual([line.split()[0] for line in ended.out.splitlines()[1:]], self.tree.names())

    def test_p12_another_folder(self):
        other = self.folder / "other"
        other.mkdir()
        (self.tree.plugins / "provider_echo.so").rename(other / "provider_echo.so")
        with Gateway(self.config("provider_echo"), arguments=("--plugin-dir", str(other))) as gateway:
            self.try_all(gateway, "provider_echo")
        self.assertEqual(len(Ended("plugin", "list", "--plugin-dir", other).out.splitlines()), 2)

    def test_p13_a_running_gateway_keeps_its_plugins(self):
        """files that change or go are no concern of those who loaded them"""
        with Gateway(self.config(*SHIPPED)) as gateway:
            for path in self.tree.plugins.iterdir():
                path.write_bytes(b"\x00" * 100000)
            self.try_all(gateway, *SHIPPED)
            shutil.rmtree(self.tree.plugins)
            self.try_all(gateway, *SHIPPED)

    def test_p14_more_instances_of_one_plugin(self):
        config = json.loads(self.config("provider_echo"))
        config["plugins"] = [{"id": "a", "plugin": "callback_jsonl", "config": {"path": "a.jsonl"}},
                             {"id": "b", "plugin": "callback_jsonl", "config": {"path": "b.jsonl"}, "scope": {"routes": ["embeddings"]}}]
        with Gateway(json.dumps(config)) as gateway:
            self.try_all(gateway, "provider_echo")
            request(gateway.port, "POST", "/v1/embeddings", {"model": "echo", "input": "x"})
            for name in ("a", "b"):
                wait_until(lambda name=name: "aembedding" in (gateway.directory / f"{name}.jsonl").read_text())
            self.assertNotIn("acompletion", (gateway.directory / "b.jsonl").read_text())

    def write(self, text):
        file = self.folder / "config.yaml"
        file.write_text(text)
        return file


if __name__ == "__main__":
    main()
