#include "entries.h"

#include <sys/stat.h>
#include <zlib.h>

#include <vector>

namespace cache_disk {
namespace {

// Splits of the index, inner pages, the list of free ones.
constexpr int64_t kSparePages = 16;
constexpr int kEvictRows = 16, kFlushRows = 500;

// CRC-32 (zlib's), with the size of the value above it.
int64_t sumOf(std::string_view key, int64_t expires_ms, std::string_view value) {
    const auto with = [](uLong sum, const void* bytes, size_t size) {
        return ::crc32_z(sum, static_cast<const Bytef*>(bytes), size);
    };
    uLong sum = with(0, key.data(), key.size());
    sum = with(sum, &expires_ms, sizeof expires_ms);
    if (!value.empty()) sum = with(sum, value.data(), value.size());
    return static_cast<int64_t>(uint64_t{value.size()} << 32 | sum);
}

// The first text that begins with none of these bytes and comes after all that do; keys are ASCII.
std::string after(std::string_view prefix) {
    std::string end(prefix);
    ++end.back();
    return end;
}

}  // namespace

Lookup::Lookup(Connection connection, Used& used) : connection_(std::move(connection)), used_(used) {
    connection_.run("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -4096");
    by_key_ = connection_.prepare("SELECT id, expires_ms, sum, value FROM entries WHERE key = ?1");
}

Lookup::Outcome Lookup::find(std::string_view key, int64_t now_ms, Found& found) {
    if (!by_key_.with(key).step()) {
        by_key_.rewind();
        return Outcome::Absent;
    }
    const int64_t id = by_key_.integer(0);
    const int64_t sum = by_key_.integer(2);
    found.expires_ms = by_key_.integer(1);
    found.value = by_key_.blob(3);
    by_key_.rewind();
    if (sumOf(key, found.expires_ms, found.value) != sum) return Outcome::Damaged;
    if (found.expires_ms <= now_ms) return Outcome::Absent;
    used_.mark(id);
    return Outcome::Found;
}

Entries::Entries(Connection connection, const Options& options, Used& used)
    : pages_max_(options.databaseBytes() / kPageBytes),
      log_bytes_(options.logBytes()),
      used_(used),
      connection_(std::move(connection)) {
    // NORMAL: the disk is waited for when the log is moved into the database, and at no other time. Killed
    // processes lose nothing by that, power cuts the last writes.
    connection_.run("PRAGMA synchronous = NORMAL; PRAGMA cell_size_check = ON; PRAGMA cache_size = -8192");
    connection_.run("PRAGMA wal_autocheckpoint = " + std::to_string(log_bytes_ / 4 / kPageBytes));
    connection_.run("PRAGMA journal_size_limit = " + std::to_string(log_bytes_));
    // A smaller bound than before is reached by evicting; the file does not shrink, but is not used either.
    connection_.run("PRAGMA max_page_count = " + std::to_string(pages_max_));
    insert_ = connection_.prepare(
        "INSERT OR REPLACE INTO entries (key, expires_ms, sum, value) VALUES (?1, ?2, ?3, ?4)");
    remove_ = connection_.prepare("DELETE FROM entries WHERE key = ?1 RETURNING expires_ms");
    flush_ = connection_.prepare(
        "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE key >= ?1 AND key < ?2 LIMIT " +
        std::to_string(kFlushRows) + ")");
    oldest_ = connection_.prepare("SELECT id, expires_ms, length(value) FROM entries ORDER BY id LIMIT " +
                                  std::to_string(kEvictRows));
    again_ = connection_.prepare("UPDATE entries SET id = (SELECT max(id) + 1 FROM entries) WHERE id = ?1");
    drop_ = connection_.prepare("DELETE FROM entries WHERE id = ?1");
    page_count_ = connection_.prepare("PRAGMA page_count");
    free_count_ = connection_.prepare("PRAGMA freelist_count");
}

void Entries::begin() {
    transaction_.emplace(connection_, Transaction::Kind::Write);
    room_ = 0;  // the other generation may have been here
    second_chance_pages_ = log_bytes_ / 8 / kPageBytes;
}

void Entries::commit() {
    transaction_->commit();
    transaction_.reset();
}

void Entries::rollback() { transaction_.reset(); }

int64_t Entries::pagesFor(size_t bytes) { return static_cast<int64_t>(bytes) / (kPageBytes - 64) + 3; }

void Entries::put(std::string_view key, std::string_view value, int64_t expires_ms, int64_t now_ms) {
    const int64_t pages = pagesFor(key.size() + value.size());
    makeRoom(pages, now_ms);
    insert_.with(key, expires_ms, sumOf(key, expires_ms, value), Blob{value}).run();
    used_.take(connection_.lastRowid());
    room_ -= pages;
}

bool Entries::remove(std::string_view key, int64_t now_ms) {
    const bool there = remove_.with(key).step() && remove_.integer(0) > now_ms;
    remove_.run();
    return there;
}

bool Entries::flushSome(std::string_view prefix) {
    if (prefix.empty()) {
        connection_.run("DELETE FROM entries");
        return false;
    }
    flush_.with(prefix, after(prefix)).run();
    return connection_.changes() == kFlushRows;
}

int64_t Entries::room() {
    const auto value = [](Statement& statement) {
        statement.rewind();
        const int64_t found = statement.step() ? statement.integer(0) : 0;
        statement.rewind();
        return found;
    };
    return pages_max_ - value(page_count_) + value(free_count_) - kSparePages;
}

void Entries::makeRoom(int64_t pages, int64_t now_ms) {
    if (room_ >= pages) return;
    room_ = room();
    while (room_ < pages && evict(now_ms)) room_ = room();
}

// False: there is nothing left.
bool Entries::evict(int64_t now_ms) {
    struct Row {
        int64_t id, expires_ms, pages;
    };
    std::vector<Row> rows;
    oldest_.rewind();
    while (oldest_.step())
        rows.push_back(
            {oldest_.integer(0), oldest_.integer(1), pagesFor(static_cast<size_t>(oldest_.integer(2)))});
    oldest_.rewind();
    for (const Row& row : rows) {
        const bool dead = row.expires_ms <= now_ms;
        if (used_.take(row.id) && !dead && second_chance_pages_ >= row.pages) {
            second_chance_pages_ -= row.pages;
            again_.with(row.id).run();
            continue;
        }
        drop_.with(row.id).run();
        ++(dead ? expired_ : evicted_);
    }
    return !rows.empty();
}

void Entries::shorten(const std::string& path) {
    struct stat log {};
    if (::stat((path + "-wal").c_str(), &log) != 0 || log.st_size <= log_bytes_ * 3 / 4) return;
    (void)connection_.textValue("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace cache_disk
