#include "row.h"

#include <algorithm>

namespace store_sqlite {

LogRow logRowFrom(const UsageRow& row, const Snapshot& snapshot) {
    const auto name = [&](UsageRow::Number which) { return snapshot.nameOf(row[which]); };
    LogRow out;
    out.call_id = row.call_id;
    out.start_ms = row[UsageRow::Start];
    out.end_ms = row[UsageRow::End];
    out.first_token_ms = row[UsageRow::FirstToken];
    for (size_t i = 0; i < out.who.size(); ++i)
        out.who[i] = snapshot.nameOf(snapshot.combos.part(static_cast<By>(i), row[UsageRow::ComboId]));
    out.end_user = name(UsageRow::EndUser);
    out.tenant = name(UsageRow::Tenant);
    out.key_alias = name(UsageRow::KeyAlias);
    out.route = name(UsageRow::Route);
    out.call_type = name(UsageRow::CallType);
    out.deployment = name(UsageRow::Deployment);
    out.api_base = name(UsageRow::ApiBase);
    out.outcome = name(UsageRow::Outcome);
    out.error_class = name(UsageRow::ErrorClass);
    out.http_status = row[UsageRow::HttpStatus];
    out.attempts = row[UsageRow::Attempts];
    out.flags = row[UsageRow::Flags];
    out.priced = row[UsageRow::Priced] != 0;
    out.sums.prompt = row[UsageRow::Prompt];
    out.sums.completion = row[UsageRow::Completion];
    out.sums.cached = row[UsageRow::Cached];
    out.sums.cache_write = row[UsageRow::CacheWrite];
    out.sums.reasoning = row[UsageRow::Reasoning];
    out.sums.cost = row[UsageRow::Cost];
    out.requested_model = row[UsageRow::RequestedModel];
    out.client = row[UsageRow::Client];
    out.user_agent = row[UsageRow::UserAgent];
    out.error = row[UsageRow::Error];
    out.attributes = row[UsageRow::Attributes];
    return out;
}

bool LogFilter::matches(const UsageRow& row, const Snapshot& snapshot) const {
    if (outcome && row[UsageRow::Outcome] != *outcome) return false;
    return std::all_of(where.begin(), where.end(), [&](const auto& one) {
        const auto& [by, ids] = one;
        if (isCombo(by)) return ids.count(snapshot.combos.part(by, row[UsageRow::ComboId])) > 0;
        if (by == By::EndUser) return ids.count(row[UsageRow::EndUser]) > 0;
        const auto tags = tagsFrom(row[UsageRow::Attributes]);
        return std::any_of(tags.begin(), tags.end(),
                           [&](const auto& tag) { return ids.count(snapshot.idOf(tag).value_or(-1)) > 0; });
    });
}

}  // namespace store_sqlite
