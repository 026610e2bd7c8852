#include "plugin.h"

#include <map>
#include <set>

#include "span_options.h"

namespace guard_content {

using sluice::GuardAction;
using sluice::Verdict;

struct Plugin::Config {
    explicit Config(std::string_view text)
        : json(nlohmann::json::parse(text.empty() ? "{}" : text, nullptr, false)) {
        if (!json.is_object()) throw sluice::ConfigError("the configuration: found no object");
        addDefaults();
    }
    // Without a word about what to look for guard_content looks for explicit harm, in LiteLLM's place nothing
    // is assumed.
    void addDefaults() {
        for (const char* key : {"patterns", "blocked_words", "blocked_words_file", "word_lists", "categories",
                                "topics", "languages", "limits", "answer_limits", "models", "tools",
                                "denied_parameters", "json_schema", "json_schema_file"})
            if (json.contains(key)) return;
        if (json.value("guardrail", "guard_content") != "guard_content") return;
        for (const char* name : {"harmful_child_safety", "harmful_hate", "harmful_illegal_weapons",
                                 "harmful_self_harm", "harmful_violence"})
            json["categories"].push_back({{"category", name}});
        if (!json.contains("severity_threshold")) json["severity_threshold"] = "high";
    }
    nlohmann::json json;
    Setting root{json, ""};
};

/// What has been said in a stream, for the rules about whole answers, and what has been warned of.
struct Plugin::Said : Memory {
    std::map<uint32_t, WholeRules::Streamed> choices;
    std::set<std::string> warnings;
};

Plugin::Plugin(std::string_view config, sluice::Host host) : Plugin(Config(config), host) {}

Plugin::Plugin(const Config& config, sluice::Host host)
    : Guardrail(host),
      litellm_(config.root.text("guardrail", "") == "litellm_content_filter"),
      skip_system_(config.root.flag("skip_system_messages", false)),
      spans_(readRules(config.root)),
      whole_(config.root) {
    if (spans_.empty() && !whole_.ofRequests() && !whole_.ofAnswers())
        throw sluice::ConfigError(
            "the configuration: found nothing to look for; allowed: patterns, blocked_words, categories, "
            "limits, …: see README.md");
}

const sluice::Scanner* Plugin::scanner(const sluice::Request&, const Place& place) const {
    const bool skipped = skip_system_ && place.side == Side::Request && place.role == sluice::Role::System;
    return spans_.empty() || skipped ? nullptr : &spans_;
}

GuardAction Plugin::action(const sluice::Finding& finding, const Place&) const {
    const Action action = spans_.ruleOf(finding).action;
    return action == Action::Block  ? GuardAction::Block
           : action == Action::Mask ? GuardAction::Mask
                                    : GuardAction::Observe;
}

std::string Plugin::replacement(const sluice::Request&, const sluice::Finding& finding,
                                std::string_view) const {
    return spans_.ruleOf(finding).mask;
}

sluice::Refusal Plugin::refusalOf(const sluice::Finding& finding) const {
    const Rule& rule = spans_.ruleOf(finding);
    sluice::Refusal why{rule.message};
    why.code = litellm_ ? std::string_view() : "content_blocked";  // LiteLLM has the status there
    why.category = rule.entity;
    why.internal_reason = rule.reason;
    return why;
}

sluice::Refusal Plugin::refusalOf(const Objection& objection) const {
    sluice::Refusal why{objection.message};
    why.code = litellm_ ? std::string_view() : "content_blocked";
    why.category = objection.rule;
    why.internal_reason = objection.reason;
    return why;
}

void Plugin::warn(const sluice::Request& request, const Objection& objection) const {
    auto& warnings = memory<Said>(request).warnings;
    if (!warnings.insert(objection.rule).second) return;
    std::string list;
    for (const auto& rule : warnings) list += (list.empty() ? "" : ",") + sluice::jsonQuoted(rule);
    tell(request, "warnings", "[" + list + "]");
}

Verdict Plugin::judge(const sluice::Request& request, Side side, const sluice::Texts& texts) const {
    const bool answer = side == Side::Answer;
    if (answer ? !whole_.ofAnswers() : !whole_.ofRequests()) return Verdict::Continue;
    bool gone = false;  // a stream: nothing can be done about it any more
    for (const auto text : texts) gone |= text.sent();
    const std::string_view body =
        answer && !gone ? static_cast<const sluice::Response&>(request).responseBody() : std::string_view();
    const auto objections = answer ? whole_.ofAnswer(request, texts, body) : whole_.ofRequest(request, texts);
    const bool only_told = gone || modes(request) == SLUICE_GUARD_LOGGING_ONLY;
    const Objection* worst = nullptr;
    for (const auto& objection : objections) {
        if (objection.action == Action::Warn || only_told)
            warn(request, objection);
        else if (!worst)
            worst = &objection;
    }
    if (!worst) return Verdict::Continue;
    warn(request, *worst);
    return request.block(refusalOf(*worst));
}

Verdict Plugin::judgeStream(const sluice::Stream& stream) const {
    if (!whole_.ofStreams() || stream.lane() != SLUICE_LANE_TEXT) return Verdict::Continue;
    auto& said = memory<Said>(stream).choices[stream.choice()];
    const auto objection = whole_.ofStream(said, stream.text(), stream.ended());
    if (!objection) return Verdict::Continue;
    warn(stream, *objection);
    return objection->action == Action::Warn ? Verdict::Continue : stream.abort(refusalOf(*objection));
}

std::unique_ptr<sluice::GuardrailBase::Memory> Plugin::remember() const { return std::make_unique<Said>(); }

}  // namespace guard_content
