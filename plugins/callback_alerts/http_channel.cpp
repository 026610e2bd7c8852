#include "http_channel.h"

#include "exporters/retry.h"
#include "text.h"

namespace alerts {

Said saidOf(int status, std::string_view retry_after, std::string_view body, int64_t now_ms) {
    Said said;
    said.status = status;
    said.taken = status >= 200 && status < 300;
    said.again =
        !said.taken && (status == 0 || status == 408 || status == 425 || status == 429 || status >= 500);
    if (const auto wait = exporters::retryAfter(retry_after, now_ms); wait && said.again)
        said.wait_ms = wait->count();
    said.text = status == 0 ? "no answer" : "status " + std::to_string(status);
    if (status != 0 && !body.empty()) said.text += ": " + cut(body, 200);
    return said;
}

bool HttpChannel::wants(const Alert& alert) const {
    if (alert.level < target_.least && !alert.resolves) return false;
    return target_.only.empty() ? target_.not_these.count(alert.type) == 0
                                : target_.only.count(alert.type) > 0;
}

Said HttpChannel::deliver(const Alert& alert) {
    const std::string body = target_.body(alert).dump(-1, ' ', false, Json::error_handler_t::replace);
    sluice::HttpCall call{target_.url, "POST"};
    call.headers = {{"content-type", "application/json"}};
    for (const auto& [name, value] : target_.fields) call.headers.push_back({name, value});
    call.body = body;
    call.timeout_ms = target_.timeout_ms;
    const auto answer = host_.http(call);
    if (answer.error == SLUICE_E_INVALID) return {0, false, false, 0, "the URL is of no use"};
    if (answer.error != SLUICE_OK) return saidOf(0, "", "", host_.wallMs());
    // A receiver may repeat the address, which is a secret.
    std::string said(answer.body);
    if (said.find(target_.url) != std::string::npos) said.clear();
    return saidOf(answer.status, answer.header("retry-after").value_or(""), said, host_.wallMs());
}

}  // namespace alerts
