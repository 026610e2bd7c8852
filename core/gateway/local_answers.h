// What the gateway answers by itself: the list of models, and its health.
#pragma once

#include <memory>
#include <string>

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

}  // namespace sluice::gateway
