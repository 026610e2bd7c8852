#include "settings.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <sluice/config.hpp>

namespace redis_common {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const char* key, const std::string& allowed) {
    throw sluice::ConfigError(std::string(key) + ": allowed: " + allowed);
}

}  // namespace

bool given(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return false;
    return !found->is_string() || !found->get_ref<const std::string&>().empty();
}

std::string textAt(const Json& json, const char* key, const sluice::Host& host) {
    if (!given(json, key)) return {};
    const Json& value = json[key];
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_object() || value.size() != 1 || !value.contains("$secret") ||
        !value["$secret"].is_string())
        refuse(key, "a text");
    const auto secret = host.reveal(value["$secret"].get<std::string>());
    if (!secret) refuse(key, "a text; found a secret that the host does not know");
    return std::string(*secret);
}

int numberAt(const Json& json, const char* key, int otherwise, int most, const sluice::Host& host) {
    if (!given(json, key)) return otherwise;
    int64_t value = -1;
    if (json[key].is_number_integer()) {
        value = json[key].get<int64_t>();
    } else if (!json[key].is_number()) {
        const std::string text = textAt(json, key, host);
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (fault != std::errc() || end != text.data() + text.size()) value = -1;
    }
    if (value < 0 || value > most) refuse(key, "a whole number from 0 to " + std::to_string(most));
    return static_cast<int>(value);
}

bool flagAt(const Json& json, const char* key, bool otherwise, const sluice::Host& host) {
    if (!given(json, key)) return otherwise;
    if (json[key].is_boolean()) return json[key].get<bool>();
    const std::string text = textAt(json, key, host);
    if (text == "true" || text == "True" || text == "1") return true;
    if (text != "false" && text != "False" && text != "0") refuse(key, "true or false");
    return false;
}

Address readAddress(const Json& json, const sluice::Host& host) {
    for (const char* key : {"url", "redis_url"}) {
        if (given(json, key)) return parseAddress(textAt(json, key, host));
    }
    Address address;
    if (given(json, "host")) address.host = textAt(json, "host", host);
    address.port = numberAt(json, "port", 6379, 65535, host);
    address.user = textAt(json, "username", host);
    address.password = textAt(json, "password", host);
    address.place = placeOf(address.host, address.port);
    return address;
}

}  // namespace redis_common
