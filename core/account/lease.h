// What a request owes: its record. Settled exactly once, by the destructor, whatever ended the request:
// success, failure, cancel, timeout, a plugin that threw.
#pragma once

#include <functional>
#include <utility>

#include "account/record.h"

namespace sluice::account {

class Lease {
public:
    /// `settle` gets the record when the request is over.
    explicit Lease(std::function<void(Record&&)> settle) : settle_(std::move(settle)) {}
    ~Lease() {
        if (settle_) settle_(std::move(record));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Record record;

private:
    std::function<void(Record&&)> settle_;
};

}  // namespace sluice::account
