#include "params.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace provider_anthropic {
namespace {

using Json = nlohmann::json;
using sluice::ConfigError;

// A text, or the handle of a secret one.
std::string textOf(const Json& value, const std::string& key, const sluice::Host& host) {
    if (value.is_string()) return value.get<std::string>();
    const auto handle = value.is_object() ? value.find("$secret") : value.end();
    if (handle == value.end() || !handle->is_string()) throw ConfigError(key + ": must be a text");
    const auto text = host.reveal(handle->get_ref<const std::string&>());
    if (!text) throw ConfigError(key + ": the host knows no such secret");
    return std::string(*text);
}

// RFC 9110 section 5.1.
bool isFieldName(std::string_view name) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    const auto token = [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), token);
}

// RFC 9110 section 5.5: a line break would be a second field. Typical cause: a key read from a file with its
// newline.
std::string fieldValue(std::string value, const std::string& key) {
    const auto control = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    if (std::any_of(value.begin(), value.end(), control)) {
        throw ConfigError(key + ": contains a line break or another control character");
    }
    return value;
}

std::string textAt(const Json& params, const std::string& key, const sluice::Host& host) {
    const auto found = params.find(key);
    if (found == params.end() || found->is_null()) return {};
    return fieldValue(textOf(*found, key, host), key);
}

std::vector<Header> headersAt(const Json& params, const std::string& key, const sluice::Host& host) {
    std::vector<Header> headers;
    const auto found = params.find(key);
    if (found == params.end() || found->is_null()) return headers;
    if (!found->is_object()) throw ConfigError(key + ": must be a mapping of field names to texts");
    for (const auto& [name, value] : found->items()) {
        const std::string path = key + "." + name;
        if (!isFieldName(name)) throw ConfigError(path + ": is no field name");
        headers.push_back({name, fieldValue(textOf(value, path, host), path)});
    }
    return headers;
}

}  // namespace

Params readParams(std::string_view json, const sluice::Host& host) {
    const Json given = Json::parse(json);
    Params params;
    params.api_base = textAt(given, "api_base", host);
    if (params.api_base.empty()) params.api_base = textAt(given, "base_url", host);
    params.api_key = textAt(given, "api_key", host);
    params.extra_headers = headersAt(given, "extra_headers", host);
    return params;
}

}  // namespace provider_anthropic
