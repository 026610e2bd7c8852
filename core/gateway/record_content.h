// What was asked and answered, as JSON for records that want it ("record": "content" in a manifest): after
// the guardrails, as it went upstream and to the client.
#pragma once

#include <string>

#include "plugin_host/request_state.h"

namespace sluice::gateway {

/// `messages`, or what stands for them on other routes, system prompt first; empty if there is none, or more
/// than a record holds.
std::string askedContent(host::RequestState& request);

/// The answer: its JSON, or for a stream what its lanes said, in the shape of a chat answer. Empty likewise.
std::string answeredContent(host::RequestState& request);

}  // namespace sluice::gateway
