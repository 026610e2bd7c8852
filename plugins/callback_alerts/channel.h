// A way out: where an alert goes, and what was said to it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "alert.h"
#include "types.h"

namespace alerts {

/// What a receiver answered.
struct Said {
    int status = 0;       // HTTP, or what SMTP said; 0: nobody answered
    bool taken = false;   // it has the alert
    bool again = false;   // worth another try later
    int64_t wait_ms = 0;  // not before that time
    std::string text;     // a few words for people; no secret, no URL
};

class Channel {
public:
    virtual ~Channel() = default;

    /// "slack", "webhook", …: as `alerting` names it. Several may have one name.
    virtual const std::string& name() const = 0;
    virtual bool wants(const Alert& alert) const = 0;
    /// Blocks for at most the configured time. [a thread that may block; several at once]
    virtual Said deliver(const Alert& alert) = 0;
};

}  // namespace alerts
