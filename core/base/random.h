// Randomness: fast for choices and identifiers, and from the operating system for what must not be guessed.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::base {

/// Uniform 64 bits from a generator of this thread (xoshiro256++), seeded by the operating system. Not for
/// secrets.
uint64_t randomBits();
/// Uniform in [0, 1).
double randomUnit();
/// Uniform in [0, bound); bound > 0.
uint64_t randomBelow(uint64_t bound);

/// A random UUID (RFC 9562 version 4), lower case, 36 characters.
std::string randomUuid();

/// Bytes from getrandom(2), for keys and nonces.
void secureRandom(void* out, size_t size);

}  // namespace sluice::base
