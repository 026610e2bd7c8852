// Events one by one, of the months that there are.
#include <algorithm>
#include <unordered_set>

#include "ledger.h"
#include "row.h"
#include "schema.h"

namespace store_sqlite {
namespace {

constexpr size_t kGuidedMost = 2'000;  // with more callers than that most days have one of them

struct Page {
    int64_t offset, limit;
    bool full = false;  // and there is more
};

struct Span {
    int64_t from_ms, to_ms;  // both included
};

// The spans of time to go through, oldest first, cut at months; and in them the combos that there are.
class Logs {
public:
    Logs(const LogQuestion& question, const Snapshot& snapshot, const Ledger::RowSink& sink)
        : snapshot_(snapshot),
          sink_(sink),
          where_(question.where),
          filter_{where_, std::nullopt},
          newest_first_(question.newest_first),
          page_{question.offset, question.limit},
          range_{question.from_ms, question.to_ms} {
        if (!question.outcome) return;
        filter_.outcome = snapshot.idOf(*question.outcome).value_or(-1);
        kind_ = *question.outcome == "success" ? "successes" : "failures";
    }

    void byCall(const std::string& call_id) {
        const auto wanted = cut(call_id, kNameBytesMax);
        for (const int64_t month : months()) {
            auto find = snapshot_.connection.prepare("SELECT id FROM " + partitionName(month) +
                                                     " WHERE call_key = ?1 AND call_id = ?2");
            for (int64_t day = firstDayOf(month); day < firstDayOf(month + 1); ++day) {
                find.with(callKey(day, wanted), wanted);
                while (find.step() && !page_.full) row(month, find.integer(0));
            }
        }
    }

    void byTime() {
        const bool guided = guide();
        for (const int64_t month : months()) {
            const Span whole{firstDayOf(month) * kDayMs, firstDayOf(month + 1) * kDayMs - 1};
            if (!guided) {
                span(month, whole);
                continue;
            }
            for (const int64_t day : days_) {
                if (monthOf(day) != month || page_.full) continue;
                if (day_by_day_) combosOf(day);
                span(month, {day * kDayMs, (day + 1) * kDayMs - 1});
            }
        }
    }
    bool more() const { return page_.full; }

private:
    std::vector<int64_t> months() const {
        std::vector<int64_t> all;
        auto read =
            snapshot_.connection.prepare("SELECT month FROM partitions WHERE ending = 0 ORDER BY month");
        while (read.step()) all.push_back(read.integer(0));
        if (newest_first_) std::reverse(all.begin(), all.end());
        return all;
    }

    // False: every day has to be gone through.
    bool guide() { return guideByCaller() || guideByOutcome(); }

    bool guideByCaller() {
        if (where_.empty()) return false;
        const bool both = where_.count(By::Tag) > 0 && where_.count(By::EndUser) > 0;
        Where of_day = where_;
        if (both) of_day.erase(By::Tag);  // no aggregate has both; rows are looked at anyway
        Scan scan(snapshot_, of_day, {By::Key}, dayOf(range_.from_ms), dayOf(range_.to_ms));
        const bool own = of_day.count(By::Tag) > 0 || of_day.count(By::EndUser) > 0;
        if (!own && scan.matching().size() > kGuidedMost) return false;
        std::set<int64_t> days;
        scan.each([&](int64_t day, int64_t combo, int64_t, const Sums& sums) {
            if (kind_ && (*kind_ == 's' ? sums.successes : sums.failures) == 0) return;
            days.insert(day);
            combos_.insert(combo);
        });
        days_.assign(days.begin(), days.end());
        if (newest_first_) std::reverse(days_.begin(), days_.end());
        guided_ = true;
        return true;
    }

    // Failures are few: days and callers without any are passed over.
    bool guideByOutcome() {
        if (!kind_) return false;
        auto read = snapshot_.connection.prepare(
            std::string(
                "SELECT day FROM usage_daily_total WHERE dimension = ?1 AND day BETWEEN ?2 AND ?3 AND ") +
            kind_ + " > 0 ORDER BY day" + (newest_first_ ? " DESC" : ""));
        read.with(static_cast<int64_t>(Dimension::All), dayOf(range_.from_ms), dayOf(range_.to_ms));
        while (read.step()) days_.push_back(read.integer(0));
        day_by_day_ = guided_ = true;
        return true;
    }

    void combosOf(int64_t day) {
        combos_.clear();
        auto read = snapshot_.connection.prepare(
            std::string("SELECT combo FROM usage_daily WHERE day = ?1 AND ") + kind_ + " > 0");
        read.with(day);
        while (read.step()) combos_.insert(read.integer(0));
    }

    void span(int64_t month, Span wanted) {
        if (page_.full) return;
        // (start_ms, combo) is an index of its own: rows are read only where the caller fits.
        auto read =
            snapshot_.connection.prepare("SELECT id, combo FROM " + partitionName(month) +
                                         " WHERE start_ms BETWEEN ?1 AND ?2 ORDER BY start_ms " +
                                         (newest_first_ ? "DESC, combo DESC, id DESC" : "ASC, combo, id"));
        read.with(std::max(wanted.from_ms, range_.from_ms), std::min(wanted.to_ms, range_.to_ms));
        while (!page_.full && read.step()) {
            if (!guided_ || combos_.count(read.integer(1)) > 0) row(month, read.integer(0));
        }
    }

    void row(int64_t month, int64_t id) {
        // Without a filter nothing has to be read of what is skipped.
        const bool any = where_.empty() && !filter_.outcome;
        if (any && page_.offset > 0) {
            --page_.offset;
            return;
        }
        if (month != month_) {
            month_ = month;
            read_ = snapshot_.connection.prepare(std::string("SELECT ") + kLogColumns + " FROM " +
                                                 partitionName(month) + " WHERE id = ?1");
        }
        if (!read_.with(id).step() || !filter_.matches(read_, snapshot_)) return;
        if (page_.offset > 0) {
            --page_.offset;
        } else if (page_.limit > 0) {
            --page_.limit;
            sink_(logRowFrom(read_, snapshot_));
        } else {
            page_.full = true;
        }
    }

    const Snapshot& snapshot_;
    const Ledger::RowSink& sink_;
    const Where where_;
    LogFilter filter_;
    const bool newest_first_;
    Page page_;
    const Span range_;
    const char* kind_ = nullptr;  // of outcomes that are wanted, as sums name it; null: any
    bool guided_ = false;         // to days_ and combos_
    bool day_by_day_ = false;     // combos_ are those of the day
    std::vector<int64_t> days_;
    std::unordered_set<int64_t> combos_;
    int64_t month_ = -1;
    Statement read_;  // of that month
};

}  // namespace

bool readLogs(const LogQuestion& question, const Snapshot& snapshot, const Ledger::RowSink& row) {
    Logs logs(question, snapshot, row);
    question.call_id ? logs.byCall(*question.call_id) : logs.byTime();
    return logs.more();
}

}  // namespace store_sqlite
