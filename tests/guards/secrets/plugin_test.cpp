// The guardrail with the fake host: configuration, actions, masks, streams.
#include "made.h"

#include <guard_secrets/options.h>
#include <catch2/catch.hpp>
#include <guard_secrets/plugin.cpp>
#include <sluice/testing/fake_host.hpp>

using guard_secrets::Guard;
using sluice::testing::FakeHost;

namespace {

std::string chat(const std::string& text, bool stream = false) {
    return std::string(R"({"model":"m",)") + (stream ? R"("stream":true,)" : "") +
           R"("messages":[{"role":"user","content":)" + sluice::jsonQuoted(text) + "}]}";
}

// What a fault of the configuration says.
std::string fault(const std::string& config) {
    try {
        guard_secrets::settingsOf(config);
    } catch (const sluice::ConfigError& error) {
        return error.message();
    }
    return {};
}

const std::string kPassword = "b7Kq!x92Lm";

}  // namespace

TEST_CASE("a request is redacted, and the record says of what") {
    FakeHost host;
    auto guard = host.load<Guard>("{}");
    made::Random random(1);
    const auto key = "AKIA" + made::some(random, made::kUpper, 16);
    auto request = host.request(chat("password=" + kPassword + " and " + key));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == chat("password=[REDACTED] and [REDACTED]"));
    CHECK(request.guardReport() == R"({"entities":{"AWS_ACCESS_KEY":1,"PASSWORD":1}})");
    auto harmless = host.request(chat("commit " + made::some(random, made::kHex, 40)));
    CHECK(guard.preCall(harmless).continued());
    CHECK(harmless.guardReport().empty());
}

TEST_CASE("actions, for all and by detector, also for what continues a secret") {
    FakeHost host;
    made::Random random(2);
    const auto pem = made::pem(random, "PRIVATE KEY", 640);
    auto guard = host.load<Guard>(
        R"({"action":"warn","detectors":{"private_key":"block","JWT":"redact","PASSWORD":"off"}})");
    auto blocked = host.request(chat(pem));
    CHECK(guard.preCall(blocked).blocked());
    CHECK(blocked.blockCode() == "content_blocked");
    CHECK(blocked.block().message == "The content was blocked: it contains a secret (PRIVATE_KEY)");
    auto off = host.request(chat("password=" + kPassword));
    CHECK(guard.preCall(off).continued());
    CHECK(off.guardReport().empty());
    auto warned = host.request(chat("postgres://u:" + kPassword + "@db"));
    CHECK(guard.preCall(warned).continued());
    CHECK(warned.body() == chat("postgres://u:" + kPassword + "@db"));
    CHECK(warned.guardReport() == R"({"entities":{"URL_PASSWORD":1}})");
    auto lines = host.load<Guard>(R"({"detectors":{"PRIVATE_KEY":"warn"}})");
    auto seen = host.request(chat(pem));
    CHECK(lines.preCall(seen).continued());
    CHECK(seen.body() == chat(pem));
}

TEST_CASE("masks") {
    FakeHost host;
    auto guard = host.load<Guard>(R"({"mask":"<{entity}>"})");
    made::Random random(3);
    auto request = host.request(chat("password=" + kPassword + "\n" + made::pem(random, "PRIVATE KEY", 130)));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == chat("password=<PASSWORD>\n-----BEGIN PRIVATE "
                                 "KEY-----\n<PRIVATE_KEY>\n\n\n-----END PRIVATE KEY-----"));
}

TEST_CASE("patterns of one's own") {
    FakeHost host;
    auto guard = host.load<Guard>(
        R"({"patterns":[{"name":"acme_key","pattern":"\\bacme-[0-9]{6}\\b"},{"name":"CASE","pattern":"case [0-9]+","action":"block","max_length":20}],"allow":["acme-000000"]})");
    auto request = host.request(chat("acme-123456 acme-000000 xacme-123456 acme-1234567"));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == chat("[REDACTED] acme-000000 xacme-123456 acme-1234567"));
    CHECK(request.guardReport() == R"({"entities":{"ACME_KEY":1}})");
    auto blocked = host.request(chat("case 77"));
    CHECK(guard.preCall(blocked).blocked());
}

