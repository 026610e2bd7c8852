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
/// One that begins with the time (version 7), 74 bits of it random: what is found by it later stands together in
/// an index. `unix_ms`: since 1970, 48 bits of it.
std::string timeUuid(int64_t unix_ms);

/// Bytes from getrandom(2), for keys and nonces.
void secureRandom(void* out, size_t size);

}  // namespace sluice::base
