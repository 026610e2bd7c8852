// Finds what a RuleSet looks for. One pass for all words and phrases, one for the prebuilt patterns, one for
// the expressions if there are any; then exceptions are taken off and overlaps settled.
//
// Where findings overlap, each byte belongs to the one that begins first (the longer of two that begin
// together); what is left of the other behind it is a finding of its own. One that lies inside of another
// gives it its rule if that is the stronger one. So whether something is found, and as what, depends on
// nothing but the bytes around it, and a stream finds the same however it is cut.
#pragma once

#include <sluice/scanner.hpp>

#include <memory>
#include <unordered_map>

#include "expressions.h"
#include "rules.h"

namespace guard_content {

class Sentences;

class ContentScanner final : public sluice::Scanner {
public:
    /// An exception excuses what stands at most so far behind it or, shorter, in front of it.
    static constexpr size_t kExceptionBehindBytes = 256;
    static constexpr size_t kExceptionAheadBytes = 40;
    /// Words that count together stand at most so far from each other.
    static constexpr size_t kTogetherBytes = 300;

    /// Throws std::invalid_argument for an expression that RE2 does not take; the reader of the configuration
    /// has tried them before.
    explicit ContentScanner(RuleSet set);
    ~ContentScanner() override;

    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override;
    size_t longest() const override { return longest_; }
    size_t lookBehind() const override { return behind_; }
    size_t lookAhead() const override { return ahead_; }

    /// What is to be done about a finding of this scanner.
    const Rule& ruleOf(const sluice::Finding& finding) const;
    const std::vector<Rule>& rules() const { return rules_; }
    bool empty() const;
    size_t bytes() const { return plain_.bytes() + leet_.bytes(); }

private:
    struct Tag;   // what a phrase is: a word of a rule, of a group, an exception
    struct Work;  // of one text
    struct Group {
        uint32_t rule;
        uint32_t groups;
        uint32_t first;  // of its groups, in one row for all
        uint32_t words_max;
        bool in_order;
    };

    void number(const RuleSet& set, std::vector<Phrase>& phrases);
    void addExpressions(const RuleSet& set);
    void measure(const RuleSet& set);
    void sortHits(Work& work, const std::vector<WordHit>& hits) const;
    void count(Work& work, const WordHit& hit, const Tag& tag) const;
    void excuse(Work& work) const;
    bool excused(Work& work, const Candidate& candidate) const;
    void settle(Work& work, size_t from, std::vector<sluice::Finding>& found) const;

    std::vector<Rule> rules_;
    std::unordered_map<const char*, uint32_t> by_entity_;
    std::vector<Tag> tags_;  // by phrase
    std::vector<Group> together_;
    uint32_t groups_ = 0;
    bool any_exceptions_ = false;
    WordFinder plain_, leet_;
    PrebuiltSet prebuilt_;
    Expressions expressions_;
    size_t longest_ = 0, behind_ = 0, ahead_ = 0;
    size_t exception_bytes_ = 0;  // of the longest exception in a text
};

}  // namespace guard_content
