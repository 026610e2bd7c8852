// What was asked and answered, in any dialect, as the messages of OpenTelemetry's conventions: role and parts
// (docs/gen-ai/gen-ai-input-messages.json and gen-ai-output-messages.json of its semantic-conventions). [any]
#pragma once

#include <nlohmann/json.hpp>

#include "exporters/node.h"

namespace callback_otel {

/// `asked`: messages of chat or Anthropic, items of Responses, prompts, texts. Empty without one.
nlohmann::json inputMessages(const exporters::Node& asked);
/// `answered`: choices, content blocks, output items; a message a choice. Empty for what has no text, as
/// embeddings. `finish_reason`: of the record, for answers that have none.
nlohmann::json outputMessages(const exporters::Node& answered, std::string_view finish_reason);

}  // namespace callback_otel
