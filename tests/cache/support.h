// What the tests of both caches share: values that say what they must be, and waiting for a condition.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace cache_tests {

/// A small generator of our own: the same numbers everywhere.
struct Random {
    uint64_t state;
    uint64_t next() {
        state += 0x9E3779B97F4A7C15;
        uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    size_t below(size_t most) { return static_cast<size_t>(next() % most); }
};

/// As `cache` makes them: "NAMESPACE:HEX64".
inline std::string keyOf(size_t number, const std::string& space = "tests") {
    std::string hex = std::to_string(number);
    return space + ":" + std::string(64 - hex.size(), '0') + hex;
}

/// The value of a key in one version: "VERSION SIZE " and bytes that follow from key and version.
inline std::string valueOf(std::string_view key, size_t version, size_t size) {
    std::string value = std::to_string(version) + " " + std::to_string(size) + " ";
    Random random{std::hash<std::string_view>()(key) ^ (version * 0x10001)};
    while (value.size() < size) value += static_cast<char>(random.next());
    return value;
}

/// Is it a value of that key, of whichever version?
inline bool isValueOf(std::string_view key, const std::string& value) {
    size_t at = 0;
    const size_t version = std::stoul(value, &at);
    return valueOf(key, version, std::stoul(value.substr(at))) == value;
}

inline bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 6000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

}  // namespace cache_tests
