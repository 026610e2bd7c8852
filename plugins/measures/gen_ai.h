// What a record measures in the words of OpenTelemetry's conventions for generative AI
// (github.com/open-telemetry/semantic-conventions, docs/gen-ai/gen-ai-metrics.md), and the names that the
// conventions have for operations and providers. [any]
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/node.h"
#include "meter.h"

namespace measures {

/// Positions in genAiInstruments().
///
///   gen_ai.client.token.usage             tokens of input and output, where they are known and were not
///                                         taken from a cache
///   gen_ai.client.operation.duration      from the first byte of the request to the last of its answer
///   gen_ai.server.request.duration        of each attempt at a deployment
///   gen_ai.server.time_to_first_token     of streams that went well, from the request's first byte
///   gen_ai.server.time_per_output_token   of those, after the first one
///   sluice.cost                           USD, where it is known and not nothing
enum GenAi : size_t { kTokenUsage, kOperationDuration, kServerDuration, kFirstToken, kPerToken, kCost };

std::span<const Instrument> genAiInstruments();

/// "chat", "embeddings", …; names of our own where the conventions have none.
std::string_view genAiOperation(std::string_view call_type);
/// LiteLLM's name of a provider in the conventions' words: "aws.bedrock". Others stay as they are.
std::string_view genAiProvider(std::string_view provider);
/// What became of it: the class of its error, or its outcome. Empty if all went well.
std::string_view genAiError(const exporters::Node& record);

/// `more`: of kMoreAttributes.
std::vector<Measurement> genAiMeasurements(const exporters::Node& record,
                                           const std::vector<std::string>& more);

/// Attributes that a configuration may ask for: metadata.NAME.
#define SLUICE_GEN_AI_ATTRIBUTES                                                \
    R"("user_api_key_team_id", "user_api_key_org_id", "user_api_key_user_id",)" \
    R"("user_api_key_alias", "user_api_key_hash", "model_group", "model_id", "stream")"

}  // namespace measures
