// data/sse through splitter and reader, against the slow way: nlohmann and string concatenation.
#include "llm/recordings.h"
#include "llm/sse.h"
#include "llm/stream_reader.h"

using namespace sluice;
using nlohmann::json;
using test::Heard;
using test::Recording;
using Kind = llm::StreamReader::Kind;

namespace {

struct Outcome {
    Heard heard;
    std::string finish_reason;
    llm::Usage usage;
    size_t terminals = 0, failures = 0, malformed = 0;
    bool complete = false;
};

Outcome read(const Recording& recording, size_t step) {
    llm::SseSplitter splitter(SIZE_MAX);
    llm::StreamReader reader(recording.operation);
    Outcome outcome;
    const auto hear = [&](const llm::EventText& text) {
        if (text.kind != llm::EventText::Kind::Delta || text.lane == llm::kLaneMeta) return;
        auto& heard = outcome.heard;
        (text.lane == llm::kLaneText        ? heard.text
         : text.lane == llm::kLaneReasoning ? heard.reasoning
         : text.lane == llm::kLaneToolArgs  ? heard.tool_args
                                            : heard.refusal)
            .append(text.text);
    };
    const std::string stream = recording.stream + "\n\n";  // some recordings lack the last blank line
    for (size_t at = 0; at < stream.size(); at += step) {
        splitter.feed(std::string_view(stream).substr(at, step));
        llm::SseEvent event;
        while (splitter.next(event)) {
            const Kind kind = reader.read(event, true);
            for (const auto& text : reader.texts()) hear(text);
            outcome.terminals += kind == Kind::Terminal ? 1 : 0;
            outcome.failures += kind == Kind::Failure ? 1 : 0;
            outcome.malformed += kind == Kind::Malformed ? 1 : 0;
        }
    }
    outcome.finish_reason = reader.finishReason();
    outcome.usage = reader.usage();
    outcome.complete = reader.complete();
    return outcome;
}

std::string text(const json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_string()
               ? object[key].get<std::string>()
               : "";
}

void hearChat(const json& chunk, Heard& heard) {
    for (const auto& choice : chunk.value("choices", json::array())) {
        heard.text += text(choice, "text");
        const json delta = choice.value("delta", json::object());
        heard.text += text(delta, "content");
        heard.reasoning += text(delta, "reasoning_content") + text(delta, "reasoning");
        heard.refusal += text(delta, "refusal");
        if (!delta.contains("tool_calls") || !delta["tool_calls"].is_array()) continue;
        for (const auto& call : delta["tool_calls"])
            heard.tool_args += text(call.value("function", json::object()), "arguments");
    }
}

void hearResponses(const json& chunk, Heard& heard) {
    const auto type = text(chunk, "type"), delta = text(chunk, "delta");
    if (type == "response.output_text.delta") heard.text += delta;
    if (type == "response.output_item.added") {  // some send the whole call at once
        for (const char* name : {"arguments", "input", "code"}) heard.tool_args += text(chunk["item"], name);
    }
    if (type == "response.refusal.delta") heard.refusal += delta;
    if (type.find("reasoning") != std::string::npos && type.find(".delta") != std::string::npos)
        heard.reasoning += delta;
    for (const char* tool :
         {"response.function_call_arguments.delta", "response.mcp_call_arguments.delta",
          "response.custom_tool_call_input.delta", "response.code_interpreter_call_code.delta",
          "response.apply_patch_call_operation_diff.delta"}) {
        if (type == tool) heard.tool_args += delta;
    }
}

void hearMessages(const json& chunk, Heard& heard) {
    const auto type = text(chunk, "type");
    const json part = type == "content_block_start"   ? chunk["content_block"]
                      : type == "content_block_delta" ? chunk["delta"]
                                                      : json();
    heard.text += text(part, "text");
    heard.reasoning += text(part, "thinking");
    heard.tool_args += text(part, "partial_json");
}

Heard theSlowWay(const Recording& recording) {
    Heard heard;
    for (const auto& raw : recording.chunks) {
        const auto chunk = json::parse(raw, nullptr, false);
        if (!chunk.is_object()) continue;
        if (recording.operation == llm::Operation::Responses) {
            hearResponses(chunk, heard);
        } else if (recording.operation == llm::Operation::Messages) {
            hearMessages(chunk, heard);
        } else {
            hearChat(chunk, heard);
        }
    }
    return heard;
}

const Recording& named(const std::vector<Recording>& all, const std::string& ending) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Recording& r) {
        return r.id.size() >= ending.size() &&
               r.id.compare(r.id.size() - ending.size(), ending.size(), ending) == 0;
    });
    REQUIRE(found != all.end());
    return *found;
}

}  // namespace

