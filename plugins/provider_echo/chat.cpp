// Chat completions. Source: platform.openai.com/docs/api-reference/chat and /chat-streaming.
#include "answer.h"
#include "event_stream.h"
#include "reply.h"
#include "words.h"

namespace provider_echo {
namespace {

const char* finishReason(const Answer& answer) {
    if (answer.call) return "tool_calls";
    return answer.cut ? "length" : "stop";
}

Json toolCallOf(const Call& call, const ToolCall& tool, const std::string& arguments) {
    return {{"id", "call_" + call.id},
            {"type", "function"},
            {"function", {{"name", tool.name}, {"arguments", arguments}}}};
}

Json completion(const Call& call, const Answer& answer) {
    Json message{
        {"role", "assistant"}, {"content", answer.call ? Json() : Json(answer.text)}, {"refusal", nullptr}};
    if (answer.call) {
        message["tool_calls"] = Json::array({toolCallOf(call, *answer.call, answer.call->arguments)});
    }
    Json choice{
        {"index", 0}, {"message", message}, {"logprobs", nullptr}, {"finish_reason", finishReason(answer)}};
    return {{"id", "chatcmpl-" + call.id}, {"object", "chat.completion"},      {"created", call.created},
            {"model", call.model},         {"choices", Json::array({choice})}, {"usage", chatUsage(answer)}};
}

// Makes the chunks of one answer.
class Chunks {
public:
    Chunks(const Call& call, bool with_usage)
        : chunk_{{"id", "chatcmpl-" + call.id},
                 {"object", "chat.completion.chunk"},
                 {"created", call.created},
                 {"model", call.model},
                 {"choices", Json::array()}} {
        if (with_usage) chunk_["usage"] = nullptr;
    }

    const Json& choice(Json delta, const char* finish_reason = nullptr) {
        Json choice{
            {"index", 0}, {"delta", std::move(delta)}, {"logprobs", nullptr}, {"finish_reason", nullptr}};
        if (finish_reason) choice["finish_reason"] = finish_reason;
        chunk_["choices"] = Json::array({std::move(choice)});
        return chunk_;
    }

    const Json& usage(const Answer& answer) {
        chunk_["choices"] = Json::array();
        chunk_["usage"] = chatUsage(answer);
        return chunk_;
    }

private:
    Json chunk_;
};

void streamText(const Answer& answer, Chunks& chunks, EventStream& events) {
    events.data(chunks.choice({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}}));
    for (const auto piece : pieces(answer.text)) {
        events.pause();
        if (events.failed()) return;
        events.data(chunks.choice({{"content", piece}}));
    }
}

void streamToolCall(const Call& call, const ToolCall& tool, Chunks& chunks, EventStream& events) {
    Json opening = toolCallOf(call, tool, "");
    opening["index"] = 0;
    events.data(
        chunks.choice({{"role", "assistant"}, {"content", nullptr}, {"tool_calls", Json::array({opening})}}));
    for (const auto piece : fragments(tool.arguments)) {
        events.pause();
        if (events.failed()) return;
        const Json part{{"index", 0}, {"function", {{"arguments", piece}}}};
        events.data(chunks.choice({{"tool_calls", Json::array({part})}}));
    }
}

sluice_status stream(const Call& call, const Answer& answer) {
    const bool with_usage = isTrue(member(member(call.body, "stream_options"), "include_usage"));
    EventStream events(call);
    Chunks chunks(call, with_usage);
    if (answer.call) {
        streamToolCall(call, *answer.call, chunks, events);
    } else {
        streamText(answer, chunks, events);
    }
    events.data(chunks.choice(Json::object(), finishReason(answer)));
    if (with_usage) events.data(chunks.usage(answer));
    events.done();
    return events.status();
}

}  // namespace

sluice_status serveChat(const Call& call) {
    Prompt prompt;
    if (const auto fault = readChat(call.body, prompt)) return sendFault(call, *fault);
    const Answer answer = answerTo(prompt, call.options);
    return call.stream ? stream(call, answer) : sendJson(call, completion(call, answer));
}

}  // namespace provider_echo
