// Days that are over, packed: the rows of an aggregate as one blob, which is read ten times as fast as rows
// are. Rows stay the truth: a blob is a copy that goes with the first late event of its day, and is made anew
// in the next round.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "combos.h"
#include "database.h"
#include "sqlite.h"

namespace store_sqlite {

/// Aggregates that are packed, as stored: never renumber.
enum class Packed : int { Daily = 0, EndUser, Tag };

/// The name of its table.
const char* tableOf(Packed which);

/// Rows as bytes: for each row the difference of `value` to the row before, combo and the ten sums as LEB128
/// numbers (seven bits a byte, the low ones first). Sorted by value.
class PackWriter {
public:
    void add(int64_t value, int64_t combo, const Sums& sums);
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
    int64_t last_ = 0;
};

using PackedRow = std::function<void(int64_t value, int64_t combo, const Sums& sums)>;
using PackedTest = std::function<bool(int64_t value, int64_t combo)>;
/// Tells of the rows that are `wanted`, all without it. False: they are not what PackWriter writes. Until
/// then rows have been told.
bool readPack(std::string_view bytes, const PackedRow& row, const PackedTest* wanted = nullptr);

/// Marks what is being made: two programs at it must not take each other's for their own.
int64_t freshToken();

/// Takes back what is packed of a day, ?1, within the transaction that changes its rows.
Statement unpacking(Connection& connection);

class SpanBuilder;

/// Packs days, and makes spans of them (spans.h), one a step.
class Packer {
public:
    /// `writing`: held while `writer` is used. Rows are read by a connection of its own, without it.
    Packer(const Database& database, Combos& combos, Connection& writer, std::mutex& writing, Log log);
    ~Packer();

    /// Packs a day or makes a span if it is time. Is there more to do at once? On one thread at a time;
    /// throws nothing.
    bool step(int64_t now_ms);

private:
    bool packNext();
    bool pack(Packed which, int64_t day);

    const Database& database_;
    Connection& writer_;
    std::mutex& writing_;
    const std::unique_ptr<SpanBuilder> spans_;
    const Log log_;
    int64_t next_ms_ = 0;
    bool failing_ = false;
};

}  // namespace store_sqlite
