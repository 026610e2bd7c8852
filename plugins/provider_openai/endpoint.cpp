#include "endpoint.h"

#include <sluice/deployment.hpp>

namespace provider_openai {
namespace {

using sluice::ConfigError;

bool endsWith(std::string_view text, std::string_view tail) {
    return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}

bool isUnreserved(char c) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string percentEncoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (isUnreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

Endpoint Endpoint::plain(const Provider& provider, std::string_view api_base) {
    if (api_base.empty()) api_base = provider.base_url;
    if (api_base.empty()) {
        throw ConfigError("api_base: " + std::string(provider.name) + " has no default, so it is required");
    }
    Endpoint endpoint;
    api_base = sluice::checkedBaseUrl(api_base);
    const auto chat = info(Route::Chat).tail;
    if (endsWith(api_base, chat)) api_base.remove_suffix(chat.size());  // LiteLLM takes the whole URL, too
    endpoint.base_url_ = api_base;
    if (provider.quirk == Quirk::VersionedBase && !endsWith(api_base, "/v1")) endpoint.base_url_ += "/v1";
    return endpoint;
}

std::string Endpoint::path(Route route, std::string_view model) const {
    const auto& row = info(route);
    if (azure_ && !row.azure) return {};
    if (deployments_) return deploymentPath(route, model);
    return prefix_ + std::string(row.tail) + query_;
}

}  // namespace provider_openai
