// libpq in C++: connections, statements, results, each with a deadline. Only pq.cpp and target.cpp know
// libpq-fe.h. What goes wrong is thrown as SqlError and ends where the contract begins, in plugin.cpp.
//
// Values get into a statement as parameters and in no other way; the text of a statement is ours alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "store_common/calendar.h"
#include "store_common/sums.h"
#include "target.h"
#include "text.h"

struct pg_conn;
struct pg_result;

namespace store_postgres {

using namespace store_common;

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

/// `state`: the SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html; empty if it was not the
/// server that said it.
class SqlError : public std::runtime_error {
public:
    SqlError(std::string state, bool lost, const std::string& words, bool unknown = false)
        : std::runtime_error(words), state_(std::move(state)), lost_(lost), unknown_(unknown) {}
    const std::string& state() const { return state_; }
    /// There is no connection (any more), or none that may write: it is the database that is away, and not
    /// the statement that is wrong.
    bool lost() const { return lost_; }
    /// Another transaction was in the way: the same may work in a moment.
    bool again() const;
    /// What became of the transaction is not known: nobody but the caller may do it once more.
    bool unknown() const { return unknown_; }

private:
    std::string state_;
    bool lost_;
    bool unknown_;
};

/// The parameters of a statement: $1, $2, …
class Values {
public:
    template <class... Each>
    explicit Values(const Each&... values) {
        (add(values), ...);
    }
    Values& add(int64_t value) { return literal(std::to_string(value)); }
    Values& add(int value) { return add(int64_t{value}); }
    Values& add(uint64_t value) { return add(static_cast<int64_t>(value)); }
    Values& add(std::string_view text) { return literal(toText(text)); }
    Values& add(const std::string& text) { return add(std::string_view(text)); }
    Values& add(const char* text) { return add(std::string_view(text)); }
    Values& add(const Array& array) { return literal(array.literal()); }
    size_t size() const { return texts_.size(); }
    const std::vector<std::string>& texts() const { return texts_; }

private:
    Values& literal(std::string text) {
        texts_.push_back(std::move(text));
        return *this;
    }
    std::vector<std::string> texts_;
};

/// Rows and columns count from 0.
class Result {
public:
    int rows() const;
    int64_t integer(int row, int column) const;
    /// Whole, of any size.
    Wide wide(int row, int column) const;
    std::string text(int row, int column) const { return fromText(raw(row, column)); }
    /// As the server has it; lives as long as the result.
    std::string_view raw(int row, int column) const;
    bool boolean(int row, int column) const { return raw(row, column) == "t"; }
    bool null(int row, int column) const;

private:
    friend class Connection;
    struct Clear {
        void operator()(pg_result* result) const;
    };
    Result() = default;
    std::shared_ptr<pg_result> raw_;
};

struct Deadlines {
    Milliseconds connect{3'000};
    Milliseconds statement{10'000};  // the server's; ours is somewhat later
    Milliseconds lock{5'000};
};

/// For one thread at a time.
class Connection {
public:
    /// Connects, and makes the session ours. Throws SqlError.
    Connection(const Target& target, const Deadlines& deadlines);

    /// Prepared once for this connection: for statements of fixed text.
    Result run(const std::string& sql, const Values& values = Values());
    /// The same for a text that is made for one question: not kept.
    Result once(const std::string& sql, const Values& values = Values());
    /// Several statements, of fixed text, without values.
    void script(const std::string& sql);

    /// No transaction is open, and the server is there as far as we know.
    bool fresh() const;
    int socket() const;
    /// Takes what has come by itself; was there a notification? Throws SqlError if the connection is gone.
    bool notified();

private:
    struct Finish {
        void operator()(pg_conn* raw) const;
    };
    void open();
    void wait(short events, Clock::time_point until);
    void sent(int good);
    Result finish();
    void prepare(const std::string& sql, const std::string& name);
    [[noreturn]] void fail(const std::string& words);
    [[noreturn]] void fail(const Result& result);

    const Target& target_;
    const Deadlines deadlines_;
    std::unique_ptr<pg_conn, Finish> raw_;
    std::map<std::string, std::string> prepared_;  // name by text
};

/// From BEGIN to commit(), or to its end, which takes everything back.
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

}  // namespace store_postgres
