// {"report":"tags"} and {"report":"names"}: what there is.
#include <algorithm>

#include "store_common/reports.h"

namespace store_common {

void reportNames(const Question& question, Ledger& ledger, By by, Answer& answer) {
    question.only({"report", "dimension", "contains", "limit", "offset"});
    const std::string part = question.text("contains");
    const auto limit = static_cast<size_t>(question.number("limit", kLimit, 0, kLimitMost));
    const auto offset = static_cast<size_t>(question.number("offset", 0, 0, INT64_MAX));
    std::vector<std::string> names;
    for (auto& name : ledger.valuesOf(by)) {
        if (name.find(part) != std::string::npos) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    answer.key("rows").open('[');
    for (size_t i = offset; i < names.size() && i - offset < limit; ++i) answer.text(names[i]);
    answer.close(']').key("total").number(static_cast<int64_t>(names.size()));
}

}  // namespace store_common
