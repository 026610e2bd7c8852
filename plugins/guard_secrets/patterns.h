// A scanner of one's own regular expressions (RE2) beside that of secrets: what both find belongs to the
// latter.
#pragma once

#include "engine/scanner.h"

#include <re2/re2.h>
#include <memory>
#include <string>
#include <vector>

namespace guard_secrets {

struct Pattern {
    std::string name;  // the entity
    std::shared_ptr<const re2::RE2> expression;
    /// Bytes of the longest match. A longer one is cut off there, and may be cut elsewhere in a stream.
    size_t max_length = 128;
};

class Scanner final : public sluice::Scanner {
public:
    Scanner(secrets::Options options, std::vector<Pattern> patterns);

    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override { return longest_; }
    size_t lookBehind() const override { return secrets_.lookBehind(); }
    size_t lookAhead() const override { return secrets_.lookAhead(); }

private:
    bool allowed(std::string_view text) const;

    secrets::SecretScanner secrets_;
    std::vector<Pattern> patterns_;
    size_t longest_;
};

}  // namespace guard_secrets
