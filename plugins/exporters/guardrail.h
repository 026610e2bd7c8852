// Which entries of guardrail_information are a guardrail's. The record has one for each hook of each plugin
// that was called. [any]
#pragma once

#include "node.h"

namespace exporters {

/// It looked at content, and it says so (guardrail_provider) or did something else than let the request go
/// on.
bool isGuardrail(const Node& entry);

}  // namespace exporters
