// Completions. Source: platform.openai.com/docs/api-reference/completions.
#include "answer.h"
#include "event_stream.h"
#include "reply.h"
#include "words.h"

namespace provider_echo {
namespace {

// The answer and the chunks of a stream have one shape.
Json completion(const Call& call) {
    return {{"id", "cmpl-" + call.id},
            {"object", "text_completion"},
            {"created", call.created},
            {"model", call.model},
            {"choices", Json::array()}};
}

Json choices(std::string_view text, const char* finish_reason) {
    Json choice{{"text", text}, {"index", 0}, {"logprobs", nullptr}, {"finish_reason", nullptr}};
    if (finish_reason) choice["finish_reason"] = finish_reason;
    return Json::array({choice});
}

sluice_status stream(const Call& call, const Answer& answer) {
    const bool with_usage = isTrue(member(member(call.body, "stream_options"), "include_usage"));
    EventStream events(call);
    Json chunk = completion(call);
    if (with_usage) chunk["usage"] = nullptr;
    for (const auto piece : pieces(answer.text)) {
        events.pause();
        if (events.failed()) break;
        chunk["choices"] = choices(piece, nullptr);
        events.data(chunk);
    }
    chunk["choices"] = choices("", answer.cut ? "length" : "stop");
    events.data(chunk);
    if (with_usage) {
        chunk["choices"] = Json::array();
        chunk["usage"] = chatUsage(answer);
        events.data(chunk);
    }
    events.done();
    return events.status();
}

}  // namespace

sluice_status serveCompletions(const Call& call) {
    Prompt prompt;
    if (const auto fault = readCompletion(call.body, prompt)) return sendFault(call, *fault);
    Options options = call.options;
    options.tool_call.reset();  // this API has no tools
    const Answer answer = answerTo(prompt, options);
    if (call.stream) return stream(call, answer);
    Json json = completion(call);
    json["choices"] = choices(answer.text, answer.cut ? "length" : "stop");
    json["usage"] = chatUsage(answer);
    return sendJson(call, json);
}

}  // namespace provider_echo
