// Runs of words that are tagged as one name, and whether they can be one.
#pragma once

#include "tagger.h"

namespace pii::names {

/// Words [first, last) of a text.
struct Run {
    size_t first;
    size_t last;
    int entity;
};

class Runs {
public:
    Runs(std::string_view text, const Lexicon& lexicon, const Tagged& tagged)
        : tagged_(tagged), context_(text, lexicon, tagged.tokens) {}

    /// The run that begins at the word `at`, which must be tagged.
    Run at(size_t at) const;

    /// Takes off words at its ends that are no part of a name ("and Wilson"), and says whether a name is
    /// left.
    bool trim(Run& run) const;

private:
    bool goesOn(size_t index) const;
    bool standsBesideAnother(const Run& run) const;
    bool isAddress(const Run& run) const;

    const Tagged& tagged_;
    Context context_;
};

}  // namespace pii::names
