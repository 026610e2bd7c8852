// Anthropic's messages. Source: docs.anthropic.com/en/api/messages, /en/api/messages-count-tokens and
// /en/docs/build-with-claude/streaming.
#include "answer.h"
#include "event_stream.h"
#include "reply.h"
#include "words.h"

namespace provider_echo {
namespace {

const char* stopReason(const Answer& answer) {
    if (answer.call) return "tool_use";
    return answer.cut ? "max_tokens" : "end_turn";
}

Json toolUse(const Call& call, const ToolCall& tool, Json input) {
    return {
        {"type", "tool_use"}, {"id", "toolu_" + call.id}, {"name", tool.name}, {"input", std::move(input)}};
}

// Anthropic sends arguments as an object: what is none becomes an empty one.
Json inputOf(const ToolCall& tool) {
    Json input = Json::parse(tool.arguments, nullptr, false);
    return input.is_object() ? input : Json::object();
}

Json contentOf(const Call& call, const Answer& answer) {
    if (answer.call) return Json::array({toolUse(call, *answer.call, inputOf(*answer.call))});
    return Json::array({Json{{"type", "text"}, {"text", answer.text}}});
}

Json message(const Call& call, const Answer& answer) {
    return {{"id", "msg_" + call.id},
            {"type", "message"},
            {"role", "assistant"},
            {"model", call.model},
            {"content", contentOf(call, answer)},
            {"stop_reason", stopReason(answer)},
            {"stop_sequence", nullptr},
            {"usage",
             {{"input_tokens", answer.input_tokens},
              {"cache_creation_input_tokens", 0},
              {"cache_read_input_tokens", 0},
              {"output_tokens", answer.output_tokens}}}};
}

// What is known when a stream begins.
Json opening(const Call& call, const Answer& answer) {
    Json json = message(call, answer);
    json["content"] = Json::array();
    json["stop_reason"] = nullptr;
    json["usage"]["output_tokens"] = 1;
    return json;
}

void streamBlock(const Call& call, const Answer& answer, EventStream& events) {
    Json block{{"type", "text"}, {"text", ""}};
    if (answer.call) block = toolUse(call, *answer.call, Json::object());
    events.named({{"type", "content_block_start"}, {"index", 0}, {"content_block", block}});
    events.named({{"type", "ping"}});
    const std::string arguments = answer.call ? text(inputOf(*answer.call)) : std::string();
    for (const auto piece : answer.call ? fragments(arguments) : pieces(answer.text)) {
        events.pause();
        if (events.failed()) return;
        Json delta{{"type", "text_delta"}, {"text", piece}};
        if (answer.call) delta = {{"type", "input_json_delta"}, {"partial_json", piece}};
        events.named({{"type", "content_block_delta"}, {"index", 0}, {"delta", delta}});
    }
    events.named({{"type", "content_block_stop"}, {"index", 0}});
}

sluice_status stream(const Call& call, const Answer& answer) {
    EventStream events(call);
    events.named({{"type", "message_start"}, {"message", opening(call, answer)}});
    streamBlock(call, answer, events);
    events.named({{"type", "message_delta"},
                  {"delta", {{"stop_reason", stopReason(answer)}, {"stop_sequence", nullptr}}},
                  {"usage", {{"output_tokens", answer.output_tokens}}}});
    events.named({{"type", "message_stop"}});
    return events.status();
}

}  // namespace

sluice_status serveMessages(const Call& call) {
    Prompt prompt;
    if (const auto fault = readMessages(call.body, false, prompt)) return sendAnthropicFault(call, *fault);
    const Answer answer = answerTo(prompt, call.options);
    return call.stream ? stream(call, answer) : sendJson(call, message(call, answer));
}

sluice_status serveCountTokens(const Call& call) {
    Prompt prompt;
    if (const auto fault = readMessages(call.body, true, prompt)) return sendAnthropicFault(call, *fault);
    return sendJson(call, {{"input_tokens", answerTo(prompt, call.options).input_tokens}});
}

}  // namespace provider_echo