TEST_CASE("recorded streams: every lane is heard, however the stream is cut", "[llm][data]") {
    const auto all = test::recordings();
    if (!all) return;
    size_t known = 0;
    for (const auto& recording : *all) {
        if (!recording.known) continue;
        ++known;
        CAPTURE(recording.id);
        const auto whole = read(recording, recording.stream.size() + 2);
        const auto cut = read(recording, 61);
        CHECK(cut.heard == whole.heard);
        CHECK(cut.finish_reason == whole.finish_reason);
        CHECK(cut.usage.total_tokens == whole.usage.total_tokens);
        CHECK(whole.failures == 0);
        if (!recording.chunks.empty()) CHECK(whole.heard == theSlowWay(recording));
    }
    CHECK(known >= 55);
}

TEST_CASE("recorded streams: whole ones are complete, with usage where the provider sent it", "[llm][data]") {
    const auto all = test::recordings();
    if (!all) return;
    for (const auto& recording : *all) {
        if (!recording.known || recording.id.find("parallel-tool-call-wrapper") != std::string::npos)
            continue;
        CAPTURE(recording.id);
        const auto outcome = read(recording, 1'000'000);
        const bool has_usage = recording.stream.find("_tokens\"") != std::string::npos;
        CHECK(outcome.malformed == 0);
        CHECK(outcome.usage.known == has_usage);
        CHECK(outcome.complete == (outcome.terminals > 0 || !outcome.finish_reason.empty()));
    }
}

TEST_CASE("recorded streams, compared by hand: Anthropic", "[llm][data]") {
    const auto all = test::recordings();
    if (!all) return;
    const auto basic = read(named(*all, "basic_response.txt"), 10);
    CHECK(basic.heard == Heard{"Hello there!", "", "", ""});
    CHECK(basic.finish_reason == "end_turn");
    CHECK(basic.usage.prompt_tokens == 11);
    CHECK(basic.usage.completion_tokens == 6);
    CHECK(basic.usage.total_tokens == 17);
    CHECK(basic.complete);
    const auto prose = read(named(*all, "anthropic-text.chunks.txt"), 10);
    CHECK(prose.heard.text ==
          "Hello! I'm doing well, thank you for asking. How are you doing today? Is there anything I can "
          "help you with?");
    CHECK(prose.usage.prompt_tokens == 12);
    CHECK(prose.usage.completion_tokens == 30);
    const auto delta = read(named(*all, "anthropic-message-delta-input-tokens.chunks.txt"), 10);
    CHECK(delta.usage.prompt_tokens == 61);
    CHECK(delta.usage.completion_tokens == 2);
    const auto tool = read(named(*all, "tool_use_response.txt"), 10);
    CHECK(json::parse(tool.heard.tool_args).is_object());
    CHECK(tool.finish_reason == "tool_use");
    CHECK(tool.usage.completion_tokens == 65);
}

TEST_CASE("recorded streams, compared by hand: chat and completions", "[llm][data]") {
    const auto all = test::recordings();
    if (!all) return;
    const auto tool = read(named(*all, "xai/src/__fixtures__/xai-tool-call.chunks.txt"), 10);
    CHECK(tool.heard == Heard{"", "First, the user is", "{\"location\":\"San Francisco\"}", ""});
    CHECK(tool.finish_reason == "tool_calls");
    CHECK(tool.usage.prompt_tokens == 291);
    CHECK(tool.usage.completion_tokens == 26);
    CHECK(tool.usage.total_tokens == 513);
    CHECK(tool.usage.cached_tokens == 290);
    CHECK(tool.usage.reasoning_tokens == 196);
    CHECK(tool.complete);
    const auto mistral = read(named(*all, "mistral-tool-call.chunks.txt"), 10);
    CHECK(mistral.heard.tool_args == "{\"location\": \"San Francisco\"}");
    CHECK(mistral.usage.total_tokens == 146);
    const auto completion = read(named(*all, "openai-completion-text.chunks.txt"), 10);
    CHECK(completion.finish_reason == "length");
    CHECK(completion.usage.total_tokens == 30);
    CHECK(completion.heard.text.find(" dedicated to") != std::string::npos);
}

TEST_CASE("recorded streams, compared by hand: responses", "[llm][data]") {
    const auto all = test::recordings();
    if (!all) return;
    const auto reasoning = read(named(*all, "openai-reasoning-encrypted-content.1.chunks.txt"), 10);
    CHECK(reasoning.finish_reason == "completed");
    CHECK_FALSE(reasoning.heard.reasoning.empty());
    CHECK_FALSE(reasoning.heard.tool_args.empty());
    CHECK_FALSE(reasoning.heard.text.empty());
    CHECK(reasoning.terminals >= 1);
    const auto tool = read(named(*all, "azure-tool-call.1.chunks.txt"), 10);
    CHECK(json::parse(tool.heard.tool_args).is_object());
    CHECK(tool.usage.known);
}
