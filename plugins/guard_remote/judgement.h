// What a service says about a text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guard_remote {

/// Bytes [begin, end) of a text, at character boundaries, and what stands in their place when they are
/// masked.
struct Found {
    size_t begin = 0;
    size_t end = 0;
    std::string entity;  // "EMAIL_ADDRESS"
    double score = 1;
    std::string by;  // "<EMAIL_ADDRESS>"
};

struct Judgement {
    bool blocked = false;
    /// Of a block: for the client and the record. Names rules and categories, never the text.
    std::string reason;
    /// What was found, for the record: "violence", "EMAIL_ADDRESS".
    std::vector<std::string> labels;
    /// To be masked: ascending, without overlap.
    std::vector<Found> found;
    /// The whole text as the service wants it; nothing if it stays.
    std::optional<std::string> edited;
    /// False: it is not known which text of the call was meant, so it must not be remembered for this one.
    bool certain = true;
};

/// A text to be judged. Borrowed from whoever asks.
struct Piece {
    std::string_view text;
    std::string_view role;  // "system", "user", "assistant", "tool"; "user" if there is none
};

/// Which way the texts go.
enum class Side { Request, Answer };

}  // namespace guard_remote
