// Azure AI Content Safety, text:shieldPrompt: attacks in what users say and in what documents and tools
// bring.
//
// Format: "Text Operations - Shield Prompt", version 2024-09-01,
// https://learn.microsoft.com/rest/api/contentsafety/text-operations/shield-prompt: a userPrompt of at most
// 10,000 characters, at most five documents of 10,000 together.
#include "azure.h"

namespace guard_remote {
namespace {

constexpr size_t kDocumentsMax = 5;
constexpr size_t kCharactersMax = 10'000;

class AzureShield final : public Adapter {
public:
    AzureShield(const sluice::ConfigObject& config, const sluice::Host& host)
        : azure_(config, host, "text:shieldPrompt") {}

    Bounds bounds() const override { return {kDocumentsMax, kCharactersMax, kCharactersMax}; }
    Yields yields() const override { return Yields::Verdicts; }
    // Orders of the operator are no attack, and what a model says is none on itself.
    bool skips(Side side, std::string_view role) const override {
        return side == Side::Answer || role == "system" || role == "assistant";
    }
    std::string keyOf(const About& /*about*/, std::string_view role) const override {
        return role == "tool" ? "document" : "prompt";
    }

    std::vector<Judgement> judge(Caller& caller, const About& /*about*/,
                                 const std::vector<Piece>& texts) const override {
        std::vector<Judgement> judgements(texts.size());
        std::vector<size_t> documents;
        for (size_t i = 0; i < texts.size(); ++i) {
            if (texts[i].role == "tool") {
                documents.push_back(i);
                continue;
            }
            const Json answer =
                azure_.ask(caller, {{"userPrompt", texts[i].text}, {"documents", Json::array()}});
            const Json* analysis = find(answer, "userPromptAnalysis");
            if (!analysis) malformed("userPromptAnalysis is missing");
            if (needBool(*analysis, "attackDetected")) block(judgements[i], "user prompt");
        }
        if (!documents.empty()) askAbout(caller, texts, documents, judgements);
        return judgements;
    }

private:
    void askAbout(Caller& caller, const std::vector<Piece>& texts, const std::vector<size_t>& documents,
                  std::vector<Judgement>& judgements) const {
        Json list = Json::array();
        for (const size_t i : documents) list.push_back(texts[i].text);
        const Json answer = azure_.ask(caller, {{"userPrompt", ""}, {"documents", list}});
        const Json& analyses = needList(answer, "documentsAnalysis");
        if (analyses.size() != documents.size()) malformed("documentsAnalysis is about other documents");
        for (size_t n = 0; n < documents.size(); ++n) {
            if (needBool(analyses[n], "attackDetected")) block(judgements[documents[n]], "document");
        }
    }

    static void block(Judgement& judgement, const std::string& where) {
        judgement.blocked = true;
        judgement.reason = "Azure Prompt Shield: attack detected in a " + where;
        judgement.labels = {"attack in " + where};
    }

    const Azure azure_;
};

}  // namespace

Made makeAzureShield(const sluice::ConfigObject& config, const sluice::Host& host, const std::string&) {
    return std::make_unique<AzureShield>(config, host);
}

}  // namespace guard_remote
