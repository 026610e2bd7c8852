// What a content filter looks for in spans of text, as the configuration says it: the input of
// ContentScanner.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prebuilt.h"
#include "word_finder.h"

namespace guard_content {

enum class Action : uint8_t { Warn, Mask, Block };  // by strength

/// What is done about a finding, and what is said.
struct Rule {
    std::string entity;  // in the record: "us_ssn", "KEYWORD", "harmful_violence"
    Action action = Action::Block;
    std::string mask;     // takes the place of the finding
    std::string message;  // for the client
    std::string reason;   // internal, for the record
    uint32_t scope = 0;   // whose exceptions count for it: 0 for none, or the number of a category
};

/// Words of several groups that only together are a finding: an identifier and a condition. All of them have
/// to stand in one sentence, at most so far from each other. The one that comes last is the finding.
struct Together {
    std::vector<std::vector<Phrase>> groups;
    uint32_t rule = 0;
    uint32_t words_max = 40;  // from the end of one to the end of another
    bool in_order = false;    // group by group
};

struct RuleSet {
    std::vector<Rule> rules;

    struct Word {
        Phrase phrase;
        uint32_t rule;
    };
    std::vector<Word> words;
    struct Named {
        const Prebuilt* pattern;
        uint32_t rule;
    };
    std::vector<Named> prebuilt;
    struct Expression {
        std::string pattern;  // RE2
        uint32_t rule;
    };
    std::vector<Expression> expressions;
    std::vector<Together> together;

    /// A phrase that excuses findings of its scope that overlap it, or stand near it in the same sentence.
    struct Exception {
        Phrase phrase;
        uint32_t
            scope;  // of a category; 0: excuses findings of every word rule that lie inside of it, no others
    };
    std::vector<Exception> exceptions;

    bool leetspeak = false;
    size_t expression_bytes_max = 256;  // of a match of an expression: what a stream holds back for it

    uint32_t add(Rule rule) {
        rules.push_back(std::move(rule));
        return static_cast<uint32_t>(rules.size() - 1);
    }
};

}  // namespace guard_content
