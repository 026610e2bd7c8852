// A text in pieces, shown to a scanner as a guardrail shows it the windows of a stream: context in front,
// what is certain released, the rest held back. What is found must not depend on the pieces.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <sluice/scanner.hpp>

namespace guards {

struct Found {
    size_t begin, end;
    std::string entity;
    float score;
    bool operator==(const Found&) const = default;
};

inline std::vector<Found> findAll(const sluice::Scanner& scanner, std::string_view text) {
    std::vector<sluice::Finding> found;
    scanner.find(text, 0, found);
    std::vector<Found> all;
    for (const auto& one : found) all.push_back({one.begin, one.end, std::string(one.entity), one.score});
    return all;
}

/// `pieces` add up to the text; ends of pieces are ends of characters.
inline std::vector<Found> findCut(const sluice::Scanner& scanner, const std::vector<std::string>& pieces) {
    std::vector<Found> all;
    std::string context;
    std::string window;
    size_t released = 0;  // bytes of the text in front of the window
    for (size_t i = 0; i < pieces.size(); ++i) {
        window += pieces[i];
        const bool ended = i + 1 == pieces.size();
        const std::string shown = context + window;
        std::vector<sluice::Finding> found;
        scanner.find(shown, context.size(), found);
        const size_t tail = scanner.longest() + scanner.lookAhead();
        size_t sure = ended                                  ? shown.size()
                      : shown.size() > context.size() + tail ? shown.size() - tail
                                                             : context.size();
        while (!ended && !found.empty() && (found.back().begin >= sure || found.back().end == shown.size())) {
            sure = std::min(sure, found.back().begin);
            found.pop_back();
        }
        if (!found.empty()) sure = std::max(sure, found.back().end);
        while (sure > context.size() && sure < shown.size() &&
               (static_cast<unsigned char>(shown[sure]) & 0xC0) == 0x80)
            --sure;
        for (const auto& one : found)
            all.push_back({one.begin - context.size() + released, one.end - context.size() + released,
                           std::string(one.entity), one.score});
        const size_t gone = sure - context.size();
        released += gone;
        window.erase(0, gone);
        size_t begin = sure - std::min(sure, scanner.lookBehind());
        while (begin < sure && (static_cast<unsigned char>(shown[begin]) & 0xC0) == 0x80) ++begin;
        context = shown.substr(begin, sure - begin);
    }
    return all;
}

/// Cuts at ends of characters, pieces of 1 to `most` bytes or a little more.
inline std::vector<std::string> cut(std::string_view text, size_t most, std::mt19937& random) {
    std::vector<std::string> pieces;
    for (size_t i = 0; i < text.size();) {
        size_t end = std::min(text.size(), i + 1 + random() % most);
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
        pieces.emplace_back(text.substr(i, end - i));
        i = end;
    }
    if (pieces.empty()) pieces.emplace_back();
    return pieces;
}

}  // namespace guards
