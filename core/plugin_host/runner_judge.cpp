// What a verdict means: the rules of the phase and the policy of the instance.
#include "base/log.h"
#include "plugin_host/phase_rules.h"
#include "plugin_host/runner.h"

namespace sluice::host {

Outcome Runner::paused(Phase phase, const Instance& instance) {
    VerdictRecord record{&instance, phase, "failed", 0, "it failed too often: it is not called for a while"};
    Outcome outcome = failed(phase, instance, false, record);
    if (guardShadowed(request_, instance, phase)) outcome = unenforced(outcome, record);
    request_.verdicts.push_back(std::move(record));
    return outcome;
}

// What nearly every hook says, to go on, is not thought about.
Outcome Runner::weigh(Phase phase, sluice_verdict verdict, bool late, VerdictRecord& record) {
    const bool shadowed = guardShadowed(request_, *record.instance, phase);
    if (verdict == SLUICE_CONTINUE && !shadowed) return Outcome::Continue;
    Outcome outcome = judge(phase, verdict, record);
    if (verdict == SLUICE_FAILED || record.verdict == "failed")
        outcome = failed(phase, *record.instance, late, record);
    return shadowed ? unenforced(outcome, record) : outcome;
}

// What a guardrail in shadow mode says is written down and nothing else.
Outcome Runner::unenforced(Outcome outcome, VerdictRecord& record) {
    if (record.verdict == "modified") record.verdict = "would_modify";
    if (outcome == Outcome::Continue) return outcome;
    if (record.verdict == "blocked" || record.verdict == "responded") record.verdict = "would_block";
    if (record.reason.empty()) record.reason = request_.block.public_message;
    request_.block = {};
    request_.reply.set = false;
    return Outcome::Continue;
}

Outcome Runner::judge(Phase phase, sluice_verdict verdict, VerdictRecord& record) {
    const auto blocked = [&](bool allowed) {
        if (!allowed) {
            record.verdict = "failed";
            record.reason = "verdict " + std::to_string(verdict) + " is not allowed in " + name(phase);
            return Outcome::Continue;
        }
        record.verdict = "blocked";
        record.reason = request_.block.internal_reason;
        request_.block.set = true;
        request_.block.instance = record.instance->id();
        if (request_.block.status == 0) request_.block.status = blockStatus(phase);
        return Outcome::Block;
    };
    const bool may_respond = phase == Phase::OnRequest || phase == Phase::PreCall ||
                             phase == Phase::CacheLookup || phase == Phase::PostCall ||
                             phase == Phase::Endpoint;
    const bool may_block = phase == Phase::OnRequest || phase == Phase::PreCall || phase == Phase::Route ||
                           phase == Phase::DuringCall || phase == Phase::OnUpstreamRequest ||
                           phase == Phase::PostCall || phase == Phase::Endpoint;
    const bool may_scan = phase == Phase::PreCall || phase == Phase::DuringCall || phase == Phase::PostCall ||
                          phase == Phase::OnStream;
    const bool may_retry = phase == Phase::OnUpstreamResponse || phase == Phase::OnAttemptEnd;
    switch (verdict) {
        case SLUICE_CONTINUE:
            return Outcome::Continue;
        case SLUICE_FAILED:
            record.verdict = "failed";
            if (record.reason.empty()) record.reason = request_.failed;
            return Outcome::Continue;
        case SLUICE_BLOCK:
            return blocked(may_block);
        case SLUICE_DENY:
            return blocked(alwaysClosed(phase));
        case SLUICE_NOT_SCANNED: {
            if (!may_scan) break;
            record.verdict = "not_scanned";
            record.reason = request_.not_scanned;
            return notScanned(phase, *record.instance);
        }
        case SLUICE_RESPOND:
            if (!may_respond || !request_.reply.set) break;
            if (phase == Phase::PostCall && request_.response.streamed) break;  // it has gone already
            record.verdict = "responded";
            return Outcome::Respond;
        case SLUICE_IDENTIFIED:
            if (phase != Phase::Authenticate || !request_.identity.known) break;
            return Outcome::Identified;
        case SLUICE_RETRY:
            if (!may_retry) break;
            return Outcome::Retry;
        case SLUICE_FALLBACK:
            if (phase != Phase::OnAttemptEnd) break;
            return Outcome::Fallback;
        case SLUICE_ABORT:
            if (phase != Phase::OnStream) break;
            (void)blocked(true);
            if (request_.block.public_message.empty())
                request_.block.public_message = "The stream was stopped by a guardrail";
            return Outcome::Abort;
        default:
            break;
    }
    record.verdict = "failed";
    record.reason = "verdict " + std::to_string(verdict) + " is not allowed in " + name(phase);
    return Outcome::Continue;
}

Outcome Runner::notScanned(Phase phase, const Instance& instance) {
    if (!closes(phase, instance.settings().on_error)) return Outcome::Continue;
    request_.block = {true,
                      500,
                      "",
                      "",
                      "A required guardrail could not scan this request",
                      "not scanned: " + request_.not_scanned,
                      "not_scanned",
                      instance.id()};
    return phase == Phase::OnStream ? Outcome::Abort : Outcome::Block;
}

Outcome Runner::failed(Phase phase, const Instance& instance, bool late, VerdictRecord& record) {
    auto& counted = const_cast<Instance&>(instance);
    ++(late ? counted.timeouts : counted.failures);
    if (!record.reason.empty() && !instance.breaker.open())
        base::log::error("plugin {}: {}", instance.id(), record.reason);
    record.verdict = late ? "timeout" : "failed";
    if (!closes(phase, late ? instance.settings().on_timeout : instance.settings().on_error))
        return Outcome::Continue;
    request_.block = {true,
                      500,
                      "",
                      "",
                      "The plugin \"" + instance.id() + "\" failed",
                      record.reason,
                      "plugin_failure",
                      instance.id()};
    return phase == Phase::OnStream ? Outcome::Abort : Outcome::Block;
}

}  // namespace sluice::host
