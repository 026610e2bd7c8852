// One call in the hands of a dialect, and the answers that are the same in all of them.
#pragma once

#include <cstdint>
#include <string>

#include <sluice/plugin.hpp>

#include "json.h"
#include "options.h"
#include "prompt.h"

namespace provider_echo {

struct Call {
    sluice::Attempt attempt;
    const Json& body;  // as it stands in this attempt
    const Options& options;
    std::string id;  // of the call; ids of answers are made from it
    std::string model;
    int64_t created;  // seconds since the Unix epoch
    bool stream;
};

/// The answers, one for each route. What they return is what Plugin::serve returns.
sluice_status serveChat(const Call& call);
sluice_status serveCompletions(const Call& call);
sluice_status serveEmbeddings(const Call& call);
sluice_status serveModerations(const Call& call);
sluice_status serveResponses(const Call& call);
sluice_status serveMessages(const Call& call);
sluice_status serveCountTokens(const Call& call);

/// After first_token_ms.
sluice_status sendJson(const Call& call, const Json& json);
/// 400, in OpenAI's shape.
sluice_status sendFault(const Call& call, const Fault& fault);
/// 400, in Anthropic's shape.
sluice_status sendAnthropicFault(const Call& call, const Fault& fault);

}  // namespace provider_echo
