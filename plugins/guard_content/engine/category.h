// Categories: words of three severities, words that count only together, and phrases that excuse both.
//
// The files are LiteLLM's: category_name, description, default_action, keywords and always_block_keywords
// [{keyword, severity}], identifier_words, additional_block_words, inherit_from, phrases [{phrase, severity,
// match_type: exact, fuzzy or proximity, max_distance}], exceptions. Shorter, and read as well: high, medium
// and low with a list of words each. The lists that come with Sluice are in lists/categories.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules.h"

namespace guard_content {

enum class Severity : uint8_t { Low, Medium, High };

std::optional<Severity> severityOf(std::string_view name);
std::string_view nameOf(Severity severity);

struct Category {
    struct Keyword {
        std::string text;
        Severity severity;
        size_t line = 0;
    };
    struct NearPhrase {  // fuzzy or proximity
        std::string text;
        Severity severity;
        bool fuzzy;
        uint32_t words_max;
    };
    std::string name;
    std::string description;
    Action default_action = Action::Block;
    std::vector<Keyword> keywords;
    std::vector<NearPhrase> phrases;
    std::vector<std::string> identifiers, conditions;  // found together: high
    std::string inherit_from;                          // a category whose keywords are conditions, too
    std::vector<std::string> exceptions;
};

/// Throws ListFault. `file` is for messages. [control]
Category readCategory(std::string_view text, const std::string& file);

/// The text of a list that comes with Sluice; empty if there is none of that name.
std::string_view shippedCategory(std::string_view name);
std::string_view shippedTopic(std::string_view name);
/// For messages.
std::string shippedCategories();
std::string shippedTopics();

/// A category as its entry in the configuration wants it.
struct CategoryUse {
    Severity threshold = Severity::Medium;
    std::optional<Action> action;  // default: the category's
    std::string mask = "[KEYWORD_REDACTED]";
    bool json_messages = false;  // what clients are told is an object, as LiteLLM has it
    std::string message;         // instead of the usual one; empty: the usual one
};

/// Adds its rules. `inherited` is what inherit_from names, or null.
void addCategory(RuleSet& set, const Category& category, const Category* inherited, const CategoryUse& use);

/// "plan": plan, plans, planned, planning, …
std::vector<std::string> inflections(const std::string& word);

}  // namespace guard_content
