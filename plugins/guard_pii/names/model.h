// The trained model: for each feature (a hash) a row of small weights, one for each tag; for each pair of
// tags and their surroundings another. A linear model: a tag's score is the sum of its weights.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace pii::names {

/// Entities in the order of their tags: tag 0 is "no name", then for each entity "begins" and "goes on".
enum Entity : uint8_t { kPerson, kOrganization, kLocation, kAddress, kNrp, kJob, kEntities };
constexpr int kTags = 1 + 2 * kEntities;
constexpr int kRow = 16;  // weights of a row, kTags of them in use

constexpr uint8_t beginTag(int entity) { return static_cast<uint8_t>(1 + 2 * entity); }
constexpr uint8_t insideTag(int entity) { return static_cast<uint8_t>(2 + 2 * entity); }
constexpr int entityOf(uint8_t tag) { return (tag - 1) / 2; }  // of tags above 0
constexpr bool isInside(uint8_t tag) { return tag && tag % 2 == 0; }

// Rows are found by the lower bits of a feature in one of two places beside one another and told apart by the
// upper 16 bits: a feature that the training has not seen often enough has no row and says nothing.
constexpr uint32_t kFeatureRows = 1u << 16;  // 1 MB
constexpr uint32_t kContextRows = 1u << 12;  // 64 KB

using Scores = int16_t __attribute__((vector_size(kRow * sizeof(int16_t))));
using Weights = int8_t __attribute__((vector_size(kRow)));

/// The best tag of the scores; the lowest one if several are equal.
inline uint8_t best(const Scores& scores) {
    uint8_t tag = 0;
    for (uint8_t other = 1; other < kTags; ++other) {
        if (scores[other] > scores[tag]) tag = other;
    }
    return tag;
}

/// A view of weights that lie elsewhere: kFeatureRows rows, then kContextRows rows of the second pass.
class Model final {
public:
    /// The one that is compiled in.
    static const Model& builtIn();
    /// `bytes` must have the size of both tables, be aligned to 16 and outlive the model.
    explicit Model(std::string_view bytes) : rows_(reinterpret_cast<const Weights*>(bytes.data())) {}

    static constexpr size_t bytes() { return sizeof(Weights) * (kFeatureRows + kContextRows); }

    void add(uint32_t feature, Scores& scores) const { addFrom(rows_, kFeatureRows, feature, scores); }
    void addContext(uint32_t feature, Scores& scores) const {
        addFrom(rows_ + kFeatureRows, kContextRows, feature, scores);
    }

    /// Where a row's 16 bits of identity lie: in its last two bytes. 0 is a row that is free.
    static uint16_t identityOf(uint32_t feature) { return static_cast<uint16_t>(feature >> 16 | 1); }

private:
    static uint16_t identityAt(const Weights* row) {
        uint16_t identity;
        std::memcpy(&identity, reinterpret_cast<const char*>(row) + kRow - sizeof identity, sizeof identity);
        return identity;
    }
    static void addFrom(const Weights* rows, uint32_t count, uint32_t feature, Scores& scores) {
        static constexpr Weights kNone{};
        const Weights* pair = rows + (feature & (count - 2));
        uint16_t identity = identityOf(feature);
        const Weights* row = identityAt(pair) == identity ? pair : &kNone;
        row = identityAt(pair + 1) == identity ? pair + 1 : row;
        scores += __builtin_convertvector(*row, Scores);
    }

    const Weights* rows_;
};

}  // namespace pii::names
