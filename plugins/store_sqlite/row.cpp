#include "row.h"

#include <algorithm>

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

}  // namespace

LogRow logRowFrom(const Statement& row, const Snapshot& snapshot) {
    const auto name = [&](Column column) { return snapshot.nameOf(row.integer(column)); };
    LogRow out;
    out.call_id = row.text(CallId);
    out.start_ms = row.integer(Start);
    out.end_ms = row.integer(End);
    out.first_token_ms = row.integer(FirstToken);
    for (size_t i = 0; i < out.who.size(); ++i)
        out.who[i] = snapshot.nameOf(snapshot.combos.part(static_cast<By>(i), row.integer(ComboNumber)));
    out.end_user = name(EndUser);
    out.tenant = name(Tenant);
    out.key_alias = name(KeyAlias);
    out.route = name(Route);
    out.call_type = name(CallType);
    out.deployment = name(Deployment);
    out.api_base = name(ApiBase);
    out.outcome = name(OutcomeName);
    out.error_class = name(ErrorClass);
    out.http_status = row.integer(HttpStatus);
    out.attempts = row.integer(Attempts);
    out.flags = row.integer(Flags);
    out.priced = !row.null(Cost);
    out.sums.prompt = row.integer(Prompt);
    out.sums.completion = row.integer(Completion);
    out.sums.cached = row.integer(Cached);
    out.sums.cache_write = row.integer(CacheWrite);
    out.sums.reasoning = row.integer(Reasoning);
    out.sums.cost = row.integer(Cost);
    out.requested_model = row.text(RequestedModel);
    out.client = row.text(Client);
    out.user_agent = row.text(UserAgent);
    out.error = row.text(Error);
    out.attributes = row.text(Attributes);
    return out;
}

bool LogFilter::matches(const Statement& row, const Snapshot& snapshot) const {
    if (outcome && row.integer(OutcomeName) != *outcome) return false;
    return std::all_of(where.begin(), where.end(), [&](const auto& one) {
        const auto& [by, ids] = one;
        if (isCombo(by)) return ids.count(snapshot.combos.part(by, row.integer(ComboNumber))) > 0;
        if (by == By::EndUser) return ids.count(row.integer(EndUser)) > 0;
        const auto tags = tagsFrom(row.text(Attributes));
        return std::any_of(tags.begin(), tags.end(),
                           [&](const auto& tag) { return ids.count(snapshot.idOf(tag).value_or(-1)) > 0; });
    });
}

}  // namespace store_sqlite
