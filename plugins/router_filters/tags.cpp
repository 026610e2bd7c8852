#include "tags.h"

#include <algorithm>

#include <re2/re2.h>

namespace router_filters {
namespace {

constexpr std::string_view kReason = "its tags do not fit";

// Of "free", "&free" and "!free" which there are.
struct Kinds {
    bool wanted = false, required = false, excluded = false;
};

bool isRequired(const std::string& tag) { return tag[0] == '&'; }
bool isExcluded(const std::string& tag) { return tag[0] == '!'; }
bool isWanted(const std::string& tag) { return !isRequired(tag) && !isExcluded(tag); }
std::string_view nameOf(const std::string& tag) {
    return std::string_view(tag).substr(isWanted(tag) ? 0 : 1);
}

Kinds kindsOf(const Tags& tags) {
    Kinds kinds;
    for (const auto& tag : tags)
        (isWanted(tag) ? kinds.wanted : isRequired(tag) ? kinds.required : kinds.excluded) = true;
    return kinds;
}

bool allows(const Tags& tags, const Facts& facts) {
    return std::all_of(tags.begin(), tags.end(), [&](const auto& tag) {
        return isWanted(tag) || facts.has(nameOf(tag)) == isRequired(tag);
    });
}

// `match_any`: is one of the wanted tags enough?
bool hasWanted(const Tags& tags, bool match_any, const Facts& facts) {
    for (const auto& tag : tags) {
        if (isWanted(tag) && facts.has(tag) == match_any) return match_any;
    }
    return !match_any;
}

bool fits(const Tags& tags, const Kinds& kinds, bool match_any, const HeaderLines& lines,
          const Facts& facts) {
    if (kinds.wanted) {
        const bool tagged = hasWanted(tags, match_any, facts);
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
    const Kinds kinds = kindsOf(tags);
    if (kinds.excluded || kinds.required) {
        const auto allowed = [&](const Facts& facts) { return allows(tags, facts); };
        if (!choice.narrowByTags(allowed, kReason)) return refusal(tags, model);
    }
    // What is required and there is a match of its own.
    if (!kinds.wanted && kinds.required) return std::nullopt;
    const auto wanted = [&](const Facts& facts) { return fits(tags, kinds, match_any, lines, facts); };
    if (choice.narrowByTags(wanted, kReason)) return std::nullopt;
    if (choice.narrowToDefault(kReason)) return std::nullopt;
    return kinds.wanted ? std::optional(refusal(tags, model)) : std::nullopt;
}

}  // namespace router_filters
