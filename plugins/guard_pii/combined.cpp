#include "combined.h"

#include <algorithm>

namespace pii {
namespace {

constexpr size_t kRuleMax = 64;  // what a rule finds that may begin inside of a name

bool overlap(const sluice::Finding& a, const sluice::Finding& b) {
    return a.begin < b.end && b.begin < a.end;
}

bool beats(const sluice::Finding& rule, const sluice::Finding& name) {
    if (rule.score >= Combined::kChecked) return true;
    if (rule.score != name.score) return rule.score > name.score;
    return rule.end - rule.begin >= name.end - name.begin;
}

// Of two lists, each without overlap: what nothing of the other list beats. `first` is the list that beats()
// asks about.
template <class Beats>
void merge(const std::vector<sluice::Finding>& first, const std::vector<sluice::Finding>& second, Beats wins,
           std::vector<sluice::Finding>& out) {
    const auto keep = [&out](const auto& mine, const auto& others, auto loses) {
        size_t k = 0;
        for (const auto& one : mine) {
            while (k < others.size() && others[k].end <= one.begin) ++k;
            bool beaten = false;
            for (size_t i = k; i < others.size() && overlap(one, others[i]); ++i)
                beaten |= loses(one, others[i]);
            if (!beaten) out.push_back(one);
        }
    };
    keep(first, second, [&wins](const auto& one, const auto& other) { return !wins(one, other); });
    keep(second, first, [&wins](const auto& one, const auto& other) { return wins(other, one); });
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
}

}  // namespace

Combined::Combined(std::unique_ptr<sluice::Scanner> rules, std::unique_ptr<sluice::Scanner> names,
                   std::map<std::string, float, std::less<>> thresholds, AllowList allow)
    : rules_(std::move(rules)),
      names_(std::move(names)),
      thresholds_(std::move(thresholds)),
      allow_(std::move(allow)) {}

void Combined::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    if (!names_) {
        if (rules_) rules_->find(text, from, found);
        return;
    }
    // A value that begins before `from` may reach over it, and win.
    size_t before = rules_ && from > lookBehind() ? from - lookBehind() : 0;
    while (before < from && (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) ++before;
    std::vector<sluice::Finding> rules;
    std::vector<sluice::Finding> names;
    if (rules_) rules_->find(text, before, rules);
    names_->find(text, rules_ ? before : from, names);
    std::erase_if(names, [this, text](const auto& name) {
        if (allow_.has(text.substr(name.begin, name.end - name.begin))) return true;
        const auto threshold = thresholds_.find(name.entity);
        return threshold != thresholds_.end() && name.score < threshold->second;
    });
    std::vector<sluice::Finding> both;
    merge(rules, names, beats, both);
    std::copy_if(both.begin(), both.end(), std::back_inserter(found),
                 [from](const auto& one) { return one.begin >= from; });
}

size_t Combined::longest() const {
    return std::max(rules_ ? rules_->longest() : 0, names_ ? names_->longest() : 0);
}
size_t Combined::lookBehind() const {
    const size_t most = std::max(rules_ ? rules_->lookBehind() : 0, names_ ? names_->lookBehind() : 0);
    return rules_ && names_ ? most + longest() : most;
}
size_t Combined::lookAhead() const {
    if (!rules_ || !names_) return rules_ ? rules_->lookAhead() : names_ ? names_->lookAhead() : 0;
    return std::max(rules_->lookAhead() + kRuleMax, names_->lookAhead());
}

void WayBack::find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const {
    std::vector<sluice::Finding> back;
    std::vector<sluice::Finding> other;
    back_.find(text, from, back);
    if (other_) other_->find(text, from, other);
    merge(
        back, other, [](const auto&, const auto&) { return true; }, found);
}

size_t WayBack::longest() const { return std::max(back_.longest(), other_ ? other_->longest() : 0); }
size_t WayBack::lookBehind() const { return std::max(back_.lookBehind(), other_ ? other_->lookBehind() : 0); }
size_t WayBack::lookAhead() const {
    return std::max(back_.lookAhead(), other_ ? other_->lookAhead() + back_.longest() : 0);
}

}  // namespace pii
