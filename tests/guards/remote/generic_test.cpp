// LiteLLM's generic API; and configurations that cannot be right.
#include "asking.h"

using namespace guard_remote::testing;
using guard_remote::Guard;

TEST_CASE("generic: what the service is told", "[generic]") {
    const auto& script = service("generic_guardrail_api");
    FakeHost host;
    host.http.answer(script.url, {200, script.allow});
    auto guard = host.load<Guard>(configOf(
        script,
        R"("extra_headers":["X-Tenant"],"headers":{"x-own":"v"},"additional_provider_specific_params":{"level":1,"mode":"a"})"));
    const Json image{{"type", "image_url"}, {"image_url", {{"url", "https://a/b.png"}}}};
    const Json call{
        {"id", "c"}, {"type", "function"}, {"function", {{"name", "f"}, {"arguments", "{\"x\":1}"}}}};
    Json body{{"model", "m"},
              {"tools", {{{"type", "function"}}}},
              {"messages",
               {{{"role", "user"}, {"content", {{{"type", "text"}, {"text", "look"}}, image}}},
                {{"role", "assistant"}, {"tool_calls", {call}}}}}};
    auto request = host.request(body.dump());
    request.withHeader("authorization", "Bearer s3cr3t")
        .withHeader("x-tenant", "blue")
        .withHeader("user-agent", "test");
    request.withGuard(SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_POST_CALL, R"({"mode":"b"})");
    sluice::testing::Identity who;
    who.key_id = "hash";
    who.user = "ann";
    who.team = "red";
    request.withIdentity(who);
    CHECK(guard.preCall(request).continued());
    const Json said = asked(host, 0);
    CHECK(said["texts"][0] == "look");
    CHECK(said["input_type"] == "request");
    CHECK(said["structured_messages"] == body["messages"]);
    CHECK(said["tools"] == body["tools"]);
    CHECK(said["tool_calls"] == Json{call});
    CHECK(said["images"] == Json{"https://a/b.png"});
    CHECK(said["request_data"] == Json{{"user_api_key_hash", "hash"},
                                       {"user_api_key_user_id", "ann"},
                                       {"user_api_key_team_id", "red"}});
    CHECK(said["additional_provider_specific_params"] == Json{{"level", 1}, {"mode", "b"}});
    CHECK(said["request_headers"]["authorization"] == "[present]");
    CHECK(said["request_headers"]["x-tenant"] == "blue");
    CHECK(said["request_headers"]["user-agent"] == "test");
    CHECK(said["litellm_call_id"].get<std::string>().find("call-") == 0);
    CHECK(host.http.asked()[0].body.find("s3cr3t") == std::string::npos);
    CHECK(fieldOf(host.http.asked()[0], "x-api-key") == "s3cr3t");
    CHECK(fieldOf(host.http.asked()[0], "x-own") == "v");
    request.withResponse(200, answer("done"));
    CHECK(guard.postCall(request).continued());
    CHECK(asked(host, 1)["input_type"] == "response");
    CHECK(asked(host, 1)["structured_messages"].is_null());
}

TEST_CASE("generic: edits that can be followed, and those that cannot", "[generic]") {
    const auto& script = service("generic_guardrail_api");
    const auto outcomeOf = [&](const std::string& body) {
        FakeHost host;
        host.http.answer(script.url, {200, body});
        auto guard = host.load<Guard>(configOf(script));
        auto request = host.request(talk({{"user", "one"}, {"user", "two"}}, {{"tools", Json::array()}}));
        const auto outcome = guard.preCall(request);
        return outcome.blocked()      ? request.blockMessage()
               : outcome.notScanned() ? "not scanned"
                                      : request.body();
    };
    const auto edited = [](const std::string& a, const std::string& b) {
        return talk({{"user", a}, {"user", b}}, {{"tools", Json::array()}});
    };
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1","two"]})") == edited("1", "two"));
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1","two"],"images":null,"tools":[]})") ==
          edited("1", "two"));
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1"]})") == "not scanned");
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1",2]})") == "not scanned");
    CHECK(outcomeOf(R"({"action":"GUARDRAIL_INTERVENED"})") == "not scanned");
    CHECK(
        outcomeOf(R"({"action":"GUARDRAIL_INTERVENED","texts":["1","two"],"tools":[{"type":"function"}]})") ==
        "not scanned");
    CHECK(outcomeOf(R"({"action":"BLOCKED"})") == "Content blocked by guardrail: Content violates policy");
    CHECK(outcomeOf(R"({"action":"BLOCKED","blocked_reason":"too blue"})") ==
          "Content blocked by guardrail: too blue");
    const std::string longer = outcomeOf(
        Json{{"action", "BLOCKED"}, {"blocked_reason", "a" + std::string(998, 'x') + "\u00e9"}}.dump());
    CHECK(longer.size() == 30 + 999);
    CHECK(outcomeOf(R"({"action":"blocked"})") == "not scanned");
    CHECK(outcomeOf(R"({"action":"NONE","texts":["1","2"]})") == edited("one", "two"));
}

