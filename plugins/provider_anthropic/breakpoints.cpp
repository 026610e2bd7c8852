#include "breakpoints.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sluice/config.hpp>
#include <sluice/json.hpp>

namespace provider_anthropic {

using Json = nlohmann::json;

namespace {

constexpr size_t kMarksMax = 4;
constexpr const char* kKey = "cache_control_injection_points";

struct Span {
    size_t begin, end;
};

// The elements of a list as they stand in its text; nothing if it is no list.
std::vector<Span> elementsOf(std::string_view list) {
    std::vector<Span> spans;
    sluice::JsonReader read(list);
    if (!read.take('[') || read.take(']')) return spans;
    do {
        const size_t begin = list.find_first_not_of(" \t\r\n", read.at());
        if (!read.value()) return {};
        spans.push_back({begin, read.at()});
    } while (read.take(','));
    return spans;
}

std::string replaced(std::string_view text, const Span& span, std::string_view with) {
    std::string out(text.substr(0, span.begin));
    return out.append(with).append(text.substr(span.end));
}

// Thoughts take no mark, and an empty text none either.
bool takesMark(const sluice::JsonObject& block) {
    const auto type = block.textOf("type");
    if (!block.object() || type == "thinking" || type == "redacted_thinking") return false;
    return type != "text" || block.member("text").value_or("\"\"") != "\"\"";
}

size_t marksIn(std::string_view json) {
    size_t count = 0;
    for (size_t at = json.find("\"cache_control\""); at != std::string_view::npos;
         at = json.find("\"cache_control\"", at + 1))
        ++count;
    return count;
}

std::string markedTools(std::string_view list, std::string_view control) {
    const auto tools = elementsOf(list);
    if (tools.empty()) return {};
    sluice::JsonObject last(list.substr(tools.back().begin, tools.back().end - tools.back().begin));
    if (!last.object() || last.member("cache_control") || !last.set("cache_control", control)) return {};
    return replaced(list, tools.back(), last.text());
}

[[noreturn]] void refuse(size_t i, const std::string& key, const std::string& allowed) {
    throw sluice::ConfigError(std::string(kKey) + "[" + std::to_string(i) + "]" + key +
                              ": allowed: " + allowed);
}

}  // namespace

std::string markedContent(std::string_view content, std::string_view control) {
    const std::string mark(control);
    if (!content.empty() && content.front() == '"') {
        if (content == "\"\"") return {};
        return "[{\"type\":\"text\",\"text\":" + std::string(content) + ",\"cache_control\":" + mark + "}]";
    }
    const auto blocks = elementsOf(content);
    for (auto span = blocks.rbegin(); span != blocks.rend(); ++span) {
        sluice::JsonObject block(content.substr(span->begin, span->end - span->begin));
        if (!takesMark(block)) continue;
        if (block.member("cache_control") || !block.set("cache_control", control)) return {};
        return replaced(content, *span, block.text());
    }
    return {};
}

Breakpoints::Breakpoints(std::string_view params) {
    const Json all = Json::parse(params, nullptr, false);
    if (!all.is_object() || !all.contains(kKey) || all[kKey].is_null()) return;
    if (!all[kKey].is_array())
        throw sluice::ConfigError(std::string(kKey) +
                                  ": allowed: a list of {location: message | tools, role, index}");
    size_t i = 0;
    for (const auto& given : all[kKey]) {
        if (!given.is_object()) refuse(i, "", "{location: message | tools, role, index}");
        Point point{};
        const Json location = given.value("location", Json("message")), role = given.value("role", Json(""));
        if (location != "message" && location != "tools" && location != "tool_config")
            refuse(i, ".location", "message, tools");
        if (role != "" && role != "system" && role != "user" && role != "assistant")
            refuse(i, ".role", "system, user, assistant");
        point.role = role.get<std::string>();
        point.where = location != "message"    ? Point::Where::Tools
                      : point.role == "system" ? Point::Where::System
                                               : Point::Where::Message;
        if (given.contains("index")) {
            if (!given["index"].is_number_integer())
                refuse(i, ".index", "a whole number; -1 is the last message");
            point.index = given["index"].get<int>();
        }
        const Json control = given.value("control", Json{{"type", "ephemeral"}});
        if (!control.is_object()) refuse(i, ".control", "{type: ephemeral, ttl: 5m | 1h}");
        point.control = control.dump();
        points_.push_back(std::move(point));
        ++i;
    }
}

std::string Breakpoints::markedMessages(std::string_view list, const Point& point) {
    const auto messages = elementsOf(list);
    const auto count = static_cast<int>(messages.size());
    const auto marked = [&](int i) -> std::string {
        const Span& span = messages[static_cast<size_t>(i)];
        sluice::JsonObject message(list.substr(span.begin, span.end - span.begin));
        const auto content = message.member("content");
        if (!content || (!point.role.empty() && message.textOf("role") != point.role)) return {};
        const auto now = markedContent(*content, point.control);
        if (now.empty() || !message.set("content", now)) return {};
        return replaced(list, span, message.text());
    };
    if (point.index) {
        const int at = *point.index < 0 ? count + *point.index : *point.index;
        return at >= 0 && at < count ? marked(at) : std::string();
    }
    for (int i = count - 1; i >= 0; --i) {
        const Span& span = messages[static_cast<size_t>(i)];
        const sluice::JsonObject message(list.substr(span.begin, span.end - span.begin));
        if (point.role.empty() || message.textOf("role") == point.role) return marked(i);
    }
    return {};
}

void Breakpoints::mark(const sluice::Attempt& attempt) const {
    if (points_.empty()) return;
    size_t marks = 0;
    for (const char* name : {"tools", "system", "messages"})
        marks += marksIn(attempt.upstreamMember(name).value_or(""));
    for (const Point& point : points_) {
        if (marks >= kMarksMax) return;
        const char* name = point.where == Point::Where::Tools    ? "tools"
                           : point.where == Point::Where::System ? "system"
                                                                 : "messages";
        const auto json = attempt.upstreamMember(name);
        if (!json) continue;
        const auto now = point.where == Point::Where::Tools    ? markedTools(*json, point.control)
                         : point.where == Point::Where::System ? markedContent(*json, point.control)
                                                               : markedMessages(*json, point);
        if (!now.empty() && attempt.setUpstreamMember(name, now)) ++marks;
    }
}

}  // namespace provider_anthropic
