// Presidio: an analyzer that finds personal data and an anonymizer that says what stands in its place.
//
// Format: POST /analyze and POST /anonymize of "Presidio API",
// https://microsoft.github.io/presidio/api-docs/api-docs.html. Positions are code points. A list of texts in
// /analyze is answered by a list of lists; servers before 2.2.358 do not know that and are asked one by one.
#include <atomic>
#include <fstream>
#include <set>

#include "../characters.h"
#include "../json.h"
#include "../reading.h"
#include "services.h"

namespace guard_remote {
namespace {

struct Options {
    std::string analyzer, anonymizer;     // URLs; without an anonymizer masks are made here
    std::map<std::string, bool> actions;  // entity -> blocked; empty: all entities are masked
    std::map<std::string, double> thresholds;
    std::vector<std::string> denied, allowed_phrases;
    std::string language = "en";
    Json recognizers;  // ad hoc
    bool requests = true, answers = true, skip_system = false;
};

struct Wishes {
    std::string language;
    std::vector<std::string> entities;
};

// The anonymizer joins findings with nothing but white space between them: this keeps them apart.
constexpr std::string_view kBetween = "|";

Json recognizersOf(const sluice::ConfigObject& config) {
    constexpr std::string_view kKey = "presidio_ad_hoc_recognizers";
    std::string json;
    config.readJson(kKey, json);
    if (json.empty()) return nullptr;
    Json list = Json::parse(json);
    if (list.is_string()) {  // LiteLLM: the path of a file
        std::ifstream file(list.get<std::string>());
        if (!file) sluice::ConfigObject::fail(std::string(kKey), "a file that cannot be read", "a JSON file");
        list = Json::parse(file, nullptr, false);
    }
    if (!list.is_array())
        sluice::ConfigObject::fail(std::string(kKey), "no list", "a list, or a file with one");
    return list;
}

Options optionsOf(const sluice::ConfigObject& config, const sluice::Host& host) {
    Options o;
    o.analyzer =
        urlOf(textOrVariable(config, host, "presidio_analyzer_api_base", "PRESIDIO_ANALYZER_API_BASE"),
              "presidio_analyzer_api_base");
    o.anonymizer =
        textOrVariable(config, host, "presidio_anonymizer_api_base", "PRESIDIO_ANONYMIZER_API_BASE");
    if (!o.anonymizer.empty()) o.anonymizer = urlOf(o.anonymizer, "presidio_anonymizer_api_base");
    o.actions = actionsOf(config, "pii_entities_config");
    o.thresholds = numbersOf(config, "presidio_score_thresholds");
    config.read("presidio_entities_deny_list", o.denied);
    config.read("presidio_phrase_allow_list", o.allowed_phrases);
    config.read("presidio_language", o.language);
    o.recognizers = recognizersOf(config);
    std::string scope = "both";
    config.read("presidio_filter_scope", scope, {"input", "output", "both"});
    o.requests = scope != "output";
    o.answers = scope != "input";
    config.read("presidio_skip_system_developer_message", o.skip_system);
    return o;
}

class Presidio final : public Adapter {
public:
    Presidio(Options options, std::string name, bool batch)
        : options_(std::move(options)), name_(std::move(name)), batch_(batch) {}

    Bounds bounds() const override { return {64, 100'000, 400'000}; }
    Yields yields() const override { return Yields::Spans; }
    bool skips(Side side, std::string_view role) const override {
        if (side == Side::Request ? !options_.requests : !options_.answers) return true;
        return options_.skip_system && role == "system";
    }
    // The way they are spelt is the key, not what they come to: a few entries more than needed.
    std::string keyOf(const About& about, std::string_view /*role*/) const override {
        return std::string(about.wishes);
    }

    std::vector<Judgement> judge(Caller& caller, const About& about,
                                 const std::vector<Piece>& texts) const override {
        const Wishes wishes = wishesOf(about);
        std::vector<Judgement> judgements;
        const Json answers = analyzed(caller, wishes, texts);
        for (size_t i = 0; i < texts.size(); ++i) judgements.push_back(read(answers[i], texts[i].text));
        anonymize(caller, texts, judgements);
        return judgements;
    }

private:
    // As in LiteLLM, a request may ask for its language, and for entities besides those of the configuration.
    Wishes wishesOf(const About& about) const {
        Wishes wishes{options_.language, {}};
        for (const auto& [entity, blocked] : options_.actions) wishes.entities.push_back(entity);
        if (about.wishes.empty()) return wishes;
        const sluice::JsonObject said(about.wishes);
        if (const auto language = said.textOf("language"); !language.empty()) wishes.language = language;
        const Json list = parsedOrNull(said.member("entities").value_or("[]"));
        if (!list.is_array()) return wishes;
        for (const auto& one : list) {
            if (one.is_string() && options_.actions.count(one.get<std::string>()) == 0)
                wishes.entities.push_back(one.get<std::string>());
        }
        return wishes;
    }

