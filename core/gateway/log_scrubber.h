// general_settings.redact_logs: a guardrail that also looks at our own log lines.
#pragma once

#include <memory>

#include "gateway/generation.h"

namespace sluice::gateway {

/// From now on the guardrail that this generation's settings name takes what it finds out of log lines; none
/// is named: lines are written as they are. The generation is not held. [control]
void scrubLogs(const std::shared_ptr<const Generation>& generation);

/// A name that no guardrail has, or one that cannot look at texts outside of requests, is a fault.
void checkLogScrubber(const Generation& generation, config::Faults& faults);

}  // namespace sluice::gateway
