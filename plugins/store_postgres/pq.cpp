#include "pq.h"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <cstdlib>

namespace store_postgres {
namespace {

constexpr auto kPatience = Milliseconds(2'000);  // beyond the server's own deadline
constexpr size_t kPreparedMost = 200;            // of a connection

// Class 08: no connection. 57P0x: the server stops, crashes or starts. 53300: it has too many. 25006: this
// one is a standby. https://www.postgresql.org/docs/15/errcodes-appendix.html
bool meansLost(std::string_view state) {
    return state.substr(0, 2) == "08" || (state.substr(0, 4) == "57P0" && state != "57P04") ||
           state == "53300" || state == "25006";
}

}  // namespace

bool SqlError::again() const { return state_ == "40001" || state_ == "40P01"; }

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }
int Result::rows() const { return PQntuples(raw_.get()); }
bool Result::null(int row, int column) const { return PQgetisnull(raw_.get(), row, column) != 0; }

std::string_view Result::raw(int row, int column) const {
    return {PQgetvalue(raw_.get(), row, column), static_cast<size_t>(PQgetlength(raw_.get(), row, column))};
}

int64_t Result::integer(int row, int column) const {
    return std::strtoll(PQgetvalue(raw_.get(), row, column), nullptr, 10);
}

Wide Result::wide(int row, int column) const {
    Wide value = 0;
    for (const char c : raw(row, column)) {
        if (c >= '0' && c <= '9') value = value * 10 + (c - '0');
    }
    return value;
}

void Connection::Finish::operator()(pg_conn* raw) const { PQfinish(raw); }

Connection::Connection(const Target& target, const Deadlines& deadlines)
    : target_(target), deadlines_(deadlines) {
    open();
    const auto ms = [](Milliseconds time) { return std::to_string(time.count()); };
    (void)once(
        "SELECT set_config('search_path', $1, false), set_config('statement_timeout', $2, false), "
        "set_config('lock_timeout', $3, false), "
        "set_config('idle_in_transaction_session_timeout', $4, false), "
        "set_config('plan_cache_mode', 'force_custom_plan', false), set_config('jit', 'off', false), "
        "set_config('default_transaction_isolation', 'read committed', false), "
        "set_config('client_min_messages', 'error', false)",
        Values(target.schema(), ms(deadlines.statement), ms(deadlines.lock), ms(deadlines.statement)));
}

void Connection::open() {
    std::vector<const char*> keywords, values;
    for (const auto& [keyword, value] : target_.parameters()) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    raw_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
    if (!raw_ || PQstatus(raw_.get()) == CONNECTION_BAD) fail("cannot connect");
    (void)PQsetNoticeProcessor(
        raw_.get(), [](void*, const char*) {}, nullptr);
    const auto until = Clock::now() + deadlines_.connect;
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
        if (state == PGRES_POLLING_FAILED) fail("cannot connect");
        wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until);
        state = PQconnectPoll(raw_.get());
    }
    if (PQsetnonblocking(raw_.get(), 1) != 0) fail("cannot connect");
}

void Connection::wait(short events, Clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::duration_cast<Milliseconds>(until - Clock::now()).count();
        pollfd one{PQsocket(raw_.get()), events, 0};
        const int ready = left <= 0 ? 0 : ::poll(&one, 1, static_cast<int>(left));
        if (ready > 0) return;
        if (ready < 0 && errno == EINTR) continue;
        raw_.reset();  // what comes later would be taken for the next answer
        throw SqlError("", true, "no answer in time");
    }
}

void Connection::fail(const std::string& words) {
    const std::string why = raw_ ? target_.clean(PQerrorMessage(raw_.get())) : std::string();
    throw SqlError("", true, why.empty() ? words : why);
}

