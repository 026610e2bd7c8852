// What a request holds and owes: slots, reservations, and its record. Settled exactly once, by the
// destructor, whatever ended the request: success, failure, cancel, timeout, a plugin that threw.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "account/record.h"

namespace sluice::account {

class Lease {
public:
    /// `settle` gets the record when the request is over.
    explicit Lease(std::function<void(Record&&)> settle) : settle_(std::move(settle)) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    /// Runs when the lease ends, before the record is settled, last one first. Must not throw.
    void onEnd(std::function<void()> release) { releases_.push_back(std::move(release)); }

    Record record;

private:
    std::function<void(Record&&)> settle_;
    std::vector<std::function<void()>> releases_;
};

}  // namespace sluice::account
