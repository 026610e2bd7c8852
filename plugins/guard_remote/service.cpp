#include "service.h"

#include <algorithm>

namespace guard_remote {
namespace {

using Kind = Unusable::Kind;

const char* reasonOf(sluice_status status) {
    switch (status) {
        case SLUICE_E_DEADLINE:
            return "timeout";
        case SLUICE_E_CANCELLED:
            return "cancelled";
        case SLUICE_E_LIMIT:
            return "the answer is too large";
        case SLUICE_E_INVALID:
            return "the URL or a header cannot be sent";
        case SLUICE_E_DENIED:
            return "the capability net is not granted";
        default:
            return "unavailable";
    }
}

Kind kindOf(sluice_status status) {
    return status == SLUICE_E_LIMIT || status == SLUICE_E_INVALID || status == SLUICE_E_DENIED
               ? Kind::Malformed
               : Kind::Unreachable;
}

bool has(const Call& call, std::string_view name) {
    return std::any_of(call.headers.begin(), call.headers.end(),
                       [&](const auto& field) { return sluice::sameName(field.first, name); });
}

}  // namespace

Service::Service(const sluice::Host& host, Options options)
    : host_(host),
      options_(std::move(options)),
      failures_(host.counter("sluice_guard_remote_failures_total", "Texts that no judgement came for",
                             {"guardrail", "phase"})) {
    if (!host.find<sluice_host_http>(SLUICE_HOST_HTTP_ID))
        throw sluice::ConfigError("the capability \"net\" is not granted: see grants");
}

void Service::worked() {
    if (failing() && failing_.exchange(false)) host_.info(options_.name + ": the service answers again");
}

void Service::failed(std::string_view phase, const Unusable& why, bool goes_on) {
    failures_.record(1, {options_.name, phase});
    if (failing_.exchange(true)) return;
    host_.warn(options_.name + ": " + std::string(phase) + " was not scanned: " + why.what() +
               (goes_on ? "; requests go on unscanned" : "; requests are refused"));
}

sluice::HttpResult HostCaller::once(const Call& call) const {
    const int64_t left = end_ms_ - service_.host().monotonicMs();
    if (left <= 0) throw Unusable(Kind::Unreachable, reasonOf(SLUICE_E_DEADLINE));
    sluice::HttpCall http{call.url};
    http.method = "POST";
    if (!has(call, "content-type")) http.headers.push_back({"content-type", "application/json"});
    for (const auto& [name, value] : call.headers) http.headers.push_back({name, value});
    http.body = call.body;
    http.timeout_ms = static_cast<uint32_t>(left);
    return request_.http(service_.host(), http);
}

std::string_view HostCaller::post(const Call& call) {
    auto answer = once(call);
    if (answer.error == SLUICE_E_UNAVAILABLE && !service_.failing() && !request_.cancelled())
        answer = once(call);
    if (answer.error != SLUICE_OK) throw Unusable(kindOf(answer.error), reasonOf(answer.error));
    if (answer.status < 200 || answer.status > 299) {
        const bool gateway = answer.status >= 502 && answer.status <= 504;
        throw Unusable(gateway ? Kind::Unreachable : Kind::Refused, "status " + std::to_string(answer.status),
                       answer.status);
    }
    if (answer.body.size() > service_.options().max_answer_bytes)
        throw Unusable(Kind::Malformed, reasonOf(SLUICE_E_LIMIT));
    return answer.body;
}

}  // namespace guard_remote
