// A text as an answer of a route, in its dialect; as a stream of events if the client asked for one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lua_policy {

struct Answer {
    std::string content_type, body;
};

/// Nothing where a text has no form: chat, completions, messages and responses have one.
std::optional<Answer> answerFor(std::string_view route, std::string_view model, std::string_view text,
                                bool streamed);

}  // namespace lua_policy
