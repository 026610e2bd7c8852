#include "token_count.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace pricing {
namespace {

using Json = nlohmann::json;

constexpr size_t kBytesPerToken = 4;  // English, about
constexpr size_t kPerMessage = 3, kPerName = 1, kAnswer = 3;
constexpr size_t kImage = 250, kImageLow = 85;  // LiteLLM's default, OpenAI's for detail "low"
constexpr int kDepthMax = 16;                   // of results within results

constexpr std::pair<std::string_view, std::string_view> kEncodings[] = {{"gpt-4o", "o200k_base"},
                                                                        {"gpt-4.1", "o200k_base"},
                                                                        {"gpt-4.5", "o200k_base"},
                                                                        {"gpt-5", "o200k_base"},
                                                                        {"gpt-oss", "o200k_base"},
                                                                        {"chatgpt-4o", "o200k_base"},
                                                                        {"o1", "o200k_base"},
                                                                        {"o3", "o200k_base"},
                                                                        {"o4-mini", "o200k_base"},
                                                                        {"gpt-4", "cl100k_base"},
                                                                        {"gpt-3.5", "cl100k_base"},
                                                                        {"gpt-35", "cl100k_base"},
                                                                        {"text-embedding", "cl100k_base"},
                                                                        {"davinci-002", "cl100k_base"},
                                                                        {"babbage-002", "cl100k_base"}};

// As JSON: what is no UTF-8 cannot be in what was read.
std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

const Json* memberOf(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

}  // namespace

ModelEncoding encodingOf(std::string_view model) {
    const size_t slash = model.rfind('/');
    if (slash != std::string_view::npos) model.remove_prefix(slash + 1);
    if (model.substr(0, 3) == "ft:") model.remove_prefix(3);
    for (const auto& [begin, name] : kEncodings) {
        if (model.substr(0, begin.size()) == begin) return {name, true};
    }
    return {"cl100k_base", false};
}

void TokenCount::text(std::string_view text) {
    tokens_ += encoding_ ? encoding_->count(text) : (text.size() + kBytesPerToken - 1) / kBytesPerToken;
}

void TokenCount::json(const Json& value) {
    estimated_ = true;
    text(dumped(value));
}

void TokenCount::messages(const Json& messages) {
    for (const auto& one : messages) message(one);
    tokens_ += kAnswer;
}

void TokenCount::message(const Json& message) {
    tokens_ += kPerMessage;
    if (!message.is_object()) return;
    for (const auto& [key, value] : message.items()) {
        if (key == "content") {
            content(value, 0);
        } else if (key == "tool_calls" || key == "function_call") {
            estimated_ = true;
            content(value, 0);
        } else if (value.is_string()) {
            text(value.get_ref<const std::string&>());
            if (key == "name") tokens_ += kPerName;
        }
    }
}

void TokenCount::content(const Json& value, int depth) {
    if (value.is_string()) return text(value.get_ref<const std::string&>());
    if (depth >= kDepthMax) return;
    if (value.is_object()) return part(value, depth);
    if (!value.is_array()) return;
    for (const auto& one : value) content(one, depth + 1);
}

void TokenCount::part(const Json& part, int depth) {
    if (const Json* text_part = memberOf(part, "text"); text_part && text_part->is_string())
        return text(text_part->get_ref<const std::string&>());
    estimated_ = true;
    for (const char* name : {"image_url", "source", "input_image", "inlineData", "inline_data"}) {
        const Json* image = memberOf(part, name);
        if (!image) continue;
        const bool low = image->is_object() && image->value("detail", Json()) == "low";
        tokens_ += low ? kImageLow : kImage;
        return;
    }
    // A call or a result: what the model reads of it.
    for (const char* name : {"name", "arguments", "content", "function", "thinking"}) {
        if (const Json* inside = memberOf(part, name)) content(*inside, depth + 1);
    }
    if (const Json* input = memberOf(part, "input")) json(*input);
}

void TokenCount::prompt(const Json& prompt) {
    if (prompt.is_string()) return text(prompt.get_ref<const std::string&>());
    if (!prompt.is_array()) return;
    for (const auto& one : prompt) {
        if (one.is_string()) text(one.get_ref<const std::string&>());
        if (one.is_number()) ++tokens_;
        if (one.is_array()) tokens_ += one.size();
    }
}

void TokenCount::contents(const Json& contents) {
    estimated_ = true;
    if (!contents.is_array()) return content(contents, 0);
    for (const auto& one : contents) {
        const Json* parts = one.is_object() ? memberOf(one, "parts") : nullptr;
        content(parts ? *parts : one, 0);
    }
}

}  // namespace pricing
