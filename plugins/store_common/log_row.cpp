#include "store_common/log_row.h"

#include <sluice/json.hpp>

#include "store_common/event.h"
#include "store_common/question.h"

namespace store_common {
namespace {

void writeWho(const LogRow& row, Answer& answer) {
    const auto part = [&](const char* name, By by) {
        answer.key(name).textOrNull(row.who[static_cast<size_t>(by)]);
    };
    part("api_key", By::Key);
    answer.key("key_alias").textOrNull(row.key_alias);
    part("user", By::User);
    part("team_id", By::Team);
    part("organization_id", By::Organization);
    answer.key("tenant").textOrNull(row.tenant);
    answer.key("end_user").textOrNull(row.end_user);
    part("model_group", By::ModelGroup);
    part("model", By::Model);
    answer.key("requested_model").textOrNull(row.requested_model);
    part("custom_llm_provider", By::Provider);
    answer.key("model_id").textOrNull(row.deployment);
    answer.key("api_base").textOrNull(row.api_base);
    answer.key("route").textOrNull(row.route);
    answer.key("call_type").textOrNull(row.call_type);
    answer.key("requester_ip_address").textOrNull(row.client);
    answer.key("user_agent").textOrNull(row.user_agent);
}

void writeOutcome(const LogRow& row, Answer& answer) {
    answer.key("status").text(row.outcome == "success" ? "success" : "failure");
    answer.key("outcome").textOrNull(row.outcome);
    answer.key("http_status").number(row.http_status);
    answer.key("error").textOrNull(row.error);
    answer.key("error_class").textOrNull(row.error_class);
    answer.key("attempts").number(row.attempts);
    answer.key("stream").boolean((row.flags & kStream) != 0);
    answer.key("cache_hit").text((row.flags & kCacheHit) != 0 ? "True" : "False");
    answer.key("usage_known").boolean((row.flags & kUsageKnown) != 0);
    answer.key("usage_estimated").boolean((row.flags & kUsageEstimated) != 0);
}

}  // namespace

void writeLogRow(const LogRow& row, Answer& answer) {
    answer.open('{').key("request_id").text(row.call_id);
    answer.key("startTime").text(timeText(row.start_ms));
    answer.key("endTime").text(timeText(row.end_ms));
    answer.key("start_ms").number(row.start_ms).key("end_ms").number(row.end_ms);
    answer.key("request_duration_ms").number(row.end_ms - row.start_ms);
    answer.key("completionStartTime");
    row.first_token_ms == 0 ? answer.raw("null") : answer.text(timeText(row.first_token_ms));
    writeWho(row, answer);
    writeOutcome(row, answer);
    if (row.priced)
        answer.money(row.sums.cost);
    else
        answer.key("spend_pico_usd").raw("null").key("spend").raw("null");
    answer.key("prompt_tokens").number(row.sums.prompt);
    answer.key("completion_tokens").number(row.sums.completion);
    answer.key("total_tokens").number(row.sums.prompt + row.sums.completion);
    answer.key("cached_tokens").number(row.sums.cached);
    answer.key("cache_write_tokens").number(row.sums.cache_write);
    answer.key("reasoning_tokens").number(row.sums.reasoning);
    answer.key("request_tags").open('[');
    for (const auto& tag : tagsFrom(row.attributes)) answer.text(tag);
    answer.close(']')
        .key("attributes")
        .raw(sluice::isJson(row.attributes) ? row.attributes : "{}")
        .close('}');
}

}  // namespace store_common
