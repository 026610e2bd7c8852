#include "key_set.h"

#include <algorithm>

namespace auth_jwt {
namespace {

constexpr size_t kCandidatesMax = 8;  // each costs the time of a check

}  // namespace

bool KeySet::knows(std::string_view kid) const {
    return !kid.empty() &&
           std::any_of(keys_.begin(), keys_.end(), [kid](const SigningKey& key) { return key.kid == kid; });
}

std::vector<const SigningKey*> KeySet::candidates(std::string_view kid, const Algorithm& algorithm) const {
    std::vector<const SigningKey*> named, unnamed;
    bool known = false;
    for (const SigningKey& key : keys_) {
        const bool same = !kid.empty() && key.kid == kid;
        known |= same;
        if (!key.fits(algorithm)) continue;
        if (same && named.size() < kCandidatesMax) named.push_back(&key);
        if (!same && (kid.empty() || key.kid.empty()) && unnamed.size() < kCandidatesMax)
            unnamed.push_back(&key);
    }
    // A name that is known but does not fit is not made good by another key.
    return known ? named : unnamed;
}

}  // namespace auth_jwt
