// Feeds a scanner the windows that a stream would: what has been released only as context of lookBehind()
// bytes, what is not yet certain held back. What it finds so has to be what it finds in the whole text.
#pragma once

#include <sluice/scanner.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace recut {

struct Found {
    size_t begin, end;
    std::string entity;
    bool operator==(const Found&) const = default;
};

inline std::vector<Found> whole(const sluice::Scanner& scanner, std::string_view text) {
    std::vector<sluice::Finding> found;
    scanner.find(text, 0, found);
    std::vector<Found> all;
    for (const auto& one : found) all.push_back({one.begin, one.end, std::string(one.entity)});
    return all;
}

/// `next` says how many bytes more come each time, at least 1.
inline std::vector<Found> inPieces(const sluice::Scanner& scanner, std::string_view text,
                                   const std::function<size_t()>& next) {
    std::vector<Found> all;
    size_t released = 0, arrived = 0;
    while (released < text.size()) {
        arrived = std::min(text.size(), arrived + next());
        const bool ended = arrived == text.size();
        const size_t base = released - std::min(released, scanner.lookBehind());
        const auto shown = text.substr(base, arrived - base);
        const size_t from = released - base, tail = scanner.longest() + scanner.lookAhead();
        std::vector<sluice::Finding> found;
        scanner.find(shown, from, found);
        size_t sure = ended ? shown.size() : shown.size() > from + tail ? shown.size() - tail : from;
        while (!ended && !found.empty() && (found.back().begin >= sure || found.back().end == shown.size())) {
            sure = std::min(sure, found.back().begin);
            found.pop_back();
        }
        if (!found.empty()) sure = std::max(sure, found.back().end);
        for (const auto& one : found)
            all.push_back({base + one.begin, base + one.end, std::string(one.entity)});
        released = base + sure;
        if (ended) break;
    }
    return all;
}

}  // namespace recut
