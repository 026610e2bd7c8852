// The key under which an answer is kept: a SHA-256 over everything in a request that can change its answer.
// The order of members, white space and how a text is escaped do not count; what only says who asks, or how
// the answer travels, does not either (kIgnored in request_key.cpp). Anything that is not known counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cache {

struct Asked {
    std::string_view route;  // "chat", …
    std::string_view model;  // the model group
    std::string_view owner;  // whose it is: another owner's is never found
    std::string_view betas;  // header fields that change what a provider does, or which one answers
    std::string_view body;   // JSON
};

/// 64 hexadecimal digits. Nothing for a request that no stored answer can stand for: a body that is no JSON
/// object, numbers beyond 64 bits, a conversation that the provider keeps, work in the background. [any]
std::optional<std::string> keyOf(const Asked& asked);

}  // namespace cache
