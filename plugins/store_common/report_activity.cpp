// {"report":"activity"}: a row for each day, with what it is made of.
#include <algorithm>
#include <map>

#include "store_common/calendar.h"
#include "store_common/reports.h"

namespace store_common {
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

// The dearest ones first.
std::vector<const Parts::value_type*> shownOf(const Parts& parts, size_t limit) {
    std::vector<const Parts::value_type*> order;
    for (const auto& part : parts) order.push_back(&part);
    const size_t shown = std::min(limit, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                      [](const auto* a, const auto* b) { return a->second.cost > b->second.cost; });
    order.resize(shown);
    return order;
}

void writeParts(const Parts& parts, size_t limit, Ledger& ledger, Answer& answer) {
    answer.open('{');
    for (const auto* part : shownOf(parts, limit))
        answer.foreignKey(ledger.nameOf(part->first)).open('{').sums(part->second).close('}');
    answer.close('}');
}

}  // namespace

void reportActivity(const Question& question, Ledger& ledger, Answer& answer) {
    question.only({"report", "where", "from", "to", "breakdown", "breakdown_limit"});
    const Days range(question);
    const auto breakdown = breakdownOf(question);
    const auto limit = static_cast<size_t>(question.number("breakdown_limit", kLimit, 0, kLimitMost));
    std::map<int64_t, Day> days;
    Total overall;
    std::vector<Cut> cuts = {std::nullopt};
    cuts.insert(cuts.end(), breakdown.begin(), breakdown.end());
    const Span span{resolved(question.where(), ledger), range.from, range.to, true};
    ledger.sums(span, cuts, [&](size_t cut, int64_t date, int64_t value, const Total& total) {
        Day& day = days[date];
        day.parts.resize(breakdown.size());
        if (cut > 0) {
            day.parts[cut - 1][value].add(total);
        } else {
            day.total.add(total);
            overall.add(total);
        }
    });
    std::vector<int64_t> shown;
    for (const auto& [date, day] : days) {
        for (const auto& parts : day.parts) {
            for (const auto* part : shownOf(parts, limit)) shown.push_back(part->first);
        }
    }
    ledger.expect(shown);
    answer.key("days").open('[');
    for (const auto& [date, day] : days) {
        answer.open('{').key("date").text(dayText(date)).key("metrics").open('{').sums(day.total).close('}');
        answer.key("breakdown").open('{');
        for (size_t i = 0; i < breakdown.size(); ++i) {
            answer.key(nameOf(breakdown[i]));
            writeParts(day.parts[i], limit, ledger, answer);
        }
        answer.close('}').close('}');
    }
    answer.close(']').key("overall").open('{').sums(overall).close('}');
}

}  // namespace store_common