TEST_CASE("configurations that cannot be right are refused, with the key and without the secret",
          "[config]") {
    const auto has = [](const std::string& fault, const std::string& part) {
        INFO(fault);
        CHECK(fault.find(part) != std::string::npos);
        CHECK(fault.find("s3cr3t") == std::string::npos);
    };
    has(refusalOf("{}"), "guardrail: found nothing");
    has(refusalOf(R"({"guardrail":"magic"})"), "presidio, aws_comprehend, bedrock");
    has(refusalOf(R"({"guardrail":"presidio"})"), "presidio_analyzer_api_base: found nothing");
    has(refusalOf(kPresidio + R"(,"api_key":"s3cr3t"})"), "api_key: found a key that presidio does not have");
    has(refusalOf(kPresidio + R"(,"pii_entities_config":{"X":"HIDE"}})"), "pii_entities_config.X");
    has(refusalOf(kPresidio + R"(,"presidio_ad_hoc_recognizers":"/nowhere/at/all.json"})"),
        "a file that cannot be read");
    has(refusalOf(kPresidio + R"(,"fail":"maybe"})"), "fail: found another text");
    has(refusalOf(kPresidio + R"(,"timeout":0})"), "timeout");
    has(refusalOf(kPresidio + R"(,"stream_chunk_chars":0})"), "stream_chunk_chars: found 0");
    has(refusalOf(R"({"guardrail":"bedrock","aws_region_name":"eu-west-1","aws_access_key_id":"s3cr3t"})"),
        "aws_secret_access_key: found nothing");
    has(refusalOf(
            R"({"guardrail":"bedrock","aws_region_name":"eu west","aws_access_key_id":"s3cr3t","aws_secret_access_key":"s3cr3t"})"),
        "aws_region_name");
    has(refusalOf(R"({"guardrail":"lakera_v2"})"), "api_key: found nothing");
    has(refusalOf(R"({"guardrail":"lakera_v2","api_key":"s3cr3t\nx: y"})"),
        "api_key: found control characters");
    has(refusalOf(R"({"guardrail":"lakera_v2","api_key":"k","api_base":"ftp://s3cr3t"})"),
        "api_base: found another text");
    has(refusalOf(
            R"({"guardrail":"azure/prompt_shield","api_key":"k","api_base":"https://a","api_version":"2024&x=y"})"),
        "api_version");
    has(refusalOf(R"({"guardrail":"llama_guard","api_base":"https://a"})"), "model: found nothing");
    const std::string generic = R"({"guardrail":"generic_guardrail_api","api_base":"https://a","headers":)";
    has(refusalOf(generic + R"({"Content-Length":"s3cr3t"}})"), "headers.Content-Length: found a name");
    has(refusalOf(generic + R"({"x y":"s3cr3t"}})"), "headers.x y: found a name");
    has(refusalOf(generic + R"({"x":"s3cr3t\r\n"}})"), "headers.x: found control characters");
    FakeHost host;
    host.capabilities.clear();
    has(host.refusal<Guard>(kPresidio + "}"), "net");
    FakeHost secret;
    secret.secrets["H"] = "s3cr3t";
    secret.http.answer("https://api.lakera.ai/v2/guard", {200, R"({"flagged":false})"});
    auto guard = secret.load<Guard>(R"({"guardrail":"lakera_v2","api_key":{"$secret":"H"}})");
    auto request = secret.request(chat("x"));
    CHECK(guard.preCall(request).continued());
    CHECK(fieldOf(secret.http.asked()[0], "authorization") == "Bearer s3cr3t");
}
