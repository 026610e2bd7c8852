#include "store_common/ledger.h"

namespace store_common {

Where resolved(const WhereTexts& texts, Ledger& ledger) {
    Where where;
    for (const auto& [by, values] : texts) where[by] = ledger.numbersOf(values);
    return where;
}

std::optional<Dimension> totalOf(By by) {
    switch (by) {
        case By::Team:
            return Dimension::Team;
        case By::Organization:
            return Dimension::Organization;
        case By::ModelGroup:
            return Dimension::ModelGroup;
        case By::Model:
            return Dimension::Model;
        case By::Provider:
            return Dimension::Provider;
        case By::Tag:
            return Dimension::Tag;
        case By::Key:
        case By::User:
        case By::EndUser:
            return std::nullopt;
    }
    return std::nullopt;
}

Source sourceOf(const Where& where, const std::set<By>& needed) {
    std::set<By> all = needed;
    for (const auto& [by, numbers] : where) all.insert(by);
    if (all.count(By::Tag) > 0 && all.count(By::EndUser) > 0)
        Question::fail("the question", "tag and end_user", "one of them: no aggregate has both");
    if (all.empty()) return {Dimension::All, std::nullopt};
    const auto total = all.size() == 1 ? totalOf(*all.begin()) : std::nullopt;
    if (total) return {total, *all.begin()};
    if (all.count(By::Tag) > 0) return {std::nullopt, By::Tag};
    if (all.count(By::EndUser) > 0) return {std::nullopt, By::EndUser};
    return {};
}

}  // namespace store_common
