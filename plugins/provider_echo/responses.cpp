// Responses. Source: platform.openai.com/docs/api-reference/responses and /responses-streaming.
#include "answer.h"
#include "event_stream.h"
#include "reply.h"
#include "words.h"

namespace provider_echo {
namespace {

const char* statusOf(const Answer& answer) { return answer.cut ? "incomplete" : "completed"; }

Json part(const std::string& text) {
    return {
        {"type", "output_text"}, {"text", text}, {"annotations", Json::array()}, {"logprobs", Json::array()}};
}

std::string itemId(const Call& call, const Answer& answer) {
    return (answer.call ? "fc_" : "msg_") + call.id;
}

// The one item of the output: as it is added to a stream (empty, in progress), or as it is in the end.
Json item(const Call& call, const Answer& answer, bool finished) {
    const char* status = finished ? statusOf(answer) : "in_progress";
    if (answer.call) {
        return {{"id", itemId(call, answer)}, {"type", "function_call"},
                {"status", status},           {"call_id", "call_" + call.id},
                {"name", answer.call->name},  {"arguments", finished ? answer.call->arguments : ""}};
    }
    return {{"id", itemId(call, answer)},
            {"type", "message"},
            {"status", status},
            {"role", "assistant"},
            {"content", finished ? Json::array({part(answer.text)}) : Json::array()}};
}

Json usageOf(const Answer& answer) {
    return {{"input_tokens", answer.input_tokens},
            {"input_tokens_details", {{"cached_tokens", 0}}},
            {"output_tokens", answer.output_tokens},
            {"output_tokens_details", {{"reasoning_tokens", 0}}},
            {"total_tokens", answer.input_tokens + answer.output_tokens}};
}

// A text or a number of the request's, repeated as the real API does; null for anything else. What has
// members of its own, such as tools, is not repeated: copying it is recursive, and a fiber's stack is small.
Json repeated(const Call& call, const char* name) {
    const Json& value = member(call.body, name);
    return value.is_string() || value.is_number() ? value : Json();
}

Json repeatedOr(const Call& call, const char* name, Json otherwise) {
    Json value = repeated(call, name);
    return value.is_null() ? otherwise : value;
}

Json response(const Call& call, const Answer& answer, bool finished) {
    Json json{{"id", "resp_" + call.id}, {"object", "response"}, {"created_at", call.created}};
    json["status"] = finished ? statusOf(answer) : "in_progress";
    json["error"] = nullptr;
    json["incomplete_details"] = finished && answer.cut ? Json{{"reason", "max_output_tokens"}} : Json();
    json["instructions"] = repeated(call, "instructions");
    json["max_output_tokens"] = repeated(call, "max_output_tokens");
    json["model"] = call.model;
    json["output"] = finished ? Json::array({item(call, answer, true)}) : Json::array();
    json["parallel_tool_calls"] = true;
    json["previous_response_id"] = repeated(call, "previous_response_id");
    json["reasoning"] = {{"effort", nullptr}, {"summary", nullptr}};
    json["store"] = false;
    json["temperature"] = repeatedOr(call, "temperature", 1.0);
    json["text"] = {{"format", {{"type", "text"}}}};
    json["tool_choice"] = repeatedOr(call, "tool_choice", "auto");
    json["tools"] = Json::array();
    json["top_p"] = repeatedOr(call, "top_p", 1.0);
    json["truncation"] = "disabled";
    json["usage"] = finished ? usageOf(answer) : Json();
    json["metadata"] = Json::object();
    return json;
}

// Numbers the events, which is what a client that reconnects goes by.
class Sequence {
public:
    explicit Sequence(EventStream& events) : events_(events) {}

    void send(const char* type, const Json& fields) {
        Json event{{"type", type}, {"sequence_number", next_++}};
        event.update(fields);
        events_.named(event);
    }

private:
    EventStream& events_;
    uint64_t next_ = 0;
};

void streamText(const Call& call, const Answer& answer, Sequence& sequence, EventStream& events) {
    const Json at{{"item_id", itemId(call, answer)}, {"output_index", 0}, {"content_index", 0}};
    const auto with = [&at](const char* name, Json value) {
        Json fields = at;
        fields[name] = std::move(value);
        return fields;
    };
    sequence.send("response.content_part.added", with("part", part("")));
    for (const auto piece : pieces(answer.text)) {
        events.pause();
        if (events.failed()) return;
        Json fields = with("delta", piece);
        fields["logprobs"] = Json::array();
        sequence.send("response.output_text.delta", fields);
    }
    Json fields = with("text", answer.text);
    fields["logprobs"] = Json::array();
    sequence.send("response.output_text.done", fields);
    sequence.send("response.content_part.done", with("part", part(answer.text)));
}

void streamToolCall(const Call& call, const Answer& answer, Sequence& sequence, EventStream& events) {
    const Json at{{"item_id", itemId(call, answer)}, {"output_index", 0}};
    for (const auto piece : fragments(answer.call->arguments)) {
        events.pause();
        if (events.failed()) return;
        Json fields = at;
        fields["delta"] = piece;
        sequence.send("response.function_call_arguments.delta", fields);
    }
    Json fields = at;
    fields["name"] = answer.call->name;
    fields["arguments"] = answer.call->arguments;
    sequence.send("response.function_call_arguments.done", fields);
}

sluice_status stream(const Call& call, const Answer& answer) {
    EventStream events(call);
    Sequence sequence(events);
    const Json started{{"response", response(call, answer, false)}};
    sequence.send("response.created", started);
    sequence.send("response.in_progress", started);
    sequence.send("response.output_item.added", {{"output_index", 0}, {"item", item(call, answer, false)}});
    if (answer.call) {
        streamToolCall(call, answer, sequence, events);
    } else {
        streamText(call, answer, sequence, events);
    }
    sequence.send("response.output_item.done", {{"output_index", 0}, {"item", item(call, answer, true)}});
    const char* last = answer.cut ? "response.incomplete" : "response.completed";
    sequence.send(last, {{"response", response(call, answer, true)}});
    return events.status();
}

}  // namespace

sluice_status serveResponses(const Call& call) {
    Prompt prompt;
    if (const auto fault = readResponses(call.body, prompt)) return sendFault(call, *fault);
    const Answer answer = answerTo(prompt, call.options);
    return call.stream ? stream(call, answer) : sendJson(call, response(call, answer, true));
}

}  // namespace provider_echo
