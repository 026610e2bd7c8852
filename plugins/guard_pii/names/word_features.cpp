#include "word_features.h"

#include <bit>

#include "letters.h"

namespace pii::names {
namespace {

// Words whose identity says something; of all others (names above all) only the kind is looked at, so that
// what was learned from some names holds for others.
constexpr uint16_t kIdentified = kTelling | kCommon | kParticle | kStreet | kOrgSuffix | kOrgWord | kTitle;
// Kinds of features are numbered; those of each of the three steps have a range of their own.
constexpr uint32_t kAroundKinds = 20;
constexpr uint32_t kFurtherKinds = 40;
constexpr uint32_t kNobody = 0x51ED270Bu;

// The kind of a word: what is known of it, and its shape.
uint32_t kindOf(const Token* token) {
    if (!token) return kNobody;
    return token->known | static_cast<uint32_t>(token->shape) << 16;
}

// A coarse kind, for combinations of three: the shape, and the group of what is known.
uint32_t coarse(const Token* token) {
    if (!token) return 31;
    auto shape = static_cast<uint32_t>(token->shape);
    if (token->isNumber()) shape = static_cast<uint32_t>(Shape::Digits1) + (token->shape > Shape::Digits3);
    return shape | static_cast<uint32_t>(std::countr_zero(token->known | 1u << 14)) << 5;
}

uint32_t wordOf(const Token* token) {
    if (!token) return kNobody;
    return token->is(kIdentified) ? token->hash : kindOf(token) * 0x2545F491u;
}

class Collector {
public:
    Collector(Features& features, uint32_t kind) : features_(features), kind_(kind) {}
    void operator()(uint32_t a, uint32_t b = 0, uint32_t c = 0, uint32_t d = 0) {
        uint32_t hash =
            a * 0x9E3779B1u + b * 0x85EBCA77u + c * 0xC2B2AE3Du + d * 0x27D4EB2Fu + ++kind_ * 0x165667B1u;
        hash = (hash ^ hash >> 15) * 0x2C1B3C6Du;
        features_.ids[features_.count++] = hash ^ hash >> 13;
    }
    void skip() { ++kind_; }

private:
    Features& features_;
    uint32_t kind_;
};

uint32_t ends(const char* text, size_t size, size_t count) {
    uint32_t value = static_cast<uint32_t>(count);
    for (size_t i = size - count; i < size; ++i) value = value * 257 + static_cast<uint8_t>(text[i]);
    return value;
}

}  // namespace

const Token* Context::near(size_t index, int offset, uint32_t back, uint32_t ahead) const {
    size_t other = index + static_cast<size_t>(static_cast<ptrdiff_t>(offset));
    if (other >= tokens_.size()) return nullptr;  // before the first one, too
    const Token& from = tokens_[index];
    const Token& token = tokens_[other];
    if (offset < 0) return token.begin + back > from.begin ? &token : nullptr;
    return token.end < from.end + ahead ? &token : nullptr;
}

Gap Context::gapBefore(size_t index) const {
    if (near(index, -1)) return tokens_[index].before;
    return tokens_[index].begin < kReachBack && index == 0 ? Gap::Edge : Gap::Far;
}

Gap Context::gapAfter(size_t index) const {
    if (near(index, 1)) return tokens_[index + 1].before;
    return index + 1 == tokens_.size() && text_.size() < tokens_[index].end + kReachAhead ? Gap::Edge
                                                                                          : Gap::Far;
}

Neighbours::Neighbours(const Context& context, const std::vector<Token>& tokens, size_t at)
    : self(&tokens[at]),
      b1(context.near(at, -1)),
      b2(b1 ? context.near(at, -2) : nullptr),
      b3(b2 ? context.near(at, -3) : nullptr),
      a1(context.near(at, 1)),
      a2(a1 ? context.near(at, 2) : nullptr),
      a3(a2 ? context.near(at, 3) : nullptr),
      gap_before(static_cast<uint32_t>(context.gapBefore(at))),
      gap_after(static_cast<uint32_t>(context.gapAfter(at))) {}

// What decides most words: the word, its ending, and what stands directly beside it.
void Context::describe(const Neighbours& n, Features& features) const {
    auto shape = static_cast<uint32_t>(n.self->shape);
    uint32_t kind = kindOf(n.self), gaps = n.gap_before | n.gap_after << 4;
    uint32_t before = wordOf(n.b1), after = wordOf(n.a1);
    Collector feature(features, 0);
    feature(shape, gaps);
    feature(kind, gaps);
    feature(wordOf(n.self), shape);
    feature(before, n.gap_before, shape);
    feature(after, n.gap_after, shape);
    feature(before, kind);
    feature(after, kind);
    feature(before, wordOf(n.b2));
    feature(after, wordOf(n.a2));
    feature(coarse(n.b1), coarse(n.self), coarse(n.a1), gaps);
    feature(kindOf(n.b1), kind, n.gap_before);
    feature(kind, kindOf(n.a1), n.gap_after);
}

// The kinds of two words on each side, and pairs of words that are on lists.
void Context::describeAround(const Neighbours& n, Features& features) const {
    auto gap_b2 = static_cast<uint32_t>(n.b2 ? n.b1->before : Gap::Far);
    auto gap_a2 = static_cast<uint32_t>(n.a2 ? n.a2->before : Gap::Far);
    uint32_t c0 = coarse(n.self), cb1 = coarse(n.b1), cb2 = coarse(n.b2), ca1 = coarse(n.a1),
             ca2 = coarse(n.a2);
    uint32_t pair_b =
        n.b1 && n.b1->hash && !n.gap_before ? lexicon_.find(hashPair(n.b1->hash, n.self->hash)) : 0;
    uint32_t pair_a =
        n.a1 && n.a1->hash && !n.gap_after ? lexicon_.find(hashPair(n.self->hash, n.a1->hash)) : 0;
    Collector feature(features, kAroundKinds);
    feature(pair_b, pair_a, kindOf(n.self));
    feature(cb2, cb1, c0, n.gap_before | gap_b2 << 4);
    feature(c0, ca1, ca2, n.gap_after | gap_a2 << 4);
    feature(cb2, cb1, c0, ca1);
    feature(cb1, c0, ca1, ca2);
    feature(wordOf(n.b1), c0, wordOf(n.a1));
}

// The words themselves up to three words away, and how the word begins and ends.
void Context::describeFurther(const Neighbours& n, Features& features) const {
    auto shape = static_cast<uint32_t>(n.self->shape);
    auto gap_b2 = static_cast<uint32_t>(n.b2 ? n.b1->before : Gap::Far);
    uint32_t wb1 = wordOf(n.b1), wb2 = wordOf(n.b2), wb3 = wordOf(n.b3);
    uint32_t wa1 = wordOf(n.a1), wa2 = wordOf(n.a2), wa3 = wordOf(n.a3);
    uint32_t c0 = coarse(n.self);
    Collector feature(features, kFurtherKinds);
    feature(wb3, wb2, wb1);
    feature(wa1, wa2, wa3);
    feature(wb2, kindOf(n.b1), c0);
    feature(wa2, kindOf(n.a1), c0);
    feature(wb2, gap_b2 | n.gap_before << 4, c0);
    feature(wb3, coarse(n.b2), coarse(n.b1), c0);
    feature(wa2, shape, n.gap_after);
    if (n.self->shape > Shape::Uncased || n.self->is(kCommon)) return;
    char folded[2 * kWordBytesMax];
    size_t size = fold(text_.substr(n.self->begin, n.self->end - n.self->begin), folded, sizeof folded);
    size_t longest = n.self->is(kOrdinary) ? 3 : 5;
    bool small = n.self->shape == Shape::Lower;
    for (size_t count = 2; count <= 5; ++count) {
        if (size > count && count <= longest)
            feature(ends(folded, size, count), small);
        else
            feature.skip();
    }
    if (size > 3 && longest > 3)
        feature(ends(folded, 3, 3), small);
    else
        feature.skip();
    feature(std::min<size_t>(size, 12), shape);
}

// What an address or place stands in: where the run of such words begins, as far as it can be seen, and what
// is before it. In a sentence an address is one thing; in the head of a letter each line is one for itself.
uint32_t Context::openingOf(size_t index, const uint8_t* tags) const {
    size_t first = index;
    auto isPart = [&](size_t i) {
        return tags[i] && (entityOf(tags[i]) == kAddress || entityOf(tags[i]) == kLocation);
    };
    int offset = -1;
    while (near(index, offset, kRunReachBack, 0) && isPart(first - 1)) --first, --offset;
    const Token* before = near(index, offset, kRunReachBack, 0);
    uint32_t gap = static_cast<uint32_t>(before ? tokens_[first].before : first == 0 ? Gap::Edge : Gap::Far);
    uint32_t kind = before ? tags[first - 1] | (before->shape == Shape::Lower ? 32u : 0u) : 64u;
    uint32_t length = std::min<uint32_t>(static_cast<uint32_t>(index - first), 3);
    return gap | kind << 4 | length << 12;
}

void Context::describeTags(size_t index, const uint8_t* tags, Features& features) const {
    auto tag = [&](int offset) -> uint32_t {
        return near(index, offset, kTagReachBack, kTagReachAhead)
                   ? tags[index + static_cast<size_t>(static_cast<ptrdiff_t>(offset))]
                   : kNoTag;
    };
    uint32_t t0 = tags[index], b1 = tag(-1), a1 = tag(1);
    uint32_t b2 = b1 == kNoTag ? kNoTag : tag(-2), a2 = a1 == kNoTag ? kNoTag : tag(2);
    auto gap_b = static_cast<uint32_t>(gapBefore(index));
    auto gap_a = static_cast<uint32_t>(gapAfter(index));
    const Token* self = &tokens_[index];
    uint32_t c0 = coarse(self);

    Collector feature(features, 0);
    feature(t0);
    feature(b1, t0);
    feature(t0, a1);
    feature(b1, t0, a1);
    feature(b2, b1, t0);
    feature(t0, a1, a2);
    feature(b2, b1, t0, a1);
    feature(b1, t0, a1, a2);
    feature(b1, t0, gap_b);
    feature(t0, a1, gap_a);
    feature(b1, t0, a1, gap_b | gap_a << 4);
    feature(b1, c0, gap_b);
    feature(a1, c0, gap_a);
    feature(b1, c0, a1);
    feature(t0, c0);
    feature(b2 | b1 << 4, t0, gap_b, c0);
    feature(a2 | a1 << 4, t0, gap_a, c0);
    uint32_t opening = openingOf(index, tags);
    feature(opening, t0);
    feature(opening, t0, gap_b, c0);
    feature(opening, b1, t0, gap_b);
}

}  // namespace pii::names
