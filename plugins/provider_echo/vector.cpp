#include "vector.h"

#include <cmath>
#include <cstring>

namespace provider_echo {
namespace {

// FNV-1a, 64 bits (isthe.com/chongo/tech/comp/fnv).
uint64_t hashOf(std::string_view text) {
    uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

// SplitMix64 (prng.di.unimi.it/splitmix64.c): the next of a row of well-mixed bits.
uint64_t nextBits(uint64_t& state) {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

std::string bytesOf(const std::vector<float>& values) {
    std::string bytes;
    for (const float value : values) {
        uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 255);
    }
    return bytes;
}

}  // namespace

std::vector<float> vectorOf(std::string_view text, uint32_t dimensions) {
    uint64_t state = hashOf(text);
    std::vector<double> raw(dimensions);
    double squares = 0;
    for (auto& value : raw) {
        value = static_cast<double>(nextBits(state) >> 11) * 0x1.0p-52 - 1;  // [-1, 1)
        squares += value * value;
    }
    std::vector<float> unit;
    for (const double value : raw) unit.push_back(static_cast<float>(value / std::sqrt(squares)));
    return unit;
}

std::string base64Of(const std::vector<float>& values) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string bytes = bytesOf(values);
    const auto at = [&bytes](size_t i) {
        return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
    };
    std::string out;
    for (size_t i = 0; i < bytes.size(); i += 3) {
        const uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        out += kDigits[group >> 18];
        out += kDigits[group >> 12 & 63];
        out += i + 1 < bytes.size() ? kDigits[group >> 6 & 63] : '=';
        out += i + 2 < bytes.size() ? kDigits[group & 63] : '=';
    }
    return out;
}

}  // namespace provider_echo
