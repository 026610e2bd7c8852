// Byte-pair encoding as tiktoken does it: which tokens a text has.
//
//   if (const auto* encoding = Encoding::named("o200k_base")) tokens = encoding->count(text);
//
// Special tokens are text like any other, as with tiktoken's encode_ordinary. A piece of more than 1 MiB (a
// word, or a row of spaces) is taken in parts of that size, so its tokens may be a few more than tiktoken's.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "pieces.h"
#include "vocabulary.h"

namespace pricing {

class Encoding {
public:
    /// "cl100k_base" or "o200k_base", made when it is asked for first. Null if the plugin was built without
    /// its vocabulary. [any thread]
    static const Encoding* named(std::string_view name);

    Encoding(std::unique_ptr<Vocabulary> vocabulary, NextPiece next)
        : vocabulary_(std::move(vocabulary)), next_(next) {}

    size_t count(std::string_view text) const;
    std::vector<uint32_t> encode(std::string_view text) const;

private:
    template <class Take>
    void eachToken(std::string_view text, Take&& take) const;
    template <class Take>
    void mergeShort(std::string_view piece, Take&& take) const;
    template <class Take>
    void mergeLong(std::string_view piece, Take&& take) const;

    std::unique_ptr<Vocabulary> vocabulary_;
    NextPiece next_;
};

}  // namespace pricing
