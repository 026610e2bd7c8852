// The key under which an answer is kept: a SHA-256 over everything in a request that can change its answer.
// The order of members, white space and how a text is escaped do not count; what only says who asks, or how
// the answer travels, does not either (kIgnored in request_key.cpp). Anything that is not known counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cache {

struct Asked {
    std::string_view route;      // "chat", …
    std::string_view model;      // the model group
    std::string_view owner;      // whose it is: another owner's is never found
    std::string_view betas;      // header fields that change what a provider does, or which one answers
    std::string_view body;       // JSON, or a form
    std::string_view form = {};  // the content-type of a form; empty: it is JSON
};

/// 64 hexadecimal digits. Nothing for a request that no stored answer can stand for: a body that is no JSON
/// object, numbers beyond 64 bits, a conversation that the provider keeps, work in the background. Of a form
/// count the fields and the bytes, the type and the extension of each file; the boundary, the order of fields
/// of different names and the rest of files' names do not. [any]
std::optional<std::string> keyOf(const Asked& asked);

/// One of the texts of a request for embeddings, or one list of tokens.
struct Item {
    std::string key;      // 64 hexadecimal digits, never those of a whole request
    uint64_t length = 1;  // of the text in bytes, or of the list; at least 1
};

/// Of what `input` holds, in its order: everything else that keyOf() looks at counts for each. Empty if it is
/// no such request, or has more than `most`. [any]
std::vector<Item> itemsIn(const Asked& asked, size_t most);

}  // namespace cache
