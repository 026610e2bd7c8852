// Events one by one, of the months that there are.
#include <algorithm>
#include <set>
#include <unordered_set>

#include "ledger.h"
#include "row.h"
#include "schema.h"
#include "timeline.h"

namespace store_sqlite {
namespace {

constexpr size_t kGuidedMost = 2'000;  // with more callers than that most days have one of them

struct Page {
    int64_t offset, limit;
    bool full = false;  // and there is more
};

struct Day {
    int64_t day;
    int64_t events;  // at least 1; how many, if all of them are wanted
};

// The days that have what is looked for, and on them the combos that do.
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
            if (hasTable(snapshot_.connection, callsName(month))) byCallInBatches(month, wanted);
            if (hasTable(snapshot_.connection, partitionName(month))) byCallInRows(month, wanted);
        }
    }

    void byTime() {
        if (!guideByCaller()) guideByTotals();
        for (const int64_t month : months()) {
            Timeline timeline(snapshot_.connection, month, newest_first_);
            for (const Day& day : days_) {
                if (page_.full) return;
                if (monthOf(day.day) != month || skipped(day)) continue;
                if (day_by_day_) combosOf(day.day);
                timeline.begin(day.day, range_, [this](const UsageRow& row) {
                    return (!guided_ || combos_.count(row[UsageRow::ComboId]) > 0) &&
                           filter_.matches(row, snapshot_);
                });
                const UsageRow* row = nullptr;
                while (!page_.full && (row = timeline.next()) != nullptr) tell(*row);
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

    void byCallInBatches(int64_t month, std::string_view wanted) {
        auto read = snapshot_.connection.prepare("SELECT event FROM " + callsName(month) +
                                                 " WHERE call_key = ?1 AND mark = ?2");
        EventFinder events(snapshot_.connection, month);
        const CallKeys keys(wanted);
        for (int64_t day = firstDayOf(month); day < firstDayOf(month + 1); ++day) {
            read.with(keys.on(day), keys.mark());
            while (!page_.full && read.step()) {
                const UsageRow* row = events.find(read.integer(0));
                if (row && row->call_id == wanted) found(*row);
            }
        }
    }

    void byCallInRows(int64_t month, std::string_view wanted) {
        auto read =
            snapshot_.connection.prepare(std::string("SELECT ") + kRowColumns + " FROM " +
                                         partitionName(month) + " WHERE call_key = ?1 AND call_id = ?2");
        for (int64_t day = firstDayOf(month); day < firstDayOf(month + 1); ++day) {
            read.with(callKey(day, wanted), wanted);
            while (!page_.full && read.step()) found(rowOf(read, 0));
        }
    }

    // False: there is no where, or there are so many callers that most days have one.
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
        for (const int64_t day : days) days_.push_back({day, 1});
        if (newest_first_) std::reverse(days_.begin(), days_.end());
        guided_ = true;
        return true;
    }

    // Days without any event are passed over. Failures are few: of them callers without any, too.
    void guideByTotals() {
        const std::string column = kind_ ? kind_ : "requests";
        auto read = snapshot_.connection.prepare(
            "SELECT day, " + column +
            " FROM usage_daily_total WHERE dimension = ?1 AND value = 0 AND day BETWEEN ?2 AND ?3 AND " +
            column + " > 0 ORDER BY day" + (newest_first_ ? " DESC" : ""));
        read.with(static_cast<int64_t>(Dimension::All), dayOf(range_.from_ms), dayOf(range_.to_ms));
        while (read.step()) days_.push_back({read.integer(0), read.integer(1)});
        day_by_day_ = guided_ = kind_ != nullptr;
    }

    void combosOf(int64_t day) {
        combos_.clear();
        auto read = snapshot_.connection.prepare(
            std::string("SELECT combo FROM usage_daily WHERE day = ?1 AND ") + kind_ + " > 0");
        read.with(day);
        while (read.step()) combos_.insert(read.integer(0));
    }

    // A whole day that lies before the page is not read.
    bool skipped(const Day& day) {
        const bool all = where_.empty() && !filter_.outcome && range_.from_ms <= day.day * kDayMs &&
                         range_.to_ms >= (day.day + 1) * kDayMs - 1;
        if (!all || page_.offset < day.events) return false;
        page_.offset -= day.events;
        return true;
    }

    void found(const UsageRow& row) {
        if (filter_.matches(row, snapshot_)) tell(row);
    }

    void tell(const UsageRow& row) {
        if (page_.offset > 0) {
            --page_.offset;
        } else if (page_.limit > 0) {
            --page_.limit;
            sink_(logRowFrom(row, snapshot_));
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
    const TimeSpan range_;
    const char* kind_ = nullptr;  // of outcomes that are wanted, as sums name it; null: any
    bool guided_ = false;         // to combos_
    bool day_by_day_ = false;     // combos_ are those of the day
    std::vector<Day> days_;
    std::unordered_set<int64_t> combos_;
};

}  // namespace

bool readLogs(const LogQuestion& question, const Snapshot& snapshot, const Ledger::RowSink& row) {
    Logs logs(question, snapshot, row);
    question.call_id ? logs.byCall(*question.call_id) : logs.byTime();
    return logs.more();
}

}  // namespace store_sqlite
