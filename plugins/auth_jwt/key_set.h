// The keys that are in force at one moment. It never changes; a newer one takes its place.
#pragma once

#include <vector>

#include "signing_key.h"

namespace auth_jwt {

class KeySet {
public:
    KeySet() = default;
    explicit KeySet(std::vector<SigningKey> keys) : keys_(std::move(keys)) {}

    /// Those that a token with that kid may be signed with: the ones of that name; if there are none, or it
    /// names none, those that fit and, for a token with a name, have none themselves. At most 8.
    std::vector<const SigningKey*> candidates(std::string_view kid, const Algorithm& algorithm) const;
    bool knows(std::string_view kid) const;
    size_t size() const { return keys_.size(); }

private:
    std::vector<SigningKey> keys_;
};

}  // namespace auth_jwt
