"""Sluice with ever more of its plugins: each step is the one before and one more."""
import json
import urllib.request

import bench_servers
from bench_servers import KEY

# Far above what a run can use, so that each limit is counted and none is reached.
LIMITED = {"rpm_limit": 1_000_000_000, "tpm_limit": 10**12, "max_parallel_requests": 100_000, "max_budget": 9_000_000, "budget_duration": "30d"}
POLICY = "tests/bench/compare/words.lua"          # looks at every message of a request
POLICY_OF_ANSWERS = "scripts/policies/keyword_canary.lua"  # and at answers, streams too


def guard(*modes):
    return [{"guardrail_name": "no-pii", "litellm_params": {"guardrail": "pii", "mode": list(modes), "default_on": True}}]


def policy(script):
    return [{"name": "words", "script": "@ROOT@/" + script, "params": {"words": ["falcon", "ZX-1 alpha"]}}]


# What a step adds: (name, what it is in the tables, plugins, top-level keys of the configuration).
STEPS = [
    ("bare", "one deployment, no plugin", [], {}),
    ("+auth", "virtual keys in SQLite, a team, the admin API",
     [{"plugin": "store_sqlite", "config": {"path": "@DIR@/keys.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
      {"plugin": "auth_master_key", "config": {"master_key": KEY}}], {}),
    ("+limits", "prices; requests, tokens, parallel requests and money of the key and of its team",
     [{"plugin": "pricing"}, {"plugin": "limits"}], {}),
    ("+ledger", "a row in SQLite for each request", [{"plugin": "ledger", "config": {"spool": "@DIR@/spool"}}], {}),
    ("+pii", "personal data (the default entities, names included) looked for in prompts", [], {"guardrails": guard("pre_call")}),
    ("+lua", f"a policy in Lua that looks for words in prompts ({POLICY})", [], {"policies": policy(POLICY)}),
    ("+callbacks", "Prometheus, and a record of each request to Langfuse and to Datadog (receivers on loopback)",
     [{"plugin": "callback_prometheus"},
      {"plugin": "callback_langfuse", "config": {"host": "@SINK@", "public_key": "pk", "secret_key": "sk", "spool": ""}},
      {"plugin": "callback_datadog", "config": {"api_key": "k", "url": "@SINK@", "spool": ""}}], {}),
    # Not a step of the same kind: it changes when tokens go out, not only what they cost.
    ("+answers", f"guard and policy over answers too ({POLICY_OF_ANSWERS}): text is held back until both have seen enough of what follows",
     [], {"guardrails": guard("pre_call", "post_call"), "policies": policy(POLICY_OF_ANSWERS)}),
]
NAMES = [step[0] for step in STEPS]
ABOUT = {name: about for name, about, _, _ in STEPS}


def configuration(step, upstream_port, **places):
    """The whole configuration of `step` as JSON, which is YAML too. `places`: what stands for @DIR@, @ROOT@, @SINK@."""
    config = {"model_list": [{"model_name": "gpt-test", "litellm_params": {
        "model": "openai/gpt-upstream", "api_base": f"http://127.0.0.1:{upstream_port}/v1", "api_key": "sk-up"}}],
        "listen": {"workers": bench_servers.WORKERS}, "plugins": []}
    for name, _, plugins, keys in STEPS:
        config["plugins"] += plugins
        config.update(keys)
        if name == step:
            break
    text = json.dumps(config, indent=1)
    for key, value in places.items():
        text = text.replace(f"@{key}@", str(value))
    return text


def _post(port, path, body):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def virtual_key(port):
    """A key of a team, each with all kinds of limits; they cost something from +limits on."""
    _post(port, "/team/new", {"team_id": "team", **LIMITED})
    return _post(port, "/key/generate", {"team_id": "team", **LIMITED})["key"]
