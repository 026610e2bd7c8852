// What was asked and answered, as records tell it: after the guardrails, as it went upstream and to the
// client.
#pragma once

#include "account/record.h"

namespace sluice::account {

/// Turns `record.said` into `metadata` (at most 16 KiB), `parameters` of the model (at most 512 bytes each),
/// the attribute litellm.no_log (`no-log` in the body), and, where content is wanted, `messages` (what stands
/// for them on other routes, system prompt first) and `response` (the answer's JSON, or for a stream what its
/// lanes said, in the shape of a chat answer). Content of more than 1 MiB, or that is no JSON, is left empty.
/// [records' thread; a loop only where little is to be read]
void workOut(Record& record);

}  // namespace sluice::account
