// The weights: a linear classifier over the features of a window. tools/injection/train.py writes model.bin:
//
//   "SLIJ", u32 version 1, u32 ngram bits, u32 count of dense weights, f32 bias, f32 scale of n-grams,
//   f32 dense[count], i8 ngrams[1 << bits]; little endian
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "extractor.h"

namespace injection {

class Model {
public:
    /// Throws std::runtime_error for bytes that are no model of `dense` numbers. Keeps a view of `bytes`.
    Model(std::string_view bytes, size_t dense);

    /// The one that is built in, for Lexicon::builtin(). [any]
    static const Model& builtin();

    /// The logarithm of the odds that a window is an attack. [any]
    float logit(const Window& window) const;

private:
    float bias_ = 0;
    float scale_ = 0;
    std::vector<float> dense_;
    const int8_t* ngrams_ = nullptr;
};

}  // namespace injection
