// Values of one request under other names, and the way back: "<PERSON_1>" goes to the model, and what the
// model says of <PERSON_1> comes back with the name in it. One object a request: nothing of it is ever seen
// by another.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sluice/scanner.hpp>

#include "keyed.h"

namespace pii {

class Pseudonyms {
public:
    static constexpr size_t kMax = 10'000;  // a request; what is beyond gets a name without way back

    /// "<PERSON_1>": the same value has the same name, another value another. [one thread at a time]
    std::string tokenFor(std::string_view entity, std::string_view value);
    /// A value of the same form (Keyed::standIn); a token if there is none, or if it stands for another value
    /// already.
    std::string standInFor(std::string_view entity, std::string_view value, const Keyed& keyed);

    bool empty() const { return originals_.empty(); }
    /// Bytes of the longest name.
    size_t longest() const { return longest_; }
    /// What `name` stands for: a token in any case and with the escapes that models write, or a stand-in,
    /// exactly.
    std::optional<std::string_view> originalOf(std::string_view name) const;

private:
    friend class PseudonymScanner;
    void remember(std::string name, std::string_view value);

    std::map<std::pair<std::string, std::string>, std::string> names_;  // by entity and value
    std::unordered_map<std::string, std::string> originals_;            // by name
    std::map<std::string, size_t, std::less<>> counts_;                 // by entity
    std::unordered_multimap<std::string, std::string> stand_ins_;       // by their first four bytes
    size_t longest_ = 0;
};

/// Finds the names in an answer, as the entity PSEUDONYM. Sees names that were given after it was made, too.
class PseudonymScanner final : public sluice::Scanner {
public:
    static constexpr std::string_view kEntity = "PSEUDONYM";

    explicit PseudonymScanner(const Pseudonyms& names) : names_(names) {}  // must outlive it
    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override;
    size_t lookBehind() const override { return 0; }
    size_t lookAhead() const override { return 0; }

private:
    size_t nameEnd(std::string_view text, size_t begin) const;
    const Pseudonyms& names_;
};

}  // namespace pii
