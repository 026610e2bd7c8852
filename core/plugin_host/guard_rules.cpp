#include "plugin_host/guard_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "plugin_host/guard_policies.h"
#include "plugin_host/request_state.h"

namespace sluice::host {

using config::Json;

namespace {

constexpr std::array<const char*, 2> kMetadata{"metadata", "litellm_metadata"};

constexpr size_t kDepthMax = 64;

// What is nested too deeply is as bad as what is no JSON.
Json parsed(std::optional<std::string_view> json) {
    if (!json) return {};
    return base::nestedBeyond(*json, kDepthMax) ? Json(Json::value_t::discarded)
                                                : Json::parse(*json, nullptr, false);
}

// A field of a form is a text; lists and objects stand in it as JSON.
Json member(const RequestState& request, const char* name) {
    Json value = parsed(request.body.member(name));
    if (!value.is_string()) return value;
    const auto& text = value.get_ref<const std::string&>();
    const bool structured = !text.empty() && (text.front() == '[' || text.front() == '{');
    return structured ? parsed(text) : value;
}

void setMember(RequestState& request, const char* name, const Json& value) {
    const std::string json = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    const auto before = request.body.member(name);
    const bool field = before && before->front() == '"';
    (void)request.body.set(name, field ? Json(json).dump() : json);
}

Json attribute(const RequestState& request, std::string_view name) {
    const auto found = request.attributes.find(name);
    return found == request.attributes.end() ? Json() : parsed(found->second);
}

bool refuse(RequestState& request, int status, const char* type, std::string message) {
    request.block = {};
    request.block.set = true;
    request.block.status = status;
    request.block.type = type;
    request.block.public_message = std::move(message);
    request.block.category = "guardrails";
    return false;
}

}  // namespace

// Who has named guardrails, and which.
struct GuardRules::Named {
    std::set<std::string> by_request, by_others;
    std::set<std::string> policies;
};

GuardRules::GuardRules(const std::vector<Instance*>& all) : instances_(all.size()) {
    for (Instance* one : all) {
        if (one->settings().guard) guards_.push_back(one);
    }
}

const Instance* GuardRules::find(std::string_view name) const {
    const auto found =
        std::find_if(guards_.begin(), guards_.end(), [&](const Instance* one) { return one->id() == name; });
    return found == guards_.end() ? nullptr : *found;
}

namespace {

// "NAME" or {"NAME": {"extra_body": {…}}}.
bool readNames(const Json& value, std::set<std::string>& names, GuardUse& use) {
    if (value.is_string()) {
        names.insert(value.get<std::string>());
        return true;
    }
    if (value.is_array())
        return std::all_of(value.begin(), value.end(),
                           [&](const Json& one) { return readNames(one, names, use); });
    if (!value.is_object()) return value.is_null();
    for (const auto& [name, settings] : value.items()) {
        names.insert(name);
        if (settings.is_object() && settings.contains("extra_body") && settings["extra_body"].is_object())
            use.wishes[name] = settings["extra_body"].dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    return true;
}

}  // namespace

// A field of a form that stands there twice: whichever of them counted, the other would be a way around it.
std::optional<std::string> fieldSaidTwice(const RequestState& request) {
    if (llm::info(request.operation).body != llm::BodyKind::Multipart) return std::nullopt;
    for (const auto& member : request.body.members()) {
        const bool ours = member.name == "guardrails" || member.name == "policies" ||
                          member.name == "guardrail_config" ||
                          std::find(kMetadata.begin(), kMetadata.end(), member.name) != kMetadata.end();
        if (ours && member.again) return std::string(member.name);
    }
    return std::nullopt;
}

// What the client says; it is ours alone and does not go upstream.
bool GuardRules::readRequest(RequestState& request, Named& named) const {
    if (const auto name = fieldSaidTwice(request))
        return refuse(request, 400, "invalid_request_error",
                      *name + ": the form has this field twice; allowed is one, with a list in it");
    const auto bad = [&](const std::string& where) {
        return refuse(request, 400, "invalid_request_error",
                      where + " is no list of names of guardrails, nor of {NAME: {\"extra_body\": {…}}}");
    };
    if (request.body.member("guardrails")) {
        if (!readNames(member(request, "guardrails"), named.by_request, request.guards))
            return bad("guardrails");
        (void)request.body.remove("guardrails");
    }
    for (const char* name : kMetadata) {
        const auto text = request.body.member(name);
        // An escape may stand in the name.
        if (!text || text->find_first_of("\\g") == std::string_view::npos) continue;
        Json metadata = member(request, name);
        if (!metadata.is_object() || !metadata.contains("guardrails")) continue;
        if (!readNames(metadata["guardrails"], named.by_request, request.guards))
            return bad(std::string(name) + ".guardrails");
        metadata.erase("guardrails");
        setMember(request, name, metadata);
    }
    if (request.body.member("policies")) {
        GuardUse ignored;
        if (!readNames(member(request, "policies"), named.policies, ignored)) return bad("policies");
        (void)request.body.remove("policies");
    }
    if (request.body.member("guardrail_config")) {
        const Json config = member(request, "guardrail_config");
        if (config.is_object())
            request.guards.wishes[""] = config.dump(-1, ' ', false, Json::error_handler_t::replace);
        (void)request.body.remove("guardrail_config");
    }
    return true;
}

namespace {

// Those that plugins have gathered (of key and team), and the request's own.
std::set<std::string> tagsOf(const RequestState& request, const std::vector<Instance*>& guards,
                             const config::Policies* policies) {
    std::set<std::string> tags;
    const bool by_policy = policies && std::any_of(policies->attachments.begin(), policies->attachments.end(),
                                                   [](const auto& one) { return !one.tags.empty(); });
    const bool wanted = by_policy || std::any_of(guards.begin(), guards.end(), [](const Instance* one) {
                            return !one->settings().guard->by_tag.empty();
                        });
    if (!wanted) return tags;
    const auto add = [&](const Json& list) {
        for (const auto& tag : list.is_array() ? list : Json::array()) {
            if (tag.is_string()) tags.insert(tag.get<std::string>());
        }
    };
    add(attribute(request, "tags"));
    add(member(request, "tags"));
    for (const char* name : kMetadata) {
        const Json metadata = member(request, name);
        if (metadata.is_object()) add(metadata.value("tags", Json()));
    }
    const auto header = request.head->fields.find("x-litellm-tags");
    for (const auto tag : base::split(header.value_or(""), ',')) {
        if (const auto one = base::trimmed(tag); !one.empty()) tags.emplace(one);
    }
    return tags;
}

}  // namespace

bool GuardRules::switchedOff(const RequestState& request) const {
    for (const char* whose : {"sluice.key_metadata", "sluice.team_metadata"}) {
        const Json metadata = attribute(request, whose);
        if (metadata.is_object() && metadata.value("disable_global_guardrails", Json()) == true) return true;
    }
    return false;
}

bool GuardRules::mayNotChoose(const RequestState& request) const {
    const Json team = attribute(request, "sluice.team_metadata");
    return team.is_object() && team.value("modify_guardrails", Json()) == false;
}

bool GuardRules::decide(RequestState& request) const {
    GuardUse& use = request.guards;
    use.decided = true;
    Named named;
    if (!readRequest(request, named)) return false;
    const bool chooses = !named.by_request.empty() || !named.policies.empty() || !use.wishes.empty();
    if (chooses && mayNotChoose(request))
        return refuse(request, 403, "auth_error", "Your team may not choose guardrails");
    (void)readNames(attribute(request, "sluice.guardrails"), named.by_others, use);
    std::string unknown;
    const auto tags = tagsOf(request, guards_, policies_);
    if (!ofModel(request, request.model, tags, named.policies, named.by_others, use.policies, unknown))
        return refuse(request, 400, "invalid_request_error",
                      fmt::format("There is no policy \"{}\"", unknown));
    for (const auto* names : {&named.by_request, &named.by_others}) {
        for (const auto& name : *names) {
            if (find(name)) continue;
            const bool client = names == &named.by_request;
            return refuse(request, client ? 400 : 500, client ? "invalid_request_error" : "",
                          fmt::format("There is no guardrail \"{}\"{}", name,
                                      client ? "" : ", which this key, team or model asks for"));
        }
    }
    if (guards_.empty()) return true;
    use.modes.assign(instances_, 0);
    const bool off = switchedOff(request);
    for (const Instance* one : guards_) {
        const config::Guard& guard = *one->settings().guard;
        const bool wanted = guard.mandatory || (guard.default_on && !off) ||
                            named.by_request.count(guard.name) > 0 || named.by_others.count(guard.name) > 0;
        if (!wanted) continue;
        uint32_t modes = 0;
        for (const auto& [tag, mode] : guard.by_tag) {
            if (tags.count(tag) > 0) modes |= mode;
        }
        // A tag is the client's to say: it adds to what is mandatory, and takes nothing away.
        if (guard.mandatory) modes |= guard.modes;
        use.modes[one->index()] = static_cast<uint8_t>(modes ? modes : guard.modes);
    }
    return true;
}

// What a model, by the client's name for it and by its group's, and the policies that hold for it want.
bool GuardRules::ofModel(const RequestState& request, const std::string& model,
                         const std::set<std::string>& tags, const std::set<std::string>& named,
                         std::set<std::string>& names, std::vector<std::string>& applied,
                         std::string& unknown) const {
    const std::string group = of_model_ ? of_model_(model, names) : std::string();
    if (!policies_ || policies_->by_name.empty()) return named.empty() || (unknown = *named.begin(), false);
    const Identity& who = request.identity;
    return applyPolicies(*policies_, {who.team, who.key_id, who.key_alias, {model, group}, tags}, named,
                         names, applied, unknown);
}

bool GuardRules::covers(const RequestState& request, const std::string& model) const {
    std::set<std::string> names;
    std::vector<std::string> applied;
    std::string unknown;
    const std::set<std::string> named(request.guards.policies.begin(), request.guards.policies.end());
    const auto tags = tagsOf(request, guards_, policies_);
    if (!ofModel(request, model, tags, named, names, applied, unknown)) return false;
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        const Instance* one = find(name);
        return one && one->index() < request.guards.modes.size() && request.guards.modes[one->index()] != 0;
    });
}

