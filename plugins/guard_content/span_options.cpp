#include "span_options.h"

#include <re2/re2.h>
#include <sluice/types.hpp>

#include "engine/category.h"
#include "engine/expressions.h"
#include "engine/list_fault.h"
#include "engine/message.h"
#include "engine/word_file.h"

namespace guard_content {

namespace {

class RuleReader {
public:
    explicit RuleReader(const Setting& config)
        : config_(config),
          json_(config.text("guardrail", "") == "litellm_content_filter"),
          pattern_format_(config.text("pattern_redaction_format", "[{pattern_name}_REDACTED]")),
          keyword_mask_(config.text("keyword_redaction_tag", "[KEYWORD_REDACTED]")),
          whole_words_(config.flag("whole_words", true)) {
        if (pattern_format_.find("{pattern_name}") == std::string::npos)
            config.find("pattern_redaction_format")
                ->fail("a text without {pattern_name}", "a text with {pattern_name}");
    }

    RuleSet read() {
        set_.leetspeak = config_.flag("leetspeak", false);
        set_.expression_bytes_max = config_.count("expression_bytes_max", 256);
        if (set_.expression_bytes_max < 1 || set_.expression_bytes_max > 4096)
            config_.find("expression_bytes_max")->fail("another number", "1 to 4096");
        each("categories", [this](const Setting& s) { category(s); });
        each("patterns", [this](const Setting& s) { pattern(s); });
        each("blocked_words", [this](const Setting& s) { blockedWord(s); });
        if (const auto file = config_.find("blocked_words_file"))
            for (const auto& word : wordsOfFile(*file))
                addWord(*file, word.keyword,
                        {"KEYWORD", word.action.value_or(defaultAction()), keyword_mask_,
                         keywordMessage(word.keyword, word.description, json_),
                         "blocked word: " + word.keyword, 0});
        each("word_lists", [this](const Setting& s) { wordList(s); });
        for (const auto& phrase : config_.texts("allowed_words")) allow(phrase);
        if (const auto file = config_.find("allowed_words_file"))
            for (const auto& word : wordsOfFile(*file)) allow(word.keyword);
        return std::move(set_);
    }

private:
    template <class Read>
    void each(const char* key, Read read) {
        if (const auto list = config_.find(key))
            for (const Setting& one : list->elements()) read(one);
    }

    Action defaultAction() const { return config_.action("blocked_words_action").value_or(Action::Block); }
    void allow(const std::string& phrase) { set_.exceptions.push_back({{phrase}, 0}); }

    static std::vector<ListedWord> wordsOfFile(const Setting& file) {
        try {
            const std::string path = file.text();
            return readWords(readListFile(path), path);
        } catch (const ListFault& fault) {
            throw sluice::ConfigError(file.path() + ": " + fault.what());
        }
    }

    // A word that folding leaves nothing of, or that ends in signs (c++, .net), is looked for as it is
    // written.
    void addWord(const Setting& at, const std::string& word, Rule rule, bool inside = false) {
        if (word.find_first_not_of(" \t\r\n") == std::string::npos)
            at.fail("an empty word", "a word or phrase");
        const uint32_t number = set_.add(std::move(rule));
        const auto sign = [](char c) { return c > ' ' && c < 0x7F && !isAlnum(c) && c != '_'; };
        if (WordFinder::foldable(word) && !sign(word.front()) && !sign(word.back())) {
            set_.words.push_back({{word, whole_words_ && !inside}, number});
            return;
        }
        if (word.size() > WordFinder::kPhraseBytesMax) at.fail("a phrase that is too long", "128 bytes");
        std::string expression = RE2::QuoteMeta(word);
        if (isAlnum(word.front())) expression = "\\b" + expression;
        if (isAlnum(word.back())) expression += "\\b";
        set_.expressions.push_back({expression, number});
    }

    void blockedWord(const Setting& s) {
        s.only({"keyword", "action", "description", "message"});
        const auto word = s.find("keyword");
        if (!word) s.fail("no keyword", "{keyword, action, description, message}");
        const std::string text = word->text(), description = s.text("description", "");
        const std::string message = s.text("message", keywordMessage(text, description, json_));
        addWord(*word, text,
                {"KEYWORD", s.action("action").value_or(defaultAction()), keyword_mask_, message,
                 "blocked word: " + text, 0});
    }

