// The fields as JSON Schema, and small readers of members.
#include <array>
#include <ctime>

#include "fields.h"

namespace admin_api {

Json schemaOf(Type type) {
    switch (type) {
        case Type::Text:
            return {{"type", {"string", "null"}}, {"maxLength", 1024}};
        case Type::Id:
            return {{"type", {"string", "null"}}, {"maxLength", 256}};
        case Type::Number:
            return {{"type", {"number", "null"}}, {"minimum", 0}, {"maximum", 9'000'000}};
        case Type::Whole:
            return {{"type", {"integer", "null"}}, {"minimum", 0}, {"maximum", 9'000'000'000'000'000}};
        case Type::Flag:
            return {{"type", {"boolean", "null"}}};
        case Type::Texts:
            return {{"type", {"array", "null"}},
                    {"items", {{"type", "string"}, {"maxLength", 1024}}},
                    {"maxItems", 10'000}};
        case Type::Mapping:
            return {{"type", {"object", "null"}}};
        case Type::TextMap:
            return {{"type", {"object", "null"}},
                    {"additionalProperties", {{"type", "string"}, {"maxLength", 1024}}}};
        case Type::WholeMap:
            return {{"type", {"object", "null"}},
                    {"additionalProperties", {{"type", "integer"}, {"minimum", 0}}}};
        case Type::Budgets:
            return {{"type", {"object", "null"}},
                    {"additionalProperties", {{"type", Json::array({"number", "object"})}, {"minimum", 0}}}};
        case Type::Duration:
            return {{"type", {"string", "null"}}, {"pattern", "^[0-9]{1,9}(s|m|h|d|w|mo)$"}};
        case Type::Time:
            return {{"type", {"string", "integer", "null"}}, {"description", "RFC 3339, or milliseconds"}};
        case Type::Day:
            return {{"type", {"string", "null"}}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}"}};
        case Type::Any:
            break;
    }
    return Json::object();
}

Json schemaOf(const Fields& fields) {
    Json properties = Json::object();
    Json others = false;
    for (const Field& field : fields)
        (std::string_view(field.name) == "*" ? others : properties[field.name]) = schemaOf(field.type);
    return {{"type", "object"}, {"additionalProperties", others}, {"properties", std::move(properties)}};
}

std::string textIn(const Json& object, std::string_view member) {
    if (!object.is_object()) return {};
    const auto found = object.find(member);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> textsIn(const Json& object, std::string_view member) {
    std::vector<std::string> all;
    if (!isSet(object, member)) return all;
    const Json& value = *object.find(member);
    if (value.is_string()) all.push_back(value.get<std::string>());
    if (!value.is_array()) return all;
    for (const auto& one : value) {
        if (one.is_string()) all.push_back(one.get<std::string>());
    }
    return all;
}

bool isSet(const Json& object, std::string_view member) {
    const auto found = object.is_object() ? object.find(member) : object.end();
    return found != object.end() && !found->is_null();
}

std::string timeText(int64_t wall_ms) {
    const std::time_t seconds = wall_ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(wall_ms % 1000));
    return std::string(text.data(), size) + fraction.data();
}

}  // namespace admin_api
