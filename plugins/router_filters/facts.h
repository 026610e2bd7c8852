// What the filters want to know of a deployment, read once from its litellm_params and model_info.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/candidates.hpp>

#include "spend.h"

namespace re2 {
class RE2;
}

namespace router_filters {

/// What a request may ask of a model, or'ed; see capability.h.
enum Capability : uint32_t {
    kVision = 1,
    kTools = 2,
    kJsonSchema = 4,
    kAudioInput = 8,
};

/// A limit of dollars and the counter that is held against it.
struct Budget {
    double limit = 0;
    Spend* spend = nullptr;  // the book's
    std::string what;        // "provider openai", for the reason
    bool crossed(int64_t now_ms) const { return spend->at(now_ms) >= limit; }
};

/// What a deployment may matter for, or'ed with the capabilities that it lacks: with all of a group's in one
/// word, most filters see at once that they have nothing to do.
enum Matters : uint32_t {
    kHasDefaultTag = 16,
    kHasPatterns = 32,
    kHasBudget = 64,
};
constexpr uint32_t kCapabilities = kVision | kTools | kJsonSchema | kAudioInput;

/// Tells ids apart, of every candidate of every request: without reading all of a long one that stands where
/// it stood.
class IdMark {
public:
    IdMark() = default;
    explicit IdMark(std::string_view id) : data_(id.data()), size_(id.size()) { ends(id, head_, tail_); }

    /// `whole` is the id that this is the mark of.
    bool isOf(std::string_view id, const std::string& whole) const {
        if (id.size() != size_) return false;
        if (size_ < sizeof head_ || id.data() != data_) return id == whole;
        uint64_t head = 0, tail = 0;
        ends(id, head, tail);
        return head == head_ && tail == tail_;
    }

private:
    static void ends(std::string_view id, uint64_t& head, uint64_t& tail) {
        if (id.size() < sizeof head) return;
        std::memcpy(&head, id.data(), sizeof head);
        std::memcpy(&tail, id.data() + id.size() - sizeof tail, sizeof tail);
    }

    const char* data_ = nullptr;  // compared, never read
    size_t size_ = 0;
    uint64_t head_ = 0, tail_ = 0;
};

/// Constant once it is made, so that threads may share it.
struct Facts {
    Facts();
    ~Facts();
    Facts(const Facts&) = delete;
    Facts& operator=(const Facts&) = delete;

    bool has(std::string_view tag) const;
    /// Is it about this candidate?
    bool isOf(const sluice::Candidate& candidate) const {
        return mark.isOf(candidate.id(), id) && candidate.params().size() == params_size &&
               candidate.info().size() == info_size;
    }

    // First what is read of each candidate of each request: one line of the cache.
    IdMark mark;
    size_t params_size = 0, info_size = 0;
    uint32_t matters = 0;  // Matters and Capability
    uint32_t tag_set = 0;  // its tags and patterns have this number among a table's; 0: they have none
    std::string id, provider;
    uint64_t id_hash = 0;
    std::vector<std::string> tags;  // sorted
    std::vector<std::unique_ptr<re2::RE2>> tag_regex;
    std::string region;                      // as regionKey() writes it; empty: not known
    double input_cost = 0, output_cost = 0;  // USD a token; not known is 0
    std::optional<Budget> provider_budget, own_budget;
    /// Capability: what model_info says no to.
    uint32_t lacks() const { return matters & kCapabilities; }
};

/// Everything but the budgets and what is said of them. Adds to `faults` what is of the wrong kind and
/// therefore ignored.
std::unique_ptr<Facts> readFacts(const sluice::Candidate& candidate, std::vector<std::string>& faults);

}  // namespace router_filters
