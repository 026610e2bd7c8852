// An embedding without a model: words, pairs of words and parts of words, hashed into a vector (feature
// hashing; Weinberger and others, ICML 2009). It knows nothing of meaning: the same question in other words
// has to share some of them. For trying things out, for tests, and where no text may leave the machine.
#pragma once

#include <string_view>
#include <vector>

namespace cache {

inline constexpr size_t kLocalSize = 384;

/// Of length 1; all zero for a text without letters or digits. Linear. [any]
std::vector<float> localEmbedding(std::string_view text);

/// Makes it as long as 1. False if it is no direction: empty, zero, or not finite.
bool normalise(std::vector<float>& vector);

}  // namespace cache
