#include "log_row.h"

#include <algorithm>

#include <sluice/json.hpp>

#include "event.h"

namespace store_sqlite {

const char* const kLogColumns =
    "call_id, start_ms, end_ms, first_token_ms, combo, end_user, tenant, key_alias, route, call_type, "
    "deployment, "
    "api_base, outcome, error_class, http_status, attempts, flags, prompt, completion, cached, cache_write, "
    "reasoning, cost, requested_model, client, user_agent, error, attributes";

namespace {

// Places in kLogColumns.
enum Column {
    CallId,
    Start,
    End,
    FirstToken,
    ComboNumber,
    EndUser,
    Tenant,
    KeyAlias,
    Route,
    CallType,
    Deployment,
    ApiBase,
    OutcomeName,
    ErrorClass,
    HttpStatus,
    Attempts,
    Flags,
    Prompt,
    Completion,
    Cached,
    CacheWrite,
    Reasoning,
    Cost,
    RequestedModel,
    Client,
    UserAgent,
    Error,
    Attributes
};

void writeWho(const Statement& row, const Snapshot& snapshot, Answer& answer) {
    const auto& parts = snapshot.combos[row.integer(ComboNumber)];
    const auto part = [&](const char* name, By by) {
        answer.key(name).textOrNull(snapshot.nameOf(parts[static_cast<size_t>(by)]));
    };
    const auto name = [&](const char* key, Column column) {
        answer.key(key).textOrNull(snapshot.nameOf(row.integer(column)));
    };
    part("api_key", By::Key);
    name("key_alias", KeyAlias);
    part("user", By::User);
    part("team_id", By::Team);
    part("organization_id", By::Organization);
    name("tenant", Tenant);
    name("end_user", EndUser);
    part("model_group", By::ModelGroup);
    part("model", By::Model);
    answer.key("requested_model").textOrNull(row.text(RequestedModel));
    part("custom_llm_provider", By::Provider);
    name("model_id", Deployment);
    name("api_base", ApiBase);
    name("route", Route);
    name("call_type", CallType);
    answer.key("requester_ip_address").textOrNull(row.text(Client));
    answer.key("user_agent").textOrNull(row.text(UserAgent));
}

void writeOutcome(const Statement& row, const Snapshot& snapshot, Answer& answer) {
    const std::string outcome = snapshot.nameOf(row.integer(OutcomeName));
    answer.key("status").text(outcome == "success" ? "success" : "failure");
    answer.key("outcome").textOrNull(outcome);
    answer.key("http_status").number(row.integer(HttpStatus));
    answer.key("error").textOrNull(row.text(Error));
    answer.key("error_class").textOrNull(snapshot.nameOf(row.integer(ErrorClass)));
    answer.key("attempts").number(row.integer(Attempts));
    const int64_t flags = row.integer(Flags);
    answer.key("stream").boolean((flags & kStream) != 0);
    answer.key("usage_known").boolean((flags & kUsageKnown) != 0);
    answer.key("usage_estimated").boolean((flags & kUsageEstimated) != 0);
}

}  // namespace

void writeLogRow(const Statement& row, const Snapshot& snapshot, Answer& answer) {
    answer.open('{').key("request_id").text(row.text(CallId));
    answer.key("startTime").text(timeText(row.integer(Start)));
    answer.key("endTime").text(timeText(row.integer(End)));
    answer.key("start_ms").number(row.integer(Start)).key("end_ms").number(row.integer(End));
    answer.key("request_duration_ms").number(row.integer(End) - row.integer(Start));
    answer.key("completionStartTime");
    row.integer(FirstToken) == 0 ? answer.raw("null") : answer.text(timeText(row.integer(FirstToken)));
    writeWho(row, snapshot, answer);
    writeOutcome(row, snapshot, answer);
    if (row.null(Cost))
        answer.key("spend_pico_usd").raw("null").key("spend").raw("null");
    else
        answer.money(row.integer(Cost));
    answer.key("prompt_tokens").number(row.integer(Prompt));
    answer.key("completion_tokens").number(row.integer(Completion));
    answer.key("total_tokens").number(row.integer(Prompt) + row.integer(Completion));
    answer.key("cached_tokens").number(row.integer(Cached));
    answer.key("cache_write_tokens").number(row.integer(CacheWrite));
    answer.key("reasoning_tokens").number(row.integer(Reasoning));
    const auto attributes = row.text(Attributes);
    answer.key("request_tags").open('[');
    for (const auto& tag : tagsFrom(attributes)) answer.text(tag);
    answer.close(']').key("attributes").raw(sluice::isJson(attributes) ? attributes : "{}").close('}');
}

bool LogFilter::matches(const Statement& row, const Snapshot& snapshot) const {
    if (outcome && row.integer(OutcomeName) != *outcome) return false;
    const auto& parts = snapshot.combos[row.integer(ComboNumber)];
    return std::all_of(where.begin(), where.end(), [&](const auto& one) {
        const auto& [by, ids] = one;
        if (isCombo(by)) return ids.count(parts[static_cast<size_t>(by)]) > 0;
        if (by == By::EndUser) return ids.count(row.integer(EndUser)) > 0;
        const auto tags = tagsFrom(row.text(Attributes));
        return std::any_of(tags.begin(), tags.end(),
                           [&](const auto& tag) { return ids.count(snapshot.idOf(tag).value_or(-1)) > 0; });
    });
}

}  // namespace store_sqlite