std::optional<std::string> GuardRules::refusalOf(const RequestState& request,
                                                 std::string_view message) const {
    const Instance* who = find(request.block.instance);
    if (!who) return std::nullopt;
    const config::Guard& guard = *who->settings().guard;
    bool refuses = guard.refuses;
    for (const char* whose : {"sluice.team_metadata", "sluice.key_metadata"}) {
        const Json metadata = attribute(request, whose);
        const Json said = metadata.is_object() ? metadata.value("guardrail_on_block", Json()) : Json();
        if (said == "refusal" || said == "error") refuses = said == "refusal";
    }
    if (!refuses) return std::nullopt;
    return guard.refusal_message.empty() ? std::string(message) : guard.refusal_message;
}

std::vector<const Instance*> GuardRules::unasked(const RequestState& request) const {
    std::vector<const Instance*> out;
    for (const Instance* one : guards_) {
        if (one->index() >= request.guards.modes.size() || request.guards.modes[one->index()] == 0) continue;
        const auto& all = request.verdicts;
        if (std::none_of(all.begin(), all.end(), [&](const auto& v) { return v.instance == one; }))
            out.push_back(one);
    }
    return out;
}

std::string appliedGuardrails(const RequestState& request, bool streams) {
    std::string names;
    std::vector<const Instance*> listed;
    const auto add = [&](const Instance* one) {
        if (!one->settings().guard || std::find(listed.begin(), listed.end(), one) != listed.end()) return;
        listed.push_back(one);
        names += (names.empty() ? "" : ",") + one->id();
    };
    for (const auto& v : request.verdicts) {
        if (!v.instance->settings().guard) continue;
        const std::string_view said = v.verdict;
        // One that guards answers alone has only made itself ready before.
        const bool looked =
            v.phase >= Phase::OnStream || guardModes(request, *v.instance) != config::kPostCall;
        if (looked && said != "failed" && said != "timeout" && said != "not_scanned") add(v.instance);
    }
    for (const auto& subscription : request.subscriptions) {
        if (streams) add(subscription.instance);
    }
    return names;
}

