#include "gateway/completion.h"

#include <algorithm>

#include "account/record_content.h"

namespace sluice::gateway {
namespace {

// What is written for all who are told.
struct Texts {
    std::string json, attributes, guardrails;
};

sluice_record viewOf(const account::Record& record, const Texts& texts) {
    return {sizeof(sluice_record),
            static_cast<uint32_t>(record.http_status),
            host::str(record.call_id),
            host::str(account::name(record.outcome)),
            host::str(record.route),
            host::str(record.model),
            host::str(texts.json),
            record.start_ms,
            record.end_ms,
            record.usage.prompt_tokens,
            record.usage.completion_tokens,
            record.stream ? 1 : 0,
            record.usage.known ? 1 : 0,
            record.cost_pico_usd,
            record.usage.estimated ? 1 : 0,
            record.attempts,
            host::str(record.call_type),
            host::str(record.key_id),
            host::str(record.key_alias),
            host::str(record.tenant),
            host::str(record.user),
            host::str(record.team),
            host::str(record.organization),
            host::str(record.end_user),
            host::str(record.model_group),
            host::str(record.deployment_id),
            host::str(record.upstream_model),
            host::str(record.provider),
            host::str(record.api_base),
            host::str(record.error),
            host::str(record.error_class),
            host::str(record.client_address),
            host::str(record.user_agent),
            host::str(texts.attributes),
            record.first_token_ms,
            record.usage.cached_tokens,
            record.usage.cache_creation_tokens,
            record.usage.reasoning_tokens,
            host::str(record.recordId()),
            static_cast<int64_t>(record.upstream_ms * 1000),
            static_cast<int64_t>(record.overhead_ms * 1000),
            host::str(record.finish_reason),
            host::str(record.stream_end),
            record.retries,
            record.fallbacks,
            host::str(texts.guardrails),
            host::str(record.cache_key),
            record.cache_hit ? 1 : 0,
            0,
            record.saved_pico_usd};
}

void tell(const host::Chain& chain, account::Record& record) {
    account::workOut(record);
    const Texts texts{wantsJson(chain) ? account::toJson(record) : std::string(),
                      account::attributesJson(record), account::guardrailsJson(record)};
    const sluice_record view = viewOf(record, texts);
    for (const auto& slot : chain.on_complete) {
        if (slot.model_scoped && !host::appliesToModel(*slot.instance, record.model)) continue;
        slot.instance->complete(view);
    }
}

}  // namespace

bool wantsJson(const host::Chain& chain) {
    return std::any_of(chain.on_complete.begin(), chain.on_complete.end(),
                       [](const auto& slot) { return !slot.instance->manifest().record_fields; });
}

void settleRecord(Gateway& gateway, std::shared_ptr<const Generation> generation, const host::Chain* chain,
                  std::shared_ptr<account::Record>&& record) {
    if (!chain || chain->on_complete.empty()) return;
    gateway.records().push(
        [generation = std::move(generation), chain, record = std::move(record)] { tell(*chain, *record); });
}

}  // namespace sluice::gateway
