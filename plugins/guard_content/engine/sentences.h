// Where sentences end.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace guard_content {

/// Looked for once a text, and only if somebody asks. [any, one text at a time]
class Sentences {
public:
    explicit Sentences(std::string_view text) : text_(text) {}

    /// Do both positions belong to one sentence? A sentence ends at an empty line, and at a full stop,
    /// question or exclamation mark in front of white space.
    bool same(size_t a, size_t b);

private:
    void look();

    std::string_view text_;
    bool known_ = false;
    std::vector<uint32_t> ends_;
};

}  // namespace guard_content
