#include "sqlite.h"

#include <sqlite3.h>

namespace store_sqlite {
namespace {

[[noreturn]] void fail(sqlite3* raw, int code) {
    const char* words = raw ? sqlite3_errmsg(raw) : sqlite3_errstr(code);
    throw SqlError(code & 0xFF, words);
}

void check(sqlite3* raw, int code) {
    if (code != SQLITE_OK) fail(raw, code);
}

void check(sqlite3_stmt* statement, int code) {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement), code);
}

}  // namespace

bool SqlError::busy() const { return code_ == SQLITE_BUSY || code_ == SQLITE_LOCKED; }
bool SqlError::corrupt() const { return code_ == SQLITE_CORRUPT || code_ == SQLITE_NOTADB; }

void throwCorrupt(const std::string& words) { throw SqlError(SQLITE_CORRUPT, words); }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { (void)sqlite3_finalize(statement); }

void Statement::bind(int index, int64_t value) {
    check(raw_.get(), sqlite3_bind_int64(raw_.get(), index, value));
}
void Statement::bind(int index, std::string_view value) {
    // An empty view may have no pointer, which would be NULL.
    const char* bytes = value.empty() ? "" : value.data();
    check(raw_.get(),
          sqlite3_bind_text64(raw_.get(), index, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}
void Statement::bind(int index, Blob value) {
    const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
    check(raw_.get(), sqlite3_bind_blob64(raw_.get(), index, bytes, value.bytes.size(), SQLITE_STATIC));
}
void Statement::bind(int index, std::nullptr_t) { check(raw_.get(), sqlite3_bind_null(raw_.get(), index)); }

bool Statement::step() {
    const int code = sqlite3_step(raw_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    sqlite3* connection = sqlite3_db_handle(raw_.get());
    const std::string words = sqlite3_errmsg(connection);
    (void)sqlite3_reset(raw_.get());  // a statement that failed must not keep its locks
    throw SqlError(code & 0xFF, words);
}

void Statement::run() {
    while (step()) continue;
    rewind();
}

void Statement::rewind() { (void)sqlite3_reset(raw_.get()); }

int64_t Statement::integer(int column) const { return sqlite3_column_int64(raw_.get(), column); }

std::string_view Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(raw_.get(), column));
    return bytes ? std::string_view(bytes, static_cast<size_t>(sqlite3_column_bytes(raw_.get(), column)))
                 : std::string_view();
}

std::string_view Statement::blob(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw_.get(), column));
    return bytes ? std::string_view(bytes, static_cast<size_t>(sqlite3_column_bytes(raw_.get(), column)))
                 : std::string_view();
}

bool Statement::null(int column) const { return sqlite3_column_type(raw_.get(), column) == SQLITE_NULL; }

void Connection::Close::operator()(sqlite3* raw) const { (void)sqlite3_close_v2(raw); }

Connection::Connection(const std::string& path, int64_t busy_ms) {
    sqlite3* raw = nullptr;
    // No SQLITE_OPEN_CREATE: the file was created with a mode of our own. No URI: a path is a path.
    const int code =
        sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    raw_.reset(raw);
    check(raw, code);
    check(raw, sqlite3_busy_timeout(raw, static_cast<int>(busy_ms)));
    // A file that somebody prepared must not run code of its schema.
    check(raw, sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
    check(raw, sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr));
}

Statement Connection::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    check(raw_.get(), sqlite3_prepare_v3(raw_.get(), sql.data(), static_cast<int>(sql.size()),
                                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return Statement(statement);
}

void Connection::run(const std::string& sql) {
    check(raw_.get(), sqlite3_exec(raw_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

int64_t Connection::value(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::textValue(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? std::string(statement.text(0)) : std::string();
}

int64_t Connection::lastRowid() const { return sqlite3_last_insert_rowid(raw_.get()); }
int64_t Connection::changes() const { return sqlite3_changes64(raw_.get()); }

void Connection::addModule(const char* name, const sqlite3_module& module, void* context) {
    check(raw_.get(), sqlite3_create_module_v2(raw_.get(), name, &module, context, nullptr));
}

void bindSums(Statement& statement, int index, const Sums& s) {
    for (const int64_t value : {s.requests, s.successes, s.failures, s.unpriced, s.prompt, s.completion,
                                s.cached, s.cache_write, s.reasoning, s.cost})
        statement.bind(index++, value);
}

Sums sumsOf(const Statement& row, int column) {
    const auto next = [&] { return row.integer(column++); };
    return {next(), next(), next(), next(), next(), next(), next(), next(), next(), next()};
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
    // IMMEDIATE: a lock that is taken later could fail in the middle, where waiting does not help.
    connection_.run(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        connection_.run("ROLLBACK");
    } catch (const SqlError&) {
        open_ = false;  // SQLite has rolled back by itself, as it does when the disk is full
    }
}

void Transaction::commit() {
    connection_.run("COMMIT");
    open_ = false;
}

}  // namespace store_sqlite
