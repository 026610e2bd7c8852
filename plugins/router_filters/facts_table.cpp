#include "facts_table.h"

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
    if (!facts) facts = make_(candidate);
    if (const auto number = candidate.deployment()) place(*number, *facts);
    return *facts;
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
