#include "usage_writer.h"

#include <string>
#include <unordered_set>

#include "packed.h"
#include "schema.h"

namespace store_sqlite {
namespace {

std::string_view view(sluice_str text) {
    return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}

std::string upsert(const std::string& table, const std::string& key, int parts) {
    std::string values;
    for (int i = 1; i <= parts + 10; ++i) values += (i == 1 ? "?" : ", ?") + std::to_string(i);
    std::string sql =
        "INSERT INTO " + table + " VALUES (" + values + ") ON CONFLICT (" + key + ") DO UPDATE SET ";
    for (const char* column : {"requests", "successes", "failures", "unpriced", "prompt", "completion",
                               "cached", "cache_write", "reasoning"})
        sql += std::string(column) + " = " + column + " + excluded." + column + ", ";
    // SQLite would make a floating-point number of what does not fit.
    return sql +
           "cost = CASE WHEN cost > 9223372036854775807 - excluded.cost THEN 9223372036854775807 "
           "ELSE cost + excluded.cost END";
}

}  // namespace

UsageWriter::UsageWriter(Connection& connection)
    : connection_(connection),
      names_(connection),
      daily_(connection.prepare(upsert("usage_daily", "day, combo", 2))),
      end_user_(connection.prepare(upsert("usage_daily_end_user", "day, value, combo", 3))),
      tag_(connection.prepare(upsert("usage_daily_tag", "day, value, combo", 3))),
      total_(connection.prepare(upsert("usage_daily_total", "dimension, day, value", 3))) {}

size_t UsageWriter::append(const std::vector<Event>& events) {
    // What a transaction that failed has left.
    daily_rows_.clear();
    end_user_rows_.clear();
    tag_rows_.clear();
    total_rows_.clear();
    partitions_.clear();  // another process may have taken one away
    Transaction transaction(connection_, Transaction::Kind::Write);
    try {
        const size_t fresh = appendWithin(events);
        transaction.commit();
        return fresh;
    } catch (const SqlError&) {
        names_.forget();  // their numbers are taken back with the transaction
        throw;
    }
}

size_t UsageWriter::appendWithin(const std::vector<Event>& events) {
    std::unordered_set<std::string_view> in_batch;
    size_t fresh = 0;
    for (const auto& event : events) {
        const auto call_id = event.call_id;
        // An event without an id cannot be known again: counted twice is better than not at all.
        if (!call_id.empty() && (!in_batch.insert(call_id).second || known(event))) continue;
        addRow(event);
        ++fresh;
    }
    for (const auto& [key, sums] : total_rows_) {
        if (key[0] == static_cast<int64_t>(Dimension::All)) unpack(connection_, key[1]);
    }
    write(daily_, daily_rows_);
    write(end_user_, end_user_rows_);
    write(tag_, tag_rows_);
    write(total_, total_rows_);
    return fresh;
}

UsageWriter::Partition* UsageWriter::partitionOf(int64_t month, bool create) {
    const auto known = partitions_.find(month);
    if (known != partitions_.end()) return &known->second;
    auto state = connection_.prepare("SELECT ending FROM partitions WHERE month = ?1");
    const bool found = state.with(month).step();
    const bool ending = found && state.integer(0) != 0;
    state.rewind();
    if (!found && !create) return nullptr;
    if (!found) createPartition(connection_, month);
    const std::string name = partitionName(month);
    Partition& partition = partitions_[month];
    partition.ending = ending;
    if (!ending)
        partition.find =
            connection_.prepare("SELECT 1 FROM " + name + " WHERE call_key = ?1 AND call_id = ?2");
    std::string values = "NULL";
    for (int i = 1; i <= 29; ++i) values += ", ?" + std::to_string(i);
    partition.insert = connection_.prepare("INSERT INTO " + name + " VALUES (" + values + ")");
    return &partition;
}

bool UsageWriter::known(const Event& event) {
    for (int64_t day = event.day - 1; day <= event.day + 1; ++day) {
        Partition* partition = partitionOf(monthOf(day), false);
        if (!partition || partition->ending) continue;
        const bool found = partition->find.with(callKey(day, event.call_id), event.call_id).step();
        partition->find.rewind();
        if (found) return true;
    }
    return false;
}

void UsageWriter::addRow(const Event& event) {
    const sluice_record& r = event.record;
    const auto name = [&](sluice_str text) { return names_.idOf(cut(view(text), kNameBytesMax)); };
    const auto brief = [](sluice_str text) { return cut(view(text), kTextBytesMax); };
    const Combo parts{name(r.key_id),      name(r.user),           name(r.team),    name(r.organization),
                      name(r.model_group), name(r.upstream_model), name(r.provider)};
    const int64_t combo = names_.idOf(parts);
    const int64_t end_user = name(r.end_user);
    const int64_t flags = (r.stream ? kStream : 0) | (r.usage_known ? kUsageKnown : 0) |
                          (r.usage_estimated ? kUsageEstimated : 0);
    const Sums& sums = event.sums;
    Statement& row = partitionOf(event.month, true)->insert;
    row.with(callKey(event.day, event.call_id), event.call_id, r.start_ms, r.end_ms, r.first_token_ms, combo,
             end_user, name(r.tenant), name(r.key_alias), name(r.route), name(r.call_type),
             name(r.deployment_id), name(r.api_base), name(r.outcome), name(r.error_class),
             static_cast<int64_t>(r.http_status), static_cast<int64_t>(r.attempts), flags, sums.prompt,
             sums.completion, sums.cached, sums.cache_write, sums.reasoning, sums.cost, brief(r.model),
             brief(r.client), brief(r.user_agent), brief(r.error), view(r.attributes));
    if (event.call_id.empty()) row.bind(1, nullptr);
    if (sums.unpriced > 0) row.bind(24, nullptr);
    row.run();
    addToDay(event, combo, end_user, parts);
}

void UsageWriter::addToDay(const Event& event, int64_t combo, int64_t end_user, const Combo& parts) {
    const auto [key, user, team, organization, group, model, provider] = parts;
    const int64_t day = event.day;
    const Sums& sums = event.sums;
    const auto total = [&](Dimension dimension, int64_t value) {
        total_rows_[{static_cast<int64_t>(dimension), day, value}].add(sums);
    };
    daily_rows_[{day, combo}].add(sums);
    if (end_user != 0) end_user_rows_[{day, end_user, combo}].add(sums);
    total(Dimension::All, 0);
    total(Dimension::Team, team);
    total(Dimension::Organization, organization);
    total(Dimension::ModelGroup, group);
    total(Dimension::Model, model);
    total(Dimension::Provider, provider);
    for (const auto& tag : event.tags) {
        const int64_t value = names_.idOf(tag);
        tag_rows_[{day, value, combo}].add(sums);
        total(Dimension::Tag, value);
    }
}

template <size_t Parts>
void UsageWriter::write(Statement& statement, Rows<Parts>& rows) {
    for (const auto& [key, sums] : rows) {
        statement.rewind();
        int index = 0;
        for (const int64_t part : key) statement.bind(++index, part);
        bindSums(statement, index + 1, sums);
        statement.run();
    }
    rows.clear();
}

}  // namespace store_sqlite
