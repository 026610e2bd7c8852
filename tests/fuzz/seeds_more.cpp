// Seeds of the readers of bodies, of what plugins read, and of LiteLLM's configuration.
#include "seeds.h"

namespace sluice::fuzz {
namespace {

// With the byte that each of these targets begins with.
Seeds after(const std::string& firsts, const Seeds& texts) {
    Seeds out;
    for (const auto& text : texts) {
        for (const char first : firsts) out.push_back(first + text);
    }
    return out;
}

const Seeds kBodies = {
    R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text",)"
    R"("text":"t\u00e4"},{"type":"image_url","image_url":{"url":"data:x"}}]},)"
    R"({"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool",)"
    R"("tool_call_id":"1","content":"r"}],"stop":["x"]})",
    R"({"model":"c","system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1",)"
    R"("content":"r"},{"type":"document","source":{"type":"text","data":"d"}}]}],)"
    R"("tools":[{"name":"f","description":"d","input_schema":{"properties":{"name":{"description":"p"}}}}]})",
    R"({"instructions":"i","input":[{"type":"message","role":"user","content":[{"type":"input_text",)"
    R"("text":"t"}]},{"type":"function_call_output","output":"o"}]})",
    R"({"prompt":["a","b"],"suffix":"c"})",
    R"({"input":[[1,2],[3]]})",
    R"({"query":"q","documents":["d",{"text":"e"}]})",
    R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"a","reasoning_content":"r","refusal":null},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"prompt_tokens_details":{"cached_tokens":1}}})",
    R"({"content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"a"}],"usage":{"input_tokens":1,)"
    R"("cache_read_input_tokens":2,"output_tokens":3}})",
    R"({"output":[{"type":"message","content":[{"type":"output_text","text":"a","annotations":[{"title":"t"}]}]}],"output_text":"a",)"
    R"("usage":{"input_tokens":1,"output_tokens":2}})",
    R"({"data":[{"embedding":[0.1,-2e-3]}]})",
    R"({"error":{"message":"m","code":1}})",
    "plain text",
    "[1,\"a\"]"};

const Seeds kStreams = {
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\"}}]}\n\ndata: "
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\u00e4\\\"\"}}]}\n\ndata: "
    "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    "data: "
    "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"1\",\"function\":{\"name\":\"f\","
    "\"arguments\":\"{\\\"a\\\"\"}}]}}]}\n\n"
    "data: "
    "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"text\":\"a\",\"logprobs\":{\"tokens\":[\"a\"]}}]}\n\n",
    "event: content_block_start\ndata: "
    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
    "event: content_block_delta\ndata: "
    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n"
    "event: content_block_delta\ndata: "
    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
    "\"{\"}}\n\n"
    "event: message_delta\ndata: "
    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}"
    "\n\n"
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    "event: response.output_text.delta\ndata: "
    "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"a\"}\n\n"
    "data: {\"type\":\"response.output_text.done\",\"output_index\":0,\"content_index\":0,\"text\":\"a\"}\n\n"
    "data: "
    "{\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"message\",\"content\":[{\"type\":"
    "\"output_text\",\"text\":\"a\"}]}]}}\n\n",
    "data: "
    "{\"choices\":[{\"delta\":{\"content\":\"a\",\"annotations\":[{\"url_citation\":{\"title\":\"t\"}}]}}],"
    "\"new\":{\"x\":[\"y\"]}}\n\n"};

