// What was asked and answered, as JSON for records that want it ("record": "content" in a manifest): after
// the guardrails, as it went upstream and to the client.
#pragma once

#include <string>

#include "account/record.h"
#include "plugin_host/chain.h"
#include "plugin_host/request_state.h"

namespace sluice::gateway {

/// `messages`, or what stands for them on other routes, system prompt first; empty if there is none, or more
/// than a record holds.
std::string askedContent(host::RequestState& request);

/// The answer: its JSON, or for a stream what its lanes said, in the shape of a chat answer. Empty likewise.
std::string answeredContent(host::RequestState& request);

/// Does anybody want records as JSON, and not their fields alone?
bool wantsJson(const host::Chain& chain);

/// What the request said beside its content: `metadata` (at most 16 KiB), parameters of the model (at most
/// 512 bytes each), the id of its trace; and, as attributes, its wishes about who is told of it:
/// litellm.disabled_callbacks (x-litellm-disable-callbacks), litellm.no_log (`no-log` in the body) and
/// litellm.message_redaction, "on" or "off" (litellm-enable-message-redaction,
/// litellm-disable-message-redaction). docs.litellm.ai/docs/proxy/logging
void noteAsked(account::Record& record, host::RequestState& request);

}  // namespace sluice::gateway
