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
