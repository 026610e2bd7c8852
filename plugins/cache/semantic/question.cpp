#include "semantic/question.h"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/json_depth.hpp>

namespace cache {
namespace {

using Json = nlohmann::json;

constexpr size_t kTextMax = 32 * 1024;
constexpr size_t kDepthMax = 64;

// Takes a text out of its place; false if that holds none.
bool takeText(Json& place, std::string& text) {
    if (place.is_string()) {
        text = place.get<std::string>();
        place = "";
        return !text.empty();
    }
    if (!place.is_array()) return false;
    for (auto& part : place) {
        if (!part.is_object() || !part.contains("text") || !part["text"].is_string()) continue;
        text += (text.empty() ? "" : "\n") + part["text"].get<std::string>();
        part["text"] = "";
    }
    return !text.empty();
}

bool takeLast(Json& list, std::string& text) {
    if (!list.is_array() || list.empty()) return false;
    Json& last = list.back();
    if (!last.is_object() || last.value("role", Json()) != "user" || !last.contains("content")) return false;
    return takeText(last["content"], text);
}

bool take(std::string_view route, Json& body, std::string& text) {
    if (route == "chat" || route == "messages")
        return body.contains("messages") && takeLast(body["messages"], text);
    if (route == "completions")
        return body.contains("prompt") && body["prompt"].is_string() && takeText(body["prompt"], text);
    if (route != "responses" || !body.contains("input")) return false;
    return body["input"].is_string() ? takeText(body["input"], text) : takeLast(body["input"], text);
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// "two hours from 14:30" is not "two hours from 15:30", however alike they are.
std::string numbersIn(std::string_view text) {
    std::vector<std::string> numbers;
    for (size_t i = 0; i < text.size();) {
        if (!isDigit(text[i])) {
            ++i;
            continue;
        }
        const size_t begin = i;
        while (i < text.size() && (isDigit(text[i]) || ((text[i] == '.' || text[i] == ',') &&
                                                        i + 1 < text.size() && isDigit(text[i + 1]))))
            ++i;
        numbers.emplace_back(text.substr(begin, i - begin));
    }
    std::sort(numbers.begin(), numbers.end());
    std::string all;
    for (const auto& number : numbers) all += number + " ";
    return all;
}

}  // namespace

std::optional<Question> questionOf(const Asked& asked) {
    if (!asked.form.empty() || asked.body.size() > 4 * 1024 * 1024 ||
        sluice::nestedBeyond(asked.body, kDepthMax))
        return std::nullopt;
    Json body = Json::parse(asked.body, nullptr, false);
    Question question;
    if (!body.is_object() || !take(asked.route, body, question.text) || question.text.size() > kTextMax)
        return std::nullopt;
    body["sluice.numbers"] = numbersIn(question.text);
    const std::string rest = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    auto scope = keyOf({asked.route, asked.model, asked.owner, asked.betas, rest});
    if (!scope) return std::nullopt;
    question.scope = std::move(*scope);
    return question;
}

}  // namespace cache
