#include "usage_writer.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "packed.h"
#include "schema.h"

namespace store_sqlite {
namespace {

constexpr size_t kBatchBytes = 64 * 1024;  // whoever wants one event reads its batch

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
      batch_(connection),
      names_(connection),
      daily_(connection.prepare(upsert("usage_daily", "day, combo", 2))),
      end_user_(connection.prepare(upsert("usage_daily_end_user", "day, value, combo", 3))),
      tag_(connection.prepare(upsert("usage_daily_tag", "day, value, combo", 3))),
      total_(connection.prepare(upsert("usage_daily_total", "dimension, day, value", 3))),
      unpack_(unpacking(connection)),
      state_(connection.prepare("SELECT ending FROM partitions WHERE month = ?1")) {}

size_t UsageWriter::append(const std::vector<Event>& events) {
    // What a transaction that failed has left.
    daily_rows_.clear();
    parts_.clear();
    end_user_rows_.clear();
    tag_rows_.clear();
    total_rows_.clear();
    looked_at_.clear();  // another process may have taken one away
    Transaction transaction(connection_, Transaction::Kind::Write);
    try {
        const size_t fresh = appendWithin(events);
        transaction.commit();
        return fresh;
    } catch (const SqlError&) {
        names_.forget();  // their numbers are taken back with the transaction
        partitions_.clear();
        throw;
    }
}

size_t UsageWriter::appendWithin(const std::vector<Event>& events) {
    const Fresh fresh = freshOf(events);
    std::map<int64_t, Fresh> by_day;
    for (const Call& call : fresh) by_day[call.event->day].push_back(call);
    for (const auto& [day, of_day] : by_day) writeDay(day, of_day);
    writeSums();
    return fresh.size();
}

void UsageWriter::writeDay(int64_t day, const Fresh& calls) {
    Partition& partition = *partitionOf(monthOf(day), true);
    batch_.rows.clear();
    pack_.clear();
    UsageRow row;
    for (const Call& call : calls) {
        fill(row, call);
        if (pack_.count() == 0) first_ms_ = last_ms_ = row[UsageRow::Start];
        first_ms_ = std::min(first_ms_, row[UsageRow::Start]);
        last_ms_ = std::max(last_ms_, row[UsageRow::Start]);
        pack_.add(row);
        batch_.rows.push_back({call.keys.on(day), call.keys.mark(), call.event->call_id});
        if (pack_.bytes().size() >= kBatchBytes) writeBatch(partition, day);
    }
    if (pack_.count() > 0) writeBatch(partition, day);
}

void UsageWriter::writeBatch(Partition& partition, int64_t day) {
    const int64_t before = partition.last.with().step() ? partition.last.integer(0) : 0;
    partition.last.rewind();
    const auto last = before + static_cast<int64_t>(pack_.count());
    partition.insert.with(last, day, first_ms_, last_ms_, Blob{pack_.bytes()}).run();
    if (!partition.ending) partition.note.with(before + 1).run();
    batch_.rows.clear();
    pack_.clear();
}

// Those that are not there already. An event without an id cannot be known again: counted twice is better
// than not at all.
UsageWriter::Fresh UsageWriter::freshOf(const std::vector<Event>& events) {
    std::unordered_set<std::string_view> in_batch;
    Fresh fresh, named;
    for (const auto& event : events) {
        if (event.call_id.empty())
            fresh.push_back({&event, CallKeys({})});
        else if (in_batch.insert(event.call_id).second)
            named.push_back({&event, CallKeys(event.call_id)});
    }
    const auto known = knownOf(named);
    for (size_t i = 0; i < named.size(); ++i) {
        if (!known[i]) fresh.push_back(named[i]);
    }
    return fresh;
}

// Each day of the batch, the one before and the one after are asked for, those only that have any event.
std::vector<bool> UsageWriter::knownOf(const Fresh& events) {
    std::vector<bool> known(events.size());
    std::set<int64_t> days;
    for (const Call& call : events) days.insert(call.event->day);
    batch_.rows.assign(events.size(), {});
    for (const int64_t step : {-1, 0, 1}) {
        const auto partitions = partitionsWith(days, step);
        for (size_t i = 0; i < events.size() && !partitions.empty(); ++i) {
            const auto& [event, keys] = events[i];
            batch_.rows[i] = {keys.on(event->day + step), keys.mark(), event->call_id};
        }
        for (Partition* partition : partitions) findIn(*partition, events, known);
    }
    return known;
}

void UsageWriter::findIn(Partition& partition, const Fresh& events, std::vector<bool>& known) {
    partition.events.forget();
    while (partition.find.step()) {
        const auto place = static_cast<size_t>(partition.find.integer(0));
        const UsageRow* there = partition.events.find(partition.find.integer(1));
        if (there && there->call_id == events[place].event->call_id) known[place] = true;
    }
    partition.find.rewind();
    if (!partition.find_rows) return;
    while (partition.find_rows.step()) known[static_cast<size_t>(partition.find_rows.integer(0))] = true;
    partition.find_rows.rewind();
}

// Those that have any event of one of the days, so many days on.
std::set<UsageWriter::Partition*> UsageWriter::partitionsWith(const std::set<int64_t>& days, int64_t step) {
    std::set<Partition*> all;
    for (const int64_t of_batch : days) {
        const int64_t day = of_batch + step;
        Partition* partition = partitionOf(monthOf(day), false);
        if (!partition || partition->ending || all.count(partition) > 0) continue;
        for (Statement* any : {&partition->has_day, &partition->has_row}) {
            if (!*any) continue;
            if (any->with(callKeysFrom(day), callKeysFrom(day + 1)).step()) all.insert(partition);
            any->rewind();
        }
    }
    return all;
}

UsageWriter::Partition* UsageWriter::partitionOf(int64_t month, bool create) {
    const auto known = partitions_.find(month);
    if (known != partitions_.end() && looked_at_.count(month) > 0) return &known->second;
    const bool found = state_.with(month).step();
    const bool ending = found && state_.integer(0) != 0;
    state_.rewind();
    if (!found && !create) return nullptr;
    if (!found) createPartition(connection_, month);
    looked_at_.insert(month);
    Partition& partition = known != partitions_.end() ? known->second : open(month);
    partition.ending = ending;
    return &partition;
}

UsageWriter::Partition& UsageWriter::open(int64_t month) {
    createPartition(connection_, month);  // one that a release before has made lacks two tables
    const std::string calls = callsName(month), batches = batchesName(month), rows = partitionName(month);
    const std::string of_day = " WHERE call_key >= ?1 AND call_key < ?2 LIMIT 1";
    // CROSS JOIN: SQLite keeps the order of the tables, the batch outside.
    const std::string each = " FROM usage_batch AS b CROSS JOIN ";
    Partition& partition = partitions_[month];
    partition.has_day = connection_.prepare("SELECT 1 FROM " + calls + of_day);
    partition.find = connection_.prepare("SELECT b.rowid, c.event" + each + calls +
                                         " AS c ON c.call_key = b.call_key AND c.mark = b.mark");
    partition.events = EventFinder(connection_, month);
    if (hasTable(connection_, rows)) {
        partition.has_row = connection_.prepare("SELECT 1 FROM " + rows + of_day);
        partition.find_rows = connection_.prepare(
            "SELECT b.rowid" + each + rows + " AS u ON u.call_key = b.call_key AND u.call_id = b.call_id");
    }
    partition.last = connection_.prepare("SELECT max(id) FROM " + batches);
    partition.insert = connection_.prepare("INSERT INTO " + batches + " VALUES (?1, ?2, ?3, ?4, ?5)");
    partition.note = connection_.prepare("INSERT INTO " + calls +
                                         " SELECT call_key, mark, ?1 + rowid FROM usage_batch "
                                         "WHERE call_key IS NOT NULL");
    return partition;
}

void UsageWriter::fill(UsageRow& row, const Call& call) {
    const Event& event = *call.event;
    const sluice_record& r = event.record;
    size_t column = 0;
    const auto name = [&](sluice_str text) { return names_.idOf(column++, cut(view(text), kNameBytesMax)); };
    const auto brief = [](sluice_str text) { return cut(view(text), kTextBytesMax); };
    const Combo parts{name(r.key_id),      name(r.user),           name(r.team),    name(r.organization),
                      name(r.model_group), name(r.upstream_model), name(r.provider)};
    const int64_t combo = names_.idOf(parts);
    const int64_t end_user = name(r.end_user);
    const int64_t flags = (r.stream ? kStream : 0) | (r.usage_known ? kUsageKnown : 0) |
                          (r.usage_estimated ? kUsageEstimated : 0) | (r.cache_hit ? kCacheHit : 0);
    const Sums& sums = event.sums;
    row.call_id = event.call_id;
    row.numbers = {r.start_ms,
                   r.end_ms,
                   r.first_token_ms,
                   combo,
                   end_user,
                   name(r.tenant),
                   name(r.key_alias),
                   name(r.route),
                   name(r.call_type),
                   name(r.deployment_id),
                   name(r.api_base),
                   name(r.outcome),
                   name(r.error_class),
                   r.http_status,
                   r.attempts,
                   flags,
                   sums.prompt,
                   sums.completion,
                   sums.cached,
                   sums.cache_write,
                   sums.reasoning,
                   sums.cost,
                   sums.unpriced == 0};
    row.texts = {brief(r.model), brief(r.client), brief(r.user_agent), brief(r.error), view(r.attributes)};
    addToDay(event, combo, end_user, parts);
}

void UsageWriter::addToDay(const Event& event, int64_t combo, int64_t end_user, const Combo& parts) {
    const auto [row, first] = daily_rows_.try_emplace({event.day, combo});
    row->second.add(event.sums);
    if (first) parts_.emplace(combo, parts);
    if (end_user != 0) end_user_rows_[{event.day, end_user, combo}].add(event.sums);
    for (const auto& tag : event.tags) tag_rows_[{event.day, names_.idOf(tag), combo}].add(event.sums);
}

// What a team or a model has used is what its callers have: of a batch's events most have the same few.
void UsageWriter::addTotals() {
    const auto total = [&](Dimension dimension, int64_t day, int64_t value, const Sums& sums) {
        total_rows_[{static_cast<int64_t>(dimension), day, value}].add(sums);
    };
    for (const auto& [row, sums] : daily_rows_) {
        const auto [day, combo] = row;
        const auto [key, user, team, organization, group, model, provider] = parts_.at(combo);
        total(Dimension::All, day, 0, sums);
        total(Dimension::Team, day, team, sums);
        total(Dimension::Organization, day, organization, sums);
        total(Dimension::ModelGroup, day, group, sums);
        total(Dimension::Model, day, model, sums);
        total(Dimension::Provider, day, provider, sums);
    }
    for (const auto& [row, sums] : tag_rows_) total(Dimension::Tag, row[0], row[1], sums);
}

void UsageWriter::writeSums() {
    addTotals();
    for (const auto& [key, sums] : total_rows_) {
        if (key[0] == static_cast<int64_t>(Dimension::All)) unpack_.with(key[1]).run();
    }
    write(daily_, daily_rows_);
    write(end_user_, end_user_rows_);
    write(tag_, tag_rows_);
    write(total_, total_rows_);
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
