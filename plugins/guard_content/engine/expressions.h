// Regular expressions of the configuration, by RE2: linear in the text, compiled when the configuration is
// read. One pass over the text with all of them together says which are worth asking.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "prebuilt.h"

namespace re2 {
class RE2;
}

namespace guard_content {

class Expressions {
public:
    /// `longest`: bytes that a match may have. A longer one is found if it would also be one when cut there.
    explicit Expressions(size_t longest);
    ~Expressions();
    Expressions(Expressions&&) noexcept;

    /// What is wrong with it; empty if nothing is. Case does not count, as in LiteLLM; (?-i) makes it count.
    std::string add(std::string_view pattern, uint32_t rule);
    /// Once all have been added.
    void prepare();

    bool empty() const { return all_.empty(); }
    size_t longest() const { return longest_; }
    /// Appends the matches of each that begin at or after `from`, from left to right, without overlap among
    /// themselves. Empty matches are none. [any]
    void find(std::string_view text, size_t from, std::vector<Candidate>& found) const;

private:
    struct One;
    class Together;

    void findOne(const One& one, std::string_view text, size_t from, std::vector<Candidate>& found) const;

    size_t longest_;
    std::vector<One> all_;
    std::unique_ptr<Together> together_;
};

}  // namespace guard_content
