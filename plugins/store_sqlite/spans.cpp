#include "spans.h"

#include <algorithm>
#include <limits>

#include "varint.h"

namespace store_sqlite {
namespace {

constexpr int kCorrupt = 11;  // SQLITE_CORRUPT
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

void require(bool whole) {
    if (!whole) throw SqlError(kCorrupt, "a span of days is broken");
}

// What has cost more than 64 bits is as many rows as it takes.
void appendGroup(std::string& bytes, const Group& group) {
    Sums sums = group.total.sums;
    Wide rest = group.total.cost;
    do {
        sums.cost = rest > kMost ? kMost : static_cast<int64_t>(rest);
        rest -= sums.cost;
        appendNumber(bytes, group.value);
        appendSums(bytes, sums);
        sums = Sums();
    } while (rest > 0);
}

}  // namespace

std::optional<int> spanDimensionOf(By by) {
    if (by == By::Key) return 0;
    if (by == By::User) return 1;
    if (by == By::EndUser) return 2;
    return std::nullopt;
}

SpanBlobs writeSpan(std::vector<Group>& groups) {
    const auto head = groups.begin() + static_cast<std::ptrdiff_t>(std::min(kSpanHeadRows, groups.size()));
    std::partial_sort(groups.begin(), head, groups.end(), dearer);
    std::sort(head, groups.end(), [](const Group& a, const Group& b) { return a.value < b.value; });
    SpanBlobs blobs;
    for (auto group = groups.begin(); group != groups.end(); ++group)
        appendGroup(group < head ? blobs.head : blobs.rest, *group);
    return blobs;
}

bool readSpan(std::string_view bytes, size_t most, const SpanRow& row) {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    int64_t last = -1;
    while (at != end) {
        int64_t value = 0;
        Sums sums;
        if (!numberFrom(at, end, value) || !sumsFrom(at, end, sums)) return false;
        if (value != last && most-- == 0) return true;
        last = value;
        row(value, sums);
    }
    return true;
}

SpanReader::SpanReader(Connection& connection, By by)
    : dimension_(*spanDimensionOf(by)),
      find_(connection.prepare(
          "SELECT head, rest FROM usage_spans WHERE level = ?1 AND first = ?2 AND dimension = "
          "?3 AND head IS NOT NULL")),
      head_(
          connection.prepare("SELECT head FROM usage_spans WHERE level = 0 AND first = ?1 AND dimension = ?2 "
                             "AND head IS NOT NULL")) {}

std::optional<int64_t> SpanReader::read(int64_t day, int64_t to, const SpanRow& row) {
    for (int level = kSpanLevels - 1; level >= 0; --level) {
        const int64_t days = int64_t{1} << level;
        if (day % days != 0 || day + days - 1 > to) continue;
        const bool found = find_.with(level, day, dimension_).step();
        if (found) {
            require(readSpan(find_.blob(0), kMost, row));
            require(readSpan(find_.blob(1), kMost, row));
        }
        find_.rewind();
        if (found) return day + days;
    }
    return std::nullopt;
}

bool SpanReader::top(int64_t day, size_t most, const SpanRow& row) {
    const bool found = head_.with(day, dimension_).step();
    if (found) require(readSpan(head_.blob(0), most, row));
    head_.rewind();
    return found;
}

}  // namespace store_sqlite
