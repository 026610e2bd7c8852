// What a request owes: its record. Settled exactly once, by the destructor, whatever ended the request:
// success, failure, cancel, timeout, a plugin that threw.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "account/record.h"

namespace sluice::account {

class Lease {
public:
    using Settle = std::function<void(std::shared_ptr<Record>&&)>;

    /// `settle` gets the record when the request is over.
    explicit Lease(Settle settle) : Lease(std::make_shared<Record>(), std::move(settle)) {}
    ~Lease() {
        if (settle_) settle_(std::move(owned_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Record& record;

private:
    Lease(std::shared_ptr<Record> owned, Settle settle)
        : record(*owned), owned_(std::move(owned)), settle_(std::move(settle)) {}

    std::shared_ptr<Record> owned_;  // on its own, so that it is handed on without being moved
    Settle settle_;
};

}  // namespace sluice::account
