#include "packed.h"

#include <random>

#include "schema.h"
#include "spans.h"
#include "varint.h"

namespace store_sqlite {
namespace {

constexpr int64_t kPauseMs = 300'000;  // between two rounds

}  // namespace

// Two programs that pack the same days must not take each other's mark for their own.
int64_t freshToken() {
    std::random_device source;
    return (static_cast<int64_t>(source()) << 31) ^ static_cast<int64_t>(source());
}

const char* tableOf(Packed which) {
    if (which == Packed::Daily) return "usage_daily";
    return which == Packed::EndUser ? "usage_daily_end_user" : "usage_daily_tag";
}

void PackWriter::add(int64_t value, int64_t combo, const Sums& s) {
    appendNumber(bytes_, value - last_);
    last_ = value;
    appendNumber(bytes_, combo);
    appendSums(bytes_, s);
}

bool readPack(std::string_view bytes, const PackedRow& row, const PackedTest* wanted) {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    int64_t value = 0;
    while (at != end) {
        int64_t step = 0, combo = 0;
        Sums s;
        if (!numberFrom(at, end, step) || !numberFrom(at, end, combo)) return false;
        value += step;
        if (wanted && !(*wanted)(value, combo)) {
            if (!skipSums(at, end)) return false;
            continue;
        }
        if (!sumsFrom(at, end, s)) return false;
        row(value, combo, s);
    }
    return true;
}

Statement unpacking(Connection& connection) {
    return connection.prepare("DELETE FROM usage_packed WHERE source IN (0, 1, 2) AND day = ?1");
}

Packer::Packer(const Database& database, Combos& combos, Connection& writer, std::mutex& writing, Log log)
    : database_(database),
      writer_(writer),
      writing_(writing),
      spans_(std::make_unique<SpanBuilder>(database, combos, writer, writing)),
      log_(std::move(log)) {}

Packer::~Packer() = default;

bool Packer::step(int64_t now_ms) {
    if (now_ms < next_ms_) return false;
    try {
        if (packNext() || spans_->buildNext()) return true;
        failing_ = false;
    } catch (const SqlError& error) {
        if (!failing_)
            log_(Level::Warn,
                 "days could not be packed, so reports take longer: " + std::string(error.what()));
        failing_ = true;
    }
    next_ms_ = now_ms + kPauseMs;
    return false;
}

// The last day that has rows is the one that grows.
bool Packer::packNext() {
    auto connection = database_.connect();
    for (const Packed which : {Packed::Daily, Packed::EndUser, Packed::Tag}) {
        const std::string table = tableOf(which);
        const int64_t last = connection.value("SELECT max(day) FROM " + table);
        auto next = connection.prepare("SELECT min(day) FROM " + table + " WHERE day > ?1");
        auto find = connection.prepare(
            "SELECT 1 FROM usage_packed WHERE source = ?1 AND day = ?2 AND rows IS NOT NULL");
        for (int64_t day = -1; next.with(day).step() && !next.null(0);) {
            day = next.integer(0);
            next.rewind();
            if (day >= last) break;
            const bool packed = find.with(static_cast<int>(which), day).step();
            find.rewind();
            if (!packed && pack(which, day)) return true;
        }
    }
    return false;
}

// First a mark, then the rows in a snapshot, then the blob in the place of the mark, if it is still there:
// whoever adds to the day meanwhile takes it away. Nobody who writes waits for all that reading.
bool Packer::pack(Packed which, int64_t day) {
    const int64_t token = freshToken();
    {
        const std::lock_guard lock(writing_);
        writer_
            .prepare(
                "INSERT OR REPLACE INTO usage_packed (source, day, token, rows) VALUES (?1, ?2, ?3, NULL)")
            .with(static_cast<int>(which), day, token)
            .run();
    }
    PackWriter pack;
    auto connection = database_.connect();
    auto read = connection.prepare(std::string("SELECT ") +
                                   (which == Packed::Daily ? "combo, 0, " : "value, combo, ") + kSumColumns +
                                   " FROM " + tableOf(which) + " WHERE day = ?1 ORDER BY 1, 2");
    read.with(day);
    while (read.step()) pack.add(read.integer(0), read.integer(1), sumsOf(read, 2));
    read.rewind();
    const std::lock_guard lock(writing_);
    writer_.prepare("UPDATE usage_packed SET rows = ?1 WHERE source = ?2 AND day = ?3 AND token = ?4")
        .with(Blob{pack.bytes()}, static_cast<int>(which), day, token)
        .run();
    return writer_.changes() == 1;
}

}  // namespace store_sqlite
