// The guardrail "word" of the scenarios: words and what is done about them, {"words": {"Falcon": "mask"}};
// the request's extra_body {"also": "Heron"} adds one that is masked.
#include <sluice/config.hpp>
#include <sluice/guardrail.hpp>
#include <sluice/plugin.hpp>

namespace {

class Words : public sluice::Scanner {
public:
    explicit Words(std::vector<std::string> words) : words_(std::move(words)) {
        for (const auto& word : words_) longest_ = std::max(longest_, word.size());
    }
    void find(std::string_view text, size_t from, std::vector<sluice::Finding>& found) const override {
        for (size_t i = from; i < text.size(); ++i) {
            for (const auto& word : words_) {
                if (text.compare(i, word.size(), word) != 0) continue;
                found.push_back({i, i + word.size(), word, 1});
                i += word.size() - 1;
                break;
            }
        }
    }
    size_t longest() const override { return longest_; }
    size_t lookBehind() const override { return 0; }
    size_t lookAhead() const override { return 0; }

private:
    std::vector<std::string> words_;
    size_t longest_ = 1;
};

struct Asked : sluice::Guardrail::Memory {
    std::unique_ptr<Words> words;
};

class WordGuard : public sluice::Guardrail {
public:
    WordGuard(std::string_view config, sluice::Host host) : Guardrail(host), words_(read(config)) {}

    const sluice::Scanner* scanner(const sluice::Request& request, const Place&) const override {
        auto& asked = memory<Asked>(request);
        if (!asked.words) {
            auto words = all_;
            const auto also = sluice::JsonObject(wishes(request)).textOf("also");
            if (!also.empty()) words.push_back(also);
            asked.words = std::make_unique<Words>(std::move(words));
        }
        return asked.words.get();
    }
    sluice::GuardAction action(const sluice::Finding& finding, const Place&) const override {
        const auto said = actions_.find(finding.entity);
        if (said == actions_.end() || said->second == "mask") return sluice::GuardAction::Mask;
        return said->second == "block" ? sluice::GuardAction::Block : sluice::GuardAction::Observe;
    }
    std::string replacement(const sluice::Request&, const sluice::Finding&, std::string_view) const override {
        return "[BIRD]";
    }
    std::unique_ptr<Memory> remember() const override { return std::make_unique<Asked>(); }
    const sluice::Scanner& scanner() const { return words_; }
    static const void* interface(std::string_view id) {
        return id == SLUICE_SCANNER_ID ? sluice::scannerInterface<WordGuard>() : nullptr;
    }

private:
    Words read(std::string_view config) {
        const sluice::JsonObject whole(config);
        const sluice::JsonObject object(whole.member("words").value_or("{}"));
        for (const auto name : object.names()) {
            all_.emplace_back(name);
            actions_[std::string(name)] = object.textOf(name);
        }
        return Words(all_);
    }

    std::vector<std::string> all_;
    std::map<std::string, std::string, std::less<>> actions_;
    Words words_;
};

}  // namespace

SLUICE_PLUGIN(
    WordGuard,
    R"({"id":"word_guard","version":"1.0.0","abi":1,"interfaces":["sluice.hooks/1","sluice.scanner/1"],)"
    R"("hooks":["pre_call","during_call","on_stream","post_call"],"guardrails":["word"],)"
    R"("config_schema":{"type":"object","required":["words"],"additionalProperties":false,"properties":{)"
    R"("words":{"type":"object","additionalProperties":{"type":"string"},"examples":[{"Falcon":"mask"}]}}}})")
