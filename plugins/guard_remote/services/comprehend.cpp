// Amazon Comprehend: DetectPiiEntities says where what stands, ContainsPiiEntities only that there is some.
//
// Format: "DetectPiiEntities" and "ContainsPiiEntities" of the Amazon Comprehend API Reference,
// https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectPiiEntities.html: JSON 1.1 with the
// operation in x-amz-target. BeginOffset and EndOffset are code points. One text of at most 100 KB a call.
#include <algorithm>

#include "../aws.h"
#include "../characters.h"
#include "../json.h"
#include "services.h"

namespace guard_remote {
namespace {

class Comprehend final : public Adapter {
public:
    Comprehend(const sluice::ConfigObject& config, const sluice::Host& host, std::string name)
        : aws_(config, host, "comprehend", "comprehend", textOf(config, {"aws_comprehend_endpoint"}),
               "aws_comprehend_endpoint"),
          name_(std::move(name)),
          actions_(actionsOf(config, "pii_entities_config")) {
        config.read("score_threshold", threshold_);
        config.read("language", language_);
        std::string operation = "detect";
        config.read("operation", operation, {"detect", "contains"});
        detects_ = operation == "detect";
    }

    Bounds bounds() const override { return {1, 25'000, 0}; }  // four bytes each at most
    Yields yields() const override { return detects_ ? Yields::Spans : Yields::Verdicts; }

    std::vector<Judgement> judge(Caller& caller, const About& /*about*/,
                                 const std::vector<Piece>& texts) const override {
        std::vector<Judgement> judgements;
        for (const auto& piece : texts) judgements.push_back(one(caller, piece.text));
        return judgements;
    }

private:
    Judgement one(Caller& caller, std::string_view text) const {
        const std::string operation = detects_ ? "DetectPiiEntities" : "ContainsPiiEntities";
        const Json answer =
            parsed(aws_.post(caller, "/", dumped({{"Text", text}, {"LanguageCode", language_}}),
                             {{"content-type", "application/x-amz-json-1.1"},
                              {"x-amz-target", "Comprehend_20171127." + operation}}));
        Judgement judgement;
        const CharacterIndex index(text);
        for (const auto& found : needList(answer, detects_ ? "Entities" : "Labels")) {
            const std::string entity = needText(found, detects_ ? "Type" : "Name");
            const double score = needNumber(found, "Score");
            const auto action = actions_.find(entity);
            const bool wanted = actions_.empty() || action != actions_.end();
            if (!wanted || score < threshold_) continue;
            auto& labels = judgement.labels;
            if (std::find(labels.begin(), labels.end(), entity) == labels.end()) labels.push_back(entity);
            // Without a place there is nothing to mask.
            if (!detects_ || (action != actions_.end() && action->second)) block(judgement, entity);
            if (!detects_) continue;
            const auto begin = index.byteOf(needCount(found, "BeginOffset"));
            const auto end = index.byteOf(needCount(found, "EndOffset"));
            if (!begin || !end || *begin > *end) malformed("a finding is not within its text");
            judgement.found.push_back({*begin, *end, entity, score, "<" + entity + ">"});
        }
        settle(judgement.found);
        return judgement;
    }

    void block(Judgement& judgement, const std::string& entity) const {
        if (judgement.blocked) return;
        judgement.blocked = true;
        judgement.reason = "Blocked PII entity detected: " + entity + " by Guardrail: " + name_ + ".";
    }

    const Aws aws_;
    const std::string name_;
    const std::map<std::string, bool> actions_;
    double threshold_ = 0.5;
    std::string language_ = "en";
    bool detects_ = true;
};

}  // namespace

Made makeComprehend(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name) {
    return std::make_unique<Comprehend>(config, host, name);
}

}  // namespace guard_remote
