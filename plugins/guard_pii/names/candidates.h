// Which words may be part of a name: only these are given to the model, all others are none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "word_features.h"

namespace pii::names {

/// Puts 1 for each word that may be a part of a name, else 0. Looks at words within reach only.
void findCandidates(std::string_view text, const Context& context, const std::vector<Token>& tokens,
                    std::vector<uint8_t>& candidates);

}  // namespace pii::names
