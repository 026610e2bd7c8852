// The facts of every deployment that was a candidate so far, and of every group. Each is read once; finding
// that of a deployment again takes no lock.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "facts.h"

namespace router_filters {

using Bits = std::vector<uint64_t>;  // of candidates: bit i % 64 of word i / 64

/// What is constant of all candidates of a model group.
struct GroupFacts {
    std::vector<const Facts*> facts;  // by candidate
    uint32_t matters = 0;             // Matters and Capability: does it hold for one of them at least?
    uint32_t smallest_window = UINT32_MAX;
    Bits all, has_default_tag;
    // Groups have few sets of tags and patterns, whatever their size: who has which.
    struct TagSet {
        const Facts* one;  // of those that have it
        Bits who;
    };
    std::vector<TagSet> tag_sets;
};

/// [any thread] What it gives lives as long as the table.
class FactsTable {
public:
    /// How facts are made, once for each deployment, under a lock.
    using Make = std::function<std::unique_ptr<Facts>(const sluice::Candidate&)>;
    explicit FactsTable(Make make) : make_(std::move(make)) {}
    FactsTable(const FactsTable&) = delete;
    FactsTable& operator=(const FactsTable&) = delete;
    ~FactsTable();

    const Facts& of(const sluice::Candidate& candidate) {
        const auto number = candidate.deployment();
        const Facts* known = number ? at(*number) : nullptr;
        return known && known->isOf(candidate) ? *known : find(candidate);
    }
    /// Those of a group: remembered under its number, where the host gives it one. Allocates nothing then.
    std::shared_ptr<const GroupFacts> of(const sluice::Candidates& group);
    /// Those of a deployment that has been a candidate; null if it has not, or if another has its number now.
    const Facts* known(uint32_t number, std::string_view id) const {
        const Facts* facts = at(number);
        return facts && facts->id == id ? facts : nullptr;
    }

private:
    // Numbers are dense, from 0: an array of pages that come when they are needed. A number beyond them all,
    // and a host that gives no numbers, cost a lock and a look into the map.
    static constexpr uint32_t kPageSlots = 256, kPages = 1024;
    using Page = std::array<std::atomic<const Facts*>, kPageSlots>;

    const Facts* at(uint32_t number) const {
        if (number >= kPageSlots * kPages) return nullptr;
        const Page* page = pages_[number / kPageSlots].load(std::memory_order_acquire);
        return page ? (*page)[number % kPageSlots].load(std::memory_order_acquire) : nullptr;
    }
    const Facts& find(const sluice::Candidate& candidate);
    void place(uint32_t number, const Facts& facts);
    uint32_t tagSetOf(const Facts& facts);
    std::shared_ptr<const GroupFacts> read(const sluice::Candidates& group);

    Make make_;
    std::array<std::atomic<Page*>, kPages> pages_{};
    std::mutex making_;
    std::vector<std::unique_ptr<Page>> owned_pages_;
    std::unordered_map<std::string, uint32_t> tag_sets_;  // groups have few of them, whatever their size
    // By id, parameters and info: a deployment that has changed is another one.
    std::unordered_map<std::string, std::unique_ptr<const Facts>> all_;
    // Each configuration has its own groups on each loop: of those that are gone nobody tells, so that all
    // are forgotten when there are many.
    static constexpr size_t kGroups = 4096;
    std::shared_mutex groups_mutex_;
    std::unordered_map<uint64_t, std::shared_ptr<const GroupFacts>> groups_;
};

}  // namespace router_filters
