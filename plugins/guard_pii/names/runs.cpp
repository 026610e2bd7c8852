#include "runs.h"

namespace pii::names {
namespace {

bool isFiller(const Token& token) { return token.shape == Shape::Lower && token.is(kCommon); }

bool isNameLike(const Token& token) {
    return token.shape != Shape::Lower || !token.is(kCommon | kParticle | kOrdinary);
}

}  // namespace

// Does the word at `index` continue the name that the word before is a part of?
bool Runs::goesOn(size_t index) const {
    uint8_t tag = tagged_.tags[index];
    if (!isInside(tag) || !context_.near(index, -1, kTagReachBack, kTagReachAhead)) return false;
    uint8_t before = tagged_.tags[index - 1];
    return before && entityOf(before) == entityOf(tag);
}

Run Runs::at(size_t at) const {
    Run run{at, at + 1, entityOf(tagged_.tags[at])};
    while (run.last < tagged_.tokens.size() && goesOn(run.last)) ++run.last;
    return run;
}

bool Runs::trim(Run& run) const {
    if (run.entity == kAddress) return isAddress(run);
    while (run.first < run.last && isFiller(tagged_.tokens[run.first])) ++run.first;
    while (run.first < run.last && isFiller(tagged_.tokens[run.last - 1])) --run.last;
    for (size_t i = run.first; i < run.last; ++i) {
        if (isNameLike(tagged_.tokens[i])) return true;
    }
    return false;
}

bool Runs::standsBesideAnother(const Run& run) const {
    size_t last = run.last - 1;
    bool before = context_.near(run.first, -1, kTagReachBack, kTagReachAhead) && tagged_.tags[run.first - 1];
    bool after = context_.near(last, 1, kTagReachBack, kTagReachAhead) && tagged_.tags[last + 1];
    return before || after;
}

// An address has a number and a word, or a street's word; a postal code may stand alone beside a place.
bool Runs::isAddress(const Run& run) const {
    bool number = false, word = false, street = false;
    for (size_t i = run.first; i < run.last; ++i) {
        const Token& token = tagged_.tokens[i];
        number |= token.shape >= Shape::Digits1;
        word |= token.shape < Shape::Digits1 && isNameLike(token);
        street |= token.is(kStreet) && run.last - run.first > 1;
    }
    return (number && word) || (street && word) || standsBesideAnother(run);
}

}  // namespace pii::names
