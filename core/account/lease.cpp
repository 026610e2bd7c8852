#include "account/lease.h"

namespace sluice::account {

Lease::~Lease() {
    for (auto it = releases_.rbegin(); it != releases_.rend(); ++it) (*it)();
    if (settle_) settle_(std::move(record));
}

}  // namespace sluice::account
