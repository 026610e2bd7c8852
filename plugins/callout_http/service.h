// The process that is asked.
#pragma once

#include <atomic>
#include <string_view>
#include <vector>

#include <sluice/plugin.hpp>

#include "answer.h"
#include "options.h"

namespace callout_http {

class Service {
public:
    /// `options` must outlive this object.
    Service(const sluice::Host& host, const Options& options);

    /// Throws Unusable if no answer with a status of success came. The text is borrowed until the hook
    /// returns. Without a request (null) it blocks its thread. [may-wait]
    std::string_view ask(sluice_ctx* ctx, std::string_view question) const;

    /// What became of a question. The log tells changes only: a service that is away must not fill it.
    void worked();
    void failed(Phase phase, std::string_view why);

private:
    sluice::Host host_;
    const Options& options_;
    const sluice_host_http* http_;
    std::vector<sluice_http_field> fields_;
    sluice::Metric failures_;
    std::atomic<bool> failing_{false};
};

}  // namespace callout_http
