"""EE: the strategies and filters that come with Sluice, named in the configuration as LiteLLM's users name them."""
import collections
import hashlib
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from s30_faults_test import BODY, CHAT, Routed, failing  # noqa: E402
from processes import gateway_binary  # noqa: E402
from scenario import KEY, USER, Gateway, deployment, main  # noqa: E402

STRATEGIES = {"simple-shuffle": {}, "least-busy": {}, "latency-based-routing": {"ttl": 60, "lowest_latency_buffer": 0.5}, "cost-based-routing": {},
              "usage-based-routing": {}, "usage-based-routing-v2": {}, "peak-ewma": {}, "consistent-hash": {"by": ["session", "prefix"]}}


class Strategies(Routed):
    @classmethod
    def models(cls, base):
        return [deployment(group, f"openai/{group}", f"{base}/{group}-{letter}/v1", {"id": f"{group}-{letter}", **info}, **params)
                for group, letter, params, info in (
                    ("pair", "a", {"rpm": 1000, "input_cost_per_token": 2e-6, "output_cost_per_token": 2e-6}, {}),
                    ("pair", "b", {"rpm": 1000, "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}, {}),
                    ("own", "a", {"weight": 1}, {}), ("own", "b", {"weight": 0}, {}))]

    def test_ee01_every_strategy_by_its_name(self):
        for name, args in STRATEGIES.items():
            with self.subTest(name):
                config = {**self.config(self.upstream), "router_settings": {"routing_strategy": name, "routing_strategy_args": args}}
                with Gateway(json.dumps(config)) as gateway:
                    self.port, before = gateway.port, self.port
                    try:
                        ids = collections.Counter(self.call(CHAT, {**BODY, "model": "pair"}).headers["x-litellm-model-id"] for _ in range(20))
                    finally:
                        self.port = before
                    self.assertEqual(ids.total(), 20)
                    self.assertNotIn("does not use it yet", gateway.stderr())
                    if name == "cost-based-routing":
                        self.assertEqual(set(ids), {"pair-b"})
                    if name == "usage-based-routing":
                        self.assertEqual(set(ids), {"pair-a", "pair-b"})


class Sticky(Routed):
    router = {"routing_strategy": "consistent-hash", "group_strategies": {"own": "simple-shuffle"}}
    models = Strategies.models

    def of(self, model="pair", **headers):
        return self.call(CHAT, {**BODY, "model": model}, **headers).headers["x-litellm-model-id"]

    def test_ee10_a_session_stays_where_it_is(self):
        homes = {number: self.of(x_session_id=f"s{number}") for number in range(24)}
        self.assertEqual(set(homes.values()), {"pair-a", "pair-b"}, "sessions are spread")
        for number, home in homes.items():
            self.assertEqual({self.of(x_session_id=f"s{number}") for _ in range(3)}, {home})

    def test_ee11_a_strategy_for_one_group(self):
        self.assertEqual({self.of("own") for _ in range(10)}, {"own-a"}, "weights, which consistent-hash takes as shares of sessions")


class ByCaller(Routed):
    router = {"routing_strategy": "simple-shuffle", "caller_strategies": {hashlib.sha256(KEY.encode()).hexdigest(): "cost-based-routing"}}
    models = Strategies.models

    def test_ee12_a_strategy_for_one_caller(self):
        """by the hash of its key"""
        ids = {self.call(CHAT, {**BODY, "model": "pair"}).headers["x-litellm-model-id"] for _ in range(20)}
        self.assertEqual(ids, {"pair-b"})

    def test_ee13_a_strategy_that_is_none(self):
        config = {**self.config(self.upstream), "router_settings": {"caller_strategies": {"me": "cheapest"}}}
        path = self.gateway.directory / "bad.yaml"
        path.write_text(json.dumps(config))
        said = subprocess.run([gateway_binary(), "check", "-c", path], capture_output=True, text=True, check=False)
        self.assertEqual(said.returncode, 1)
        self.assertIn("router_settings.caller_strategies.me", said.stdout + said.stderr)
        self.assertIn("cheapest", said.stdout + said.stderr)


class Filters(Routed):
    router = {"enable_tag_filtering": True, "enable_pre_call_checks": True, "num_retries": 0}

    @classmethod
    def models(cls, base):
        return [deployment("tagged", "openai/x", base + "/free/v1", {"id": "free"}, tags=["free"]),
                deployment("tagged", "openai/x", base + "/paid/v1", {"id": "paid"}, tags=["paid"]),
                deployment("short", "openai/x", base + "/short/v1", {"id": "short", "max_input_tokens": 20}),
                deployment("mixed", "openai/x", base + "/small/v1", {"id": "small", "max_input_tokens": 20}),
                deployment("mixed", "openai/x", base + "/big/v1", {"id": "big", "max_input_tokens": 100000}),
                deployment("blind", "openai/x", base + "/blind/v1", {"id": "blind", "supports_vision": False}),
                deployment("blind", "openai/x", base + "/seeing/v1", {"id": "seeing", "supports_vision": True})]

    def of(self, model, **more):
        headers = more.pop("headers", {})
        answer = self.call(CHAT, {**BODY, "model": model, **more}, **headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.headers["x-litellm-model-id"]

    def test_ee20_tags(self):
        for _ in range(5):
            self.assertEqual(self.of("tagged", metadata={"tags": ["paid"]}), "paid")
            self.assertEqual(self.of("tagged", headers={"x_litellm_tags": "free"}), "free")
        self.assertEqual(self.call(CHAT, {**BODY, "model": "tagged", "metadata": {"tags": ["gold"]}}).status, 401)

    def test_ee21_prompts_that_are_too_long(self):
        long = [{"role": "user", "content": "word " * 100}]
        self.assertEqual({self.of("mixed", messages=long) for _ in range(8)}, {"big"})
        self.assertEqual(len({self.of("mixed") for _ in range(40)}), 2)
        answer = self.call(CHAT, {"model": "short", "messages": long})
        self.assertEqual((answer.status, answer.json()["error"]["code"]), (400, "context_length_exceeded"))
        self.assertFalse(any("/short/" in entry["path"] for entry in self.upstream.log()))

    def test_ee22_capabilities(self):
        image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}]}]
        self.assertEqual({self.of("blind", messages=image) for _ in range(8)}, {"seeing"})

    def test_ee23_a_prompt_that_is_too_long_for_all_goes_to_its_fallback_unasked(self):
        config = {**self.config(self.upstream), "router_settings": {**self.router, "context_window_fallbacks": [{"short": ["mixed"]}]}}
        long = [{"role": "user", "content": "word " * 100}]
        with Gateway(json.dumps(config)) as gateway:
            self.port, before = gateway.port, self.port
            try:
                answer = self.call(CHAT, {"model": "short", "messages": long})
            finally:
                self.port = before
        self.assertEqual((answer.status, answer.headers["x-litellm-model-id"], answer.headers["x-litellm-attempted-fallbacks"]), (200, "big", "1"))
        self.assertEqual(self.seen(), ["big"])