uint32_t guardModes(const RequestState& request, const Instance& instance) {
    if (!instance.settings().guard) return config::kPreCall | config::kPostCall;
    const auto& modes = request.guards.modes;
    return instance.index() < modes.size() ? modes[instance.index()] : 0;
}

bool guardRuns(const RequestState& request, const Instance& instance, Phase phase) {
    const uint32_t modes = guardModes(request, instance);
    switch (phase) {
        case Phase::PreCall:
            // A guardrail of answers subscribes to streams there.
            return (modes & (config::kPreCall | config::kLoggingOnly)) != 0 ||
                   ((modes & config::kPostCall) && SLUICE_HAS(instance.hooks(), on_stream));
        case Phase::DuringCall:
            return (modes & config::kDuringCall) != 0;
        case Phase::PostCall:
            return (modes & (config::kPostCall | config::kLoggingOnly)) != 0;
        case Phase::Endpoint:
            return true;
        default:
            return modes != 0;
    }
}

bool guardShadowed(const RequestState& request, const Instance& instance, Phase phase) {
    const auto& guard = instance.settings().guard;
    if (!guard || guard->shadow) return guard != nullptr;
    const uint32_t modes = guardModes(request, instance);
    const uint32_t own = phase == Phase::PreCall         ? config::kPreCall
                         : phase == Phase::DuringCall    ? config::kDuringCall
                         : modes & ~config::kLoggingOnly ? config::kPostCall
                                                         : 0u;
    return (modes & config::kLoggingOnly) && (modes & own) == 0;
}

}  // namespace sluice::host
