// Events one by one. Rare callers are found by their days: the aggregates say on which days they were there,
// and only those are gone through.
#include <algorithm>

#include "ledger.h"
#include "schema.h"
#include "store_common/event.h"

namespace store_postgres {
namespace {

constexpr int64_t kSkippedMost =
    1'000;                          // rows that are read to be left out; beyond that the server skips them
constexpr int kGuidedMost = 2'000;  // with more callers than that most days have one of them

// Places in what is selected.
enum Column {
    CallId,
    Start,
    End,
    FirstToken,
    EndUser,
    Tenant,
    KeyAlias,
    Route,
    CallType,
    Deployment,
    ApiBase,
    OutcomeName,
    ErrorClass,
    FirstPart,
    HttpStatus = FirstPart + kComboColumns,
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

constexpr const char* kColumns =
    "u.call_id, u.start_ms, u.end_ms, u.first_token_ms, u.end_user, u.tenant, u.key_alias, u.route, "
    "u.call_type, u.deployment, u.api_base, u.outcome, u.error_class, c.key_id, c.user_id, c.team, "
    "c.organization, c.model_group, c.model, c.provider, u.http_status, u.attempts, u.flags, u.prompt, "
    "u.completion, u.cached, u.cache_write, u.reasoning, u.cost, u.requested_model, u.client, u.user_agent, "
    "u.error, u.attributes";

void tell(const Result& found, int row, PostgresLedger& ledger, const Ledger::RowSink& sink) {
    const auto name = [&](int column) { return ledger.nameOf(found.integer(row, column)); };
    const auto number = [&](Column column) { return found.integer(row, column); };
    LogRow out;
    const std::string call_id = found.text(row, CallId), requested = found.text(row, RequestedModel),
                      client = found.text(row, Client), agent = found.text(row, UserAgent),
                      error = found.text(row, Error), attributes = found.text(row, Attributes);
    out.call_id = call_id;
    out.start_ms = number(Start);
    out.end_ms = number(End);
    out.first_token_ms = number(FirstToken);
    for (size_t i = 0; i < kComboColumns; ++i) out.who[i] = name(FirstPart + static_cast<int>(i));
    out.end_user = name(EndUser);
    out.tenant = name(Tenant);
    out.key_alias = name(KeyAlias);
    out.route = name(Route);
    out.call_type = name(CallType);
    out.deployment = name(Deployment);
    out.api_base = name(ApiBase);
    out.outcome = name(OutcomeName);
    out.error_class = name(ErrorClass);
    out.http_status = number(HttpStatus);
    out.attempts = number(Attempts);
    out.flags = number(Flags);
    out.priced = !found.null(row, Cost);
    out.sums.prompt = number(Prompt);
    out.sums.completion = number(Completion);
    out.sums.cached = number(Cached);
    out.sums.cache_write = number(CacheWrite);
    out.sums.reasoning = number(Reasoning);
    out.sums.cost = number(Cost);
    out.requested_model = requested;
    out.client = client;
    out.user_agent = agent;
    out.error = error;
    out.attributes = attributes;
    sink(out);
}

// Every day of every month that there is: with it a call is found by its index.
Array daysKept(Connection& connection) {
    const auto months = connection.run("SELECT month FROM partitions");
    Array days;
    for (int row = 0; row < months.rows(); ++row) {
        const int64_t month = months.integer(row, 0);
        for (int64_t day = firstDayOf(month); day < firstDayOf(month + 1); ++day) days.add(day);
    }
    return days;
}

// The days of these callers, in the order of the question, and a condition for who they are. Nothing if there
// are too many of them to be a help.
std::optional<std::vector<int64_t>> guide(Connection& connection, const LogQuestion& question,
                                          Conditions& conditions) {
    Where where = question.where;
    const bool end_user = where.count(By::EndUser) > 0;
    const bool tag = !end_user && where.count(By::Tag) > 0;
    Conditions of_days;
    of_days.add("d.day >= ?::integer", dayOf(question.from_ms));
    of_days.add("d.day <= ?::integer", dayOf(question.to_ms));
    if (end_user || tag)
        of_days.add("d.value = ANY(?::bigint[])", arrayOf(where.at(tag ? By::Tag : By::EndUser)));
    addCombos(of_days, where);
    const std::string table = tag ? "usage_daily_tag" : end_user ? "usage_daily_end_user" : "usage_daily";
    const auto found = connection.once("SELECT d.combo, array_agg(DISTINCT d.day) FROM " + table +
                                           " d JOIN combos c ON c.id = d.combo" + of_days.text() +
                                           " GROUP BY 1 LIMIT " + std::to_string(kGuidedMost + 1),
                                       of_days.values());
    if (found.rows() > kGuidedMost) return std::nullopt;
    std::set<int64_t> days;
    std::set<int64_t> combos;
    for (int row = 0; row < found.rows(); ++row) {
        combos.insert(found.integer(row, 0));
        int64_t day = 0;
        for (const char c : found.raw(row, 1)) {
            if (c >= '0' && c <= '9') day = day * 10 + (c - '0');
            if (c == ',' || c == '}') {
                days.insert(day);
                day = 0;
            }
        }
    }
    conditions.add("u.combo = ANY(?::bigint[])", arrayOf(combos));
    std::vector<int64_t> order(days.begin(), days.end());
    if (question.newest_first) std::reverse(order.begin(), order.end());
    return order;
}

Result select(Connection& connection, const Conditions& conditions, bool newest_first, int64_t limit,
              int64_t offset) {
    Values values = conditions.values();
    values.add(limit).add(offset);
    const std::string down = newest_first ? " DESC" : "";
    return connection.once(std::string("SELECT ") + kColumns +
                               " FROM usage u JOIN combos c ON c.id = u.combo" + conditions.text() +
                               " ORDER BY u.start_ms" + down + ", u.combo" + down + ", u.id" + down +
                               " LIMIT $" + std::to_string(values.size() - 1) + "::bigint OFFSET $" +
                               std::to_string(values.size()) + "::bigint",
                           values);
}

using Rows = std::vector<std::pair<Result, int>>;

void append(Rows& rows, const Result& found) {
    for (int row = 0; row < found.rows(); ++row) rows.emplace_back(found, row);
}

// A day, then two, then four, …: who asked often has a page full after the first.
Rows byDays(Connection& connection, const Conditions& conditions, const std::vector<int64_t>& days,
            const LogQuestion& question) {
    Rows rows;
    const auto wanted = static_cast<size_t>(question.offset + question.limit + 1);
    for (size_t at = 0, width = 1; at < days.size() && rows.size() < wanted; at += width, width *= 2) {
        Array some;
        for (size_t i = at; i < std::min(at + width, days.size()); ++i) some.add(days[i]);
        Conditions of_days = conditions;
        of_days.add("u.day = ANY(?::integer[])", some);
        append(rows, select(connection, of_days, question.newest_first,
                            static_cast<int64_t>(wanted - rows.size()), 0));
    }
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(
                                                std::min(rows.size(), static_cast<size_t>(question.offset))));
    return rows;
}

}  // namespace

bool PostgresLedger::logs(const LogQuestion& question, const RowSink& sink) {
    Conditions conditions;
    std::optional<std::vector<int64_t>> days;
    if (question.call_id) {
        conditions.add("u.day = ANY(?::integer[])", daysKept(connection_));
        conditions.add("u.call_id = ?", store_common::cut(*question.call_id, kNameBytesMax));
    } else {
        conditions.add("u.start_ms >= ?::bigint", question.from_ms);
        conditions.add("u.start_ms <= ?::bigint", question.to_ms);
        conditions.add("u.day >= ?::integer", dayOf(question.from_ms));
        conditions.add("u.day <= ?::integer", dayOf(question.to_ms));
        if (!question.where.empty()) days = guide(connection_, question, conditions);
        // As in sums, events without a customer are in no report about customers.
        if (question.where.count(By::EndUser) > 0) conditions.add("u.end_user <> 0");
    }
    addCombos(conditions, question.where);
    if (question.where.count(By::EndUser) > 0)
        conditions.add("u.end_user = ANY(?::bigint[])", arrayOf(question.where.at(By::EndUser)));
    if (question.where.count(By::Tag) > 0)
        conditions.add("u.tags && ?::bigint[]", arrayOf(question.where.at(By::Tag)));
    if (question.outcome) {
        const auto outcome = numbersOf({*question.outcome});
        conditions.add("u.outcome = ANY(?::bigint[])", arrayOf(outcome));
    }
    Rows rows;
    if (days && question.offset <= kSkippedMost)
        rows = byDays(connection_, conditions, *days, question);
    else
        append(rows,
               select(connection_, conditions, question.newest_first, question.limit + 1, question.offset));
    const bool more = rows.size() > static_cast<size_t>(question.limit);
    if (more) rows.pop_back();
    std::vector<int64_t> numbers;
    for (const auto& [found, row] : rows) {
        for (int column = EndUser; column < HttpStatus; ++column)
            numbers.push_back(found.integer(row, column));
    }
    expect(numbers);
    for (const auto& [found, row] : rows) tell(found, row, *this, sink);
    return more;
}

}  // namespace store_postgres
