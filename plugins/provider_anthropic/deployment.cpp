#include "deployment.h"

namespace provider_anthropic {
namespace {

using sluice::view;

constexpr std::string_view kBaseUrl = "https://api.anthropic.com";
constexpr std::string_view kVersion = "2023-06-01";
constexpr std::string_view kUserAgent = "sluice/0.1";

bool stripEnd(std::string_view& text, std::string_view tail) {
    if (text.size() < tail.size() || text.substr(text.size() - tail.size()) != tail) return false;
    text.remove_suffix(tail.size());
    return true;
}

// The part before /v1: people write the base with it, without it, and as the whole URL.
std::string baseOf(std::string_view api_base) {
    api_base = sluice::checkedBaseUrl(api_base);
    if (!stripEnd(api_base, "/v1/messages")) (void)stripEnd(api_base, "/v1");
    return std::string(sluice::checkedBaseUrl(api_base));
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

// Clients send several betas in one field or in several; for the upstream that is the same (RFC 9110
// section 5.3).
std::string betas(const sluice::Attempt& attempt) {
    std::string joined;
    for (const auto& [name, value] : attempt.headers()) {
        if (!sluice::sameName(name, "anthropic-beta")) continue;
        if (!joined.empty()) joined += ',';
        joined += value;
    }
    return joined;
}

// The client's own credentials and whatever else it sends stay here.
void copyClientFields(const sluice::Attempt& attempt) {
    (void)attempt.setUpstreamHeader("content-type", "application/json");
    (void)attempt.setUpstreamHeader("anthropic-version",
                                    attempt.header("anthropic-version").value_or(kVersion));
    (void)attempt.setUpstreamHeader("user-agent", attempt.header("user-agent").value_or(kUserAgent));
    if (!attempt.header("anthropic-beta")) return;
    const std::string joined = betas(attempt);
    if (!joined.empty()) (void)attempt.setUpstreamHeader("anthropic-beta", joined);
}

}  // namespace

Deployment::Deployment(const sluice_deployment_config& config, const sluice::Host& host)
    : model_(view(config.model)),
      quoted_model_(sluice::jsonQuoted(model_)),
      breakpoints_(view(config.params)) {
    const sluice::DeploymentParams params(view(config.params), host);
    base_url_ = baseOf(params.baseUrl().value_or(std::string(kBaseUrl)));
    const std::string key = params.text("api_key");
    if (!key.empty()) headers_.push_back({"x-api-key", key});
    for (auto& header : params.headers("extra_headers")) headers_.push_back(std::move(header));
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
    breakpoints_.mark(attempt);
    const auto model = attempt.upstreamModel();  // another than model_ where that is a wildcard
    const bool named =
        model == model_ ? nameModel(attempt, quoted_model_) : nameModel(attempt, sluice::jsonQuoted(model));
    return named ? SLUICE_OK : SLUICE_E_INVALID;
}

}  // namespace provider_anthropic
