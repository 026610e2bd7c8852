#include "redaction.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace admin_api {
namespace {

constexpr size_t kNameBytesMax = 128;
constexpr size_t kRunMax = 24;  // letters and digits in a row, both of them: a key, or part of one

// Members whose texts, also those in their lists and mappings, are names: of models, plugins, strategies.
constexpr std::array kNames = {"model",
                               "model_name",
                               "base_model",
                               "custom_llm_provider",
                               "mode",
                               "api_version",
                               "region_name",
                               "aws_region_name",
                               "vertex_location",
                               "tags",
                               "access_groups",
                               "db_model",
                               "routing_strategy",
                               "group_strategies",
                               "caller_strategies",
                               "fallbacks",
                               "context_window_fallbacks",
                               "content_policy_fallbacks",
                               "default_fallbacks",
                               "model_group_alias",
                               "optional_pre_call_checks",
                               "stream_recovery",
                               "to",
                               "callbacks",
                               "success_callback",
                               "failure_callback",
                               "service_callbacks",
                               "alerting",
                               "alert_types",
                               "timezone",
                               "type",
                               "supported_call_types",
                               "guardrails",
                               "budget_duration",
                               "time_period",
                               "token_rate_limit_type",
                               "litellm_key_header_name",
                               "user_header_name",
                               "enforced_params",
                               "allowed_routes",
                               "public_routes",
                               "admin_only_routes",
                               "drop_params",
                               "redact_logs",
                               "health_check_model",
                               "supported_openai_params",
                               "ui_access_mode",
                               "key_management_system",
                               "reasoning_effort"};
constexpr std::array kSchemes = {"http",       "https", "redis", "rediss", "postgres",
                                 "postgresql", "ws",    "wss",   "grpc"};
constexpr std::array kSecretWords = {"key",  "secret", "pass", "credential", "auth",    "cookie",
                                     "salt", "sign",   "cert", "private",    "webhook", "token"};

template <class Names>
bool isAmong(const Names& all, std::string_view name) {
    return std::find(all.begin(), all.end(), name) != all.end();
}

std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool endsWith(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Counts and prices of tokens are no tokens, and failures of authentication no passwords.
bool speaksOfSecrets(const std::string& member) {
    const std::string name = lowered(member);
    for (const char* end : {"tokens", "retries", "allowedfails", "_cost", "first_token_timeout"}) {
        if (endsWith(name, end)) return false;
    }
    if (name.find("per_token") != std::string::npos) return false;
    return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                       [&](const char* word) { return name.find(word) != std::string::npos; });
}

bool namesUrl(const std::string& member) {
    const std::string name = lowered(member);
    return name == "api_base" || endsWith(name, "url") || endsWith(name, "host") ||
           endsWith(name, "endpoint");
}

// What stands in front of "user:password@", behind the host, or in a query may be a secret.
std::string shownUrl(const std::string& url) {
    const size_t scheme = url.find("://");
    if (scheme == std::string::npos || !isAmong(kSchemes, url.substr(0, scheme))) return kRedacted;
    const size_t begin = scheme + 3, end = std::min(url.find_first_of("/?#\\", begin), url.size());
    const size_t at = url.rfind('@', end);
    const bool user = at != std::string::npos && at >= begin && at < end;
    const std::string host = url.substr(user ? at + 1 : begin, end - (user ? at + 1 : begin));
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
    };
    if (host.empty() || url.find('@', end) != std::string::npos ||
        !std::all_of(host.begin(), host.end(), fits) || looksSecret(host))
        return kRedacted;
    const std::string path = url.substr(end);
    const bool usual = path.empty() || path == "/" || path == "/v1" || path == "/v1/";
    return url.substr(0, begin) + (user ? std::string(kRedacted) + "@" : "") + host +
           (usual ? path : std::string("/") + kRedacted);
}

struct Place {
    std::string member;   // the nearest name above
    bool names = false;   // below a member that holds names
    bool secret = false;  // below one that speaks of secrets
};

Json text(const std::string& value, const Place& place) {
    if (place.secret) return kRedacted;
    if (namesUrl(place.member)) return shownUrl(value);
    return place.names && !looksSecret(value) ? value : kRedacted;
}

Json walk(const Json& value, const Place& place);

Json object(const Json& value, const Place& place) {
    Json out = Json::object();
    size_t hidden = 0;
    for (const auto& [name, member] : value.items()) {
        Place below = place;
        below.member = name;
        const bool names = isAmong(kNames, name);
        below.secret |= speaksOfSecrets(name) && !names;
        below.names = (place.names || names) && !below.secret;  // not below credentials
        // Those of metadata and the like are anybody's texts.
        const bool plain = name.size() <= kNameBytesMax && !looksSecret(name);
        const std::string shown = plain ? name : kRedacted + ("-" + std::to_string(++hidden));
        out[shown] = walk(member, below);
    }
    return out;
}

Json walk(const Json& value, const Place& place) {
    if (value.is_object() && value.contains("$secret")) return kRedacted;
    if (value.is_object()) return object(value, place);
    if (value.is_array()) {
        Json out = Json::array();
        for (const auto& element : value) out.push_back(walk(element, place));
        return out;
    }
    if (value.is_string()) return text(value.get<std::string>(), place);
    if (value.is_number() && place.secret) return kRedacted;
    return value;
}

}  // namespace

bool looksSecret(std::string_view text) {
    if (text.size() > kNameBytesMax) return true;
    const std::string lower = lowered(text);
    for (const char* sign : {"sk-", "pk-", "bearer", "basic ", "akia", "asia", "ghp_", "xox", "eyj",
                             "-----begin", "://", "@", "password"}) {
        if (lower.find(sign) != std::string::npos) return true;
    }
    size_t run = 0;
    bool digit = false, letter = false;
    for (const unsigned char c : text) {
        if (!std::isalnum(c) && c != '_' && c != '+') {
            run = 0;
            digit = letter = false;
            continue;
        }
        digit |= std::isdigit(c) != 0;
        letter |= std::isalpha(c) != 0;
        if (++run >= kRunMax && digit && letter) return true;
    }
    return false;
}

Json redacted(const Json& value) { return walk(value, {}); }

}  // namespace admin_api
