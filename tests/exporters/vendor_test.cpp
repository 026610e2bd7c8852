// What the files of vendors say, filled in.
#include <catch2/catch.hpp>

#include <fstream>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "callback_http/template.h"

using exporters::JsonText;
using nlohmann::json;

namespace {

json vendor(const std::string& name) {
    std::ifstream file(std::string(SLUICE_PLUGINS) + "/" + name + "/vendor.json");
    return json::parse(file);
}

json filled(const json& wanted, const json& record, const callback_http::Template::Words& words = {}) {
    exporters::Reader reader;
    JsonText out;
    const std::string text = record.dump();
    callback_http::Template(wanted, "template").write(out, reader.read(text), words);
    return json::parse(out.str());
}

const json kRecord = json::parse(
    R"({"id":"11111111-2222-4333-8444-555555555555","litellm_call_id":"c","outcome":"success","http_status":200,"call_type":"acompletion","startTime":1767225600.25,)"
    R"("endTime":1767225601.5,"model":"gpt-4o","model_group":"gpt","custom_llm_provider":"openai","prompt_tokens":10,"completion_tokens":5,"total_tokens":15,)"
    R"("response_cost":0.5,"stream":false,"request_tags":["a"],"messages":[{"role":"user","content":"hi"}],"response":{"id":"x","choices":[1]},"error_str":null,)"
    R"("metadata":{"user_api_key_user_id":"ann","attributes":{"caller_session_id":"s"}}})");

}  // namespace

TEST_CASE("more of templates: times in parts, alternatives, words, members that may be missing",
          "[template]") {
    const json record = {{"t", 1767225600.25}, {"a", nullptr}, {"b", "x"}};
    CHECK(filled("{{t | s}}", record) == 1767225600);
    CHECK(filled("{{t | ms_part}}", record) == 250);
    CHECK(filled("{{t | compact}}", record) == "20260101T000000250000Z");
    CHECK(filled("{{a, b}}", record) == "x");
    CHECK(filled("{{ a , c.d , config.w }}!", record, {{"w", "word"}}) == "word!");
    CHECK(filled("{{config.w}}", record, {{"w", "word"}}) == "word");
    CHECK(filled("{{config.none}}", record).is_null());
    CHECK(filled({{"k", "{{?a}}"}, {"l", "{{?b}}"}, {"m", "{{a}}"}}, record) ==
          json{{"l", "x"}, {"m", nullptr}});
    for (const char* bad : {"{{a,}}", "{{?}}", "{{a | day}}"})
        CHECK_THROWS_AS(callback_http::Template(json{{"k", bad}}, "template"), sluice::ConfigError);
}

TEST_CASE("LangSmith: a root run that its batch takes", "[vendor]") {
    const json run =
        filled(vendor("callback_langsmith")["template"], kRecord, {{"project", "p"}, {"run_name", "LLMRun"}});
    CHECK(run["id"] == kRecord["id"]);
    CHECK(run["trace_id"] == run["id"]);
    CHECK(run["dotted_order"] == "20260101T000000250000Z11111111-2222-4333-8444-555555555555");
    CHECK(run["name"] == "LLMRun");
    CHECK(run["run_type"] == "llm");
    CHECK(run["session_name"] == "p");
    CHECK(run["start_time"] == "2026-01-01T00:00:00.250Z");
    CHECK(run["inputs"]["messages"] == kRecord["messages"]);
    CHECK(
        run["outputs"] ==
        json::parse(
            R"({"choices":[1],"usage_metadata":{"input_tokens":10,"output_tokens":5,"total_tokens":15,"total_cost":0.5}})"));
    CHECK_FALSE(run.contains("error"));
    CHECK(run["extra"]["metadata"]["session_id"] == "s");
    auto named = kRecord;
    named["metadata"]["attributes"]["caller_run_name"] = "mine";
    named["error_str"] = "late";
    const json other =
        filled(vendor("callback_langsmith")["template"], named, {{"project", "p"}, {"run_name", "LLMRun"}});
    CHECK(other["name"] == "mine");
    CHECK(other["error"] == "late");
}

TEST_CASE("Helicone: a custom log with seconds and milliseconds", "[vendor]") {
    const json log = filled(vendor("callback_helicone")["template"], kRecord);
    CHECK(log["providerRequest"]["url"] == "custom-model-nopath");
    CHECK(log["providerRequest"]["json"]["messages"] == kRecord["messages"]);
    CHECK(log["providerRequest"]["meta"]["Helicone-User-Id"] == "ann");
    for (const auto& [name, value] : log["providerRequest"]["meta"].items()) CHECK(value.is_string());
    CHECK(log["providerResponse"]["status"] == 200);
    CHECK(log["providerResponse"]["json"]["choices"] == json::array({1}));
    CHECK(
        log["timing"] ==
        json::parse(
            R"({"startTime":{"seconds":1767225600,"milliseconds":250},"endTime":{"seconds":1767225601,"milliseconds":500}})"));
}
