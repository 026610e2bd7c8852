#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "callback_datadog/llm_sink.h"
#include "callback_datadog/series_sink.h"
#include "support.h"

using callback_datadog::LlmSink;
using callback_datadog::SeriesSink;
using nlohmann::json;

namespace {

json usual() {
    return {
        {"id", "r1"},
        {"outcome", "success"},
        {"http_status", 200},
        {"call_type", "acompletion"},
        {"startTime", 100.0},
        {"completionStartTime", 100.25},
        {"endTime", 101.5},
        {"model", "gpt-4o"},
        {"model_id", "d1"},
        {"model_group", "gpt"},
        {"custom_llm_provider", "openai"},
        {"usage_known", true},
        {"prompt_tokens", 10},
        {"completion_tokens", 5},
        {"total_tokens", 15},
        {"response_cost", 0.5},
        {"stream", true},
        {"messages", json::array({{{"role", "user"}, {"content", "hi"}}})},
        {"response", {{"choices", json::array({{{"message", {{"role", "assistant"}, {"content", "ho"}}}}})}}},
        {"metadata", {{"attributes", json::object()}, {"user_api_key_user_id", "ann"}}}};
}

json spanOf(const json& record) {
    const LlmSink sink({"app", {"env:test"}});
    exporters::Reader reader;
    std::vector<std::string> items;
    const std::string text = record.dump();
    sink.encode(reader.read(text), text, items);
    exporters::Destination to;
    const json body = json::parse(sink.assemble(items, 0, items.size(), to).body);
    CHECK(body["data"]["type"] == "span");
    CHECK(body["data"]["attributes"]["ml_app"] == "app");
    return body["data"]["attributes"]["spans"][0];
}

json said(const std::string& role, const std::string& text) {
    return json::array({{{"role", role}, {"content", text}}});
}

}  // namespace

TEST_CASE("a span of LLM Observability", "[datadog]") {
    const json span = spanOf(usual());
    CHECK(span["meta"]["kind"] == "llm");
    CHECK(span["meta"]["input"]["messages"] == said("user", "hi"));
    CHECK(span["meta"]["output"]["messages"] == said("assistant", "ho"));
    CHECK(span["meta"]["metadata"]["model_name"] == "gpt-4o");
    CHECK(span["metrics"] == json{{"input_tokens", 10},
                                  {"output_tokens", 5},
                                  {"total_tokens", 15},
                                  {"total_cost", 0.5},
                                  {"time_to_first_token", 0.25}});
    CHECK(span["start_ns"] == 100'000'000'000);
    CHECK(span["duration"] == 1'500'000'000);
    CHECK(span["status"] == "ok");
    CHECK(span["parent_id"] == "undefined");
    CHECK(span["trace_id"].get<std::string>().size() == 32);
    CHECK(span["span_id"].get<std::string>().size() == 16);
    CHECK(span["tags"] == json{"env:test", "model_group:gpt", "user:ann"});
    CHECK_FALSE(span.contains("session_id"));
    auto record = usual();
    // The fields of a request count more than its metadata, and a text that is too long for an id is none.
    record["metadata"]["attributes"] = {{"caller_session_id", "s"}};
    record["metadata"]["requester_metadata"] = {
        {"session_id", "other"}, {"trace_id", "t"}, {"parent_id", "p"}, {"run_name", 5}};
    record["outcome"] = "failure";
    record["error_str"] = "late";
    record["error_information"] = {{"error_class", "Timeout"}};
    const json failed = spanOf(record);
    CHECK(failed["session_id"] == "s");
    CHECK(failed["trace_id"] == "t");
    CHECK(failed["parent_id"] == "p");
    CHECK(failed["status"] == "error");
    CHECK(failed["meta"]["error"] == json{{"message", "late"}, {"type", "Timeout"}});
    CHECK(failed["span_id"] == span["span_id"]);
    record["metadata"]["requester_metadata"]["trace_id"] = std::string(201, 't');
    CHECK(spanOf(record)["trace_id"] == span["trace_id"]);
}

TEST_CASE("what was asked and answered, in every dialect", "[datadog]") {
    const auto both = [](const json& asked, const json& answered) {
        auto record = usual();
        record["messages"] = asked;
        record["response"] = answered;
        const json meta = spanOf(record)["meta"];
        return std::pair{meta["input"]["messages"], meta["output"]["messages"]};
    };
    // Anthropic, with a tool
    auto [asked, answered] = both(
        json::parse(
            R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]}])"),
        json::parse(
            R"({"role":"assistant","content":[{"type":"text","text":"c"},{"type":"tool_use","id":"t1","name":"f","input":{"x":1}}]})"));
    CHECK(asked == said("user", "a\nb"));
    CHECK(answered[0]["content"] == "c");
    CHECK(answered[0]["tool_calls"] ==
          json::parse(R"([{"name":"f","arguments":{"x":1},"tool_id":"t1","type":"function"}])"));
    // chat, with tools
    std::tie(asked, answered) = both(
        "prompt",
        json::parse(
            R"({"choices":[{"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","function":{"name":"f","arguments":"{\"a\":2}"}},)"
            R"({"id":"u","function":{"name":"g","arguments":"no json"}}]}}]})"));
    CHECK(asked == said("user", "prompt"));
    CHECK(answered[0]["tool_calls"][0]["arguments"] == json{{"a", 2}});
    CHECK(answered[0]["tool_calls"][1]["arguments"] == "no json");
    // completions, Responses, what is hidden, what is not there
    CHECK(both(nullptr, json::parse(R"({"choices":[{"text":"x"}]})")).second == said("assistant", "x"));
    CHECK(
        both(
            nullptr,
            json::parse(
                R"({"output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"y"}]}]})"))
            .second == said("assistant", "y"));
    CHECK(both(nullptr, json::parse(R"({"text":"redacted-by-litellm"})")).second ==
          said("assistant", "redacted-by-litellm"));
    CHECK(both(nullptr, nullptr) == std::pair{json::array(), json::array()});
    auto record = usual();
    record["call_type"] = "aembedding";
    record["messages"] = {"a", "b"};
    record["response"] = {{"data", {1, 2}}};
    const json meta = spanOf(record)["meta"];
    CHECK(meta["kind"] == "embedding");
    CHECK(meta["input"]["documents"] == json::parse(R"([{"text":"a"},{"text":"b"}])"));
    CHECK(meta["output"]["value"] == "[2 embeddings]");
}