void Connection::fail(const Result& result) {
    const char* given = PQresultErrorField(result.raw_.get(), PG_DIAG_SQLSTATE);
    const std::string state = given ? given : "";
    const char* words = PQresultErrorField(result.raw_.get(), PG_DIAG_MESSAGE_PRIMARY);
    const bool lost = meansLost(state) || PQstatus(raw_.get()) == CONNECTION_BAD;
    const std::string text = target_.clean(words ? words : PQresultErrorMessage(result.raw_.get()));
    throw SqlError(state, lost, state.empty() ? text : text + " (" + state + ")");
}

void Connection::sent(int good) {
    if (!good) fail("the connection is gone");
}

// The last result of what has been sent, or the first that is an error.
Result Connection::finish() {
    const auto until = Clock::now() + deadlines_.statement + kPatience;
    for (int left = PQflush(raw_.get()); left != 0; left = PQflush(raw_.get())) {
        if (left < 0) fail("the connection is gone");
        wait(POLLIN | POLLOUT, until);
        if (!PQconsumeInput(raw_.get())) fail("the connection is gone");
    }
    Result last;
    bool failed = false;
    for (;;) {
        while (PQisBusy(raw_.get())) {
            wait(POLLIN, until);
            if (!PQconsumeInput(raw_.get())) fail("the connection is gone");
        }
        pg_result* next = PQgetResult(raw_.get());
        if (!next) break;
        const auto status = PQresultStatus(next);
        const bool good =
            status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
        Result result;
        result.raw_ = std::shared_ptr<pg_result>(next, Result::Clear());
        if (!failed) last = result;
        failed = failed || !good;
    }
    if (!last.raw_) fail("the connection is gone");
    if (failed) fail(last);
    return last;
}

void Connection::prepare(const std::string& sql, const std::string& name) {
    sent(PQsendPrepare(raw_.get(), name.c_str(), sql.c_str(), 0, nullptr));
    (void)finish();
}

namespace {

std::vector<const char*> pointersTo(const Values& values) {
    std::vector<const char*> all;
    for (const auto& text : values.texts()) all.push_back(text.c_str());
    return all;
}

}  // namespace

Result Connection::run(const std::string& sql, const Values& values) {
    if (!raw_) fail("the connection is gone");
    auto known = prepared_.find(sql);
    if (known == prepared_.end()) {
        if (prepared_.size() >= kPreparedMost) return once(sql, values);
        const std::string name = "s" + std::to_string(prepared_.size());
        prepare(sql, name);
        known = prepared_.emplace(sql, name).first;
    }
    const auto all = pointersTo(values);
    sent(PQsendQueryPrepared(raw_.get(), known->second.c_str(), static_cast<int>(all.size()), all.data(),
                             nullptr, nullptr, 0));
    return finish();
}

Result Connection::once(const std::string& sql, const Values& values) {
    if (!raw_) fail("the connection is gone");
    const auto all = pointersTo(values);
    sent(PQsendQueryParams(raw_.get(), sql.c_str(), static_cast<int>(all.size()), nullptr, all.data(),
                           nullptr, nullptr, 0));
    return finish();
}

void Connection::script(const std::string& sql) {
    if (!raw_) fail("the connection is gone");
    sent(PQsendQuery(raw_.get(), sql.c_str()));
    (void)finish();
}

bool Connection::fresh() const {
    return raw_ && PQstatus(raw_.get()) == CONNECTION_OK && PQtransactionStatus(raw_.get()) == PQTRANS_IDLE;
}

int Connection::socket() const { return raw_ ? PQsocket(raw_.get()) : -1; }

bool Connection::notified() {
    if (!raw_ || !PQconsumeInput(raw_.get()) || PQstatus(raw_.get()) != CONNECTION_OK)
        fail("the connection is gone");
    bool any = false;
    while (PGnotify* one = PQnotifies(raw_.get())) {
        PQfreemem(one);
        any = true;
    }
    return any;
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
    (void)connection_.run(kind == Kind::Write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        (void)connection_.run("ROLLBACK");
    } catch (const SqlError&) {
        open_ = false;  // the pool sees that it is not fresh, and closes it
    }
}

void Transaction::commit() {
    (void)connection_.run("COMMIT");
    open_ = false;
}

}  // namespace store_postgres
