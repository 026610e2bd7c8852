#include "llm/refusal_body.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sluice::llm {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string event(const Json& json) { return "data: " + dump(json) + "\n\n"; }
std::string named(const Json& json) {
    return "event: " + json["type"].get<std::string>() + "\n" + event(json);
}

const Json kNoTokens{{"prompt_tokens", 0}, {"completion_tokens", 0}, {"total_tokens", 0}};

std::string chat(const Refusal& r, bool stream) {
    const auto frame = [&](const char* object, Json choice) {
        return Json{{"id", fmt::format("chatcmpl-{}", r.id)},
                    {"object", object},
                    {"created", r.created},
                    {"model", r.model},
                    {"choices", Json::array({std::move(choice)})}};
    };
    const Json message{{"role", "assistant"}, {"content", r.text}};
    if (!stream) {
        Json whole = frame("chat.completion",
                           {{"index", 0}, {"message", message}, {"finish_reason", "content_filter"}});
        whole["usage"] = kNoTokens;
        return dump(whole);
    }
    const char* object = "chat.completion.chunk";
    const Json last{{"index", 0}, {"delta", Json::object()}, {"finish_reason", "content_filter"}};
    return event(frame(object, {{"index", 0}, {"delta", message}, {"finish_reason", nullptr}})) +
           event(frame(object, last)) + "data: [DONE]\n\n";
}

std::string completions(const Refusal& r, bool stream) {
    Json whole{
        {"id", fmt::format("cmpl-{}", r.id)},
        {"object", "text_completion"},
        {"created", r.created},
        {"model", r.model},
        {"choices",
         {{{"index", 0}, {"text", r.text}, {"logprobs", nullptr}, {"finish_reason", "content_filter"}}}}};
    if (stream) return event(whole) + "data: [DONE]\n\n";
    whole["usage"] = kNoTokens;
    return dump(whole);
}

std::string messages(const Refusal& r, bool stream) {
    Json whole{{"id", fmt::format("msg_{}", r.id)},
               {"type", "message"},
               {"role", "assistant"},
               {"model", r.model},
               {"content", {{{"type", "text"}, {"text", r.text}}}},
               {"stop_reason", "refusal"},
               {"stop_sequence", nullptr},
               {"usage", {{"input_tokens", 0}, {"output_tokens", 0}}}};
    if (!stream) return dump(whole);
    whole["content"] = Json::array();
    whole["stop_reason"] = nullptr;
    return named({{"type", "message_start"}, {"message", whole}}) +
           named({{"type", "content_block_start"},
                  {"index", 0},
                  {"content_block", {{"type", "text"}, {"text", ""}}}}) +
           named({{"type", "content_block_delta"},
                  {"index", 0},
                  {"delta", {{"type", "text_delta"}, {"text", r.text}}}}) +
           named({{"type", "content_block_stop"}, {"index", 0}}) +
           named({{"type", "message_delta"},
                  {"delta", {{"stop_reason", "refusal"}, {"stop_sequence", nullptr}}},
                  {"usage", {{"output_tokens", 0}}}}) +
           named({{"type", "message_stop"}});
}

std::string responses(const Refusal& r, bool stream) {
    const std::string item_id = fmt::format("msg_{}", r.id);
    const Json part{{"type", "output_text"}, {"text", r.text}, {"annotations", Json::array()}};
    const Json item{{"type", "message"},
                    {"id", item_id},
                    {"status", "completed"},
                    {"role", "assistant"},
                    {"content", Json::array({part})}};
    Json whole{{"id", fmt::format("resp_{}", r.id)},
               {"object", "response"},
               {"created_at", r.created},
               {"status", "completed"},
               {"model", r.model},
               {"output", Json::array({item})},
               {"usage", {{"input_tokens", 0}, {"output_tokens", 0}, {"total_tokens", 0}}}};
    if (!stream) return dump(whole);
    int number = 0;
    std::string out;
    const auto add = [&](Json one) {
        one["sequence_number"] = number++;
        out += named(one);
    };
    Json begun = whole, opened = item, empty = part;
    begun["status"] = opened["status"] = "in_progress";
    begun["output"] = opened["content"] = Json::array();
    begun["usage"] = nullptr;
    empty["text"] = "";
    const Json place{{"item_id", item_id}, {"output_index", 0}, {"content_index", 0}};
    const auto at = [&](const char* type, const char* member, const Json& value) {
        Json one{{"type", type}};
        one.update(place);
        one[member] = value;
        return one;
    };
    add({{"type", "response.created"}, {"response", begun}});
    add({{"type", "response.output_item.added"}, {"output_index", 0}, {"item", opened}});
    add(at("response.content_part.added", "part", empty));
    add(at("response.output_text.delta", "delta", r.text));
    add(at("response.output_text.done", "text", r.text));
    add(at("response.content_part.done", "part", part));
    add({{"type", "response.output_item.done"}, {"output_index", 0}, {"item", item}});
    add({{"type", "response.completed"}, {"response", whole}});
    return out;
}

}  // namespace

std::optional<std::string> refusalBody(const Refusal& refusal, Operation operation, bool stream) {
    switch (operation) {
        case Operation::Chat:
            return chat(refusal, stream);
        case Operation::Completions:
            return completions(refusal, stream);
        case Operation::Messages:
            return messages(refusal, stream);
        case Operation::Responses:
            return responses(refusal, stream);
        default:
            return std::nullopt;
    }
}

}  // namespace sluice::llm
