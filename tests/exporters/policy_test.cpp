#include "exporters/policy.h"

#include <stdexcept>

#include <catch2/catch.hpp>

#include "exporters/redact.h"
#include "support.h"

using namespace testing;
using exporters::Options;
using exporters::Policy;
using nlohmann::json;

namespace {

class OwnSink final : public exporters::Sink {
public:
    void encode(const exporters::Node&, std::string_view, std::vector<std::string>&) const override {}
    exporters::Outgoing assemble(const std::vector<std::string>&, size_t, size_t,
                                 const exporters::Destination&) const override {
        return {};
    }
    std::shared_ptr<const exporters::Destination> own(const json& vars) const override {
        if (!vars.contains("account")) return nullptr;
        if (vars["account"] == "bad") throw std::invalid_argument("no such account");
        return place(vars["account"]);
    }
    bool samples() const override { return sampled; }
    bool sampled = true;
};

struct Bench {
    Options options;
    OwnSink sink;
    std::vector<std::string> warned;
    Policy policy{
        options, {"langfuse", "langfuse_otel"}, sink, place("usual"), [this](const std::string& text) {
            warned.push_back(text);
        }};

    void learn(const std::string& kind, const std::string& id, const json& metadata, bool removed = false) {
        const std::string text = json{{"metadata", metadata}}.dump();
        sluice_document document{};
        document.size = sizeof document;
        document.removed = removed ? 1 : 0;
        document.kind = sluice::str(kind);
        document.id = sluice::str(id);
        document.json = sluice::str(text);
        policy.learn(document);
    }
    /// Where it goes, with "/m" and "/k" for what is hidden.
    std::string judge(const std::string& key, const std::string& team = "", const char* outcome = "success",
                      const std::string& attributes = "{}", const std::string& id = "r1") const {
        sluice_record record{};
        record.size = sizeof record;
        record.outcome = sluice::str(outcome);
        record.key_id = sluice::str(key);
        record.team = sluice::str(team);
        record.attributes = sluice::str(attributes);
        record.record_id = sluice::str(id);
        std::string all;
        for (const auto& ticket : policy.judge(record)) {
            all += (all.empty() ? "" : " ") + ticket.to->id;
            if (ticket.redact & exporters::kHideMessages) all += "/m";
            if (ticket.redact & exporters::kHideKeyInfo) all += "/k";
        }
        return all;
    }
};

json logging(const std::string& name, const std::string& type, json vars) {
    return {{"logging",
             {{{"callback_name", name}, {"callback_type", type}, {"callback_vars", std::move(vars)}}}}};
}

}  // namespace

TEST_CASE("keys and teams have destinations of their own; the key's count first", "[policy]") {
    Bench bench;
    bench.learn("key", "k1", logging("langfuse", "success", {{"account", "one"}}));
    bench.learn("team", "t1", logging("langfuse_otel", "success_and_failure", {{"account", "two"}}));
    bench.learn("key", "k2", logging("gcs_bucket", "success", {{"account", "three"}}));
    CHECK(bench.judge("k1") == "one");
    CHECK(bench.judge("k1", "t1") == "one");
    CHECK(bench.judge("k9", "t1") == "two");
    CHECK(bench.judge("k9") == "usual");
    CHECK(bench.judge("k2") == "usual");
    CHECK(bench.judge("k1", "", "failure").empty());
    CHECK(bench.judge("k9", "t1", "blocked") == "two");
    CHECK(bench.policy.destinations().size() == 3);
    bench.learn("key", "k1", {}, true);
    CHECK(bench.judge("k1") == "usual");
}

TEST_CASE("what cannot be understood goes nowhere, and not to the configured account", "[policy]") {
    Bench bench;
    bench.learn("key", "k1", logging("langfuse", "success", {{"account", "bad"}}));
    CHECK(bench.judge("k1").empty());
    REQUIRE(bench.warned.size() == 1);
    CHECK(bench.warned[0].find("no such account") != std::string::npos);
    for (const json& metadata :
         {json(), json("x"), json::array(), json{{"logging", "x"}}, json{{"logging", {1, "x", json()}}},
          json{{"callback_settings", 7}}, json{{"litellm_disabled_callbacks", "langfuse"}}}) {
        bench.learn("key", "k2", metadata);
        CHECK(bench.judge("k2") == "usual");
    }
}

TEST_CASE("off is off, whoever says so", "[policy]") {
    Bench bench;
    bench.learn("key", "k1", {{"litellm_disabled_callbacks", {"datadog", "langfuse"}}});
    bench.learn(
        "team", "t1",
        {{"callback_settings", {{"success_callback", json::array()}, {"failure_callback", json::array()}}}});
    CHECK(bench.judge("k1").empty());
    CHECK(bench.judge("k9", "t1").empty());
    const std::string shown =
        json{{"sluice.key_metadata", R"({"litellm_disabled_callbacks":["langfuse"]})"}}.dump();
    CHECK(bench.judge("k9", "", "success", shown).empty());
    CHECK(bench.judge("k9", "", "success", R"({"x":"turn_off_message_logging"})") == "usual");
}

TEST_CASE("messages are hidden if the configuration, the key, the team or the destination says so",
          "[policy]") {
    Bench bench;
    bench.learn("key", "k1", {{"turn_off_message_logging", true}});
    bench.learn("key", "k2",
                logging("langfuse", "success", {{"account", "one"}, {"turn_off_message_logging", "true"}}));
    CHECK(bench.judge("k1") == "usual/m");
    CHECK(bench.judge("k2") == "one/m");
    bench.options.hide_messages = bench.options.hide_key_info = true;
    CHECK(bench.judge("k9") == "usual/m/k");
}

