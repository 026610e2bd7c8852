// Finds personal data by rules: format, checksum, and the words in front. Names of people and places are none
// of its business. Everything runs in the process; nothing is sent anywhere.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/scanner.hpp>

namespace pii {

/// A pattern of a user's own.
struct OwnPattern {
    std::string entity;  // may be a known one, too: then this is one more way to find it
    std::string regex;   // RE2; matches begin at the beginning of a word and have at most 128 bytes
    float score = 0.5F;
    std::vector<std::string>
        context;  // words, of lower case: each raises the score as for the known entities
};

struct Options {
    /// Entities to look for; empty: those that are looked for by default (see docs/pii.md).
    std::set<std::string> entities;
    /// By entity or "ALL": from which score on a value is reported. 0 to 1.
    std::map<std::string, float> thresholds;
    /// Reports whatever has the shape of an entity, however weak: what an auditor asks, not a guardrail.
    /// Thresholds that are not named are 0 then.
    bool lenient = false;
    /// Values that are never reported, compared without regard to case and separators.
    std::vector<std::string> allow;
    /// By entity: words that are always reported as it, compared without regard to ASCII case, as whole
    /// words.
    std::map<std::string, std::vector<std::string>> deny;
    std::vector<OwnPattern> patterns;
};

/// The configuration names something that is not there, or a pattern that RE2 does not take.
struct BadOptions : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

inline constexpr float kDefaultThreshold = 0.5F;

class RuleScanner final : public sluice::Scanner {
public:
    explicit RuleScanner(const Options& options = {});  // throws BadOptions
    ~RuleScanner() override;

    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override;
    size_t lookBehind() const override;
    size_t lookAhead() const override;

    /// All entities that it knows, in the order of docs/pii.md.
    static std::vector<std::string_view> known();
    /// Those that are looked for if the configuration names none.
    static std::vector<std::string_view> byDefault();

private:
    struct Parts;
    std::unique_ptr<const Parts> parts_;
};

}  // namespace pii
