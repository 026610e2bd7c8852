// Whole answers and streams say the same.
#include <cstdlib>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "forms.h"

using Json = nlohmann::json;

namespace {

Json parsed(const std::optional<std::string>& text) {
    REQUIRE(text);
    return Json::parse(*text);
}

// Into a stream and back.
void roundTrip(const char* route, const char* answer) {
    INFO(answer);
    const auto stream = cache::streamOf(route, answer);
    REQUIRE(stream);
    CHECK(stream->substr(stream->size() - 2) == "\n\n");
    CHECK(parsed(cache::wholeOf(route, *stream)) == Json::parse(answer));
}

}  // namespace

TEST_CASE("chat answers become streams and whole again") {
    roundTrip(
        "chat",
        R"({"id":"c","object":"chat.completion","created":1,"model":"m","system_fingerprint":"f","choices":[
        {"index":0,"message":{"role":"assistant","content":"hé \"x\"\n","reasoning_content":"hm"},"logprobs":{"content":[{"token":"h"}]},"finish_reason":"stop"},
        {"index":1,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
         {"id":"u","type":"function","function":{"name":"g","arguments":""}}]},"finish_reason":"tool_calls"}],
        "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
    roundTrip("completions", R"({"id":"c","object":"text_completion","created":1,"model":"m","choices":[
        {"text":"a","index":0,"finish_reason":"stop"},{"text":"","index":1,"finish_reason":"length"}],"usage":{"total_tokens":3}})");
}

TEST_CASE("messages become streams and whole again") {
    roundTrip(
        "messages",
        R"({"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"thinking","thinking":"hm","signature":"s"},
        {"type":"text","text":"hé","citations":[{"type":"char_location","cited_text":"x"}]},{"type":"tool_use","id":"t","name":"f","input":{"q":[1,2]}},
        {"type":"tool_use","id":"t2","name":"f","input":{}},{"type":"web_search_tool_result","tool_use_id":"t","content":[{"title":"a"}]}],
        "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":4}})");
}

TEST_CASE("responses become streams and whole again") {
    roundTrip(
        "responses",
        R"({"id":"r","object":"response","status":"completed","output":[{"type":"reasoning","id":"a","summary":[]},
        {"type":"message","id":"b","status":"completed","role":"assistant","content":[{"type":"output_text","text":"hé","annotations":[]},{"type":"refusal","refusal":"no"}]},
        {"type":"function_call","id":"d","call_id":"c","name":"f","arguments":"{}","status":"completed"}],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}})");
    roundTrip("responses", R"({"id":"r","error":null,"status":"incomplete","output":[],"usage":null})");
}

TEST_CASE("streams in pieces are put together") {
    const auto whole = parsed(cache::wholeOf(
        "chat",
        "data: "
        "{\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}"
        "\r\n\r\n"
        ": comment\n\ndata: "
        "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"a\"}},{\"index\":0,\"delta\":{\"tool_calls\":[{"
        "\"index\":1,\"id\":\"t\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}\n\n"
        "data: "
        "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"},{\"index\":0,"
        "\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"}\"}}]}}]}\n\n"
        "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\ndata: [DONE]\n\n"));
    CHECK(whole["choices"][1]["message"]["content"] == "ab");
    CHECK(whole["choices"][1]["finish_reason"] == "stop");
    CHECK(whole["choices"][0]["message"]["tool_calls"][1]["function"]["arguments"] == "{}");
    CHECK(whole["usage"]["total_tokens"] == 3);
    CHECK(whole["object"] == "chat.completion");
}

TEST_CASE("what is no good answer has no other form") {
    for (const char* route : {"chat", "completions", "messages", "responses", "embeddings"}) {
        for (const char* text : {"", "{}", "[]", "null", "data: {\"error\":{}}\n\n", "data: {\n\n",
                                 "data: [1]\n\n", "{\"choices\":1}", "{\"error\":{\"message\":\"x\"}}",
                                 "data: {\"type\":\"content_block_delta\",\"index\":7}\n\n"}) {
            INFO(route << " " << text);
            CHECK_FALSE(cache::streamOf(route, text));
            CHECK_FALSE(cache::wholeOf(route, text));
        }
    }
    const std::string deep = "{\"choices\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    CHECK_FALSE(cache::streamOf("chat", deep));
    CHECK_FALSE(cache::wholeOf("chat", "data: " + deep + "\n\n"));
}

TEST_CASE("recorded Anthropic streams become answers and the same texts again [data]") {
    const char* data = std::getenv("SLUICE_TEST_DATA");
    std::ifstream file(std::string(data ? data : "") + "/sse/anthropic_streams.jsonl");
    if (!file) {
        WARN("SLUICE_TEST_DATA is not set: the recordings are not there");
        return;
    }
    size_t seen = 0;
    for (std::string line; std::getline(file, line);) {
        const auto recording = Json::parse(line);
        std::string stream;
        for (const auto& [name, value] : recording.items()) {
            if (value.is_string() &&
                value.get<std::string>().find("event: message_start") != std::string::npos)
                stream = value.get<std::string>();
        }
        if (stream.find("event: message_stop") == std::string::npos ||
            stream.find("event: error") != std::string::npos)
            continue;
        const auto whole = cache::wholeOf("messages", stream);
        // A kind of delta that nobody knows, or arguments that are no JSON: there is no whole answer then.
        if (stream.find("compaction_delta") != std::string::npos ||
            recording["id"] == "incomplete_partial_json_response.txt") {
            CHECK_FALSE(whole);
            continue;
        }
        REQUIRE(whole);
        const auto again = cache::streamOf("messages", *whole);
        REQUIRE(again);
        CHECK(parsed(cache::wholeOf("messages", *again)) == Json::parse(*whole));
        ++seen;
    }
    CHECK(seen >= 4);
}
