// How well names are found: predictions against the gold spans of a file of sentences.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/scanner.hpp"

namespace names_bench {

constexpr int kMeasured = 4;
inline constexpr std::array<std::string_view, kMeasured> kEntities = {"PERSON", "ORGANIZATION", "LOCATION",
                                                                      "STREET_ADDRESS"};

struct Span {
    size_t begin, end;  // bytes
    int entity;         // of kEntities
};

struct Sentence {
    std::string text;
    std::vector<Span> gold;
};

/// Reads a file of lines {"text", "spans": [{"entity_type", "start_position", "end_position"}]}; positions
/// are characters; entities that are not measured are left out, GPE is LOCATION. Empty if there is no such
/// file.
std::vector<Sentence> readSentences(const std::string& path);

/// Found, predicted, and gold spans of one entity.
///
/// A prediction is right if at least half of its characters lie in gold spans of its entity; a gold span is
/// found if at least half of its characters lie in predictions of its entity. Exact: the same span, byte for
/// byte.
struct Score {
    size_t gold = 0, found = 0, predicted = 0, right = 0, exact = 0;
    double precision() const { return predicted ? double(right) / double(predicted) : 1; }
    double recall() const { return gold ? double(found) / double(gold) : 1; }
    double f1() const;
    double exactF1() const { return gold + predicted ? 2 * double(exact) / double(gold + predicted) : 1; }
    void operator+=(const Score& other);
};

/// Scores by entity. `misses` (if not null) gets a line for each span that is wrong or missed.
std::array<Score, kMeasured> score(const sluice::Scanner& scanner, const std::vector<Sentence>& sentences,
                                   std::string* misses);

}  // namespace names_bench
