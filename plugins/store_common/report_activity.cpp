// {"report":"activity"}: a row for each day, with what it is made of.
#include <algorithm>
#include <map>

#include "store_common/calendar.h"
#include "store_common/groups.h"
#include "store_common/reports.h"

namespace store_common {
namespace {

struct Day {
    Total total;
    std::vector<std::vector<Group>> parts;  // of each dimension of the breakdown
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

void cutTo(std::vector<Group>& parts, size_t limit) {
    const size_t shown = std::min(limit, parts.size());
    std::partial_sort(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(shown), parts.end(), dearer);
    parts.resize(shown);
}

void writeParts(const std::vector<Group>& parts, Ledger& ledger, Answer& answer) {
    answer.open('{');
    for (const auto& part : parts)
        answer.foreignKey(ledger.nameOf(part.value)).open('{').sums(part.total).close('}');
    answer.close('}');
}

}  // namespace

void reportActivity(const Question& question, Ledger& ledger, Answer& answer) {
    question.only({"report", "where", "from", "to", "breakdown", "breakdown_limit", "sums"});
    const Days range(question);
    const auto breakdown = breakdownOf(question);
    const auto limit = static_cast<size_t>(question.number("breakdown_limit", kLimit, 0, kLimitMost));
    answer.show(shownSums(question));
    std::map<int64_t, Day> days;
    Total overall;
    std::vector<Cut> cuts = {std::nullopt};
    cuts.insert(cuts.end(), breakdown.begin(), breakdown.end());
    std::vector<Groups> parts(breakdown.size(), Groups(true));
    const Span span{resolved(question.where(), ledger), range.from, range.to, true, limit};
    ledger.sums(span, cuts, [&](size_t cut, int64_t date, int64_t value, const Total& total) {
        if (cut > 0) return parts[cut - 1].add(value, date, total);
        days[date].total.add(total);
        overall.add(total);
    });
    std::vector<int64_t> shown;
    for (size_t i = 0; i < parts.size(); ++i) {
        for (const auto& part : parts[i].all()) {
            auto& lists = days[part.day].parts;
            lists.resize(breakdown.size());
            lists[i].push_back(part);
        }
        for (auto& [date, day] : days) {
            day.parts.resize(breakdown.size());
            cutTo(day.parts[i], limit);
            for (const auto& part : day.parts[i]) shown.push_back(part.value);
        }
    }
    ledger.expect(shown);
    answer.key("days").open('[');
    for (const auto& [date, day] : days) {
        answer.open('{').key("date").text(dayText(date)).key("metrics").open('{').sums(day.total).close('}');
        answer.key("breakdown").open('{');
        for (size_t i = 0; i < breakdown.size(); ++i) {
            answer.key(nameOf(breakdown[i]));
            writeParts(day.parts[i], ledger, answer);
        }
        answer.close('}').close('}');
    }
    answer.close(']').key("overall").open('{').sums(overall).close('}');
}

}  // namespace store_common
