"""Sections of a configuration in which everything looks at what passes: guardrails for personal data and for secrets, a policy in Lua, a cache, records, prices, a ledger."""

LUA = """
policy = {name = "canary", version = 1, granularity = "sentence"}
local words = re.words({"falcon"})
function on_request(ctx) for m in ctx:messages() do if words:test(m.text) then return ctx:block("a codename") end end end
function on_chunk(ctx, chunk) chunk:redact(words, "[withheld]") end
function on_response(ctx) ctx:redact(words, "[withheld]") end
"""


def guardrail(name, kind, **params):
    return {"guardrail_name": name, "litellm_params": {"guardrail": kind, "mode": ["pre_call", "post_call"], "default_on": True, **params}}


def everything(*more_plugins, cache=None):
    return {"guardrails": [guardrail("pii", "guard_pii", pii_entities_config={"EMAIL_ADDRESS": "MASK", "CREDIT_CARD": "MASK"}), guardrail("secrets", "hide-secrets")],
            "policies": [{"name": "canary", "code": LUA, "bind": {"route": ["chat", "completions", "responses", "messages"]}}],
            "litellm_settings": {"cache": True, "cache_params": cache or {"type": "local", "ttl": 60}, "callbacks": ["prometheus"]},
            "plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "ledger"}, {"plugin": "pricing"},
                        {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}, *more_plugins]}
