#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cstring>

namespace sluice::base {
namespace {

// xoshiro256++ by David Blackman and Sebastiano Vigna, prng.di.unimi.it, public domain algorithm.
class Xoshiro {
public:
    Xoshiro() { secureRandom(state_.data(), sizeof state_); }

    uint64_t next() {
        auto& s = state_;
        const uint64_t result = rotl(s[0] + s[3], 23) + s[0];
        const uint64_t t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = rotl(s[3], 45);
        return result;
    }

private:
    static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
    std::array<uint64_t, 4> state_{};
};

}  // namespace

void secureRandom(void* out, size_t size) {
    auto* p = static_cast<char*>(out);
    while (size > 0) {
        const auto n = ::getrandom(p, size, 0);
        if (n <= 0) continue;  // EINTR: the pool is ready after boot, so it cannot stay
        p += n;
        size -= static_cast<size_t>(n);
    }
}

uint64_t randomBits() {
    thread_local Xoshiro generator;
    return generator.next();
}

double randomUnit() { return static_cast<double>(randomBits() >> 11) * 0x1.0p-53; }

uint64_t randomBelow(uint64_t bound) {
    // Lemire's multiply-shift; the bias of one part in 2^64 / bound does not matter for choices.
    return static_cast<uint64_t>((static_cast<unsigned __int128>(randomBits()) * bound) >> 64);
}

namespace {

using UuidBytes = std::array<unsigned char, 16>;

UuidBytes randomBytes() {
    const std::array<uint64_t, 2> bits{randomBits(), randomBits()};
    UuidBytes b{};
    std::memcpy(b.data(), bits.data(), b.size());
    return b;
}

std::string uuidText(UuidBytes b, int version) {
    static constexpr char kHex[] = "0123456789abcdef";
    b[6] = static_cast<unsigned char>((b[6] & 0x0f) | (version << 4));
    b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
    std::string out(36, '-');
    size_t at = 0;
    for (size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
        out[at++] = kHex[b[i] >> 4];
        out[at++] = kHex[b[i] & 15];
    }
    return out;
}

}  // namespace

std::string randomUuid() { return uuidText(randomBytes(), 4); }

std::string timeUuid(int64_t unix_ms) {
    UuidBytes b = randomBytes();
    for (size_t i = 0; i < 6; ++i) b[i] = static_cast<unsigned char>(unix_ms >> (8 * (5 - i)));
    return uuidText(b, 7);
}

}  // namespace sluice::base
