// {"report":"tags"} and {"report":"names"}: what there is.
#include <algorithm>

#include "reports.h"

namespace store_sqlite {
namespace {

std::set<int64_t> valuesOf(const Snapshot& snapshot, By by) {
    std::set<int64_t> values;
    if (isCombo(by)) {
        for (int64_t combo = 1; combo < snapshot.combos.end(); ++combo)
            values.insert(snapshot.combos[combo][static_cast<size_t>(by)]);
    } else {
        // From one to the next by the primary key, and not over all the rows.
        const bool tag = by == By::Tag;
        auto read = snapshot.connection.prepare(
            tag ? "SELECT DISTINCT value FROM usage_daily_total WHERE dimension = 6"
                : "SELECT DISTINCT value FROM usage_daily_end_user");
        while (read.step()) values.insert(read.integer(0));
    }
    values.erase(0);
    return values;
}

}  // namespace

void reportNames(const Question& question, const Snapshot& snapshot, By by, Answer& answer) {
    question.only({"report", "dimension", "contains", "limit", "offset"});
    const std::string part = question.text("contains");
    const auto limit = static_cast<size_t>(question.number("limit", kLimit, 0, kLimitMost));
    const auto offset = static_cast<size_t>(question.number("offset", 0, 0, INT64_MAX));
    std::vector<std::string> names;
    for (const int64_t value : valuesOf(snapshot, by)) {
        auto name = snapshot.nameOf(value);
        if (name.find(part) != std::string::npos) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    answer.key("rows").open('[');
    for (size_t i = offset; i < names.size() && i - offset < limit; ++i) answer.text(names[i]);
    answer.close(']').key("total").number(static_cast<int64_t>(names.size()));
}

}  // namespace store_sqlite
