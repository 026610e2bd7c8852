// Where the top-level members of a JSON object stand in its text, so that one of them can be read or replaced
// while every other byte stays as it is. The whole text is checked first (simdjson: RFC 8259, UTF-8, depth
// 1,024).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/name_bits.h"
#include "base/status.h"

namespace sluice::llm {

struct JsonMember {
    std::string name;  // unescaped
    size_t begin = 0;  // of the name's opening quote
    size_t value_begin = 0;
    size_t value_end = 0;
};

class JsonIndex {
public:
    /// `text` must be a JSON object; Malformed with the reason otherwise. A top-level name given twice is
    /// refused: two readers could take different values for it.
    static base::Result<JsonIndex> read(std::string_view text);

    const std::vector<JsonMember>& members() const { return members_; }
    const JsonMember* find(std::string_view name) const;
    size_t open() const { return open_; }  // of the brace

private:
    std::vector<JsonMember> members_;
    base::NameBits names_;  // of the members
    size_t open_ = 0;
};

/// Is this a complete JSON text (RFC 8259)? Also where numbers do not fit into 64 bits, which parseJson
/// refuses.
bool isJson(std::string_view text);

/// The string that a JSON string literal stands for; empty if it is none.
std::string jsonString(std::string_view literal);

}  // namespace sluice::llm
