#include "category.h"

#include "fold.h"
#include "message.h"
#include "word_file.h"
#include "yaml.h"

namespace guard_content {

namespace {

constexpr uint32_t kFuzzyWordsMax = 3;  // "plan an attack": at most two words between

Severity readSeverity(const YAML::Node& node, const std::string& file, Severity otherwise) {
    if (!node.IsDefined() || node.IsNull()) return otherwise;
    const std::string name = textOf(node, file, "severity");
    const auto severity = severityOf(name);
    if (!severity)
        throw ListFault(file, lineOf(node), "severity: found " + name + "; allowed: low, medium, high");
    return *severity;
}

void readKeywords(const YAML::Node& list, const std::string& file, Severity otherwise, Category& out) {
    if (!list.IsDefined() || list.IsNull()) return;
    if (!list.IsSequence())
        throw ListFault(file, lineOf(list), "found no list; allowed: a list of {keyword, severity}");
    for (const YAML::Node& one : list) {
        if (one.IsScalar()) {
            out.keywords.push_back({one.Scalar(), otherwise, lineOf(one)});
            continue;
        }
        if (!one.IsMap()) throw ListFault(file, lineOf(one), "found neither a text nor {keyword, severity}");
        onlyKeys(one, file, {"keyword", "severity", "description"});
        out.keywords.push_back({textOf(one["keyword"], file, "keyword"),
                                readSeverity(one["severity"], file, otherwise), lineOf(one)});
    }
}

void readPhrase(const YAML::Node& one, const std::string& file, Category& out) {
    if (!one.IsMap())
        throw ListFault(file, lineOf(one), "found no {phrase, severity, match_type, max_distance}");
    onlyKeys(one, file, {"phrase", "severity", "match_type", "max_distance"});
    const std::string phrase = textOf(one["phrase"], file, "phrase");
    const Severity severity = readSeverity(one["severity"], file, Severity::High);
    const std::string type = one["match_type"] ? textOf(one["match_type"], file, "match_type") : "exact";
    if (type == "exact") {
        out.keywords.push_back({phrase, severity, lineOf(one)});
    } else if (type == "fuzzy") {
        out.phrases.push_back({phrase, severity, true, kFuzzyWordsMax});
    } else if (type == "proximity") {
        int distance = 5;
        if (one["max_distance"] &&
            (!YAML::convert<int>::decode(one["max_distance"], distance) || distance < 1 || distance > 50))
            throw ListFault(file, lineOf(one["max_distance"]), "max_distance: allowed: 1 to 50 words");
        out.phrases.push_back({phrase, severity, false, static_cast<uint32_t>(distance)});
    } else {
        throw ListFault(file, lineOf(one["match_type"]),
                        "match_type: found " + type + "; allowed: exact, fuzzy, proximity");
    }
}

std::vector<std::string> wordsOf(std::string_view phrase) {
    const std::string folded = foldedText(phrase);
    std::vector<std::string> words;
    for (size_t at = 0; at < folded.size();) {
        const size_t end = std::min(folded.find(' ', at), folded.size());
        words.push_back(folded.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

bool vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

}  // namespace

std::optional<Severity> severityOf(std::string_view name) {
    const std::string folded = foldedText(name);
    if (folded == "low") return Severity::Low;
    if (folded == "medium") return Severity::Medium;
    if (folded == "high") return Severity::High;
    return std::nullopt;
}

std::string_view nameOf(Severity severity) {
    return severity == Severity::Low ? "low" : severity == Severity::Medium ? "medium" : "high";
}

Category readCategory(std::string_view text, const std::string& file) {
    const YAML::Node document = yamlOf(text, file);
    if (!document.IsMap())
        throw ListFault(file, lineOf(document), "found no mapping; allowed: category_name, keywords, …");
    onlyKeys(document, file,
             {"category_name", "display_name", "description", "default_action", "keywords",
              "always_block_keywords", "identifier_words", "additional_block_words", "inherit_from",
              "phrases", "exceptions", "high", "medium", "low"});
    Category out;
    if (document["category_name"]) out.name = textOf(document["category_name"], file, "category_name");
    if (document["description"]) out.description = textOf(document["description"], file, "description");
    if (document["inherit_from"] && !document["inherit_from"].IsNull())
        out.inherit_from = textOf(document["inherit_from"], file, "inherit_from");
    if (document["default_action"]) {
        const std::string name = textOf(document["default_action"], file, "default_action");
        const auto action = actionOf(name);
        if (!action)
            throw ListFault(file, lineOf(document["default_action"]),
                            "default_action: found " + name + "; allowed: BLOCK, MASK, WARN");
        out.default_action = *action;
    }
    readKeywords(document["keywords"], file, Severity::Medium, out);
    readKeywords(document["always_block_keywords"], file, Severity::High, out);
    readKeywords(document["high"], file, Severity::High, out);
    readKeywords(document["medium"], file, Severity::Medium, out);
    readKeywords(document["low"], file, Severity::Low, out);
    const YAML::Node phrases = document["phrases"];
    if (phrases.IsDefined() && !phrases.IsNull())
        for (const YAML::Node& one : phrases) readPhrase(one, file, out);
    out.identifiers = textsOf(document["identifier_words"], file, "identifier_words");
    out.conditions = textsOf(document["additional_block_words"], file, "additional_block_words");
    out.exceptions = textsOf(document["exceptions"], file, "exceptions");
    return out;
}

// English endings: enough for "catches variations like planning, planned".
std::vector<std::string> inflections(const std::string& word) {
    std::vector<std::string> all{word, word + "s"};
    if (word.size() < 3) return all;
    const char last = word.back(), before = word[word.size() - 2];
    const std::string stem = word.substr(0, word.size() - 1);
    const auto add = [&all](std::string form) { all.push_back(std::move(form)); };
    if (last == 'e') {
        add(word + "d");
        add(stem + "ing");
    } else if (last == 'y' && !vowel(before)) {
        add(stem + "ies");
        add(stem + "ied");
        add(word + "ing");
    } else {
        const bool doubles =
            !vowel(last) && vowel(before) && !vowel(word[word.size() - 3]) && last != 'w' && last != 'x';
        add(word + "es");
        add(word + "ed");
        add(word + "ing");
        if (doubles) add(word + last + "ed");
        if (doubles) add(word + last + "ing");
    }
    if (word == "make") add("made");
    if (word == "build") add("built");
    if (word == "buy") add("bought");
    if (word == "bring") add("brought");
    return all;
}

void addCategory(RuleSet& set, const Category& category, const Category* inherited, const CategoryUse& use) {
    uint32_t scope = 1;
    for (const auto& exception : set.exceptions) scope = std::max(scope, exception.scope + 1);
    for (const auto& rule : set.rules) scope = std::max(scope, rule.scope + 1);
    const Action action = use.action.value_or(category.default_action);
    const auto ruleFor = [&](std::string_view what, Severity severity) {
        Rule rule{category.name, action, use.mask, use.message, {}, scope};
        if (rule.message.empty())
            rule.message = categoryMessage(category.name, what, nameOf(severity), use.json_messages);
        rule.reason = category.name + ": " + std::string(what) + " (" + std::string(nameOf(severity)) + ")";
        return set.add(std::move(rule));
    };
    for (const auto& keyword : category.keywords)
        if (keyword.severity >= use.threshold)
            set.words.push_back({{keyword.text}, ruleFor(keyword.text, keyword.severity)});
    for (const auto& phrase : category.phrases) {
        if (phrase.severity < use.threshold) continue;
        Together together{{}, ruleFor(phrase.text, phrase.severity), phrase.words_max, phrase.fuzzy};
        for (const auto& word : wordsOf(phrase.text)) {
            together.groups.emplace_back();
            for (auto& form : inflections(word)) together.groups.back().push_back({std::move(form)});
        }
        if (together.groups.size() > 1) set.together.push_back(std::move(together));
    }
    Together pair{{{}, {}}, 0};
    for (const auto& word : category.identifiers) pair.groups[0].push_back({word});
    for (const auto& word : category.conditions) pair.groups[1].push_back({word});
    if (inherited)
        for (const auto& keyword : inherited->keywords)
            if (keyword.severity >= use.threshold) pair.groups[1].push_back({keyword.text});
    if (!pair.groups[0].empty() && !pair.groups[1].empty()) {
        pair.rule = ruleFor("two terms together", Severity::High);
        set.together.push_back(std::move(pair));
    }
    for (const auto& exception : category.exceptions) set.exceptions.push_back({{exception}, scope});
}

}  // namespace guard_content
