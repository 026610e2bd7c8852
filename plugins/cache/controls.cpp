#include "controls.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace cache {
namespace {

using Json = nlohmann::json;

std::optional<int64_t> seconds(const Json& value) {
    if (!value.is_number()) return std::nullopt;
    const double number = value.get<double>();
    if (!(number >= 0 && number <= 366.0 * 86400)) return std::nullopt;
    return static_cast<int64_t>(number * 1000);
}

bool isNamespace(const Json& value) {
    if (!value.is_string()) return false;
    const auto text = value.get<std::string>();
    return text.size() <= 128 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// True if it is of the right type.
bool take(Controls& controls, const std::string& name, const Json& value) {
    const auto flag = [&](bool& into) {
        if (value.is_boolean()) into = value.get<bool>();
        return value.is_boolean();
    };
    if (name == "no-cache") return flag(controls.no_cache);
    if (name == "no-store") return flag(controls.no_store);
    if (name == "use-cache") return flag(controls.use_cache);
    if (name == "ttl") return (controls.ttl_ms = seconds(value)).has_value();
    if (name == "s-maxage" || name == "s-max-age") return (controls.max_age_ms = seconds(value)).has_value();
    if (name == "namespace") {
        if (isNamespace(value)) controls.name_space = value.get<std::string>();
        return isNamespace(value);
    }
    return false;
}

}  // namespace

Controls Controls::read(std::string_view json, std::string_view allowed, std::string& refused) {
    Controls controls;
    Json given = Json::parse(json, nullptr, false);
    if (given.is_string()) given = Json::parse(given.get<std::string>(), nullptr, false);  // in a form
    if (given.is_null()) return controls;
    if (!given.is_object()) {
        refused = "cache: found no object; allowed: {\"ttl\": 60, \"no-cache\": true, …}";
        return controls;
    }
    const Json may = allowed.empty() ? Json() : Json::parse(allowed, nullptr, false);
    for (const auto& [name, value] : given.items()) {
        if (value.is_null()) continue;
        if (may.is_array() && std::find(may.begin(), may.end(), Json(name)) == may.end()) {
            refused = "cache." + name +
                      ": this key may not use it; allowed_cache_controls of the key: " + may.dump();
        } else if (!take(controls, name, value)) {
            refused = "cache." + name +
                      ": allowed are no-cache, no-store, use-cache (true or false), ttl, s-maxage (seconds), "
                      "namespace (at most 128 printable characters)";
        }
    }
    return controls;
}

}  // namespace cache
