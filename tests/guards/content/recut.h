// The chunking law: a scanner finds the same in a whole text and in a stream, however the stream is cut.
// Feeds a scanner windows as the base of guardrails does: up to lookBehind() bytes of context, and findings
// are certain once longest() + lookAhead() bytes stand behind their beginning.
#pragma once

#include <sluice/scanner.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>

namespace guard_content_test {

using Found = std::tuple<size_t, size_t, std::string>;

/// The first finding that only one of them has.
inline std::string difference(const std::vector<Found>& a, const std::vector<Found>& b) {
    for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        if (i < a.size() && i < b.size() && a[i] == b[i]) continue;
        const auto show = [i](const std::vector<Found>& all) {
            if (i >= all.size()) return std::string("nothing");
            const auto& [begin, end, entity] = all[i];
            return std::to_string(begin) + "-" + std::to_string(end) + " " + entity;
        };
        return show(a) + " against " + show(b);
    }
    return {};
}

inline std::vector<Found> whole(const sluice::Scanner& scanner, std::string_view text) {
    std::vector<sluice::Finding> findings;
    scanner.find(text, 0, findings);
    std::vector<Found> all;
    for (const auto& f : findings) all.emplace_back(f.begin, f.end, std::string(f.entity));
    return all;
}

inline bool inside(std::string_view text, size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

inline std::vector<Found> recut(const sluice::Scanner& scanner, std::string_view text, std::mt19937& random) {
    std::vector<Found> all;
    size_t released = 0, arrived = 0;
    while (true) {
        arrived = std::min(text.size(), arrived + random() % 40);
        while (inside(text, arrived)) ++arrived;
        const bool ended = arrived == text.size();
        size_t begin = released - std::min(released, scanner.lookBehind());
        while (inside(text, begin)) ++begin;
        const auto shown = text.substr(begin, arrived - begin);
        std::vector<sluice::Finding> found;
        scanner.find(shown, released - begin, found);
        size_t sure = shown.size();
        if (!ended) {
            const size_t tail = scanner.longest() + scanner.lookAhead();
            sure = shown.size() > released - begin + tail ? shown.size() - tail : released - begin;
            while (!found.empty() && (found.back().begin >= sure || found.back().end == shown.size())) {
                sure = std::min(sure, found.back().begin);
                found.pop_back();
            }
            if (!found.empty()) sure = std::max(sure, found.back().end);
            while (sure > released - begin && inside(shown, sure)) --sure;
        }
        for (const auto& f : found) all.emplace_back(begin + f.begin, begin + f.end, std::string(f.entity));
        released = begin + sure;
        if (ended) return all;
    }
}

}  // namespace guard_content_test
