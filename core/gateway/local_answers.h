// What the gateway answers by itself: the list of models, and its health. And where records go.
#pragma once

#include <memory>
#include <string>

#include "account/record.h"
#include "gateway/gateway.h"
#include "llm/error_body.h"
#include "llm/operation.h"

namespace sluice::gateway {

struct LocalAnswer {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    llm::ApiError error{0, "", "", "", ""};  // instead, if its status is not 0
};

LocalAnswer localAnswer(const llm::RouteMatch& match, const Generation& generation, const Gateway& gateway);

/// Queues the record for the chain's on_complete hooks; nothing happens without any. The generation stays
/// alive until they have run.
void settleRecord(Gateway& gateway, std::shared_ptr<const Generation> generation, const host::Chain* chain,
                  account::Record&& record);

}  // namespace sluice::gateway
