// The shape of a token, in a small language: items with a blank between them, each a class of bytes and how
// many of them: w36 (exactly), w20,40 (from, to), w20+ (from; no end). "=." is the text "." itself.
//
//   d digit   h 0-9a-f   H 0-9A-F   x hex in any case   l a-z   a a-z0-9   A A-Z0-9   w letters and digits
//   u w _ -   v u =   b w + /   B b =   c b _ - =   t u . =   m w . - _ ~ =   p =
//
// Items take as much as they can and never give back, so a token costs its length. It must not go on with a
// byte of its last class, a letter, a digit or '_'.
#pragma once

#include "bytes.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace secrets {

class Shape {
public:
    static constexpr size_t kNoMatch = static_cast<size_t>(-1);

    /// `text` is one of the tables': a fault in it is a bug.
    explicit Shape(std::string_view text);

    /// The end of the match that begins at `at`. Looks at no byte at or behind `limit`, but takes an item
    /// without end that reaches it as one that goes on.
    size_t match(std::string_view text, size_t at, size_t limit) const;

    /// The class of the last item: what the token is continued by. 0 if it has a certain length.
    Class open() const { return open_; }

private:
    struct Item {
        Class any = 0;
        size_t min = 0, max = 0;
        std::string_view literal;
    };

    std::vector<Item> items_;
    Class open_ = 0;
};

}  // namespace secrets
