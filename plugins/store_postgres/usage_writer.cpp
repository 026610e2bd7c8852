#include "usage_writer.h"

#include <set>
#include <unordered_map>
#include <unordered_set>

#include "schema.h"

namespace store_postgres {
namespace {

std::string_view view(sluice_str text) {
    return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}
std::string_view name(sluice_str text) { return cut(view(text), kNameBytesMax); }
std::string_view brief(sluice_str text) { return cut(view(text), kTextBytesMax); }

constexpr size_t kDaysAtOnce = 6;

// Adds what the upserts have in common: ten arrays of sums.
template <size_t Parts>
struct Columns {
    std::array<Array, Parts + 10> all;
    void add(const std::array<int64_t, Parts>& key, const Sums& s) {
        size_t i = 0;
        for (const int64_t part : key) all[i++].add(part);
        for (const int64_t sum : {s.requests, s.successes, s.failures, s.unpriced, s.prompt, s.completion,
                                  s.cached, s.cache_write, s.reasoning, s.cost})
            all[i++].add(sum);
    }
    Values values() const {
        Values values;
        for (const auto& column : all) values.add(column);
        return values;
    }
};

std::string upsert(const std::string& table, const std::string& key, const std::string& columns,
                   size_t count) {
    std::string arrays, names;
    for (size_t i = 1; i <= count; ++i) {
        arrays += (i == 1 ? "$" : ", $") + std::to_string(i) + "::bigint[]";
    }
    std::string sql = "INSERT INTO " + table + " AS t (" + columns + ", " + kSumColumns +
                      ") SELECT * FROM unnest(" + arrays + ") ON CONFLICT (" + key + ") DO UPDATE SET ";
    for (const std::string column : {"requests", "successes", "failures", "unpriced", "prompt", "completion",
                                     "cached", "cache_write", "reasoning"})
        sql += column + " = t." + column + " + excluded." + column + ", ";
    // Beyond 9.2 million USD it stays there, as in sums.h; an error would keep the whole batch out.
    return sql +
           "cost = CASE WHEN t.cost > 9223372036854775807 - excluded.cost THEN 9223372036854775807 "
           "ELSE t.cost + excluded.cost END";
}

// What is looked up is looked up one by one. The planner, which knows little of a month that has just begun,
// would rather go through all calls of the day; OFFSET 0 in the statements themselves is of that kind, too.
void byIndex(Connection& connection) {
    (void)connection.run(
        "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), "
        "set_config('enable_seqscan', 'off', true)");
}

template <size_t Parts>
void write(Connection& connection, const std::string& sql,
           const std::map<std::array<int64_t, Parts>, Sums>& rows) {
    if (rows.empty()) return;
    Columns<Parts> columns;
    for (const auto& [key, sums] : rows) columns.add(key, sums);
    (void)connection.run(sql, columns.values());
}

}  // namespace

size_t UsageWriter::append(Connection& connection, const std::vector<Event>& events) {
    lockAlone(connection, schema_, Alone::Appending);
    byIndex(connection);
    const Fresh fresh = freshOf(connection, events);
    if (fresh.empty()) return 0;
    std::set<int64_t> months;
    for (const auto* event : fresh) months.insert(event->month);
    const auto there = connection.run("SELECT month FROM partitions WHERE month = ANY($1::integer[])",
                                      Values(arrayOf(months)));
    for (int row = 0; row < there.rows(); ++row) months.erase(there.integer(row, 0));
    for (const int64_t month : months) createPartition(connection, month);
    learn(connection, fresh);
    addRows(connection, fresh);
    addSums(connection, fresh);
    return fresh.size();
}

UsageWriter::Fresh UsageWriter::freshOf(Connection& connection, const std::vector<Event>& events) {
    Fresh once;
    std::unordered_set<std::string_view> in_batch;
    std::map<int64_t, std::vector<std::string_view>> calls;  // that may be there, by day
    for (const auto& event : events) {
        // An event without an id cannot be known again: counted twice is better than not at all.
        if (!event.call_id.empty() && !in_batch.insert(event.call_id).second) continue;
        once.push_back(&event);
        if (event.call_id.empty()) continue;
        for (int64_t day = event.day - 1; day <= event.day + 1; ++day) calls[day].push_back(event.call_id);
    }
    std::unordered_map<std::string, std::vector<int64_t>> known;
    const auto ask = [&](const Array& days, const Array& ids) {
        const auto found = connection.run(
            "SELECT u.day, u.call_id FROM unnest($2::text[]) AS e (id) CROSS JOIN LATERAL (SELECT day, "
            "call_id "
            "FROM usage WHERE call_id = e.id AND day = ANY($1::integer[]) OFFSET 0) AS u",
            Values(days, ids));
        for (int row = 0; row < found.rows(); ++row)
            known[found.text(row, 1)].push_back(found.integer(row, 0));
    };
    if (calls.size() <= kDaysAtOnce) {
        Array days, ids;
        for (const auto& [day, of_day] : calls) days.add(day);
        for (const auto id : in_batch) ids.add(id);
        if (!ids.empty()) ask(days, ids);
    } else {
        for (const auto& [day, of_day] : calls) {
            Array days, ids;
            days.add(day);
            for (const auto id : of_day) ids.add(id);
            ask(days, ids);
        }
    }
    Fresh fresh;
    for (const auto* event : once) {
        const auto found = known.find(std::string(event->call_id));
        bool there = false;
        if (!event->call_id.empty() && found != known.end()) {
            for (const int64_t day : found->second) there |= day >= event->day - 1 && day <= event->day + 1;
        }
        if (!there) fresh.push_back(event);
    }
    return fresh;
}

Combo UsageWriter::partsOf(const Event& event) const {
    const sluice_record& r = event.record;
    const auto number = [&](sluice_str text) { return names_.idOf(name(text)); };
    return {number(r.key_id),      number(r.user),           number(r.team),    number(r.organization),
            number(r.model_group), number(r.upstream_model), number(r.provider)};
}

void UsageWriter::learn(Connection& connection, const Fresh& events) {
    std::vector<std::string_view> texts;
    for (const auto* event : events) {
        const sluice_record& r = event->record;
        for (const auto text : {r.key_id, r.user, r.team, r.organization, r.model_group, r.upstream_model,
                                r.provider, r.end_user, r.tenant, r.key_alias, r.route, r.call_type,
                                r.deployment_id, r.api_base, r.outcome, r.error_class})
            texts.push_back(name(text));
        for (const auto& tag : event->tags) texts.push_back(tag);
    }
    names_.learn(connection, texts);
    std::vector<Combo> combos;
    for (const auto* event : events) combos.push_back(partsOf(*event));
    names_.learn(connection, combos);
}

void UsageWriter::addRows(Connection& connection, const Fresh& events) const {
    Array call_ids, tags, requested, clients, agents, errors, attributes;
    std::array<Array, 23> numbers;
    for (const auto* event : events) {
        const sluice_record& r = event->record;
        const Sums& s = event->sums;
        const auto number = [&](sluice_str text) { return names_.idOf(name(text)); };
        const int64_t flags = (r.stream ? kStream : 0) | (r.usage_known ? kUsageKnown : 0) |
                              (r.usage_estimated ? kUsageEstimated : 0) | (r.cache_hit ? kCacheHit : 0);
        size_t i = 0;
        for (const int64_t value : {event->day,
                                    r.start_ms,
                                    r.end_ms,
                                    r.first_token_ms,
                                    names_.idOf(partsOf(*event)),
                                    number(r.end_user),
                                    number(r.tenant),
                                    number(r.key_alias),
                                    number(r.route),
                                    number(r.call_type),
                                    number(r.deployment_id),
                                    number(r.api_base),
                                    number(r.outcome),
                                    number(r.error_class),
                                    int64_t{r.http_status},
                                    int64_t{r.attempts},
                                    flags,
                                    s.prompt,
                                    s.completion,
                                    s.cached,
                                    s.cache_write,
                                    s.reasoning})
            numbers[i++].add(value);
        s.unpriced > 0 ? numbers[i].addNull() : numbers[i].add(s.cost);
        event->call_id.empty() ? call_ids.addNull() : call_ids.add(event->call_id);
        Array own;
        for (const auto& tag : event->tags) own.add(names_.idOf(tag));
        tags.add(std::string_view(own.literal()));
        requested.add(brief(r.model));
        clients.add(brief(r.client));
        agents.add(brief(r.user_agent));
        errors.add(brief(r.error));
        attributes.add(view(r.attributes));
    }
    Values values;
    for (const auto& column : numbers) values.add(column);
    for (const auto* column : {&call_ids, &tags, &requested, &clients, &agents, &errors, &attributes})
        values.add(*column);
    static const std::string sql = [] {
        std::string arrays;
        for (int i = 1; i <= 30; ++i)
            arrays += (i == 1 ? "$" : ", $") + std::to_string(i) + (i <= 23 ? "::bigint[]" : "::text[]");
        return "INSERT INTO usage (day, start_ms, end_ms, first_token_ms, combo, end_user, tenant, "
               "key_alias, "
               "route, call_type, deployment, api_base, outcome, error_class, http_status, attempts, flags, "
               "prompt, completion, cached, cache_write, reasoning, cost, call_id, tags, requested_model, "
               "client, user_agent, error, attributes) SELECT n1::integer, n2, n3, n4, n5, n6, n7, n8, n9, "
               "n10, n11, n12, n13, n14, n15, n16, n17, n18, n19, n20, n21, n22, n23, call_id, "
               "tags::bigint[], requested, client, agent, error, attributes FROM unnest(" +
               arrays +
               ") AS e (n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n18, "
               "n19, n20, n21, n22, n23, call_id, tags, requested, client, agent, error, attributes)";
    }();
    (void)connection.run(sql, values);
}

void UsageWriter::addSums(Connection& connection, const Fresh& events) const {
    Rows<2> daily;            // day, combo
    Rows<3> end_users, tags;  // value, day, combo
    Rows<3> totals;           // dimension, day, value
    for (const auto* event : events) {
        const Combo parts = partsOf(*event);
        const auto [key, user, team, organization, group, model, provider] = parts;
        const int64_t combo = names_.idOf(parts);
        const int64_t end_user = names_.idOf(name(event->record.end_user));
        const int64_t day = event->day;
        const Sums& sums = event->sums;
        const auto total = [&](Dimension dimension, int64_t value) {
            totals[{static_cast<int64_t>(dimension), day, value}].add(sums);
        };
        daily[{day, combo}].add(sums);
        if (end_user != 0) end_users[{end_user, day, combo}].add(sums);
        total(Dimension::All, 0);
        total(Dimension::Team, team);
        total(Dimension::Organization, organization);
        total(Dimension::ModelGroup, group);
        total(Dimension::Model, model);
        total(Dimension::Provider, provider);
        for (const auto& tag : event->tags) {
            const int64_t value = names_.idOf(tag);
            tags[{value, day, combo}].add(sums);
            total(Dimension::Tag, value);
        }
    }
    static const std::string to_daily = upsert("usage_daily", "day, combo", "day, combo", 12);
    static const std::string to_end_user =
        upsert("usage_daily_end_user", "value, day, combo", "value, day, combo", 13);
    static const std::string to_tag = upsert("usage_daily_tag", "value, day, combo", "value, day, combo", 13);
    static const std::string to_total =
        upsert("usage_daily_total", "dimension, day, value", "dimension, day, value", 13);
    write(connection, to_daily, daily);
    write(connection, to_end_user, end_users);
    write(connection, to_tag, tags);
    write(connection, to_total, totals);
}

}  // namespace store_postgres
