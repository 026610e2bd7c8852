#include "service.h"

#include <algorithm>
#include <string>

namespace callout_http {
namespace {

constexpr size_t kAnswerMin = 64 * 1024;

const char* reasonOf(sluice_status status) {
    switch (status) {
        case SLUICE_E_DEADLINE:
            return "timeout";
        case SLUICE_E_CANCELLED:
            return "cancelled";
        case SLUICE_E_LIMIT:
            return "the answer is too large";
        case SLUICE_E_INVALID:
            return "the url cannot be called";
        case SLUICE_E_DENIED:
            return "the capability net is not granted";
        default:
            return "unavailable";
    }
}

}  // namespace

Service::Service(const sluice::Host& host, const Options& options)
    : host_(host),
      options_(options),
      http_(host.find<sluice_host_http>(SLUICE_HOST_HTTP_ID)),
      failures_(host.counter("sluice_callout_http_failures_total",
                             "Questions of callout_http that got no usable answer", {"phase"})) {
    if (!http_) throw sluice::ConfigError("the capability \"net\" is not granted: see grants");
    fields_.push_back({sluice::str("content-type"), sluice::str("application/json")});
    for (const auto& [name, value] : options.headers)
        fields_.push_back({sluice::str(name), sluice::str(value)});
}

std::string_view Service::ask(sluice_ctx* ctx, std::string_view question) const {
    const sluice_http_request request{
        sizeof request, options_.timeout_ms, sluice::str("POST"),   sluice::str(options_.url),
        fields_.data(), fields_.size(),      sluice::str(question),
    };
    sluice_http_response response{};
    response.size = sizeof response;
    const sluice_status status = http_->call(host_.raw(), ctx, &request, &response);
    if (status != SLUICE_OK) throw Unusable(reasonOf(status));
    if (response.status < 200 || response.status > 299)
        throw Unusable("status " + std::to_string(response.status));
    // Reading it takes time of the loop: it may be as large as the bodies that it can speak of.
    if (response.body.len > std::max(options_.max_body_bytes, kAnswerMin))
        throw Unusable(reasonOf(SLUICE_E_LIMIT));
    return sluice::view(response.body);
}

void Service::worked() {
    if (failing_.load(std::memory_order_relaxed) && failing_.exchange(false))
        host_.info("the service answers again");
}

void Service::failed(Phase phase, std::string_view why) {
    failures_.record(1, {name(phase)});
    if (!failing_.exchange(true)) host_.warn(std::string(name(phase)) + ": " + std::string(why));
}

}  // namespace callout_http
