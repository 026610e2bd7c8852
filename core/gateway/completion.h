// Where records go when their requests are over.
#pragma once

#include <memory>

#include "account/record.h"
#include "gateway/gateway.h"

namespace sluice::gateway {

/// Does anybody want records as JSON, and not their fields alone?
bool wantsJson(const host::Chain& chain);

/// Queues the record for the chain's on_complete hooks; nothing happens without any. The generation stays
/// alive until they have run.
void settleRecord(Gateway& gateway, std::shared_ptr<const Generation> generation, const host::Chain* chain,
                  std::shared_ptr<account::Record>&& record);

}  // namespace sluice::gateway
