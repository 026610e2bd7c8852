// What was asked and answered, in any dialect, as the messages of LLM Observability
// (docs.datadoghq.com/llm_observability/instrumentation/api, "Message"): {role, content, tool_calls}. [any]
#pragma once

#include "exporters/json_text.h"
#include "exporters/node.h"

namespace callback_datadog {

/// `asked`: messages of chat or Anthropic, items of Responses, prompts, texts; anything else as its JSON.
void writeAsked(exporters::JsonText& out, const exporters::Node& asked);
/// `answered`: choices, content blocks, output items; anything else as its JSON. An empty list without one.
void writeAnswered(exporters::JsonText& out, const exporters::Node& answered);

}  // namespace callback_datadog
