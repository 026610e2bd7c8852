#include "forms.h"

#include <sluice/json_depth.hpp>

#include "form_dialects.h"

namespace cache {
namespace {

constexpr size_t kDepthMax = 64;  // trees are written by recursion

std::vector<Json> eventsOf(std::string_view stream) {
    std::vector<Json> events;
    std::string data;
    const auto take = [&] {
        if (data.empty() || data == "[DONE]") return data.clear();
        events.push_back(Json::parse(data));
        data.clear();
    };
    while (!stream.empty()) {
        const size_t end = stream.find('\n');
        auto line = stream.substr(0, end);
        stream.remove_prefix(end == std::string_view::npos ? stream.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty()) {
            take();
        } else if (line.substr(0, 5) == "data:") {
            line.remove_prefix(line.substr(0, 6) == "data: " ? 6 : 5);
            if (!data.empty()) data += '\n';
            data += line;
        }
    }
    take();
    return events;
}

}  // namespace

void addEvent(std::string& out, std::string_view name, const Json& data) {
    if (!name.empty()) out.append("event: ").append(name).append("\n");
    out.append("data: ").append(data.dump(-1, ' ', false, Json::error_handler_t::replace)).append("\n\n");
}

std::string textIn(const Json& object, const char* member) {
    const auto found = object.find(member);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void appendText(Json& into, const char* member, const Json& more) {
    Json& text = into[member];
    text = text.is_string() ? text.get<std::string>() + more.get<std::string>() : more.get<std::string>();
}

std::optional<std::string> streamOf(std::string_view route, std::string_view whole) try {
    if (sluice::nestedBeyond(whole, kDepthMax)) return std::nullopt;
    const Json answer = Json::parse(whole);
    if (!answer.is_object() || (answer.contains("error") && !answer["error"].is_null())) return std::nullopt;
    if (route == "chat") return chatStream(answer);
    if (route == "completions") return completionStream(answer);
    if (route == "messages") return messageStream(answer);
    if (route == "responses") return responseStream(answer);
    return std::nullopt;
} catch (const Json::exception&) {
    return std::nullopt;
}

std::optional<std::string> wholeOf(std::string_view route, std::string_view stream) try {
    if (sluice::nestedBeyond(stream, kDepthMax)) return std::nullopt;
    const auto events = eventsOf(stream);
    Json whole;
    if (route == "chat") whole = wholeChat(events);
    if (route == "completions") whole = wholeCompletion(events);
    if (route == "messages") whole = wholeMessage(events);
    if (route == "responses") whole = wholeResponse(events);
    if (!whole.is_object()) return std::nullopt;
    return whole.dump(-1, ' ', false, Json::error_handler_t::replace);
} catch (const Json::exception&) {
    return std::nullopt;
}

}  // namespace cache
