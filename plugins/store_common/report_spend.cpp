// {"report":"spend"}: sums over days, by one dimension, by day, by both or by neither.
#include <algorithm>

#include "store_common/calendar.h"
#include "store_common/groups.h"
#include "store_common/reports.h"

namespace store_common {
namespace {

struct Grouping {
    explicit Grouping(const Question& question) {
        for (const auto& name : question.texts("group_by")) {
            if (name == "day") {
                day = true;
                continue;
            }
            const auto one = byFrom(name);
            if (!one) Question::fail("group_by", "the text " + shown(name), listedDimensions() + ", day");
            if (by && by != one) Question::fail("group_by", "two dimensions", "one, and day");
            by = one;
        }
    }
    std::optional<By> by;
    bool day = false;
};

using Less = bool (*)(const Group& a, const Group& b);

// Ties go by value and day, so that pages do not overlap.
bool byPlace(const Group& a, const Group& b) { return a.day != b.day ? a.day < b.day : a.value < b.value; }

Less orderOf(const Question& question, bool only_day) {
    const std::string order = question.text("order", only_day ? "day" : "spend");
    if (order == "day") return byPlace;
    if (order == "-day") return [](const Group& a, const Group& b) { return byPlace(b, a); };
    if (order == "spend") return dearer;
    if (order == "requests")
        return [](const Group& a, const Group& b) {
            return a.total.sums.requests != b.total.sums.requests
                       ? a.total.sums.requests > b.total.sums.requests
                       : byPlace(a, b);
        };
    if (order == "tokens")
        return [](const Group& a, const Group& b) {
            const auto left = a.total.sums.prompt + a.total.sums.completion;
            const auto right = b.total.sums.prompt + b.total.sums.completion;
            return left != right ? left > right : byPlace(a, b);
        };
    Question::fail("order", "the text " + shown(order), "spend, requests, tokens, day, -day");
}

}  // namespace

void reportSpend(const Question& question, Ledger& ledger, Answer& answer) {
    question.only({"report", "group_by", "where", "from", "to", "order", "limit", "offset", "sums"});
    const Grouping grouping(question);
    const Days days(question);
    const Less less = orderOf(question, grouping.day && !grouping.by);
    const auto limit = static_cast<size_t>(question.number("limit", kLimit, 0, kLimitMost));
    const auto offset = static_cast<size_t>(question.number("offset", 0, 0, INT64_MAX));
    answer.show(shownSums(question));
    const Span span{resolved(question.where(), ledger), days.from, days.to, grouping.day};
    Groups groups(grouping.day);
    ledger.sums(span, {grouping.by}, [&](size_t, int64_t day, int64_t value, const Total& total) {
        groups.add(value, day, total);
    });
    auto& all = groups.all();
    const size_t begin = std::min(offset, all.size());
    const size_t end = begin + std::min(limit, all.size() - begin);
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(end), all.end(), less);
    std::vector<int64_t> shown;
    for (size_t i = begin; grouping.by && i < end; ++i) shown.push_back(all[i].value);
    ledger.expect(shown);
    answer.key("rows").open('[');
    for (size_t i = begin; i < end; ++i) {
        answer.open('{');
        if (grouping.by) answer.key(nameOf(*grouping.by)).textOrNull(ledger.nameOf(all[i].value));
        if (grouping.day) answer.key("day").text(dayText(all[i].day));
        answer.sums(all[i].total).close('}');
    }
    answer.close(']').key("total").number(static_cast<int64_t>(all.size()));
    answer.key("overall").open('{').sums(groups.overall()).close('}');
}

}  // namespace store_common
