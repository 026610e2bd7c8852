#include "deployment.h"

#include <nlohmann/json.hpp>

namespace provider_anthropic {
namespace {

using sluice::view;

constexpr std::string_view kBaseUrl = "https://api.anthropic.com";
constexpr std::string_view kVersion = "2023-06-01";
constexpr std::string_view kUserAgent = "sluice/0.1";

// JSON string literal; bytes that are no UTF-8 must not throw.
std::string jsonQuoted(std::string_view text) {
    using Json = nlohmann::json;
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool startsWith(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

bool stripEnd(std::string_view& text, std::string_view tail) {
    if (text.size() < tail.size() || text.substr(text.size() - tail.size()) != tail) return false;
    text.remove_suffix(tail.size());
    return true;
}

// The part before /v1: people write the base with it, without it, and as the whole URL.
std::string baseOf(std::string_view api_base) {
    if (api_base.empty()) return std::string(kBaseUrl);
    const size_t host = startsWith(api_base, "https://") ? 8 : startsWith(api_base, "http://") ? 7 : 0;
    if (host == 0) throw sluice::ConfigError("api_base: must start with http:// or https://");
    if (api_base.find_first_of("?# ") != std::string_view::npos) {
        throw sluice::ConfigError("api_base: must have no query, no fragment and no space");
    }
    while (stripEnd(api_base, "/")) continue;
    if (!stripEnd(api_base, "/v1/messages")) (void)stripEnd(api_base, "/v1");
    if (api_base.size() <= host) throw sluice::ConfigError("api_base: names no host");
    return std::string(api_base);
}

// Leaves a body alone that says so already. False if it has no members.
bool nameModel(const sluice::Attempt& attempt, std::string_view quoted_model) {
    return attempt.upstreamMember("model") == quoted_model ||
           attempt.setUpstreamMember("model", quoted_model);
}

std::string_view pathOf(std::string_view route) {
    if (route == "messages") return "/v1/messages";
    if (route == "count_tokens") return "/v1/messages/count_tokens";
    return {};
}

// The SDKs' beta clients say so in the query as well; nothing else of a client's query means anything to the
// upstream.
bool isBeta(std::string_view query) {
    constexpr std::string_view kBeta = "beta=true";
    while (!query.empty()) {
        const size_t end = query.find('&');
        if (query.substr(0, end) == kBeta) return true;
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    }
    return false;
}

bool equalsIgnoringCase(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

}  // namespace

Deployment::Deployment(const sluice_deployment_config& config, const sluice::Host& host)
    : fields_(host.find<sluice_host_request>(SLUICE_HOST_REQUEST_ID)),
      model_(view(config.model)),
      quoted_model_(jsonQuoted(model_)) {
    const Params params = readParams(view(config.params), host);
    base_url_ = baseOf(params.api_base);
    if (!params.api_key.empty()) headers_.push_back({"x-api-key", params.api_key});
    headers_.insert(headers_.end(), params.extra_headers.begin(), params.extra_headers.end());
    if (headers_.empty() && base_url_ == kBaseUrl) {
        host.warn("deployment " + std::string(view(config.id)) +
                  ": no api_key, and ANTHROPIC_API_KEY is not set: requests go without a key");
    }
}

sluice_status Deployment::prepare(const sluice::Attempt& attempt) const {
    std::string path(pathOf(attempt.route()));
    if (path.empty()) return SLUICE_E_UNSUPPORTED;
    if (isBeta(attempt.query())) path += "?beta=true";
    if (!attempt.setPath(path)) return SLUICE_E_INTERNAL;
    copyClientFields(attempt);
    for (const auto& header : headers_) {
        if (!attempt.setUpstreamHeader(header.name, header.value)) return SLUICE_E_INTERNAL;
    }
    const auto model = attempt.upstreamModel();  // another than model_ where that is a wildcard
    const bool named =
        model == model_ ? nameModel(attempt, quoted_model_) : nameModel(attempt, jsonQuoted(model));
    return named ? SLUICE_OK : SLUICE_E_INVALID;
}

// The client's own credentials and whatever else it sends stay here.
void Deployment::copyClientFields(const sluice::Attempt& attempt) const {
    (void)attempt.setUpstreamHeader("content-type", "application/json");
    (void)attempt.setUpstreamHeader("anthropic-version",
                                    attempt.header("anthropic-version").value_or(kVersion));
    (void)attempt.setUpstreamHeader("user-agent", attempt.header("user-agent").value_or(kUserAgent));
    const std::string joined = betas(attempt);
    if (!joined.empty()) (void)attempt.setUpstreamHeader("anthropic-beta", joined);
}

// Clients send several betas in one field or in several; for the upstream that is the same (RFC 9110
// section 5.3).
std::string Deployment::betas(const sluice::Attempt& attempt) const {
    std::string joined;
    if (!attempt.header("anthropic-beta")) return joined;
    sluice_str name{}, value{};
    for (uint32_t i = 0; fields_->header_at(attempt.raw(), i, &name, &value) == SLUICE_OK; ++i) {
        if (!equalsIgnoringCase(view(name), "anthropic-beta")) continue;
        if (!joined.empty()) joined += ',';
        joined += view(value);
    }
    return joined;
}

}  // namespace provider_anthropic
