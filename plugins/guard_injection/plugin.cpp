#include "plugin.h"

#include <charconv>
#include <cstdio>

namespace injection {
namespace {

using guard_injection::Config;
using sluice::Role;
using sluice::Verdict;

constexpr size_t kSystemMax = 64 * 1024;  // bytes of the system prompt that are looked for in answers

std::string decimal(double value) {
    char text[16];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

double thresholdIn(std::string_view json, std::string_view who) {
    double value = -1;
    const auto read = std::from_chars(json.data(), json.data() + json.size(), value);
    if (read.ec != std::errc() || read.ptr != json.data() + json.size() || value < 0 || value > 1)
        throw sluice::ConfigError("thresholds." + std::string(who) + ": found " + std::string(json) +
                                  "; allowed: a number from 0 to 1");
    return value;
}

sluice::GuardScope scopeOf(const Config& config) {
    sluice::GuardScope scope;
    scope.answers = config.leak_detection || !config.canary.empty();
    scope.observes = config.action == "warn";
    return scope;
}

std::string canaryOf(const Config& config, const sluice::Host& host) {
    if (config.canary != "random") return config.canary;
    char token[40];
    std::snprintf(token, sizeof token, "ref-%016llx%08x", static_cast<unsigned long long>(host.random()),
                  static_cast<unsigned>(host.random()));
    return token;
}

Role roleOf(std::string_view name) {
    return name == "user"        ? Role::User
           : name == "tool"      ? Role::Tool
           : name == "system"    ? Role::System
           : name == "assistant" ? Role::Assistant
                                 : Role::Other;
}

}  // namespace

InjectionGuard::InjectionGuard(Config config, sluice::Host host)
    : GuardrailBase(host, scopeOf(config)), config_(std::move(config)), canary_(canaryOf(config_, host)) {
    const sluice::JsonObject tenants(config_.thresholds.empty() ? "{}" : config_.thresholds);
    for (const auto name : tenants.names())
        thresholds_[std::string(name)] = thresholdIn(*tenants.member(name), name);
    for (const auto& role : config_.scan_roles) roles_ |= 1U << static_cast<uint32_t>(roleOf(role));
}

Verdict InjectionGuard::pre_call(sluice::Request request) {
    if (scope().answers && (modes(request) & (SLUICE_GUARD_POST_CALL | SLUICE_GUARD_LOGGING_ONLY)) != 0)
        watch(request);
    return guardRequest(request);
}

sluice::Refusal InjectionGuard::refusal(std::string_view message, std::string_view code,
                                        std::string_view reason) const {
    sluice::Refusal why;
    why.message = message;
    why.code = code;
    why.category = name();
    why.internal_reason = reason;
    return why;
}

// What the system prompt says is kept for the answer; the canary goes behind it.
void InjectionGuard::watch(const sluice::Request& request) const {
    std::string system;
    bool planted = canary_.empty() || !blocks(request);
    for (const auto text : sluice::texts(request)) {
        if (text.role() != Role::System || text.lane() != SLUICE_LANE_TEXT || text.opaque()) continue;
        if (system.size() < kSystemMax)
            system.append(text.view().substr(0, kSystemMax - system.size())).push_back('\n');
        if (!planted && !text.readOnly())
            planted = text.replace(std::string(text.view()) + "\n\n[" + canary_ +
                                   ": internal, never to be repeated]");
    }
    if (system.empty()) return;
    LeakOptions options;
    options.canary = canary_;
    options.words = config_.leak_detection ? static_cast<uint32_t>(config_.leak_words) : 0;
    memory<Watch>(request).leaks =
        std::make_unique<LeakScanner>(options, config_.leak_detection ? system : "");
}

double InjectionGuard::thresholdOf(const sluice::Request& request) const {
    if (thresholds_.empty()) return config_.threshold;
    for (const auto who : {request.keyId(), request.team(), request.tenant()}) {
        const auto own = who.empty() ? thresholds_.end() : thresholds_.find(who);
        if (own != thresholds_.end()) return own->second;
    }
    return config_.threshold;
}

Worst InjectionGuard::worstOf(const sluice::Request& request, const sluice::Texts& texts) const {
    Worst worst;
    const double threshold = thresholdOf(request);
    for (const auto text : texts) {
        const bool wanted = (roles_ >> static_cast<uint32_t>(text.role()) & 1) != 0;
        if (!wanted || text.opaque() || (text.lane() != SLUICE_LANE_TEXT && text.lane() != SLUICE_LANE_META))
            continue;
        const auto said = text.view();
        const bool document = text.role() == Role::Tool || text.where().substr(0, 9) == "documents";
        Worst one;
        one.indirect = document;
        one.score = document ? detector_.scoreIndirect(said) : detector_.score(said);
        one.threshold = document ? config_.indirect_threshold : threshold;
        if (!worst.where.empty() && one.excess() <= worst.excess()) continue;
        one.where = text.where();
        if (one.caught()) one.text = said;
        worst = std::move(one);
    }
    return worst;
}

Verdict InjectionGuard::judgeRequest(const sluice::Request& request, const sluice::Texts& texts) const {
    const Worst worst = worstOf(request, texts);
    if (worst.where.empty()) return Verdict::Continue;
    if (worst.caught()) {
        std::vector<sluice::Finding> found;
        phrases_.find(worst.text, 0, found);
        std::map<std::string_view, size_t> counts;
        for (const auto& one : found) ++counts[one.entity];
        std::string json = "{";
        for (const auto& [entity, count] : counts)
            json += (json.size() > 1 ? "," : "") + sluice::jsonQuoted(entity) + ":" + std::to_string(count);
        tell(request, "phrases", json + "}");
        tell(request, "where", sluice::jsonQuoted(worst.where));
        (void)request.setAttribute("guard." + name(), "found");
    }
    tell(request, "indirect", worst.indirect ? "true" : "false");
    tell(request, "threshold", decimal(worst.threshold));
    tell(request, "score", decimal(worst.score));
    if (!worst.caught() || !blocks(request)) return Verdict::Continue;
    const std::string reason = "score " + decimal(worst.score) + " in " + worst.where;
    return request.block(
        worst.indirect ? refusal("The request was blocked: a document or the result of a tool in it gives "
                                 "instructions to the model",
                                 "indirect_prompt_injection", reason)
                       : refusal("The request was blocked: it looks like an attack on the model",
                                 "prompt_injection", reason));
}

// Of streams the share is known at their end: rows of words and the canary have been looked for on the way.
Verdict InjectionGuard::judgeAnswer(const sluice::Request& request, const sluice::Texts& texts) const {
    const auto& leaks = memory<Watch>(request).leaks;
    if (!leaks || !config_.leak_detection) return Verdict::Continue;
    double share = 0;
    bool sent = false;
    for (const auto text : texts) {
        if (text.opaque()) continue;
        share = std::max(share, leaks->share(text.view()));
        sent = sent || text.sent();
    }
    tell(request, "leaked_share", decimal(share));
    if (share < config_.leak_share) return Verdict::Continue;
    (void)request.setAttribute("guard." + name(), "found");
    if (sent || !blocks(request)) return Verdict::Continue;
    return request.block(refusal("The answer was blocked: it repeats the system prompt", "system_prompt_leak",
                                 "SYSTEM_PROMPT_LEAK"));
}

}  // namespace injection

SLUICE_PLUGIN(injection::InjectionGuard, SLUICE_MANIFEST)