const Seeds kConfigs = {
    "model_list:\n- model_name: 'gpt-*'\n  litellm_params: {model: azure/x, api_base: 'https://a', "
    "api_version: '1', rpm: 5, tpm: 6, weight: 2, order: 1}\n  model_info: {id: a, "
    "access_groups: [g], base_model: b}\nrouter_settings: {routing_strategy: latency-based-routing, "
    "num_retries: 2, allowed_fails: 3, cooldown_time: 5, fallbacks: [{a: [b]}], "
    "retry_policy: {TimeoutErrorRetries: 2}}\n",
    "litellm_settings: {drop_params: true, callbacks: [langfuse], cache: true, cache_params: {type: redis, "
    "host: h, ttl: 5}, fallbacks: [{a: [b]}], request_timeout: 600}\n"
    "general_settings: {master_key: os.environ/SET, database_url: x, alerting: [slack], alert_types: [a]}\n",
    "guardrails:\n- guardrail_name: g\n  litellm_params: {guardrail: presidio, mode: [pre_call, post_call], "
    "default_on: true, pii_entities_config: {EMAIL_ADDRESS: MASK}}\n"
    "policies:\n- {name: p, script: p.lua, bind: {team: [a]}, mode: shadow, on_timeout: allow}\n",
    "plugin_trust: {require_signature: true, signers: [AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=], allow: "
    "[{plugin: a, sha256: "
    "0000000000000000000000000000000000000000000000000000000000000000}]}\n"};

}  // namespace

void addMoreSeeds(std::map<std::string, Seeds>& seeds) {
    seeds["content_fuzz"] = after(std::string("\0\3", 2), kBodies);
    seeds["texts_fuzz"] = after(std::string("\0\1\2\3\4\6\7", 7), kStreams);
    seeds["placed_fuzz"] = {std::string("\0\12\0\62\1\3\2\200\3\5\4\2", 12),
                            std::string("\0\377\0\377\3\100\1\100\0\12\5\1\0\3", 14)};
    seeds["prices_fuzz"] = {
        R"({"gpt-4o":{"litellm_provider":"openai","input_cost_per_token":2.5e-6,"output_cost_per_token":0.00001,)"
        R"("input_cost_per_token_above_128k_tokens":1e-7}})",
        R"({"provider":"openai","source":"s","models":{"m":{"input_cost_per_token":1,"cache_read_input_token_cost":"x",)"
        R"("output_cost_per_token_flex":0}}})",
        "0.00000250", "12345678901234567890e-30",
        R"({"a":{"max_tokens":null,"mode":"chat"},"sample_spec":{}})"};
    seeds["jwt_fuzz"] = {
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJleHAiOjIwMDAwMDAwMDAsImlzcyI6Imh0dHBzOi8vYSIsImF1ZCI6ImIifQ."
        "AAAA\n"
        R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"},{"kty":"EC","crv":"P-256",)"
        R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","alg":"ES256"},{"kty":"RSA",)"
        R"("n":"AQAB","e":"AQAB"}]})",
        R"({"exp":1.9e9,"nbf":0,"aud":["b"],"iss":"https://a","a":{"b":{"c":[1]}}})", "eyJhbGciOiJub25lIn0..",
        "sk-1234",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END "
        "PUBLIC KEY-----\n"};
    seeds["lua_fuzz"] = {"^(%a+)%s-()%b()%f[%W]\nabc (d) e",
                         "[^%s]-(.)%1\naabb",
                         "%\nx",
                         "(()",
                         "function f() return ('a'):rep(10):gsub('a', '%0%0') end",
                         "local t = setmetatable({}, {__index = function(_, k) return k end}) f = function() "
                         "while true do t[1] = t.x end end",
                         "f = coroutine.wrap(function() pcall(error, {}) coroutine.yield(1) end) f = nil",
                         "return ('x'):format('%5.2f%q', 1, 2)"};
    const std::string event =
        "\213\300\214\027\001a\232\001\306\001\002\220\003\030\006\210\230\005\002\006gpt-4o\004curl";
    seeds["usage_fuzz"] = {event, event + "\202\200\010\002bc\011\004\200\200\200`\001d\006failed\002{}",
                           event.substr(0, 9), "\377\377"};
    seeds["config_fuzz"].insert(seeds["config_fuzz"].end(), kConfigs.begin(), kConfigs.end());
}

}  // namespace sluice::fuzz