TEST_CASE("LiteLLM's detect_secrets_config: only these detectors, with their limits") {
    FakeHost host;
    auto guard = host.load<Guard>(
        R"({"detect_secrets_config":{"plugins_used":[{"name":"BasicAuthDetector"},{"name":"HexHighEntropyString","limit":3.9}]}})");
    made::Random random(4);
    auto request = host.request(chat("postgres://u:" + kPassword + "@db password=" + kPassword));
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() == chat("postgres://u:[REDACTED]@db password=" + kPassword));
    CHECK(
        guard_secrets::settingsOf(
            R"({"detect_secrets_config":{"plugins_used":[{"name":"Base64HighEntropyString","limit":4.0}]}})")
            .engine.base64_limit == 4.0);
    CHECK(guard_secrets::settingsOf("{}").engine.hex_limit == 3.0);
    CHECK(guard_secrets::settingsOf(R"({"entropy":{"base64":4}})").engine.base64_limit == 4.0);
}

TEST_CASE("faults of the configuration say where, and never what a text was") {
    CHECK(fault(R"({"detectors":{"NOBODY":"off"}})").find("detectors.NOBODY: found an unknown detector") ==
          0);
    CHECK(fault(R"({"detectors":{"JWT":"drop"}})") ==
          "detectors.JWT: found another text; allowed: one of redact, block, warn, off");
    CHECK(fault(R"({"action":"drop"})").find("action: found another text") == 0);
    CHECK(fault(R"({"patterns":[{"name":"X","pattern":"("}]})").find("patterns[0].pattern: found ") == 0);
    CHECK(fault(R"({"patterns":[{"name":"X"}]})") == "patterns[0].pattern: found nothing; allowed: a text");
    CHECK(fault(R"({"patterns":[{"name":"X","pattern":"a","max_length":0}]})")
              .find("patterns[0].max_length: found 0") == 0);
    CHECK(fault(R"({"detect_secrets_config":{"plugins_used":[{"name":"Nobody"}]}})")
              .find("detect_secrets_config.plugins_used[0].name") == 0);
    CHECK(fault(R"({"detect_secrets_config":{"plugins_used":[{"name":"HexHighEntropyString","limit":9}]}})")
              .find("allowed: 0 to 8") != std::string::npos);
    CHECK(fault(R"({"only":["x"]})").find("only[0]: found an unknown detector") == 0);
    CHECK(fault(R"({"unknown":1})").find("unknown") == 0);
}

TEST_CASE("streams: the same however they are cut, and nothing of a secret goes out") {
    FakeHost host;
    auto guard = host.load<Guard>("{}");
    made::Random random(5);
    const auto jwt = "eyJhbGciOiJIUzI1NiJ9.eyJ" + made::some(random, made::kAlnum, 600) + "." +
                     made::some(random, made::kAlnum, 43);
    const auto said = "Use password=" + kPassword + " with " + jwt + ".\n" +
                      made::pem(random, "RSA PRIVATE KEY", 1000) + "\nDone.";
    std::string wanted =
        "Use password=[REDACTED] with [REDACTED].\n-----BEGIN RSA PRIVATE KEY-----\n[REDACTED]";
    wanted += std::string(16, '\n') + "-----END RSA PRIVATE KEY-----\nDone.";
    for (uint64_t seed = 0; seed < 40; ++seed) {
        auto request = host.request(chat("hello", true));
        REQUIRE(guard.preCall(request).continued());
        auto stream = host.stream(request);
        REQUIRE(stream.pushCut(said, seed));
        REQUIRE(stream.end());
        CHECK(stream.text() == wanted);
    }
}

TEST_CASE("arguments of tools stay JSON") {
    FakeHost host;
    auto guard = host.load<Guard>("{}");
    auto request =
        host.request(R"({"model":"m","messages":[{"arguments":"{\"password\":\"b7Kq!x92Lm\",\"n\":1}"}]})");
    CHECK(guard.preCall(request).continued());
    CHECK(request.body() ==
          R"({"model":"m","messages":[{"arguments":"{\"password\":\"[REDACTED]\",\"n\":1}"}]})");
}

TEST_CASE("what only warns does not hold streams back") {
    FakeHost host;
    auto guard = host.load<Guard>(R"({"action":"warn"})");
    auto request = host.request(chat("hello", true));
    CHECK(guard.preCall(request).continued());
    CHECK(request.subscriptions().empty());
}
