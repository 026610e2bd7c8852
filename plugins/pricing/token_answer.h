// POST /utils/token_counter: litellm/proxy/proxy_server.py, TokenCountRequest and TokenCountResponse.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "deployments.h"

namespace pricing {

struct TokenAnswer {
    std::string json;     // of the answer
    std::string fault;    // what is wrong with the request; empty if nothing
    std::string warning;  // for the log, once in the life of the program
};

/// Tokens of a list of messages, as that model counts them. [any thread]
size_t messageTokens(const nlohmann::json& messages, const std::string& model,
                     const std::map<std::string, std::string>& tokenizers, const Deployments& deployments);

/// Makes the encodings, unless they are. Blocks.
void warmUp();

/// `tokenizers`: encodings by the name of a model, as the configuration has them. Takes time in proportion to
/// `body`. [any thread]
TokenAnswer tokenAnswer(std::string_view body, const std::map<std::string, std::string>& tokenizers,
                        const Deployments& deployments);

}  // namespace pricing
