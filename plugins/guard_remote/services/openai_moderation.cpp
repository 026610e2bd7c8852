// OpenAI's moderation endpoint, or one that speaks like it.
//
// Format: "Create moderation", https://platform.openai.com/docs/api-reference/moderations/create: `input` is
// a list of texts, `results` has one entry for each, with `flagged`, `categories` and `category_scores`.
#include "../json.h"
#include "../reading.h"
#include "services.h"

namespace guard_remote {
namespace {

class OpenAiModeration final : public Adapter {
public:
    OpenAiModeration(const sluice::ConfigObject& config, const sluice::Host& host)
        : thresholds_(numbersOf(config, "category_thresholds")) {
        const std::string key = textOrVariable(config, host, "api_key", "OPENAI_API_KEY");
        url_ = urlOf(textOf(config, {"api_base"}, "https://api.openai.com/v1"), "api_base") + "/moderations";
        if (!key.empty()) headers_.emplace_back("authorization", "Bearer " + headerValue(key, "api_key"));
        config.read("model", model_);
    }

    Bounds bounds() const override { return {32, 20'000, 100'000}; }
    Yields yields() const override { return Yields::Verdicts; }

    std::vector<Judgement> judge(Caller& caller, const About& /*about*/,
                                 const std::vector<Piece>& texts) const override {
        Json question{{"model", model_}, {"input", Json::array()}};
        for (const auto& piece : texts) question["input"].push_back(piece.text);
        const Json answer = parsed(caller.post({url_, headers_, dumped(question)}));
        std::vector<Judgement> judgements;
        for (const auto& result : needList(answer, "results")) judgements.push_back(read(result));
        return judgements;
    }

private:
    // Without a threshold a category counts as the service says; without any the whole verdict is the
    // service's.
    Judgement read(const Json& result) const {
        Judgement judgement;
        const bool flagged = needBool(result, "flagged");
        const Json* categories = find(result, "categories");
        if (categories && !categories->is_object()) malformed("categories has the wrong type");
        if (categories) {
            for (const auto& [name, said] : categories->items()) {
                if (thresholds_.count(name) == 0 && said.is_boolean() && said.get<bool>())
                    judgement.labels.push_back(name);
            }
        }
        for (const auto& [name, bound] : thresholds_) {
            const Json* scores = find(result, "category_scores");
            if (!scores) malformed("category_scores is missing");
            if (find(*scores, name.c_str()) && needNumber(*scores, name.c_str()) >= bound)
                judgement.labels.push_back(name);
        }
        judgement.blocked = thresholds_.empty() ? flagged : !judgement.labels.empty();
        if (!judgement.blocked) judgement.labels.clear();
        judgement.reason = "Violated OpenAI moderation policy";
        for (const auto& label : judgement.labels)
            judgement.reason += (&label == &judgement.labels[0] ? ": " : ", ") + label;
        return judgement;
    }

    std::string url_, model_ = "omni-moderation-latest";
    std::vector<std::pair<std::string, std::string>> headers_;
    const std::map<std::string, double> thresholds_;
};

}  // namespace

Made makeOpenAiModeration(const sluice::ConfigObject& config, const sluice::Host& host, const std::string&) {
    return std::make_unique<OpenAiModeration>(config, host);
}

}  // namespace guard_remote
