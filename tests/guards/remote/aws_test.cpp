// AWS's services: signatures, what intervened, places.
#include "asking.h"

using namespace guard_remote::testing;
using guard_remote::Guard;

TEST_CASE("comprehend: the operation, the signature, places, labels", "[comprehend]") {
    const auto& script = service("aws_comprehend");
    FakeHost host;
    host.http.answer(script.url, {200, script.allow});
    auto guard = host.load<Guard>(configOf(script, R"("language":"es")"));
    auto request = host.request(chat(kText));
    CHECK(guard.preCall(request).continued());
    const auto& said = host.http.asked().at(0);
    CHECK(fieldOf(said, "x-amz-target") == "Comprehend_20171127.DetectPiiEntities");
    CHECK(fieldOf(said, "content-type") == "application/x-amz-json-1.1");
    CHECK(fieldOf(said, "authorization")
              .find("AWS4-HMAC-SHA256 Credential=AK/20231114/eu-west-1/comprehend/aws4_request") == 0);
    CHECK(asked(host, 0) == Json{{"Text", kText}, {"LanguageCode", "es"}});

    FakeHost contains;
    contains.http.answer(
        script.url,
        {200,
         R"({"Labels":[{"Name":"EMAIL","Score":0.4},{"Name":"SSN","Score":0.9},{"Name":"AGE","Score":1}]})"});
    auto other = contains.load<Guard>(configOf(script, R"("operation":"contains")"));
    auto asking = contains.request(chat(kText));
    CHECK(other.preCall(asking).blocked());
    CHECK(asking.blockMessage() == "Blocked PII entity detected: SSN by Guardrail: guard.");
    CHECK(asking.block().internal_reason == "SSN");
    for (const std::string wrong :
         {R"({"Entities":[{"Type":"EMAIL","Score":1,"BeginOffset":20,"EndOffset":27}]})",
          R"({"Entities":[{"Type":"EMAIL","Score":1}]})", R"({"Entities":{}})", R"({"Labels":[]})"}) {
        FakeHost broken;
        broken.http.answer(script.url, {200, wrong});
        auto third = broken.load<Guard>(configOf(script));
        auto again = broken.request(chat(kText));
        CHECK(third.preCall(again).notScanned());
    }
}

TEST_CASE("bedrock: sources, several texts, and what intervened", "[bedrock]") {
    const auto& script = service("bedrock");
    const auto pii = [](const std::string& outputs) {
        return R"({"action":"GUARDRAIL_INTERVENED","outputs":[)" + outputs +
               R"(],"assessments":[{"sensitiveInformationPolicy":{"piiEntities":[{"type":"NAME","action":"ANONYMIZED"}]}}]})";
    };
    FakeHost host;
    host.http.answer(script.url, {200, pii(R"({"text":"{NAME}"},{"text":"two"})")});
    auto guard = host.load<Guard>(configOf(script, R"("aws_session_token":"tok")"));
    auto request = host.request(talk({{"user", "Ann"}, {"user", "two"}}));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == talk({{"user", "{NAME}"}, {"user", "two"}}));
    CHECK(asked(host, 0) ==
          Json{{"source", "INPUT"},
               {"content", {{{"text", {{"text", "Ann"}}}}, {{"text", {{"text", "two"}}}}}}});
    CHECK(fieldOf(host.http.asked()[0], "x-amz-security-token") == "tok");
    request.withResponse(200, answer("two"));
    host.http.answer(script.url, {200, script.allow});
    CHECK(guard.postCall(request).continued());
    CHECK(asked(host, 1)["source"] == "OUTPUT");

    const auto blocks = [&](const std::string& body, const std::string& more = {}) {
        FakeHost other;
        other.http.answer(script.url, {200, body});
        auto one = other.load<Guard>(configOf(script, more));
        auto asking = other.request(chat("Ann"));
        const auto outcome = one.preCall(asking);
        return outcome.blocked() ? asking.blockMessage() : outcome.notScanned() ? "not scanned" : "goes on";
    };
    CHECK(blocks(pii(R"({"text":"{NAME}"})")) == "goes on");
    CHECK(blocks(pii(R"({"text":"{NAME}"})"), R"("mask_request_content":false)") ==
          "Violated guardrail policy: NAME");
    CHECK(blocks(pii(R"({"text":"{NAME}"})"), R"("mask_response_content":false)") == "goes on");
    CHECK(blocks(pii("")) == "Violated guardrail policy: NAME");
    CHECK(blocks(R"({"action":"GUARDRAIL_INTERVENED","outputs":[],"assessments":[]})") ==
          "Violated guardrail policy");
    CHECK(
        blocks(
            R"({"action":"GUARDRAIL_INTERVENED","outputs":[{"text":"no"}],"assessments":[{"wordPolicy":{"customWords":[{"match":"Ann","action":"BLOCKED"}]}}]})") ==
        "Violated guardrail policy: customWords");
    CHECK(blocks(R"({"action":"GUARDRAIL_INTERVENED","assessments":[{"topicPolicy":{"topics":{}}}]})") ==
          "not scanned");
    CHECK(blocks(R"({"action":"SOMETHING"})") == "not scanned");
}

TEST_CASE("bedrock: the path", "[bedrock]") {
    const auto pathOf = [](const std::string& identifier, const std::string& version) {
        FakeHost host;
        host.http.answer(kOrigin, {200, R"({"action":"NONE"})"});
        auto script = service("bedrock");
        const size_t at = script.config.find("\"abc\",\"guardrailVersion\":1");
        script.config.replace(at, 26, identifier + ",\"guardrailVersion\":" + version);
        const auto fault = host.refusal<Guard>(configOf(script));
        if (!fault.empty()) return fault;
        auto guard = host.load<Guard>(configOf(script));
        auto request = host.request(chat("x"));
        CHECK(guard.preCall(request).continued());
        return host.http.asked()[0].url.substr(kOrigin.size());
    };
    CHECK(pathOf("\"x1\"", "\"DRAFT\"") == "/guardrail/x1/version/DRAFT/apply");
    CHECK(pathOf("\"arn:aws:bedrock:eu-west-1:123456789012:guardrail/x1\"", "12") ==
          "/guardrail/x1/version/12/apply");
    CHECK(pathOf("\"../x\"", "1").find("guardrailIdentifier: found another text") == 0);
    CHECK(pathOf("\"x\"", "1.5").find("guardrailVersion: found another value") == 0);
    CHECK(pathOf("\"x\"", "\"\"").find("guardrailVersion: found") == 0);
}
