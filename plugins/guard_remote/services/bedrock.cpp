// Amazon Bedrock Guardrails: policies kept at AWS, asked with ApplyGuardrail.
//
// Format: "ApplyGuardrail" of the Amazon Bedrock API Reference,
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html. What intervened
// stands in the assessments: an action BLOCKED anywhere is a block; with nothing but ANONYMIZED the outputs
// are the texts with identifiers in the place of what was found.
#include <algorithm>

#include "../aws.h"
#include "../json.h"
#include "services.h"

namespace guard_remote {
namespace {

// Assessment, list within it, member that names what was found.
struct List {
    const char *policy, *list, *label;
};
constexpr List kLists[] = {
    {"topicPolicy", "topics", "name"},
    {"contentPolicy", "filters", "type"},
    {"wordPolicy", "customWords", nullptr},  // its "match" is the text itself
    {"wordPolicy", "managedWordLists", "type"},
    {"sensitiveInformationPolicy", "piiEntities", "type"},
    {"sensitiveInformationPolicy", "regexes", "name"},
    {"contextualGroundingPolicy", "filters", "type"},
};

// A member of an answer that says something is read if it is there and of the right type.
const Json* listIn(const Json& assessment, const List& which) {
    const Json* policy = find(assessment, which.policy);
    const Json* list = policy ? find(*policy, which.list) : nullptr;
    if (list && !list->is_array()) malformed(std::string(which.list) + " has the wrong type");
    return list;
}

// Of an ARN its last part: escapes in a path do not survive the host's HTTP client, and an ARN needs two.
std::string identifierOf(const sluice::ConfigObject& config) {
    constexpr std::string_view kKey = "guardrailIdentifier";
    std::string identifier;
    config.need(kKey, identifier);
    if (const size_t slash = identifier.rfind('/');
        identifier.rfind("arn:", 0) == 0 && slash < identifier.size())
        identifier.erase(0, slash + 1);
    if (identifier.empty() ||
        identifier.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != std::string::npos)
        sluice::ConfigObject::fail(std::string(kKey), "another text",
                                   "an id of letters and digits, or an ARN");
    return identifier;
}

std::string versionOf(const sluice::ConfigObject& config) {
    constexpr std::string_view kKey = "guardrailVersion";
    std::string version;
    config.needJson(kKey, version);  // 1 and "1" are the same one
    if (version.front() == '"') config.need(kKey, version);
    if (version != "DRAFT" &&
        (version.empty() || version.find_first_not_of("0123456789") != std::string::npos))
        sluice::ConfigObject::fail(std::string(kKey), "another value", "DRAFT or a number");
    return version;
}

class Bedrock final : public Adapter {
public:
    Bedrock(const sluice::ConfigObject& config, const sluice::Host& host)
        : aws_(config, host, "bedrock", "bedrock-runtime",
               textOrVariable(config, host, "aws_bedrock_runtime_endpoint", "AWS_BEDROCK_RUNTIME_ENDPOINT"),
               "aws_bedrock_runtime_endpoint") {
        path_ = "/guardrail/" + identifierOf(config) + "/version/" + versionOf(config) + "/apply";
        config.read("mask_request_content", mask_requests_);
        config.read("mask_response_content", mask_answers_);
    }

    Bounds bounds() const override { return {32, 20'000, 20'000}; }  // 25 units of 1,000 characters a call
    Yields yields() const override { return Yields::Edits; }
    std::string keyOf(const About& about, std::string_view /*role*/) const override {
        return about.side == Side::Request ? "INPUT" : "OUTPUT";
    }

    std::vector<Judgement> judge(Caller& caller, const About& about,
                                 const std::vector<Piece>& texts) const override {
        Json question{{"source", about.side == Side::Request ? "INPUT" : "OUTPUT"}};
        for (const auto& piece : texts) question["content"].push_back({{"text", {{"text", piece.text}}}});
        const Json answer =
            parsed(aws_.post(caller, path_, dumped(question), {{"content-type", "application/json"}}));
        const std::string action = needText(answer, "action");
        std::vector<Judgement> judgements(texts.size());
        if (action == "NONE") return judgements;
        if (action != "GUARDRAIL_INTERVENED") malformed("the action is unknown");
        return intervened(answer, about.side, texts);
    }

private:
    std::vector<Judgement> intervened(const Json& answer, Side side, const std::vector<Piece>& texts) const {
        std::vector<std::string> blocked, anonymized;
        for (const auto& assessment : needList(answer, "assessments")) {
            for (const auto& which : kLists) {
                const Json* list = listIn(assessment, which);
                if (!list) continue;
                for (const auto& entry : *list) add(entry, which, blocked, anonymized);
            }
        }
        std::vector<Judgement> judgements(texts.size());
        const bool masks = side == Side::Request ? mask_requests_ : mask_answers_;
        const Json* outputs = find(answer, "outputs");
        if (blocked.empty() && masks && !anonymized.empty() && outputs && !outputs->empty()) {
            if (!outputs->is_array() || outputs->size() != texts.size())
                malformed("outputs are about other texts");
            for (size_t i = 0; i < texts.size(); ++i) {
                std::string text = needText((*outputs)[i], "text");
                if (text == texts[i].text) continue;
                judgements[i].edited = std::move(text);
                judgements[i].labels = anonymized;
            }
            return judgements;
        }
        // Which of the texts it was is not said.
        auto& first = judgements.front();
        first.blocked = true;
        first.labels = blocked.empty() ? anonymized : blocked;
        first.reason = "Violated guardrail policy";
        for (const auto& label : first.labels)
            first.reason += (&label == &first.labels[0] ? ": " : ", ") + label;
        for (auto& one : judgements) one.certain = texts.size() == 1;
        return judgements;
    }

    static void add(const Json& entry, const List& which, std::vector<std::string>& blocked,
                    std::vector<std::string>& anonymized) {
        const Json* action = find(entry, "action");
        if (!action || !action->is_string() || *action == "NONE") return;
        const Json* label = which.label ? find(entry, which.label) : nullptr;
        std::string name = label && label->is_string() ? label->get<std::string>() : which.list;
        auto& to = *action == "ANONYMIZED" ? anonymized : blocked;
        if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(std::move(name));
    }

    const Aws aws_;
    std::string path_;
    bool mask_requests_ = true, mask_answers_ = true;
};

}  // namespace

Made makeBedrock(const sluice::ConfigObject& config, const sluice::Host& host, const std::string&) {
    return std::make_unique<Bedrock>(config, host);
}

}  // namespace guard_remote
