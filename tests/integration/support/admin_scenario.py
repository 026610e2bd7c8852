"""A gateway with virtual keys and their administration, a planted master key and a planted provider's key, which no answer may hold."""
import hashlib
import itertools
import json
import pathlib
import unittest
import urllib.parse

from scenario import Scenario, deployment
from processes import gateway_binary  # found once scenario is there

MASTER = "sk-planted-master-key-3f9a1c"
PROVIDER = "sk-planted-provider-key-77b2"
DAY = 86_400_000
FIRST = 1_795_219_200_000  # 2026-11-21, midnight UTC


def hash_of(key):
    return hashlib.sha256(key.encode()).hexdigest()


class AdminScenario(Scenario):
    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt"}, api_key=PROVIDER)]

    @classmethod
    def config(cls, upstream):
        lib = pathlib.Path(gateway_binary()).parents[1] / "lib" / "sluice"
        if not (lib / "test_plugins" / "usage_feeder.so").exists():
            raise unittest.SkipTest(f"{lib}/test_plugins/usage_feeder.so is not built")
        cls.settings = {"general_settings": {"master_key": MASTER}, "router_settings": {"model_group_alias": {"gpt-too": "gpt"}}, "plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"],
                        "plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db", "sync": False}}, {"plugin": "auth_keys"},
                                    {"plugin": "admin_api", "config": {"show": {"general_settings": {"master_key": MASTER}, "litellm_settings": {}, "router_settings": {"fallbacks": [{"gpt": ["gpt-too"]}]}}}},
                                    {"plugin": "usage_feeder"}, {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def call(self, path, body=None, method="POST", key=MASTER, **headers):
        answer = super().call(path, body, method, key, **headers)
        for planted in (MASTER, PROVIDER):
            self.assertNotIn(planted.encode(), answer.body, path)
        return answer

    def post(self, path, body, key=MASTER, method="POST", status=200):
        answer = self.call(path, body, method, key)
        self.assertEqual(answer.status, status, (path, body, answer.body[:500]))
        return answer.json()

    def read(self, path, key=MASTER, status=200, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        answer = self.call(path, None, "GET", key)
        self.assertEqual(answer.status, status, (path, answer.body[:500]))
        return json.loads(answer.body, parse_float=str)  # money to the last digit

    def feed(self, *events):
        numbers = itertools.count()
        for event in events:
            event.setdefault("call_id", f"{self.id().rsplit('.', 1)[-1]}-{next(numbers)}")
            event.setdefault("start_ms", FIRST + 3_600_000)
        self.post("/test/usage", {"events": list(events)})
