// Texts in, judgements out: what is known already is not asked again, the rest goes to the service in as few
// calls as it permits.
#pragma once

#include "adapter.h"
#include "cache.h"

namespace guard_remote {

class Judge {
public:
    struct Options {
        size_t max_text_bytes = 1024 * 1024;  // of all texts of one question together
        size_t overlap_chars = 100;           // of the parts of a text that is too long for one call
    };
    struct Counts {
        size_t asked = 0;  // texts that were sent
        size_t known = 0;  // texts that were not: remembered, repeated, blank
    };

    /// `adapter` must outlive this object.
    Judge(const Adapter& adapter, Cache::Limits limits, std::string salt, Options options)
        : adapter_(adapter), cache_(limits, std::move(salt)), options_(options) {}

    /// As many judgements as texts. Once one is blocked the others may not have been looked at. Throws
    /// Unusable, Unasked. [loop] [may-wait], many at once
    std::vector<Judgement> all(Caller& caller, const About& about, const std::vector<Piece>& texts,
                               Counts* counts = nullptr);
    const Cache& cache() const { return cache_; }

private:
    void ask(Caller& caller, const About& about, const std::vector<Piece>& texts,
             std::vector<Judgement>& judgements) const;

    const Adapter& adapter_;
    Cache cache_;
    const Options options_;
};

}  // namespace guard_remote