TEST_CASE("series are added up, and no two requests have the same second", "[datadog]") {
    const auto tagger = std::make_shared<const measures::Tagger>(std::vector<std::string>{"status_code"}, 10);
    const auto sinkOf = [&](measures::Kind kind) {
        return std::make_unique<SeriesSink>(
            callback_datadog::SeriesOptions{kind, "litellm.", "gw1", {"env:test"}, 2}, tagger,
            [] { return int64_t{5'000}; });
    };
    exporters::Reader reader;
    const auto sent = [&](const SeriesSink& sink) {
        std::vector<std::string> items;
        for (int i = 0; i < 6; ++i) {
            auto record = usual();
            record["http_status"] = i < 4 ? 200 : 500;
            const std::string text = record.dump();
            sink.encode(reader.read(text), text, items);
        }
        exporters::Destination to;
        return json::parse(sink.assemble(items, 0, items.size(), to).body)["series"];
    };
    const auto find = [](const json& series, const std::string& metric, const std::string& tag) {
        for (const auto& one : series) {
            if (one["metric"] == metric && one["tags"].back() == tag) return one;
        }
        return json();
    };
    const auto counts = sinkOf(measures::Kind::Count);
    json series = sent(*counts);
    const json one = find(series, "litellm.input_tokens", "status_code:200");
    CHECK(
        one ==
        json::parse(
            R"({"metric":"litellm.input_tokens","tags":["env:test","status_code:200"],"type":1,"interval":2,)"
            R"("points":[{"timestamp":5,"value":40}],"resources":[{"name":"gw1","type":"host"}]})"));
    CHECK(find(series, "litellm.cost", "status_code:500")["points"][0]["value"] == 1.0);
    CHECK(find(series, "litellm.request.total_latency", "status_code:200").is_null());
    CHECK(sent(*counts)[0]["points"][0]["timestamp"] == 6);
    CHECK(sent(*counts)[0]["points"][0]["timestamp"] == 7);
    series = sent(*sinkOf(measures::Kind::Seconds));
    const json times = find(series, "litellm.request.total_latency", "status_code:500");
    CHECK(times["type"] == "distribution");
    CHECK(times["points"] == json::parse("[[5,[1.5,1.5]]]"));
    CHECK(find(series, "litellm.cost", "status_code:500").is_null());
}
