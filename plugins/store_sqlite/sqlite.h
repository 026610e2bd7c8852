// SQLite in C++: connections, statements, transactions. Only sqlite.cpp and usage_batch.cpp know sqlite3.h.
// What goes wrong is thrown as SqlError and ends where the contract begins, in plugin.cpp.
//
// Values get into a statement by being bound, or out of usage_batch; the text of a statement is ours alone.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store_common/calendar.h"
#include "store_common/sums.h"

struct sqlite3;
struct sqlite3_module;
struct sqlite3_stmt;

namespace store_sqlite {

using namespace store_common;

/// `code`: SQLite's primary result code, https://sqlite.org/rescode.html.
class SqlError : public std::runtime_error {
public:
    SqlError(int code, const std::string& words) : std::runtime_error(words), code_(code) {}
    int code() const { return code_; }
    /// Somebody else holds the lock: the same may work in a moment.
    bool busy() const;
    bool corrupt() const;

private:
    int code_;
};

/// The file says what no release has written: throws SqlError.
[[noreturn]] void throwCorrupt(const std::string& words);

/// Bytes that are no text.
struct Blob {
    std::string_view bytes;
};

/// A prepared statement. Not for two threads at once, like its connection, which must outlive it.
class Statement {
public:
    Statement() = default;
    explicit operator bool() const { return raw_ != nullptr; }

    /// Begins anew with these values as ?1, ?2, …: whole numbers, texts, nullptr. Texts must live until the
    /// last step.
    template <class... Values>
    Statement& with(const Values&... values) {
        rewind();
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }
    void bind(int index, int64_t value);
    void bind(int index, int value) { bind(index, int64_t{value}); }
    void bind(int index, uint64_t value) { bind(index, static_cast<int64_t>(value)); }
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    void bind(int index, Blob value);
    void bind(int index, std::nullptr_t);

    /// Is there a (next) row?
    bool step();
    /// Runs it to its end. What it gives is not looked at.
    void run();
    /// Takes back its lock on what it was reading.
    void rewind();

    /// Columns count from 0. A text lives until the next step.
    int64_t integer(int column) const;
    std::string_view text(int column) const;
    std::string_view blob(int column) const;
    bool null(int column) const;

private:
    friend class Connection;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}

    std::unique_ptr<sqlite3_stmt, Finalize> raw_;
};

class Connection {
public:
    /// Opens a file that is there. `busy_ms`: how long a lock of others is waited for.
    Connection(const std::string& path, int64_t busy_ms);

    Statement prepare(std::string_view sql);
    /// Several statements, of fixed text.
    void run(const std::string& sql);
    /// The first column of the first row; 0 if there is none.
    int64_t value(std::string_view sql);
    std::string textValue(std::string_view sql);
    int64_t lastRowid() const;
    /// Rows that the last statement changed.
    int64_t changes() const;
    /// Makes a table of what `module` gives; it and `context` must outlive the last statement that asks it.
    void addModule(const char* name, const sqlite3_module& module, void* context);

private:
    struct Close {
        void operator()(sqlite3* raw) const;
    };
    std::unique_ptr<sqlite3, Close> raw_;
};

/// Ten columns, kSumColumns, from that one on.
void bindSums(Statement& statement, int index, const Sums& sums);
Sums sumsOf(const Statement& row, int column);

/// From its beginning to commit(), or to its end, which takes everything back.
class Transaction {
public:
    enum class Kind { Read, Write };
    Transaction(Connection& connection, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Connection& connection_;
    bool open_ = true;
};

}  // namespace store_sqlite
