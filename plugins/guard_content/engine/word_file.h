// Files with words to look for. Three forms, told apart by what stands in them:
//   text         one word or phrase a line; # begins a comment, empty lines are passed over
//   YAML, JSON   LiteLLM's: blocked_words: [{keyword, action, description}], or a plain list of texts
// They are read when the configuration is, so at each reload.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules.h"

namespace guard_content {

struct ListedWord {
    std::string keyword;
    std::optional<Action> action;
    std::string description;
    size_t line = 0;
};

/// `file` is for messages; its ending decides: .yaml, .yml and .json are YAML, anything else is text. Throws
/// ListFault. [control]
std::vector<ListedWord> readWords(std::string_view text, const std::string& file);

/// BLOCK, MASK or WARN, in any case; nothing for anything else.
std::optional<Action> actionOf(std::string_view name);

}  // namespace guard_content
