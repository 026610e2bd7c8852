#include "settings.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace exporters {
namespace {

using Json = nlohmann::json;

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return text;
}

bool isFieldName(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
    });
}

bool isFieldValue(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string valueOf(const Json& value, const std::string& path, const sluice::Host& host) {
    if (value.is_string()) return value.get<std::string>();
    const bool secret = value.is_object() && value.contains("$secret") && value["$secret"].is_string();
    if (!secret) throw sluice::ConfigError(path + ": found no text; allowed: a text");
    const auto text = host.reveal(value["$secret"].get<std::string>());
    if (!text) throw sluice::ConfigError(path + ": there is no such secret");
    return std::string(*text);
}

// scheme://host[:port]
std::string originOf(const std::string& url) {
    const size_t host = url.find("://");
    return host == std::string::npos ? "" : lowered(url.substr(0, url.find('/', host + 3)));
}

bool isPublicName(const std::string& origin) {
    constexpr std::string_view kHttps = "https://";
    if (origin.compare(0, kHttps.size(), kHttps) != 0) return false;
    const std::string host = origin.substr(kHttps.size(), origin.find(':', kHttps.size()) - kHttps.size());
    const bool name = host.find('.') != std::string::npos && host.find('@') == std::string::npos;
    const bool address =
        std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    const size_t dot = host.rfind('.');
    const std::string last = dot == std::string::npos ? "" : host.substr(dot);
    return name && !address && host.front() != '[' && last != ".local" && last != ".internal" &&
           last != ".localhost";
}

}  // namespace

std::string textOf(const Json& config, const char* key, const sluice::Host& host, const char* variable) {
    const auto found = config.find(key);
    if (found != config.end() && !found->is_null()) return valueOf(*found, key, host);
    const auto granted = variable ? host.reveal(variable) : std::nullopt;
    return granted ? std::string(*granted) : std::string();
}

Fields fieldsOf(const Json& config, const char* key, const sluice::Host& host) {
    static constexpr std::array<std::string_view, 7> kOwn{
        "connection", "content-encoding", "content-length", "host", "te", "trailer", "transfer-encoding"};
    Fields fields;
    const auto found = config.find(key);
    if (found == config.end() || found->is_null()) return fields;
    for (const auto& [given, value] : found->items()) {
        const std::string name = lowered(given);
        const std::string path = std::string(key) + "." + name;
        if (!isFieldName(name))
            throw sluice::ConfigError(std::string(key) + ": a name cannot stand in a head");
        if (std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end())
            throw sluice::ConfigError(path + ": the gateway sets this one");
        std::string text = valueOf(value, path, host);
        if (!isFieldValue(text)) throw sluice::ConfigError(path + ": it holds control characters");
        fields.emplace_back(name, std::move(text));
    }
    return fields;
}

std::string baseUrlOf(std::string url, const char* key) {
    const bool scheme = url.rfind("http://", 0) == 0 || url.rfind("https://", 0) == 0;
    const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (!scheme || !plain || url.size() <= url.find("://") + 3)
        throw sluice::ConfigError(
            std::string(key) +
            ": found something else; allowed: http:// or https://, a host, perhaps a path");
    while (url.back() == '/') url.pop_back();
    return url;
}

void checkOwnHost(const std::string& url, const std::string& usual, const Json& config) {
    const std::string origin = originOf(url);
    if (origin == originOf(usual)) return;
    if (config.contains("own_hosts") && config["own_hosts"].is_array()) {
        for (const auto& allowed : config["own_hosts"]) {
            if (allowed.is_string() && originOf(allowed.get<std::string>() + "/") == origin) return;
        }
    } else if (isPublicName(origin)) {
        return;
    }
    throw std::invalid_argument("its host is not among own_hosts");
}

}  // namespace exporters
