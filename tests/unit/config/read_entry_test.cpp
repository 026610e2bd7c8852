#include "config/read_entry.h"

#include <catch2/catch.hpp>

using namespace sluice;

namespace {

const config::Environment kNone = [](const std::string&) { return std::nullopt; };

config::Settings start() {
    config::Faults faults;
    auto settings = config::readSettings(
        config::parseTree("model_list:\n"
                          "  - {model_name: a, litellm_params: {model: openai/a}, model_info: {id: one}}\n"
                          "guardrails:\n"
                          "  - {guardrail_name: g, litellm_params: {guardrail: x, mode: pre_call}}\n",
                          "c.yaml", kNone, faults),
        faults);
    CHECK_FALSE(faults.hasErrors());
    return settings;
}

}  // namespace

TEST_CASE("an entry of a store is read as if it stood in the file", "[config]") {
    auto settings = start();
    config::Faults faults;
    REQUIRE(config::readEntry(
        settings, "model_list",
        R"({"model_name":"b","litellm_params":{"model":"openai/b","api_key":"sk-1"},"model_info":{"id":"two"}})",
        "store", kNone, faults));
    CHECK(settings.model_list.size() == 2);
    CHECK(settings.model_list[1].id == "two");
    const auto handle = config::Secrets::handleOf(settings.model_list[1].params["api_key"]);
    REQUIRE(handle);  // no secret in the tree
    CHECK(settings.tree.secrets.find(*handle)->reveal() == "sk-1");
    REQUIRE(
        config::readEntry(settings, "guardrails",
                          R"({"guardrail_name":"h","litellm_params":{"guardrail":"x","mode":["post_call"]}})",
                          "store", kNone, faults));
    CHECK(settings.guardrails[1].guard->modes == config::kPostCall);
}

TEST_CASE("an entry at fault leaves everything as it was", "[config]") {
    for (const char* bad :
         {R"({"model_name":"b"})",
          R"({"model_name":"b","litellm_params":{"model":"openai/b","timeout":"soon"}})",
          R"({"model_name":"b","litellm_params":{"model":"openai/b"},"model_info":{"id":"one"}})", "{", "7",
          "]", R"({"model_name":"b","litellm_params":{"model":"openai/b"}}],"general_settings":{"x":[1)"}) {
        INFO(bad);
        auto settings = start();
        config::Faults faults;
        CHECK_FALSE(config::readEntry(settings, "model_list", bad, "store", kNone, faults));
        CHECK(faults.hasErrors());
        CHECK(settings.model_list.size() == 1);
        CHECK(settings.tree.root["model_list"].size() == 1);
        config::Faults none;
        CHECK(config::readEntry(settings, "model_list",
                                R"({"model_name":"c","litellm_params":{"model":"openai/c"}})", "store", kNone,
                                none));
    }
    auto settings = start();
    config::Faults faults;
    CHECK_FALSE(
        config::readEntry(settings, "guardrails",
                          R"({"guardrail_name":"g","litellm_params":{"guardrail":"x","mode":"pre_call"}})",
                          "store", kNone, faults));
}