    void pattern(const Setting& s) {
        s.only({"pattern_type", "pattern_name", "pattern", "name", "action", "message"});
        const std::string type = s.text("pattern_type", s.find("pattern") ? "regex" : "prebuilt");
        if (type != "prebuilt" && type != "regex")
            s.find("pattern_type")->fail("another text", "prebuilt, regex");
        const bool prebuilt = type == "prebuilt";
        const auto what = s.find(prebuilt ? "pattern_name" : "pattern");
        if (!what)
            s.fail(std::string("no ") + (prebuilt ? "pattern_name" : "pattern"),
                   "one, for pattern_type " + type);
        const std::string name = prebuilt ? what->text() : s.text("name", "custom_regex");
        const uint32_t rule =
            set_.add({name, s.action("action").value_or(Action::Block), patternMask(pattern_format_, name),
                      s.text("message", patternMessage(name, json_)), "pattern: " + name, 0});
        if (prebuilt) {
            const Prebuilt* known = prebuiltOf(name);
            if (!known) what->fail("another text", prebuiltNames());
            set_.prebuilt.push_back({known, rule});
            return;
        }
        Expressions tried(set_.expression_bytes_max);
        const std::string fault = tried.add(what->text(), rule);
        if (!fault.empty()) what->fail("an expression with a fault (" + fault + ")", "RE2 syntax");
        set_.expressions.push_back({what->text(), rule});
    }

    void wordList(const Setting& s) {
        s.only({"name", "words", "file", "action", "mask", "message", "whole_words"});
        const std::string name = s.text("name", "");
        if (name.empty()) s.fail("no name", "{name, words, file, action, mask, message, whole_words}");
        const bool inside = !s.flag("whole_words", true);
        const Action action = s.action("action").value_or(Action::Block);
        const auto add = [&](const Setting& at, const std::string& word, std::optional<Action> own) {
            addWord(at, word,
                    {name, own.value_or(action), s.text("mask", keyword_mask_),
                     s.text("message", "Content blocked: " + name), name + ": " + word, 0},
                    inside);
        };
        if (const auto words = s.find("words"))
            for (const Setting& word : words->elements()) add(word, word.text(), std::nullopt);
        if (const auto file = s.find("file"))
            for (const auto& word : wordsOfFile(*file)) add(*file, word.keyword, word.action);
    }

    static Category shipped(const Setting& at, const std::string& name) {
        const auto text = shippedCategory(name);
        if (text.empty()) at.fail("another text", shippedCategories() + ", or any with category_file");
        return readCategory(text, name + ".yaml");
    }

    void category(const Setting& s) {
        s.only({"category", "enabled", "action", "severity_threshold", "category_file", "message"});
        const auto name = s.find("category");
        if (!name)
            s.fail("no category", "{category, enabled, action, severity_threshold, category_file, message}");
        if (!s.flag("enabled", true)) return;
        CategoryUse use;
        use.action = s.action("action");
        use.mask = keyword_mask_;
        use.json_messages = json_;
        use.message = s.text("message", "");
        const auto threshold =
            s.find("severity_threshold") ? s.find("severity_threshold") : config_.find("severity_threshold");
        if (threshold) {
            const auto severity = severityOf(threshold->text());
            if (!severity) threshold->fail("another text", "low, medium, high");
            use.threshold = *severity;
        }
        const auto file = s.find("category_file");
        try {
            const std::string path = file ? file->text() : "";
            Category category = file ? readCategory(readListFile(path), path) : shipped(*name, name->text());
            category.name = name->text();
            const std::string base = category.inherit_from.substr(0, category.inherit_from.find('.'));
            std::optional<Category> inherited;
            if (!base.empty()) inherited = shipped(file ? *file : *name, base);
            addCategory(set_, category, inherited ? &*inherited : nullptr, use);
        } catch (const ListFault& fault) {
            throw sluice::ConfigError((file ? file->path() : name->path()) + ": " + fault.what());
        }
    }

    const Setting& config_;
    const bool json_;  // messages as LiteLLM's objects
    const std::string pattern_format_, keyword_mask_;
    const bool whole_words_;
    RuleSet set_;
};

}  // namespace

RuleSet readRules(const Setting& config) { return RuleReader(config).read(); }

}  // namespace guard_content
