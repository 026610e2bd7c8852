// Lakera Guard v2: detectors for attacks, personal data and content by a policy kept at Lakera.
//
// Format: "Screen content for threats",
// https://docs.lakera.ai/api-reference/api/endpoints/guard/screen-content: `flagged`, with breakdown a list
// of detectors and with payload the places of personal data. The guard screens the last message of a
// conversation, so each text is a call of its own. Places are code points.
#include <algorithm>

#include "../characters.h"
#include "../json.h"
#include "../reading.h"
#include "services.h"

namespace guard_remote {
namespace {

class Lakera final : public Adapter {
public:
    Lakera(const sluice::ConfigObject& config, const sluice::Host& host) {
        const std::string key =
            headerValue(textOrVariable(config, host, "api_key", "LAKERA_API_KEY"), "api_key");
        if (key.empty())
            sluice::ConfigObject::fail("api_key", "nothing", "a text, here or in LAKERA_API_KEY");
        headers_.emplace_back("authorization", "Bearer " + key);
        url_ = urlOf(textOrVariable(config, host, "api_base", "LAKERA_API_BASE", "https://api.lakera.ai"),
                     "api_base") +
               "/v2/guard";
        question_ = {{"payload", true}, {"breakdown", true}};
        if (const auto project = textOf(config, {"project_id"}); !project.empty())
            question_["project_id"] = project;
        std::string metadata;
        config.readJson("metadata", metadata);
        if (!metadata.empty()) question_["metadata"] = Json::parse(metadata);
    }

    Bounds bounds() const override { return {1, 50'000, 0}; }
    Yields yields() const override { return Yields::Spans; }
    std::string keyOf(const About& about, std::string_view role) const override {
        return roleOf(about, role);
    }

    std::vector<Judgement> judge(Caller& caller, const About& about,
                                 const std::vector<Piece>& texts) const override {
        std::vector<Judgement> judgements;
        for (const auto& piece : texts) {
            Json question = question_;
            question["messages"].push_back({{"role", roleOf(about, piece.role)}, {"content", piece.text}});
            judgements.push_back(read(parsed(caller.post({url_, headers_, dumped(question)})), piece.text));
        }
        return judgements;
    }

private:
    // What a tool brings is as foreign as what a user says.
    static std::string roleOf(const About& about, std::string_view role) {
        if (about.side == Side::Answer || role == "assistant") return "assistant";
        return role == "system" ? "system" : "user";
    }

    static Judgement read(const Json& answer, std::string_view text) {
        Judgement judgement;
        if (!needBool(answer, "flagged")) return judgement;
        bool only_data = true;
        const Json* breakdown = find(answer, "breakdown");
        if (breakdown && !breakdown->is_array()) malformed("breakdown has the wrong type");
        for (const auto& one : breakdown ? *breakdown : Json::array()) {
            if (!needBool(one, "detected")) continue;
            const std::string type = needText(one, "detector_type");
            only_data &= type.rfind("pii/", 0) == 0 || type == "pii";
            auto& labels = judgement.labels;
            if (std::find(labels.begin(), labels.end(), type) == labels.end()) labels.push_back(type);
        }
        // Personal data alone is masked, if it is known where all of it stands.
        if (only_data && !judgement.labels.empty()) places(answer, text, judgement.found);
        judgement.blocked = judgement.found.empty();
        judgement.reason = "Violated Lakera guardrail policy";
        for (const auto& label : judgement.labels)
            judgement.reason += (&label == &judgement.labels[0] ? ": " : ", ") + label;
        return judgement;
    }

    static void places(const Json& answer, std::string_view text, std::vector<Found>& found) {
        const Json* payload = find(answer, "payload");
        if (!payload) return;
        if (!payload->is_array()) malformed("payload has the wrong type");
        const CharacterIndex index(text);
        for (const auto& one : *payload) {
            const auto begin = index.byteOf(needCount(one, "start"));
            const auto end = index.byteOf(needCount(one, "end"));
            if (!begin || !end || *begin > *end) malformed("a finding is not within its text");
            const std::string type = needText(one, "detector_type");
            std::string name = type.substr(type.rfind('/') + 1);  // npos + 1 is 0
            for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
            found.push_back({*begin, *end, type, 1, "[MASKED " + name + "]"});
        }
        settle(found);
    }

    std::string url_;
    std::vector<std::pair<std::string, std::string>> headers_;
    Json question_;
};

}  // namespace

Made makeLakera(const sluice::ConfigObject& config, const sluice::Host& host, const std::string&) {
    return std::make_unique<Lakera>(config, host);
}

}  // namespace guard_remote
