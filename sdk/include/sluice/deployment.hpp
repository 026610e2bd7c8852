// What a provider reads of a deployment's litellm_params: texts that may be secrets, fields for the upstream,
// the base URL. Faults are ConfigErrors that name the key and never the value.
//
//   const sluice::DeploymentParams params(sluice::view(config.params), host);
//   base_url = sluice::checkedBaseUrl(params.baseUrl().value_or("https://api.acme.com/v1"));
//   key = params.text("api_key");                   // empty: none is configured, and none in the environment
//   headers = params.headers("extra_headers");
#pragma once

#include <sluice/config.hpp>

namespace sluice {

/// A field that is kept: Header borrows.
struct OwnedHeader {
    std::string name;
    std::string value;
};

class DeploymentParams {
public:
    DeploymentParams(std::string_view json, const Host& host) : params_(json, &host) {}

    /// Empty if it is not there. Fit for a field's value.
    std::string text(std::string_view key) const {
        std::string text;
        params_.read(key, text);
        return fieldValue(std::move(text), params_.pathOf(key));
    }
    bool flag(std::string_view key, bool otherwise) const {
        params_.read(key, otherwise);
        return otherwise;
    }
    /// A mapping of names to texts.
    std::vector<OwnedHeader> headers(std::string_view key) const {
        std::vector<OwnedHeader> headers;
        const auto given = params_.object(key);
        if (!given) return headers;
        for (const auto name : given->keys()) {
            const std::string path = given->pathOf(name);
            if (!isFieldName(name)) throw ConfigError(path + ": is no field name");
            std::string value;
            given->need(name, value);
            headers.push_back({std::string(name), fieldValue(std::move(value), path)});
        }
        return headers;
    }
    /// api_base, also written base_url.
    std::optional<std::string> baseUrl() const {
        std::string url = text("api_base");
        if (url.empty()) url = text("base_url");
        return url.empty() ? std::nullopt : std::optional(std::move(url));
    }

private:
    // RFC 9110 section 5.1.
    static bool isFieldName(std::string_view name) {
        constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
        for (const char c : name) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !(c >= '0' && c <= '9') && kMarks.find(c) == std::string_view::npos) return false;
        }
        return !name.empty();
    }
    // RFC 9110 section 5.5: a line break would be a second field. Typical cause: a key read from a file with
    // its newline.
    static std::string fieldValue(std::string value, const std::string& path) {
        for (const char c : value) {
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
                throw ConfigError(path + ": contains a line break or another control character");
        }
        return value;
    }

    ConfigObject params_;
};

/// Without slashes at the end. Throws ConfigError if it is not http:// or https://, names no host, or has a
/// query, a fragment or a space.
inline std::string_view checkedBaseUrl(std::string_view url) {
    const size_t host = url.substr(0, 8) == "https://" ? 8 : url.substr(0, 7) == "http://" ? 7 : 0;
    if (host == 0) throw ConfigError("api_base: must start with http:// or https://");
    if (url.find_first_of("?# ") != std::string_view::npos)
        throw ConfigError("api_base: must have no query, no fragment and no space");
    while (!url.empty() && url.back() == '/') url.remove_suffix(1);
    if (url.size() <= host) throw ConfigError("api_base: names no host");
    return url;
}

}  // namespace sluice
