// Azure AI Content Safety, text:analyze: how severe a text is in four categories, and blocklists.
//
// Format: "Text Operations - Analyze Text", version 2024-09-01,
// https://learn.microsoft.com/rest/api/contentsafety/text-operations/analyze-text: at most 10,000 code
// points; severities 0, 2, 4, 6, or 0 to 7 with EightSeverityLevels.
#include "azure.h"

namespace guard_remote {
namespace {

constexpr size_t kCharactersMax = 10'000;
constexpr double kThreshold = 2;  // LiteLLM's, if none is configured

class AzureText final : public Adapter {
public:
    AzureText(const sluice::ConfigObject& config, const sluice::Host& host)
        : azure_(config, host, "text:analyze"),
          by_category_(numbersOf(config, "severity_threshold_by_category")) {
        std::vector<std::string> categories{"Hate", "Sexual", "SelfHarm", "Violence"}, lists;
        config.read("categories", categories);
        config.read("blocklistNames", lists);
        bool halt = false;
        config.read("haltOnBlocklistHit", halt);
        std::string levels = "FourSeverityLevels";
        config.read("outputType", levels, {"FourSeverityLevels", "EightSeverityLevels"});
        if (config.has("severity_threshold") || by_category_.empty()) {
            threshold_ = kThreshold;
            config.read("severity_threshold", threshold_);
        }
        question_ = {{"categories", categories}, {"haltOnBlocklistHit", halt}, {"outputType", levels}};
        if (!lists.empty()) question_["blocklistNames"] = lists;
    }

    Bounds bounds() const override { return {1, kCharactersMax, 0}; }
    Yields yields() const override { return Yields::Verdicts; }

    std::vector<Judgement> judge(Caller& caller, const About& /*about*/,
                                 const std::vector<Piece>& texts) const override {
        std::vector<Judgement> judgements;
        for (const auto& piece : texts) {
            Json question = question_;
            question["text"] = piece.text;
            judgements.push_back(read(azure_.ask(caller, question)));
        }
        return judgements;
    }

private:
    Judgement read(const Json& answer) const {
        Judgement judgement;
        const auto block = [&](std::string label, std::string reason) {
            if (!judgement.blocked) judgement.reason = std::move(reason);
            judgement.blocked = true;
            judgement.labels.push_back(std::move(label));
        };
        // A hit stands with its text: only the list's name is passed on.
        if (const Json* hits = find(answer, "blocklistsMatch")) {
            if (!hits->is_array()) malformed("blocklistsMatch has the wrong type");
            for (const auto& hit : *hits)
                block("blocklist " + needText(hit, "blocklistName"),
                      "Azure Content Safety Guardrail: on the blocklist " + needText(hit, "blocklistName"));
        }
        for (const auto& one : needList(answer, "categoriesAnalysis")) {
            const std::string category = needText(one, "category");
            const size_t severity = needCount(one, "severity");
            const auto own = by_category_.find(category);
            const double bound = own != by_category_.end() ? own->second : threshold_;
            if (bound < 0 || static_cast<double>(severity) < bound) continue;
            block(category, "Azure Content Safety Guardrail: " + category + " crossed severity " +
                                std::to_string(static_cast<int>(bound)) +
                                ", Got severity: " + std::to_string(severity));
        }
        return judgement;
    }

    const Azure azure_;
    const std::map<std::string, double> by_category_;
    double threshold_ = -1;  // negative: none but those by category
    Json question_;
};

}  // namespace

Made makeAzureText(const sluice::ConfigObject& config, const sluice::Host& host, const std::string&) {
    return std::make_unique<AzureText>(config, host);
}

}  // namespace guard_remote
