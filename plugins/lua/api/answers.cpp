#include "answers.h"

#include <nlohmann/json.hpp>

namespace lua_policy {
namespace {

using nlohmann::json;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }
std::string data(const json& value) { return "data: " + dump(value) + "\n\n"; }
std::string event(const json& value) {
    return "event: " + value["type"].get<std::string>() + "\n" + data(value);
}

const json kNoUsage = {{"prompt_tokens", 0}, {"completion_tokens", 0}, {"total_tokens", 0}};

std::string chat(std::string_view model, std::string_view text, bool streamed) {
    json answer = {
        {"id", "chatcmpl-policy"}, {"object", "chat.completion"}, {"created", 0}, {"model", model}};
    if (!streamed) {
        answer["choices"] = {{{"index", 0},
                              {"message", {{"role", "assistant"}, {"content", text}}},
                              {"finish_reason", "stop"}}};
        answer["usage"] = kNoUsage;
        return dump(answer);
    }
    answer["object"] = "chat.completion.chunk";
    answer["choices"] = {
        {{"index", 0}, {"delta", {{"role", "assistant"}, {"content", text}}}, {"finish_reason", nullptr}}};
    std::string out = data(answer);
    answer["choices"] = {{{"index", 0}, {"delta", json::object()}, {"finish_reason", "stop"}}};
    return out + data(answer) + "data: [DONE]\n\n";
}

std::string completions(std::string_view model, std::string_view text, bool streamed) {
    json answer = {{"id", "cmpl-policy"}, {"object", "text_completion"}, {"created", 0}, {"model", model}};
    answer["choices"] = {{{"index", 0}, {"text", text}, {"finish_reason", "stop"}, {"logprobs", nullptr}}};
    if (streamed) return data(answer) + "data: [DONE]\n\n";
    answer["usage"] = kNoUsage;
    return dump(answer);
}

std::string messages(std::string_view model, std::string_view text, bool streamed) {
    const json usage = {{"input_tokens", 0}, {"output_tokens", 0}};
    json answer = {{"id", "msg_policy"},       {"type", "message"},        {"role", "assistant"},
                   {"model", model},           {"content", json::array()}, {"usage", usage},
                   {"stop_sequence", nullptr}, {"stop_reason", nullptr}};
    if (!streamed) {
        answer["content"] = {{{"type", "text"}, {"text", text}}};
        answer["stop_reason"] = "end_turn";
        return dump(answer);
    }
    return event({{"type", "message_start"}, {"message", answer}}) +
           event({{"type", "content_block_start"},
                  {"index", 0},
                  {"content_block", {{"type", "text"}, {"text", ""}}}}) +
           event({{"type", "content_block_delta"},
                  {"index", 0},
                  {"delta", {{"type", "text_delta"}, {"text", text}}}}) +
           event({{"type", "content_block_stop"}, {"index", 0}}) +
           event({{"type", "message_delta"},
                  {"delta", {{"stop_reason", "end_turn"}, {"stop_sequence", nullptr}}},
                  {"usage", {{"output_tokens", 0}}}}) +
           event({{"type", "message_stop"}});
}

std::string responses(std::string_view model, std::string_view text, bool streamed) {
    const json part = {{"type", "output_text"}, {"text", text}, {"annotations", json::array()}};
    const json item = {{"type", "message"},
                       {"id", "msg_policy"},
                       {"status", "completed"},
                       {"role", "assistant"},
                       {"content", {part}}};
    const json answer = {{"id", "resp_policy"},   {"object", "response"}, {"created_at", 0},
                         {"status", "completed"}, {"model", model},       {"output", {item}}};
    if (!streamed) return dump(answer);
    return event({{"type", "response.output_text.delta"},
                  {"item_id", "msg_policy"},
                  {"output_index", 0},
                  {"content_index", 0},
                  {"delta", text}}) +
           event({{"type", "response.completed"}, {"response", answer}});
}

}  // namespace

std::optional<Answer> answerFor(std::string_view route, std::string_view model, std::string_view text,
                                bool streamed) {
    const std::string type = streamed ? "text/event-stream" : "application/json";
    if (route == "chat") return Answer{type, chat(model, text, streamed)};
    if (route == "completions") return Answer{type, completions(model, text, streamed)};
    if (route == "messages") return Answer{type, messages(model, text, streamed)};
    if (route == "responses") return Answer{type, responses(model, text, streamed)};
    return std::nullopt;
}

}  // namespace lua_policy
