#include "plugin.h"

#include <algorithm>

#include <sluice/json.hpp>

#include "tags.h"

namespace lua_policy {

using sluice::Verdict;

Plugin::Plugin(std::string_view config_json, sluice::Host host) : services_(host), pool_(1) {
    if (host.raw()->abi_minor < 2) throw sluice::ConfigError("this gateway is too old: lua needs ABI 1.2");
    services_.runs = host.counter("sluice_lua_policy_runs_total",
                                  "Calls of hooks of policies, by what came of them", {"policy", "verdict"});
    services_.events = host.counter("sluice_lua_policy_events_total", "What policies count with metrics.inc",
                                    {"policy", "event"});
    if (host.find<sluice_host_kv>(SLUICE_HOST_KV_ID)) services_.kv = std::make_unique<sluice::Kv>(host);
    Options options = readOptions(config_json, host);
    pool_.resize(options.idle_states_max);
    scanners_ = std::move(options.scanners);
    for (auto& one : options.policies) {
        auto policy = std::make_unique<Policy>(std::move(one), services_, pool_);
        if (policy->options().mode != Mode::Off) policies_.push_back(std::move(policy));
    }
    index();
}

void Plugin::start() {
    for (const auto& [name, id] : scanners_) {
        const auto found = services_.host.service(SLUICE_SCANNER_ID, id);
        if (!found)
            throw sluice::ConfigError("scanners." + name + ": no guardrail \"" + id + "\" lends a scanner");
        services_.scanners[name] = {static_cast<const sluice_scanner*>(found->table), found->owner};
    }
}

void Plugin::index() {
    for (uint32_t i = 0; i < policies_.size(); ++i) {
        const Binding& bind = policies_[i]->options().bind;
        for (const Phase hook :
             {Phase::Request, Phase::Response, Phase::Chunk, Phase::Route, Phase::Complete}) {
            if (policies_[i]->has(hook)) hooks_ |= bit(hook);
        }
        tags_wanted_ = tags_wanted_ || bind.needsTags();
        const auto* tenants = bind.exactTenants();
        if (!tenants) {
            anywhere_.push_back(i);
            continue;
        }
        for (const auto& tenant : *tenants) by_tenant_[tenant].push_back(i);
    }
}

bool Plugin::wants(std::string_view hook) const {
    if (hook == "pre_call") return (hooks_ & (bit(Phase::Request) | bit(Phase::Chunk))) != 0;
    if (hook == "on_stream") return (hooks_ & bit(Phase::Chunk)) != 0;
    if (hook == "post_call") return (hooks_ & bit(Phase::Response)) != 0;
    if (hook == "route") return (hooks_ & bit(Phase::Route)) != 0;
    return hook == "on_complete" && (hooks_ & bit(Phase::Complete)) != 0;
}

// Of two ascending lists, those that match, ascending: the order of the configuration.
std::vector<Policy*> Plugin::matching(std::string_view tenant, const Subject& subject) const {
    static const std::vector<uint32_t> kNone;
    const auto found = by_tenant_.find(std::string(tenant));
    const auto& own = found == by_tenant_.end() ? kNone : found->second;
    std::vector<uint32_t> both;
    both.reserve(own.size() + anywhere_.size());
    std::merge(own.begin(), own.end(), anywhere_.begin(), anywhere_.end(), std::back_inserter(both));
    both.erase(std::unique(both.begin(), both.end()), both.end());
    std::vector<Policy*> matching;
    for (const uint32_t i : both) {
        if (policies_[i]->options().bind.matches(subject)) matching.push_back(policies_[i].get());
    }
    return matching;
}

Plugin::PerRequest& Plugin::resolve(const sluice::Request& request) {
    auto& state = request.state<PerRequest>();
    if (state.resolved) return state;
    state.resolved = true;
    Subject subject;
    subject.values = {request.keyId(), request.team(),  request.organization(), request.endUser(), {},
                      request.route(), request.model(), request.tenant()};
    if (tags_wanted_) subject.tags = tagsOf(request);
    for (Policy* policy : matching(request.tenant(), subject)) state.policies.push_back({policy, {}});
    return state;
}

Call Plugin::callOf(Phase phase, const sluice::Request& request, Bound& bound) const {
    Call call{phase, *bound.policy, services_, request.tenant()};
    call.shadow = bound.policy->shadow();
    call.request = &request;
    call.vars = &bound.vars;
    return call;
}

void Plugin::note(const sluice::Request& request, PerRequest& state, const Policy& policy, Phase phase,
                  std::string_view verdict, const Call* call) const {
    services_.runs.record(1, {policy.name(), verdict});
    std::string& out = state.notes;
    out += out.empty() ? "[" : ",";
    out += "{\"policy\":";
    out += policy.nameJson();
    out += ",\"hook\":\"";
    out += lua_policy::name(phase);
    out += "\",\"verdict\":\"";
    out += verdict;
    out += '"';
    if (!policy.version().empty()) out += ",\"version\":" + sluice::jsonQuoted(policy.version());
    if (policy.shadow()) out += ",\"mode\":\"shadow\"";
    if (call && call->edits > 0) out += ",\"edits\":" + std::to_string(call->edits);
    if (call && call->score >= 0) out += ",\"score\":" + std::to_string(call->score);
    if (call && call->decision.kind == Decision::Kind::Block) {
        out += ",\"code\":" + sluice::jsonQuoted(call->decision.code);
        if (!call->decision.category.empty())
            out += ",\"category\":" + sluice::jsonQuoted(call->decision.category);
    }
    out += '}';
    out += ']';
    (void)request.setAttribute("lua.verdicts", out);
    out.pop_back();
}

// At most one line a second: what fails, fails for every request.
void Plugin::report(const Policy& policy, Phase phase, const Ran& ran) const {
    const int64_t now = services_.host.monotonicMs();
    int64_t last = logged_ms_.load(std::memory_order_relaxed);
    if (last != 0 && now - last < 1000) return;
    if (!logged_ms_.compare_exchange_strong(last, now, std::memory_order_relaxed)) return;
    services_.host.warn("policy " + policy.name() + ": " + lua_policy::name(phase) + ": " +
                        ran.fault.substr(0, 512));
}

Plugin::Went Plugin::failed(const sluice::Request& request, PerRequest& state, const Bound& bound,
                            const Call& call, const Ran& ran) {
    const Policy& policy = *bound.policy;
    const bool killed = ran.kind == Ran::Kind::Killed;
    report(policy, call.phase, ran);
    note(request, state, policy, call.phase, killed ? "timeout" : "error", nullptr);
    const bool blocks = killed ? policy.options().block_on_timeout : policy.options().block_on_error;
    if (!blocks || policy.shadow()) return Went::On;
    const std::string why = "policy " + policy.name() + ": " + (killed ? ran.fault : "its hook failed");
    (void)request.block(sluice::Refusal{"A required policy could not be evaluated"}
                            .withCode("policy_failed")
                            .withStatus(500)
                            .withCategory("policy")
                            .withInternalReason(why));
    return Went::Refused;
}

Plugin::Went Plugin::run(const sluice::Request& request, PerRequest& state, Bound& bound, Call& call) {
    Policy& policy = *bound.policy;
    const Ran ran = policy.run(call);
    if (!ran.ok()) return failed(request, state, bound, call, ran);
    const Decision& made = call.decision;
    const char* word = made.kind == Decision::Kind::Block     ? "block"
                       : made.kind == Decision::Kind::Respond ? "respond"
                       : !call.flag.empty()                   ? call.flag.c_str()
                       : call.edits > 0                       ? "modify"
                                                              : "pass";
    if (call.phase != Phase::Chunk || made.kind != Decision::Kind::None)
        note(request, state, policy, call.phase, word, &call);
    if (policy.shadow() || made.kind == Decision::Kind::None) return Went::On;
    if (made.kind == Decision::Kind::Respond) {
        (void)request.respond(made.status, made.content_type, made.body);
        return Went::Answered;
    }
    sluice::Refusal why;
    const std::string reason = "policy " + policy.name() + (made.reason.empty() ? "" : ": " + made.reason);
    why.message = made.message;
    why.code = made.code;
    why.category = made.category.empty() ? std::string_view("policy") : std::string_view(made.category);
    why.internal_reason = reason;
    why.http_status = made.status;
    (void)request.block(why);
    return Went::Refused;
}

Verdict Plugin::all(Phase phase, const sluice::Request& request, Call* with) {
    PerRequest& state = resolve(request);
    for (auto& bound : state.policies) {
        if (!bound.policy->has(phase)) continue;
        Call call = callOf(phase, request, bound);
        call.response = with ? with->response : nullptr;
        call.candidates = with ? with->candidates : nullptr;
        const Went went = run(request, state, bound, call);
        if (went == Went::Refused) return Verdict::Block;
        if (went == Went::Answered) return Verdict::Respond;
    }
    return Verdict::Continue;
}

bool Plugin::subscribe(const sluice::Request& request, const PerRequest& state) const {
    uint32_t lanes = 0;
    bool enforced = false, whole = false;
    for (const auto& bound : state.policies) {
        if (!bound.policy->has(Phase::Chunk)) continue;
        lanes |= bound.policy->stream().lanes;
        enforced = enforced || !bound.policy->shadow();
        whole = whole || bound.policy->stream().grain == Grain::Whole;
    }
    if (lanes == 0) return true;
    sluice::Hold hold;
    if (whole) {
        hold.max_bytes = 1024 * 1024;
        hold.max_ms = 600'000;
    }
    return enforced ? request.rewrite(lanes, hold) : request.observe(lanes, hold);
}

Verdict Plugin::pre_call(sluice::Request request) {
    const PerRequest& state = resolve(request);
    if (state.policies.empty()) return Verdict::Continue;
    if (request.stream() && !subscribe(request, state))
        return request.failed("the stream cannot be subscribed to");
    return all(Phase::Request, request, nullptr);
}

Verdict Plugin::route(sluice::Request request, const sluice_candidates& candidates) {
    Call with{Phase::Route, *policies_.front(), services_, {}};
    with.candidates = &candidates;
    return all(Phase::Route, request, &with);
}

Verdict Plugin::post_call(sluice::Response response) {
    Call with{Phase::Response, *policies_.front(), services_, {}};
    with.response = &response;
    return all(Phase::Response, response, &with);
}

void Plugin::on_complete(const sluice_record& record) {
    const bool newer = SLUICE_REACHES(&record, record_id);
    const auto text = [newer](sluice_str value) { return newer ? sluice::view(value) : std::string_view(); };
    Subject subject;
    subject.values = {text(record.key_id),
                      text(record.team),
                      text(record.organization),
                      text(record.end_user),
                      {},
                      sluice::view(record.route),
                      sluice::view(record.model),
                      text(record.tenant)};
    if (tags_wanted_ && newer) subject.tags = tagsOfRecord(sluice::view(record.attributes));
    for (Policy* policy : matching(text(record.tenant), subject)) {
        if (!policy->has(Phase::Complete)) continue;
        Call call{Phase::Complete, *policy, services_, text(record.tenant)};
        call.shadow = policy->shadow();
        call.record = &record;
        const Ran ran = policy->run(call);
        if (!ran.ok()) report(*policy, Phase::Complete, ran);
        services_.runs.record(1, {policy->name(), ran.ok() ? "complete" : "error"});
    }
}

}  // namespace lua_policy
