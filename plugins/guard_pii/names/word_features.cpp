#include "word_features.h"

#include "letters.h"

namespace pii::names {
namespace {

// Words whose identity says something; of all others (names above all) only the kind is looked at, so that what was
// learned from some names holds for others.
constexpr uint16_t kIdentified = kTelling | kCommon | kParticle | kStreet | kOrgSuffix | kOrgWord | kTitle;
constexpr uint32_t kNobody = 0x51ED270Bu;

uint32_t mix(uint32_t a, uint32_t b) {
    uint32_t hash = (a ^ (b * 0x85EBCA6Bu)) * 0x9E3779B1u;
    return hash ^ (hash >> 15);
}

// The kind of a word: what is known of it, and its shape.
uint32_t kindOf(const Token* token) {
    if (!token) return kNobody;
    return token->known | static_cast<uint32_t>(token->shape) << 16;
}

// A coarse kind, for combinations of three.
uint32_t coarse(const Token* token) {
    if (!token) return 31;
    auto shape = static_cast<uint32_t>(token->shape);
    if (token->isNumber()) shape = static_cast<uint32_t>(Shape::Digits1) + (token->shape > Shape::Digits3);
    uint32_t group = 0;
    if (token->is(kCommon | kParticle)) group = 1;
    else if (token->is(kStreet)) group = 2;
    else if (token->is(kOrgSuffix | kOrgWord)) group = 3;
    else if (token->is(kTitle)) group = 4;
    else if (token->is(kOrdinary)) group = 5;
    else if (token->is(kCountry | kNation)) group = 6;
    else if (token->is(kGiven)) group = 7;
    else if (token->is(kFamily)) group = 8;
    else if (token->is(kPlace)) group = 9;
    return shape | group << 5;
}

uint32_t wordOf(const Token* token) {
    if (!token) return kNobody;
    return token->is(kIdentified) ? token->hash : kindOf(token) * 0x2545F491u;
}

class Collector {
public:
    explicit Collector(Features& features) : features_(features) {}
    void operator()(uint32_t a, uint32_t b = 0, uint32_t c = 0, uint32_t d = 0) {
        ++kind_;
        uint32_t hash = mix(mix(mix(kind_ * 0xC2B2AE35u, a), b), mix(c, d) + kind_);
        features_.ids[features_.count++] = hash ^ hash >> 16;
    }
    void skip() { ++kind_; }

private:
    Features& features_;
    uint32_t kind_ = 0;
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
    return index + 1 == tokens_.size() && text_.size() < tokens_[index].end + kReachAhead ? Gap::Edge : Gap::Far;
}

void Context::describe(size_t index, Features& features) const {
    const Token* self = &tokens_[index];
    const Token *b1 = near(index, -1), *b2 = b1 ? near(index, -2) : nullptr, *b3 = b2 ? near(index, -3) : nullptr;
    const Token *a1 = near(index, 1), *a2 = a1 ? near(index, 2) : nullptr, *a3 = a2 ? near(index, 3) : nullptr;
    auto gap_b = static_cast<uint32_t>(gapBefore(index));
    auto gap_a = static_cast<uint32_t>(gapAfter(index));
    auto gap_b2 = static_cast<uint32_t>(b2 ? b1->before : Gap::Far);
    auto gap_a2 = static_cast<uint32_t>(a2 ? a2->before : Gap::Far);
    auto shape = static_cast<uint32_t>(self->shape);
    uint32_t kind = kindOf(self), word = wordOf(self);
    uint32_t wb1 = wordOf(b1), wb2 = wordOf(b2), wb3 = wordOf(b3), wa1 = wordOf(a1), wa2 = wordOf(a2), wa3 = wordOf(a3);
    uint32_t c0 = coarse(self), cb1 = coarse(b1), cb2 = coarse(b2), ca1 = coarse(a1), ca2 = coarse(a2);
    uint32_t gaps = gap_b | gap_a << 4;

    Collector feature(features);
    feature(0);
    feature(shape, gaps);
    feature(kind);
    feature(kind, gaps);
    feature(word, shape);
    feature(word, gaps);
    feature(self->known);
    feature(wb1, gap_b);
    feature(wb1, shape, gap_b);
    feature(wb1, kind);
    feature(wa1, gap_a);
    feature(wa1, shape, gap_a);
    feature(wa1, kind);
    feature(wb2, wb1);
    feature(wb2, shape);
    feature(wb3, wb2, wb1);
    feature(wb3, shape);
    feature(wa1, wa2);
    feature(wa2, shape);
    feature(wa1, wa2, wa3);
    feature(wb1, c0, wa1);
    feature(cb1, c0, ca1, gaps);
    feature(cb2, cb1, c0, gap_b | gap_b2 << 4);
    feature(c0, ca1, ca2, gap_a | gap_a2 << 4);
    feature(cb2, cb1, c0, ca1);
    feature(cb1, c0, ca1, ca2);
    feature(kindOf(b1), kind, gap_b);
    feature(kind, kindOf(a1), gap_a);
    feature(word, wb1, gap_b);
    feature(word, wa1, gap_a);
    feature(wb2, kindOf(b1), c0);
    feature(wb2, gap_b2 | gap_b << 4, c0);
    feature(wb3, cb1, cb2, c0);
    feature(wa2, kindOf(a1), c0);
    uint32_t pair_b = b1 && b1->hash && gap_b == 0 ? lexicon_.find(hashPair(b1->hash, self->hash)) : 0;
    uint32_t pair_a = a1 && a1->hash && gap_a == 0 ? lexicon_.find(hashPair(self->hash, a1->hash)) : 0;
    feature(pair_b, pair_a);
    feature(pair_b, pair_a, kind);

    if (self->shape <= Shape::Uncased && !(self->known & kCommon)) {
        char folded[2 * kWordBytesMax];
        size_t size = fold(text_.substr(self->begin, self->end - self->begin), folded, sizeof folded);
        size_t most = self->is(kOrdinary) ? 3 : 5;
        for (size_t count = 2; count <= 5; ++count) {
            if (size > count && count <= most) feature(ends(folded, size, count), shape == 0);
            else feature.skip();
        }
        if (size > 3 && !self->is(kOrdinary)) feature(ends(folded, 3, 3), shape == 0);
        else feature.skip();
        feature(std::min<size_t>(size, 12), shape);
    }
}

void Context::describeTags(size_t index, const uint8_t* tags, Features& features) const {
    auto tag = [&](int offset) -> uint32_t {
        return near(index, offset, kTagReachBack, kTagReachAhead) ? tags[index + static_cast<size_t>(static_cast<ptrdiff_t>(offset))]
                                                                  : kNoTag;
    };
    uint32_t t0 = tags[index], b1 = tag(-1), a1 = tag(1);
    uint32_t b2 = b1 == kNoTag ? kNoTag : tag(-2), a2 = a1 == kNoTag ? kNoTag : tag(2);
    auto gap_b = static_cast<uint32_t>(gapBefore(index));
    auto gap_a = static_cast<uint32_t>(gapAfter(index));
    const Token* self = &tokens_[index];
    uint32_t c0 = coarse(self);

    Collector feature(features);
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
}

}  // namespace pii::names