class Affinity(Routed):
    """A session prefers the deployment that served it; if that one fails, another answers."""
    router = {"optional_pre_call_checks": ["session_affinity"], "num_retries": 1, "disable_cooldowns": True, "breaker_failures": 0}

    @classmethod
    def models(cls, base):
        return [deployment("pair", "openai/x", f"{base}/{letter}/v1", {"id": letter}) for letter in "abcd"]

    def of(self, session):
        answer = self.call(CHAT, {**BODY, "model": "pair"}, **{"x-litellm-session-id": session})
        self.assertEqual(answer.status, 200)
        return answer.headers["x-litellm-model-id"]

    def test_ee30_its_home_and_a_failure_of_it(self):
        for number in range(6):
            home = self.of(f"s{number}")
            self.assertEqual({self.of(f"s{number}") for _ in range(4)}, {home})
            self.upstream.reset()
            self.at(home, failing(503))
            other = self.of(f"s{number}")
            self.assertNotEqual(other, home)
            self.assertEqual(self.seen(), [home, other])


class Usage(Routed):
    """The limits that the strategy keeps hold for a single deployment, too."""
    router = {"routing_strategy": "usage-based-routing-v2", "num_retries": 0}

    @classmethod
    def models(cls, base):
        return [deployment("one", "openai/x", f"{base}/one/v1", {"id": "one"}, rpm=3)]

    def test_ee40_requests_a_minute(self):
        answers = [self.call(CHAT, {**BODY, "model": "one"}) for _ in range(8)]
        statuses = collections.Counter(answer.status for answer in answers)
        self.assertEqual(set(statuses), {200, 429})
        self.assertLessEqual(statuses[200], 6, "three a minute, and a minute may end on the way")
        self.assertEqual(len(self.upstream.log()), statuses[200])


if __name__ == "__main__":
    main()