    std::string_view analyze(Caller& caller, const Wishes& wishes, Json text) const {
        Json question{{"text", std::move(text)}, {"language", wishes.language}};
        if (!wishes.entities.empty()) question["entities"] = wishes.entities;
        if (!options_.recognizers.is_null()) question["ad_hoc_recognizers"] = options_.recognizers;
        if (!options_.allowed_phrases.empty()) question["allow_list"] = options_.allowed_phrases;
        return caller.post({options_.analyzer + "/analyze", {}, dumped(question)});
    }

    // A list of findings for each text.
    Json analyzed(Caller& caller, const Wishes& wishes, const std::vector<Piece>& texts) const {
        Json all = Json::array();
        if (texts.size() > 1 && batch_.load(std::memory_order_relaxed)) {
            for (const auto& piece : texts) all.push_back(piece.text);
            try {
                all = parsed(analyze(caller, wishes, std::move(all)));
                if (!all.is_array() || all.size() != texts.size()) malformed("it is about other texts");
                return all;
            } catch (const Unusable& e) {
                if (e.status != 400 && e.status != 422 && e.status != 500) throw;
                all = Json::array();
            }
        }
        for (const auto& piece : texts) all.push_back(parsed(analyze(caller, wishes, piece.text)));
        if (texts.size() > 1) batch_.store(false, std::memory_order_relaxed);  // it answers, but not to lists
        return all;
    }

    bool counts(const std::string& entity, double score) const {
        for (const auto& denied : options_.denied) {
            if (denied == entity) return false;
        }
        auto bound = options_.thresholds.find(entity);
        if (bound == options_.thresholds.end()) bound = options_.thresholds.find("ALL");
        return bound == options_.thresholds.end() || score >= bound->second;
    }

    Judgement read(const Json& findings, std::string_view text) const {
        if (!findings.is_array()) malformed("a list of findings is expected");
        Judgement judgement;
        const CharacterIndex index(text);
        std::set<std::string> seen;
        for (const auto& one : findings) {
            const std::string entity = needText(one, "entity_type");
            const double score = needNumber(one, "score");
            const auto begin = index.byteOf(needCount(one, "start"));
            const auto end = index.byteOf(needCount(one, "end"));
            // What it means is not known, so neither is what to mask.
            if (!begin || !end || *begin > *end) malformed("a finding is not within its text");
            if (!counts(entity, score)) continue;
            if (seen.insert(entity).second) judgement.labels.push_back(entity);
            const auto action = options_.actions.find(entity);
            if (action != options_.actions.end() && action->second && !judgement.blocked) {
                judgement.blocked = true;
                judgement.reason = "Blocked PII entity detected: " + entity + " by Guardrail: " + name_ + ".";
            }
            judgement.found.push_back({*begin, *end, entity, score, "<" + entity + ">"});
        }
        settle(judgement.found);
        return judgement;
    }

    // One call for all: of the texts it gets what was found and nothing else.
    void anonymize(Caller& caller, const std::vector<Piece>& texts,
                   std::vector<Judgement>& judgements) const {
        if (options_.anonymizer.empty()) return;
        std::vector<Found*> all;
        std::string joined;
        Json results = Json::array();
        size_t at = 0;
        for (size_t i = 0; i < texts.size(); ++i) {
            if (judgements[i].blocked) return;
            for (auto& one : judgements[i].found) {
                const auto found = texts[i].text.substr(one.begin, one.end - one.begin);
                const size_t size = characters(found);
                results.push_back(
                    {{"start", at}, {"end", at + size}, {"entity_type", one.entity}, {"score", one.score}});
                joined.append(found).append(kBetween);
                at += size + kBetween.size();
                all.push_back(&one);
            }
        }
        if (all.empty()) return;
        const Json answer = parsed(caller.post({options_.anonymizer + "/anonymize",
                                                {},
                                                dumped({{"text", joined}, {"analyzer_results", results}})}));
        std::map<size_t, std::string> by;  // by where it stands
        for (const auto& item : needList(answer, "items"))
            by[needCount(item, "start")] = needText(item, "text");
        if (by.size() != all.size()) malformed("the anonymizer is about other findings");
        auto next = by.begin();
        for (auto* one : all) one->by = std::move((next++)->second);
    }

    const Options options_;
    const std::string name_;
    mutable std::atomic<bool> batch_;
};

}  // namespace

Made makePresidio(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name) {
    bool batch = true;
    config.read("presidio_batch", batch);
    return std::make_unique<Presidio>(optionsOf(config, host), name, batch);
}

}  // namespace guard_remote
