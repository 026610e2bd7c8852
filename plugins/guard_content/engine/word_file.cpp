#include "word_file.h"

#include <algorithm>

#include "fold.h"
#include "yaml.h"

namespace guard_content {

namespace {

bool endsWith(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view kWhite = " \t\r";
    const size_t begin = line.find_first_not_of(kWhite);
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(kWhite) - begin + 1);
}

bool utf8(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const uint8_t length = codePointAt(text, i).length;
        if (length == 0) return false;
        i += length;
    }
    return true;
}

std::vector<ListedWord> readLines(std::string_view text, const std::string& file) {
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    std::vector<ListedWord> words;
    for (size_t line = 1; !text.empty(); ++line) {
        const size_t end = std::min(text.find('\n'), text.size());
        const auto word = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty() || word[0] == '#') continue;
        if (!utf8(word)) throw ListFault(file, line, "found bytes that are no UTF-8; allowed: UTF-8");
        words.push_back({std::string(word), std::nullopt, {}, line});
    }
    return words;
}

ListedWord readEntry(const YAML::Node& node, const std::string& file) {
    ListedWord word;
    word.line = lineOf(node);
    if (node.IsScalar()) {
        word.keyword = node.Scalar();
        return word;
    }
    if (!node.IsMap())
        throw ListFault(file, word.line, "found neither a text nor {keyword, action, description}");
    onlyKeys(node, file, {"keyword", "action", "description"});
    word.keyword = textOf(node["keyword"], file, "keyword");
    if (node["action"]) {
        const std::string name = textOf(node["action"], file, "action");
        word.action = actionOf(name);
        if (!word.action)
            throw ListFault(file, lineOf(node["action"]),
                            "action: found " + name + "; allowed: BLOCK, MASK, WARN");
    }
    if (node["description"] && !node["description"].IsNull())
        word.description = textOf(node["description"], file, "description");
    return word;
}

std::vector<ListedWord> readYaml(std::string_view text, const std::string& file) {
    const YAML::Node document = yamlOf(text, file);
    YAML::Node list = document;
    if (document.IsMap()) {
        onlyKeys(document, file, {"blocked_words"});
        list = document["blocked_words"];
    }
    if (!list.IsDefined() || !list.IsSequence())
        throw ListFault(
            file, lineOf(document),
            "found no list; allowed: blocked_words: [{keyword, action, description}], or a list of texts");
    std::vector<ListedWord> words;
    for (const YAML::Node& one : list) words.push_back(readEntry(one, file));
    return words;
}

}  // namespace

std::optional<Action> actionOf(std::string_view name) {
    const std::string folded = foldedText(name);
    if (folded == "block") return Action::Block;
    if (folded == "mask") return Action::Mask;
    if (folded == "warn") return Action::Warn;
    return std::nullopt;
}

std::vector<ListedWord> readWords(std::string_view text, const std::string& file) {
    const bool yaml = endsWith(file, ".yaml") || endsWith(file, ".yml") || endsWith(file, ".json");
    auto words = yaml ? readYaml(text, file) : readLines(text, file);
    for (const auto& word : words)
        if (trimmed(word.keyword).empty())
            throw ListFault(file, word.line, "found an empty keyword; allowed: a word or phrase");
    return words;
}

}  // namespace guard_content
