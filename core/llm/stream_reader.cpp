#include "llm/stream_reader.h"

#include "base/text.h"
#include "llm/json_index.h"
#include "llm/json_parser.h"

namespace sluice::llm {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;

namespace {

std::string_view text(const element& object, const char* name) {
    std::string_view value;
    return object[name].get(value) == SUCCESS ? value : std::string_view();
}

uint32_t index(const element& object, const char* name) {
    uint64_t value = 0;
    return object[name].get(value) == SUCCESS ? static_cast<uint32_t>(value) : 0;
}

void emit(const LaneSink& sink, uint32_t lane, uint32_t choice, std::string_view value) {
    if (!value.empty()) sink(lane, choice, value);
}

// A text, or a list of parts as Mistral sends it.
void emitContent(const element& delta, uint32_t at, const LaneSink& sink) {
    emit(sink, kLaneText, at, text(delta, "content"));
    array parts;
    if (delta["content"].get(parts) != SUCCESS) return;
    for (const element part : parts) {
        if (!part.is_object()) continue;
        emit(sink, kLaneText, at, text(part, "text"));
        array thoughts;
        if (part["thinking"].get(thoughts) != SUCCESS) continue;
        for (const element thought : thoughts) {
            if (thought.is_object()) emit(sink, kLaneReasoning, at, text(thought, "text"));
        }
    }
}

// One element of `choices` of chat completions (platform.openai.com/docs/api-reference/chat-streaming) or
// completions.
void emitChoice(const element& choice, const LaneSink& sink) {
    const uint32_t at = index(choice, "index");
    emit(sink, kLaneText, at, text(choice, "text"));
    element delta;
    if (choice["delta"].get(delta) != SUCCESS || !delta.is_object()) return;
    emitContent(delta, at, sink);
    element call, audio;
    if (delta["audio"].get(audio) == SUCCESS && audio.is_object()) {
        emit(sink, kLaneText, at, text(audio, "transcript"));
    }
    if (delta["function_call"].get(call) == SUCCESS && call.is_object()) {
        emit(sink, kLaneToolArgs, at, text(call, "arguments"));
    }
    emit(sink, kLaneReasoning, at, text(delta, "reasoning_content"));
    emit(sink, kLaneReasoning, at, text(delta, "reasoning"));
    emit(sink, kLaneRefusal, at, text(delta, "refusal"));
    array calls;
    if (delta["tool_calls"].get(calls) != SUCCESS) return;
    for (const element call : calls) {
        element function, custom;
        if (call["custom"].get(custom) == SUCCESS && custom.is_object()) {
            emit(sink, kLaneToolArgs, at, text(custom, "input"));
        }
        if (call["function"].get(function) == SUCCESS)
            emit(sink, kLaneToolArgs, at, text(function, "arguments"));
    }
}

}  // namespace

bool StreamReader::complete() const {
    switch (operation_) {
        case Operation::Chat:
        case Operation::Completions:
            return terminal_ || !finish_reason_.empty();
        case Operation::Responses:
        case Operation::Messages:
            return terminal_;
        default:
            return true;
    }
}

StreamReader::Kind StreamReader::read(const SseEvent& event, const LaneSink& sink) {
    if (!event.has_data || event.data.empty()) return Kind::Normal;
    if (base::trimmed(event.data) == "[DONE]") {
        terminal_ = true;
        return Kind::Terminal;
    }
    element root;
    if (parseJson(event.data).get(root) != SUCCESS)
        return isJson(event.data) ? Kind::Normal : Kind::Malformed;
    if (!root.is_object()) return Kind::Normal;
    element error;
    const bool error_event = dialect_ == Dialect::OpenAIResponses && text(root, "type") == "error";
    if (error_event || (root["error"].get(error) == SUCCESS && !error.is_null() &&
                        (dialect_ == Dialect::OpenAI || text(root, "type") == "error"))) {
        failed_ = true;
        return Kind::Failure;
    }
    switch (dialect_) {
        case Dialect::OpenAI:
            return readChat(root, sink);
        case Dialect::OpenAIResponses:
            return readResponses(root, sink);
        case Dialect::Anthropic:
            return readMessages(root, sink);
    }
    return Kind::Normal;
}

StreamReader::Kind StreamReader::readChat(const element& root, const LaneSink& sink) {
    element usage;
    const bool has_usage = root["usage"].get(usage) == SUCCESS && usage.is_object();
    if (has_usage) mergeUsage(usage, dialect_, usage_);
    array choices;
    if (root["choices"].get(choices) != SUCCESS) return Kind::Normal;
    for (const element choice : choices) {
        const auto reason = text(choice, "finish_reason");
        if (!reason.empty()) finish_reason_ = reason;
        if (sink) emitChoice(choice, sink);
    }
    return has_usage && choices.size() == 0 ? Kind::UsageOnly : Kind::Normal;
}

// platform.openai.com/docs/api-reference/responses-streaming
StreamReader::Kind StreamReader::readResponses(const element& root, const LaneSink& sink) {
    const auto type = text(root, "type");
    if (type == "response.completed" || type == "response.incomplete" || type == "response.failed") {
        element response, usage;
        if (root["response"].get(response) == SUCCESS) {
            if (response["usage"].get(usage) == SUCCESS) mergeUsage(usage, dialect_, usage_);
            finish_reason_ = text(response, "status");
        }
        terminal_ = true;
        failed_ = type == "response.failed";
        return failed_ ? Kind::Failure : Kind::Terminal;
    }
    if (!sink) return Kind::Normal;
    const uint32_t item = index(root, "output_index");
    const auto delta = text(root, "delta");
    if (type == "response.audio.transcript.delta") emit(sink, kLaneText, item, delta);
    if (type == "response.output_text.delta") emit(sink, kLaneText, item, delta);
    if (type == "response.refusal.delta") emit(sink, kLaneRefusal, item, delta);
    // Arguments, code, patches and inputs of all kinds of tool calls.
    for (const std::string_view ending : {"_arguments.delta", "_code.delta", "_diff.delta", "_input.delta"}) {
        const bool fits = type.size() > ending.size() && type.substr(type.size() - ending.size()) == ending;
        if (fits) emit(sink, kLaneToolArgs, item, delta);
    }
    if (type == "response.reasoning_text.delta" || type == "response.reasoning_summary_text.delta")
        emit(sink, kLaneReasoning, item, delta);
    return Kind::Normal;
}

// docs.anthropic.com/en/docs/build-with-claude/streaming
StreamReader::Kind StreamReader::readMessages(const element& root, const LaneSink& sink) {
    const auto type = text(root, "type");
    element part, usage;
    if (type == "message_start" && root["message"].get(part) == SUCCESS) {
        if (part["usage"].get(usage) == SUCCESS) mergeUsage(usage, dialect_, usage_);
    } else if (type == "message_delta") {
        if (root["usage"].get(usage) == SUCCESS) mergeUsage(usage, dialect_, usage_);
        if (root["delta"].get(part) == SUCCESS) {
            // A later delta may bring usage alone.
            if (const auto reason = text(part, "stop_reason"); !reason.empty()) finish_reason_ = reason;
        }
    } else if (type == "message_stop") {
        terminal_ = true;
        return Kind::Terminal;
    } else if (sink && type == "content_block_start" && root["content_block"].get(part) == SUCCESS) {
        emit(sink, kLaneText, index(root, "index"), text(part, "text"));
        emit(sink, kLaneReasoning, index(root, "index"), text(part, "thinking"));
    } else if (sink && type == "content_block_delta" && root["delta"].get(part) == SUCCESS) {
        const uint32_t block = index(root, "index");
        emit(sink, kLaneText, block, text(part, "text"));
        emit(sink, kLaneReasoning, block, text(part, "thinking"));
        emit(sink, kLaneToolArgs, block, text(part, "partial_json"));
    }
    return Kind::Normal;
}

}  // namespace sluice::llm