TEST_CASE("sampling takes about that share, and the same ones each time", "[policy]") {
    Bench bench;
    bench.options.sample_rate = 0.25;
    bench.learn("key", "none", logging("langfuse", "success", {{"account", "one"}, {"sample_rate", "0"}}));
    size_t taken = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::string id = "0198d2f0-" + std::to_string(i);
        const bool yes = !bench.judge("k", "", "success", "{}", id).empty();
        CHECK(yes == !bench.judge("k", "", "success", "{}", id).empty());
        taken += yes ? 1 : 0;
        REQUIRE(bench.judge("none", "", "success", "{}", id).empty());
    }
    CHECK(taken > 2'300);
    CHECK(taken < 2'700);
}

TEST_CASE("a record without what was said and without who said it", "[policy]") {
    exporters::Reader reader;
    const std::string whole =
        R"({"id":"r","messages":[{"role":"user","content":"pomegranate"}],"response":{"choices":["pomegranate"]},)"
        R"("guardrail_information":[{"guardrail_name":"g","guardrail_request":"pomegranate","verdict":"ok"}],)"
        R"("metadata":{"user_api_key_hash":"hash-1","user_api_key_alias":null,"attributes":{"tags":"[]",)"
        R"("sluice.key_metadata":"hash-1"}},"response_cost":0.000012345678,"n":18446744073709551615})";
    const auto hidden = json::parse(exporters::redacted(reader, whole, exporters::kHideMessages));
    CHECK(hidden.dump().find("pomegranate") == std::string::npos);
    CHECK(hidden["messages"][0]["content"] == "redacted-by-litellm");
    CHECK(hidden["guardrail_information"][0]["guardrail_name"] == "g");
    CHECK(hidden["metadata"]["user_api_key_hash"] == "hash-1");
    CHECK(hidden["response_cost"].get<double>() == 0.000012345678);
    CHECK(hidden["n"] == 18446744073709551615u);
    const auto nobody = json::parse(exporters::redacted(reader, whole, exporters::kHideKeyInfo));
    CHECK(nobody.dump().find("hash-1") == std::string::npos);
    CHECK(nobody["metadata"]["user_api_key_hash"].is_null());
    CHECK(nobody["metadata"]["attributes"]["tags"] == "[]");
    CHECK(nobody["messages"] == json::parse(whole)["messages"]);
    CHECK(
        json::parse(exporters::redacted(reader, R"({"messages":null})", exporters::kHideMessages))["messages"]
            .is_null());
    CHECK(exporters::redacted(reader, "[]", 1).empty());
}

TEST_CASE("what a request says of its own record", "[policy]") {
    Bench bench;
    const auto judge = [&](const char* name, const char* value, const char* key = "k9") {
        return bench.judge(key, "", "success", json{{name, value}}.dump());
    };
    CHECK(judge("litellm.disabled_callbacks", "datadog, langfuse").empty());
    CHECK(judge("litellm.disabled_callbacks", "langfuse_other,langfus") == "usual");
    CHECK(judge("litellm.no_log", "true").empty());
    CHECK(judge("litellm.message_redaction", "on") == "usual/m");
    bench.options.hide_messages = true;
    CHECK(judge("litellm.message_redaction", "off") == "usual");
    // What a key hides, no request shows.
    bench.learn("key", "k1", {{"turn_off_message_logging", true}, {"redact_user_api_key_info", "true"}});
    CHECK(judge("litellm.message_redaction", "off", "k1") == "usual/m/k");
    bench.options.callers_decide = false;
    CHECK(judge("litellm.message_redaction", "off") == "usual/m");
    CHECK(judge("litellm.no_log", "true") == "usual/m");
    CHECK(judge("litellm.disabled_callbacks", "langfuse") == "usual/m");
}

TEST_CASE("masks and fields of one's own", "[policy]") {
    exporters::Reader reader;
    const auto options = exporters::optionsOf({{"mask", {"metadata.ip", "list.*.b", "whole", "none.at.all"}},
                                               {"custom_fields", {{"region", "eu"}}}});
    const std::string record =
        R"({"metadata":{"ip":"1.2.3.4","ok":1},"list":[{"b":2,"c":3},4],"whole":{"x":[1]},"rest":null})";
    CHECK(
        json::parse(exporters::shaped(reader, record, options)) ==
        json::parse(
            R"({"metadata":{"ip":"redacted-by-litellm","ok":1},"list":[{"b":"redacted-by-litellm","c":3},4],)"
            R"("whole":"redacted-by-litellm","rest":null,"custom_fields":{"region":"eu"}})"));
    CHECK(exporters::shaped(reader, "garbage", options).empty());
    CHECK_THROWS_AS(exporters::optionsOf({{"mask", {"a..b"}}}), sluice::ConfigError);
}

TEST_CASE("who counts gets every record, whatever is sampled", "[policy]") {
    Bench bench;
    bench.options.sample_rate = 0;
    bench.learn("key", "some", logging("langfuse", "success", {{"account", "one"}, {"sample_rate", "0"}}));
    CHECK(bench.judge("k").empty());
    CHECK(bench.judge("some").empty());
    bench.sink.sampled = false;
    CHECK(bench.judge("k") == "usual");
    CHECK(bench.judge("some") == "one");
    CHECK(bench.judge("some", "", "failure").empty());
}
