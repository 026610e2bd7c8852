#include "tags.h"

#include <algorithm>

#include <re2/re2.h>

namespace router_filters {
namespace {

constexpr std::string_view kReason = "its tags do not fit";

bool hasAny(const Facts& facts, const TagRules::Views& tags) {
    return std::any_of(tags.begin(), tags.end(), [&](std::string_view tag) { return facts.has(tag); });
}

bool hasAll(const Facts& facts, const TagRules::Views& tags) {
    return std::all_of(tags.begin(), tags.end(), [&](std::string_view tag) { return facts.has(tag); });
}

bool isAllowed(const TagRules& rules, const Facts& facts) {
    return !hasAny(facts, rules.excluded) && hasAll(facts, rules.required);
}

bool isWanted(const TagRules& rules, bool match_any, const HeaderLines& lines, const Facts& facts) {
    if (!rules.wanted.empty()) {
        const bool tagged = match_any ? hasAny(facts, rules.wanted) : hasAll(facts, rules.wanted);
        // Where all tags have to be there, a pattern does not make up for one that is not.
        if (tagged || !match_any) return tagged;
    }
    return matchesHeaders(facts, lines);
}

Refused refusal(const Tags& tags, std::string_view model) {
    std::string list;
    for (const auto& tag : tags) {
        if (list.size() > 500) break;
        list += (list.empty() ? "'" : ", '") + tag + "'";
    }
    return {401,
            "Not allowed to access model due to tags configuration: no deployments with tag routing. Passed "
            "model=" +
                std::string(model) + " and tags=[" + list + "]",
            "", "auth_error"};
}

}  // namespace

TagRules rulesOf(const Tags& tags) {
    TagRules rules;
    rules.wanted.reserve(tags.size());
    for (const std::string_view tag : tags) {
        if (tag[0] == '!')
            rules.excluded.push_back(tag.substr(1));
        else if (tag[0] == '&')
            rules.required.push_back(tag.substr(1));
        else
            rules.wanted.push_back(tag);
    }
    return rules;
}

HeaderLines headerLinesOf(const sluice::Request& request) {
    HeaderLines lines;
    for (const auto& [name, value] : request.headers()) {
        std::string& line = lines.emplace_back();
        bool begins = true;
        for (const char c : name) {
            const bool small = c >= 'a' && c <= 'z', capital = c >= 'A' && c <= 'Z';
            line += begins && small      ? static_cast<char>(c & ~0x20)
                    : !begins && capital ? static_cast<char>(c | 0x20)
                                         : c;
            begins = c == '-';
        }
        line.append(": ").append(value);
    }
    return lines;
}

bool matchesHeaders(const Facts& facts, const HeaderLines& lines) {
    for (const auto& regex : facts.tag_regex) {
        for (const auto& line : lines) {
            if (re2::RE2::PartialMatch(line, *regex)) return true;
        }
    }
    return false;
}

std::optional<Refused> filterByTags(const Tags& tags, const HeaderLines& lines, bool match_any,
                                    std::string_view model, Choice& choice) {
    if (tags.empty() && !choice.matters(kHasDefaultTag | kHasPatterns)) return std::nullopt;
    const TagRules rules = rulesOf(tags);
    if (!rules.excluded.empty() || !rules.required.empty()) {
        const auto allowed = [&](const Facts& facts) { return isAllowed(rules, facts); };
        if (!choice.narrowByTags(allowed, kReason)) return refusal(tags, model);
    }
    // What is required and there is a match of its own.
    if (rules.wanted.empty() && !rules.required.empty()) return std::nullopt;
    const auto wanted = [&](const Facts& facts) { return isWanted(rules, match_any, lines, facts); };
    if (choice.narrowByTags(wanted, kReason)) return std::nullopt;
    if (choice.narrowToDefault(kReason)) return std::nullopt;
    return rules.wanted.empty() ? std::nullopt : std::optional(refusal(tags, model));
}

}  // namespace router_filters
