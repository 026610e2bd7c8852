#include "json.h"

#include <sluice/json.hpp>

#include "caller.h"

namespace guard_remote {
namespace {

// Trees are copied and destroyed by recursion, and fibers have small stacks.
constexpr int kDepthMax = 64;
constexpr double kCountMax = 9007199254740992.0;

const Json& need(const Json& object, const char* member) {
    const Json* value = find(object, member);
    if (!value) malformed(std::string(member) + " is missing");
    return *value;
}

[[noreturn]] void wrongType(const char* member) { malformed(std::string(member) + " has the wrong type"); }

}  // namespace

void malformed(const std::string& what) {
    throw Unusable(Unusable::Kind::Malformed, "the answer is not as documented: " + what);
}

Json parsed(std::string_view text) {
    const auto bounded = [](int depth, Json::parse_event_t, Json&) {
        if (depth > kDepthMax) malformed("it is nested too deeply");
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), bounded);
    } catch (const Json::exception&) {
        malformed("it is no JSON");
    }
}

Json parsedOrNull(std::string_view text) {
    if (text.empty()) return nullptr;
    try {
        return parsed(text);
    } catch (const Unusable&) {
        return nullptr;
    }
}

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string escaped(std::string_view text) {
    const std::string json = sluice::jsonQuoted(text);
    return json.substr(1, json.size() - 2);
}

const Json* find(const Json& object, const char* member) {
    if (!object.is_object()) malformed("an object is expected");
    const auto found = object.find(member);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json& needList(const Json& object, const char* member) {
    const Json& value = need(object, member);
    if (!value.is_array()) wrongType(member);
    return value;
}

std::string needText(const Json& object, const char* member) {
    const Json& value = need(object, member);
    if (!value.is_string()) wrongType(member);
    return value.get<std::string>();
}

bool needBool(const Json& object, const char* member) {
    const Json& value = need(object, member);
    if (!value.is_boolean()) wrongType(member);
    return value.get<bool>();
}

double needNumber(const Json& object, const char* member) {
    const Json& value = need(object, member);
    if (!value.is_number()) wrongType(member);
    return value.get<double>();
}

size_t needCount(const Json& object, const char* member) {
    const double value = needNumber(object, member);
    if (!(value >= 0 && value <= kCountMax) || value != static_cast<double>(static_cast<size_t>(value)))
        wrongType(member);
    return static_cast<size_t>(value);
}

}  // namespace guard_remote
