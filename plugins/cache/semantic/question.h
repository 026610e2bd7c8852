// What a request asks, apart from everything that has to be equal: of chat, messages and responses the text
// of the last message, if a user wrote it; of completions the prompt. Whatever else is in the request (system
// prompt, earlier turns, tools, parameters, images), whose it is, and every number in the text, makes up the
// scope: answers of another scope are never looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "request_key.h"

namespace cache {

struct Question {
    std::string scope;  // 64 hexadecimal digits
    std::string text;
};

/// Nothing if the request asks no such question, or a longer one than is compared (32 KiB). [any]
std::optional<Question> questionOf(const Asked& asked);

}  // namespace cache
