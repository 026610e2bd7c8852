// A text shown to a scanner in windows, as a guardrail shows it a stream: bytes of context that are released
// already, what is new behind them, and everything that a longest finding could still reach is held back.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/scanner.hpp"

namespace names_test {

struct Found {
    size_t begin, end;
    std::string entity;
    float score;
    bool operator==(const Found&) const = default;
};

inline std::vector<Found> findWhole(const sluice::Scanner& scanner, std::string_view text) {
    std::vector<sluice::Finding> found;
    scanner.find(text, 0, found);
    std::vector<Found> all;
    for (const sluice::Finding& one : found)
        all.push_back({one.begin, one.end, std::string(one.entity), one.score});
    return all;
}

/// The same text, arriving in pieces of 1 to `most` bytes.
inline std::vector<Found> findCut(const sluice::Scanner& scanner, std::string_view text, size_t most,
                                  std::mt19937& random) {
    std::vector<Found> all;
    size_t released = 0, arrived = 0;
    while (arrived < text.size()) {
        arrived = std::min(text.size(), arrived + 1 + random() % most);
        bool ended = arrived == text.size();
        size_t hold = scanner.longest() + scanner.lookAhead();
        size_t sure = ended ? arrived : std::max(released, arrived - std::min(arrived, hold));
        size_t begin = released - std::min(released, scanner.lookBehind());
        std::vector<sluice::Finding> found;
        scanner.find(text.substr(begin, arrived - begin), released - begin, found);
        for (const sluice::Finding& one : found) {
            if (begin + one.begin >= sure) break;
            all.push_back({begin + one.begin, begin + one.end, std::string(one.entity), one.score});
            sure = std::max(sure, begin + one.end);
        }
        released = sure;
    }
    return all;
}

}  // namespace names_test
