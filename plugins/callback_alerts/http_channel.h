// Channels that are an HTTP POST of JSON: Slack, Discord, Teams, PagerDuty, any webhook.
#pragma once

#include <functional>
#include <string>

#include <sluice/plugin.hpp>

#include "channel.h"
#include "exporters/sink.h"

namespace alerts {

struct HttpTarget {
    std::string name;  // as `alerting` names it
    std::string url;   // with credentials in it, as a rule: never in a log
    exporters::Fields fields;
    std::function<Json(const Alert&)> body;
    Level least = Level::Info;
    Types only;  // types that go here; empty: all but those in `not_these`
    Types not_these;
    uint32_t timeout_ms = 10'000;
};

class HttpChannel final : public Channel {
public:
    HttpChannel(const sluice::Host& host, HttpTarget target) : host_(host), target_(std::move(target)) {}

    const std::string& name() const override { return target_.name; }
    bool wants(const Alert& alert) const override;
    Said deliver(const Alert& alert) override;

private:
    const sluice::Host host_;
    const HttpTarget target_;
};

/// What an answer means: 2xx took it; no answer, 408, 425, 429 and 5xx are worth another try.
Said saidOf(int status, std::string_view retry_after, std::string_view body, int64_t now_ms);

}  // namespace alerts
