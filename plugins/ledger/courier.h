// Brings a batch to the store, and finds out which of its events the store does not want.
#pragma once

#include <functional>
#include <vector>

#include <sluice/sluice.h>

namespace ledger {

using Events = std::vector<const sluice_record*>;

class Courier {
public:
    /// sluice_store.append.
    using Append = std::function<sluice_status(const sluice_record* const*, size_t)>;
    /// Keeps an event that the store does not want; false if it cannot.
    using Reject = std::function<bool(const sluice_record&, sluice_status)>;

    Courier(Append append, Reject reject) : append_(std::move(append)), reject_(std::move(reject)) {}

    /// True: each of them is in the store or rejected. False: later again, all of them; the store leaves
    /// those alone that it has.
    ///
    /// SLUICE_E_INVALID and SLUICE_E_LIMIT are about an event: the batch is halved until it is found.
    /// SLUICE_E_INTERNAL may be, if it comes again and again: an event is rejected then if the store takes
    /// others of its batch. Everything else is about the store.
    bool deliver(const Events& events);

    uint64_t rejected() const { return rejected_; }

private:
    struct Refused {
        const sluice_record* event;
        sluice_status status;
    };
    bool walk(const sluice_record* const* events, size_t count);

    const Append append_;
    const Reject reject_;
    std::vector<Refused> refused_;
    bool taken_ = false;          // anything of this batch
    size_t doubts_ = 0;           // left for SLUICE_E_INTERNAL before anything is taken
    size_t internal_in_row_ = 0;  // batches
    uint64_t rejected_ = 0;
};

}  // namespace ledger
