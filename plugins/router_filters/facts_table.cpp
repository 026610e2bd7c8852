#include "facts_table.h"

#include <re2/re2.h>

namespace router_filters {

FactsTable::~FactsTable() = default;

const Facts& FactsTable::find(const sluice::Candidate& candidate) {
    std::string key;
    for (const auto part : {candidate.id(), candidate.params(), candidate.info()}) {
        key += part;
        key += '\0';
    }
    const std::lock_guard<std::mutex> lock(making_);
    auto& facts = all_[key];
    if (!facts) {
        auto made = make_(candidate);
        made->tag_set = tagSetOf(*made);
        facts = std::move(made);
    }
    if (const auto number = candidate.deployment()) place(*number, *facts);
    return *facts;
}

std::shared_ptr<const GroupFacts> FactsTable::of(const sluice::Candidates& group) {
    if (!group.wide()) return read(group);
    {
        const std::shared_lock lock(groups_mutex_);
        const auto found = groups_.find(group.group());
        if (found != groups_.end()) return found->second;
    }
    auto made = read(group);
    const std::unique_lock lock(groups_mutex_);
    if (groups_.size() >= kGroups) groups_.clear();
    return groups_[group.group()] = std::move(made);
}

std::shared_ptr<const GroupFacts> FactsTable::read(const sluice::Candidates& group) {
    auto made = std::make_shared<GroupFacts>();
    made->all.resize(group.words());
    made->has_default_tag.resize(group.words());
    std::unordered_map<uint32_t, size_t> sets;  // by Facts::tag_set
    for (uint32_t i = 0; i < group.raw().count; ++i) {
        const sluice::Candidate candidate(group.raw(), i);
        const Facts& facts = of(candidate);
        const uint64_t bit = uint64_t{1} << (i % 64);
        made->facts.push_back(&facts);
        made->matters |= facts.matters;
        const uint32_t window = candidate.maxInputTokens();
        if (window > 0 && window < made->smallest_window) made->smallest_window = window;
        made->all[i / 64] |= bit;
        if ((facts.matters & kHasDefaultTag) != 0) made->has_default_tag[i / 64] |= bit;
        const auto [set, fresh] = sets.try_emplace(facts.tag_set, made->tag_sets.size());
        if (fresh) made->tag_sets.push_back({&facts, Bits(group.words())});
        made->tag_sets[set->second].who[i / 64] |= bit;
    }
    return made;
}

uint32_t FactsTable::tagSetOf(const Facts& facts) {
    std::string key;
    const auto add = [&key](char kind, const std::string& text) {
        key += kind + std::to_string(text.size()) + ':' + text;
    };
    for (const auto& tag : facts.tags) add('t', tag);
    for (const auto& regex : facts.tag_regex) add('p', regex->pattern());
    return tag_sets_.try_emplace(std::move(key), static_cast<uint32_t>(tag_sets_.size() + 1)).first->second;
}

void FactsTable::place(uint32_t number, const Facts& facts) {
    if (number >= kPageSlots * kPages) return;
    auto& page = pages_[number / kPageSlots];
    if (!page.load(std::memory_order_relaxed)) {
        owned_pages_.push_back(std::make_unique<Page>());
        page.store(owned_pages_.back().get(), std::memory_order_release);
    }
    (*page.load(std::memory_order_relaxed))[number % kPageSlots].store(&facts, std::memory_order_release);
}

}  // namespace router_filters
