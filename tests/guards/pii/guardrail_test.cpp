// The guardrail with the fake host: actions, the way back, streams in any cut, configurations that are
// refused.
#include <guardrail.h>
#include <catch2/catch.hpp>
#include <sluice/testing/fake_host.hpp>

using pii::GuardPii;
using sluice::testing::FakeHost;

namespace {

constexpr char kChat[] =
    R"({"model":"m","stream":true,"messages":[{"role":"user","content":"I am jo@example.com, card 4111 1111 1111 1111"}]})";

// What is said against a configuration.
std::string fault(const char* config) {
    try {
        (void)pii::readSettings(config, sluice::Host(nullptr));
    } catch (const sluice::ConfigError& error) {
        return error.message();
    }
    return "nothing";
}

}  // namespace

TEST_CASE("guard_pii: masks, blocks, warns") {
    FakeHost host;
    auto guard =
        host.load<GuardPii>(R"({"pii_entities_config":{"EMAIL_ADDRESS":"MASK","CREDIT_CARD":"WARN"}})");
    auto request = host.request(kChat);
    CHECK(guard.preCall(request).continued());
    CHECK(request.body().find("I am <EMAIL_ADDRESS>, card 4111 1111 1111 1111") != std::string::npos);
    CHECK(request.guardReport() == R"({"entities":{"CREDIT_CARD":1,"EMAIL_ADDRESS":1}})");
    auto strict = host.load<GuardPii>(R"({"pii_entities_config":{"CREDIT_CARD":"BLOCK"}})");
    auto blocked = host.request(kChat);
    CHECK(strict.preCall(blocked).blocked());
    CHECK(blocked.block().message.find("Blocked PII entity detected: CREDIT_CARD by Guardrail: ") == 0);
}

TEST_CASE("guard_pii: a stream is masked alike however it is cut") {
    FakeHost host;
    auto guard = host.load<GuardPii>(
        R"({"pii_entities_config":{"EMAIL_ADDRESS":"MASK","CREDIT_CARD":"MASK","US_SSN":"MASK"}})");
    const std::string said =
        "Write to al@example.com (not 219099998) or pay 4111-1111-1111-1111. SSN: 219099998 " +
        std::string(500, '.') + "b@example.com";
    const std::string wanted =
        "Write to <EMAIL_ADDRESS> (not 219099998) or pay <CREDIT_CARD>. SSN: <US_SSN> " +
        std::string(500, '.') + "<EMAIL_ADDRESS>";
    for (uint64_t seed = 0; seed < 60; ++seed) {
        auto request = host.request(kChat);
        REQUIRE(guard.preCall(request).continued());
        auto stream = host.stream(request);
        REQUIRE(stream.pushCut(said, seed));
        REQUIRE(stream.end());
        CHECK(stream.text() == wanted);
    }
}

TEST_CASE("guard_pii: there and back, in text and in arguments of tools, never for another request") {
    FakeHost host;
    auto guard =
        host.load<GuardPii>(R"({"output_parse_pii":true,"pii_entities_config":{"EMAIL_ADDRESS":"MASK"}})");
    for (uint64_t seed = 0; seed < 30; ++seed) {
        auto request = host.request(kChat);
        REQUIRE(guard.preCall(request).continued());
        CHECK(request.body().find("I am <EMAIL_ADDRESS_1>, card") != std::string::npos);
        auto stream = host.stream(request);
        REQUIRE(stream.pushCut("Hello <EMAIL_ADDRESS_1>, <EMAIL_ADDRESS_2>!", seed));
        REQUIRE(stream.pushCut(R"({"to":"\u003cEMAIL_ADDRESS_1>"})", seed, SLUICE_LANE_TOOL_ARGS));
        REQUIRE(stream.end());
        CHECK(stream.text() == "Hello jo@example.com, <EMAIL_ADDRESS_2>!");
        CHECK(stream.text(SLUICE_LANE_TOOL_ARGS) == R"({"to":"jo@example.com"})");
    }
    auto other = host.request(R"({"model":"m","stream":true,"messages":[]})");
    REQUIRE(guard.preCall(other).continued());
    auto stream = host.stream(other);
    REQUIRE(stream.push("<EMAIL_ADDRESS_1>"));
    REQUIRE(stream.end());
    CHECK(stream.text() == "<EMAIL_ADDRESS_1>");
}

TEST_CASE("guard_pii: names stand beside the rules") {
    FakeHost host;
    auto guard = host.load<GuardPii>(R"({"pii_entities_config":{"PERSON":"MASK","EMAIL_ADDRESS":"MASK"}})");
    auto request = host.request(
        R"({"model":"m","messages":[{"role":"user","content":"My name is John Smith, mail john.smith@example.com."}]})");
    CHECK(guard.preCall(request).continued());
    CHECK(request.body().find("My name is <PERSON>, mail <EMAIL_ADDRESS>.") != std::string::npos);
}

TEST_CASE("guard_pii: what is wrong in a configuration is named") {
    FakeHost host;
    for (const auto& [config, words] : std::initializer_list<std::pair<const char*, const char*>>{
             {R"({"pii_entities_config":{"EMAIL":"MASK"}})", "pii_entities_config.EMAIL"},
             {R"({"pii_entities_config":{"URL":"HIDE"}})", "MASK, BLOCK, HASH, REPLACE, WARN, OFF"},
             {R"({"pii_entities_config":{"ALL":"OFF"}})", "nothing to look for"},
             {R"({"presidio_score_thresholds":{"ALL":7}})", "presidio_score_thresholds.ALL"},
             {R"({"hash_secret":"short"})", "16 bytes or more"},
             {R"({"presidio_ad_hoc_recognizers":[{"supported_entity":"x y"}]})",
              "presidio_ad_hoc_recognizers[0].supported_entity"}}) {
        INFO(config);
        CHECK(fault(config).find(words) != std::string::npos);
    }
}
