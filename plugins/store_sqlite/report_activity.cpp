// {"report":"activity"}: a row for each day, with what it is made of.
#include <algorithm>
#include <map>

#include "calendar.h"
#include "reports.h"

namespace store_sqlite {
namespace {

using Parts = std::map<int64_t, Total>;  // by the number of the name

struct Day {
    Total total;
    std::vector<Parts> parts;  // one for each dimension of the breakdown
};

std::vector<By> breakdownOf(const Question& question) {
    if (!question.has("breakdown")) return {By::ModelGroup, By::Model, By::Provider, By::Key};
    std::vector<By> all;
    for (const auto& name : question.texts("breakdown")) {
        const auto by = byFrom(name);
        if (!by) Question::fail("breakdown", "the text " + shown(name), listedDimensions());
        if (std::find(all.begin(), all.end(), *by) == all.end()) all.push_back(*by);
    }
    return all;
}

void writeParts(const Parts& parts, size_t limit, const Snapshot& snapshot, Answer& answer) {
    std::vector<const Parts::value_type*> order;
    for (const auto& part : parts) order.push_back(&part);
    const size_t shown = std::min(limit, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                      [](const auto* a, const auto* b) { return a->second.cost > b->second.cost; });
    answer.open('{');
    for (size_t i = 0; i < shown; ++i)
        answer.foreignKey(snapshot.nameOf(order[i]->first)).open('{').sums(order[i]->second).close('}');
    answer.close('}');
}

}  // namespace

void reportActivity(const Question& question, const Snapshot& snapshot, Answer& answer) {
    question.only({"report", "where", "from", "to", "breakdown", "breakdown_limit"});
    const Days range(question);
    const auto breakdown = breakdownOf(question);
    const auto limit = static_cast<size_t>(question.number("breakdown_limit", kLimit, 0, kLimitMost));
    const auto where = resolved(question.where(), snapshot);
    std::map<int64_t, Day> days;
    Total overall;
    // A pass for each dimension if small tables can answer, one for all of them if not.
    const auto pass = [&](const std::vector<size_t>& which, bool first) {
        std::set<By> needed;
        for (const size_t i : which) needed.insert(breakdown[i]);
        Scan scan(snapshot, where, needed, range.from, range.to);
        scan.each([&](int64_t date, int64_t combo, int64_t value, const Sums& sums) {
            Day& day = days[date];
            day.parts.resize(breakdown.size());
            for (const size_t i : which) day.parts[i][scan.valueOf(breakdown[i], combo, value)].add(sums);
            if (!first) return;
            day.total.add(sums);
            overall.add(sums);
        });
    };
    std::vector<size_t> all;
    for (size_t i = 0; i < breakdown.size(); ++i) all.push_back(i);
    if (where.empty()) {
        pass({}, true);
        for (const size_t i : all) pass({i}, false);
    } else {
        pass(all, true);
    }
    answer.key("days").open('[');
    for (const auto& [date, day] : days) {
        answer.open('{').key("date").text(dayText(date)).key("metrics").open('{').sums(day.total).close('}');
        answer.key("breakdown").open('{');
        for (size_t i = 0; i < breakdown.size(); ++i) {
            answer.key(nameOf(breakdown[i]));
            writeParts(day.parts[i], limit, snapshot, answer);
        }
        answer.close('}').close('}');
    }
    answer.close(']').key("overall").open('{').sums(overall).close('}');
}

}  // namespace store_sqlite
