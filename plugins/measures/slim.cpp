#include "slim.h"

#include "exporters/json_text.h"

namespace measures {
namespace {

void add(exporters::JsonText& out, const char* name, sluice_str value) {
    if (value.len > 0) out.key(name).text(sluice::view(value));
}

double seconds(int64_t ms) { return static_cast<double>(ms) / 1'000.0; }

}  // namespace

std::string slimJson(const sluice_record& record) {
    constexpr double kPico = 1e-12, kUsPerMs = 1'000.0;
    exporters::JsonText out;
    out.beginObject();
    add(out, "id", record.record_id);
    add(out, "outcome", record.outcome);
    add(out, "call_type", record.call_type);
    add(out, "custom_llm_provider", record.provider);
    add(out, "model", record.upstream_model);
    add(out, "model_id", record.deployment_id);
    add(out, "model_group", record.model_group);
    out.key("http_status").integer(record.http_status).key("stream").boolean(record.stream != 0);
    out.key("startTime").real(seconds(record.start_ms)).key("endTime").real(seconds(record.end_ms));
    if (record.first_token_ms > 0) out.key("completionStartTime").real(seconds(record.first_token_ms));
    out.key("prompt_tokens").integer(static_cast<int64_t>(record.prompt_tokens));
    out.key("completion_tokens").integer(static_cast<int64_t>(record.completion_tokens));
    if (record.cost_pico_usd >= 0)
        out.key("response_cost").real(static_cast<double>(record.cost_pico_usd) * kPico);
    out.key("hidden_params").beginObject().key("attempts").integer(record.attempts);
    out.key("upstream_time_ms").real(static_cast<double>(record.upstream_us) / kUsPerMs);
    out.key("litellm_overhead_time_ms").real(static_cast<double>(record.overhead_us) / kUsPerMs);
    out.endObject().key("metadata").beginObject();
    add(out, "user_api_key_team_id", record.team);
    return out.endObject().endObject().take();
}

}  // namespace measures
