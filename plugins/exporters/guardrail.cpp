#include "guardrail.h"

namespace exporters {

bool isGuardrail(const Node& entry) {
    const auto phase = entry["guardrail_mode"].text();
    if (phase != "pre_call" && phase != "during_call" && phase != "on_stream" && phase != "post_call")
        return false;
    return entry["guardrail_provider"].there() || entry["verdict"].text() != "pass";
}

}  // namespace exporters
