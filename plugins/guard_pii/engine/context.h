// The words in front of a value: "SSN: ", "Reisepass-Nr. ". A value whose shape says little needs one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "entities.h"

namespace pii {

/// Which kinds the words in front of a place speak for.
struct Context {
    KindSet near;  // within the last kNear bytes
    KindSet far;   // within the last kBytes bytes
};

class ContextWords {
public:
    static constexpr size_t kBytes = 72;
    static constexpr size_t kNear = 28;

    ContextWords();
    /// `words` with spaces between them, of lower case.
    void add(size_t kind, std::string_view words);
    /// Looks at whole words within kBytes in front of `begin`. [any]
    Context before(std::string_view text, size_t begin) const;

private:
    struct Entry {
        std::string word;
        KindSet kinds;
    };
    const KindSet* look(std::string_view word) const;
    const KindSet* lookPrefix(std::string_view word) const;
    void grow();

    std::vector<Entry> table_;  // open addressing; a power of two
    size_t used_ = 0;
};

}  // namespace pii
