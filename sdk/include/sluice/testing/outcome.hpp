// Calling a hook as the gateway does, and judging what it answers.
#pragma once

#include <sluice/testing/request_data.hpp>

#include <exception>
#include <stdexcept>

namespace sluice::testing {

inline const char* name(Phase phase) {
    switch (phase) {
        case Phase::OnRequest:
            return "on_request";
        case Phase::Authenticate:
            return "authenticate";
        case Phase::Authorize:
            return "authorize";
        case Phase::PreCall:
            return "pre_call";
        case Phase::CacheLookup:
            return "cache_lookup";
        case Phase::Route:
            return "route";
        case Phase::DuringCall:
            return "during_call";
        case Phase::OnUpstreamRequest:
            return "on_upstream_request";
        case Phase::OnUpstreamResponse:
            return "on_upstream_response";
        case Phase::OnAttemptEnd:
            return "on_attempt_end";
        case Phase::OnStream:
            return "on_stream";
        case Phase::Endpoint:
            return "endpoint";
        case Phase::PostCall:
            return "post_call";
        case Phase::OnResponse:
            return "on_response";
        case Phase::None:
            break;
    }
    return "none";
}

/// What one call of a hook came to, by the rules of its phase.
class Outcome {
public:
    Outcome(sluice_verdict verdict, std::string reason, bool called = true)
        : verdict_(verdict), reason_(std::move(reason)), called_(called) {}

    bool continued() const { return verdict_ == SLUICE_CONTINUE; }
    bool responded() const { return verdict_ == SLUICE_RESPOND; }
    bool blocked() const { return verdict_ == SLUICE_BLOCK; }
    bool identified() const { return verdict_ == SLUICE_IDENTIFIED; }
    bool denied() const { return verdict_ == SLUICE_DENY; }
    bool notScanned() const { return verdict_ == SLUICE_NOT_SCANNED; }
    bool aborted() const { return verdict_ == SLUICE_ABORT; }
    bool retried() const { return verdict_ == SLUICE_RETRY; }
    bool fellBack() const { return verdict_ == SLUICE_FALLBACK; }
    /// It said so, threw, or gave a verdict that its phase does not accept; reason() says which, in the words
    /// of request.failed() or of the exception if there are any.
    bool failed() const { return verdict_ == SLUICE_FAILED; }

    sluice_verdict verdict() const { return verdict_; }
    /// Why it failed, or why it did not scan.
    const std::string& reason() const { return reason_; }
    /// False: the plugin has no such hook, and the request goes on.
    bool called() const { return called_; }

private:
    sluice_verdict verdict_;
    std::string reason_;
    bool called_;
};

/// Does the phase accept the verdict? The table of sluice/hooks.h.
inline bool accepts(Phase phase, sluice_verdict verdict) {
    const auto any = [phase](std::initializer_list<Phase> phases) {
        return std::find(phases.begin(), phases.end(), phase) != phases.end();
    };
    switch (verdict) {
        case SLUICE_CONTINUE:
            return true;
        case SLUICE_RESPOND:
            return any(
                {Phase::OnRequest, Phase::PreCall, Phase::CacheLookup, Phase::PostCall, Phase::Endpoint});
        case SLUICE_BLOCK:
            return any({Phase::OnRequest, Phase::PreCall, Phase::Route, Phase::DuringCall,
                        Phase::OnUpstreamRequest, Phase::PostCall, Phase::Endpoint});
        case SLUICE_IDENTIFIED:
            return phase == Phase::Authenticate;
        case SLUICE_DENY:
            return any({Phase::Authenticate, Phase::Authorize});
        case SLUICE_NOT_SCANNED:
            return any({Phase::PreCall, Phase::DuringCall, Phase::PostCall, Phase::OnStream});
        case SLUICE_ABORT:
            return phase == Phase::OnStream;
        case SLUICE_RETRY:
            return any({Phase::OnUpstreamResponse, Phase::OnAttemptEnd});
        case SLUICE_FALLBACK:
            return phase == Phase::OnAttemptEnd;
        default:
            return false;
    }
}

inline Outcome judge(RequestData& request, Phase phase, sluice_verdict verdict) {
    if (verdict == SLUICE_FAILED)
        return {verdict, request.failed.empty() ? "the hook says that it failed" : request.failed};
    if (!accepts(phase, verdict))
        return {SLUICE_FAILED, "verdict " + std::to_string(verdict) + " is not allowed in " + name(phase)};
    if (verdict == SLUICE_RESPOND && !request.reply.set)
        return {SLUICE_FAILED, "RESPOND without a call of respond() that succeeded"};
    if (verdict == SLUICE_IDENTIFIED && !request.identified)
        return {SLUICE_FAILED, "IDENTIFIED without a call of identify() that succeeded"};
    if ((verdict == SLUICE_BLOCK || verdict == SLUICE_DENY) && request.block.status == 0)
        request.block.status = phase == Phase::Authenticate ? 401 : phase == Phase::Authorize ? 403 : 400;
    if (verdict == SLUICE_ABORT && request.block.message.empty())
        request.block.message = "The stream was stopped by a guardrail";
    return {verdict, verdict == SLUICE_NOT_SCANNED ? request.not_scanned : std::string()};
}

/// Runs `call(context)` as a hook of that phase: begins the plugin's state for the request, contains what is
/// thrown, takes back what was lent, and judges the verdict.
template <class Call>
Outcome runHook(const std::shared_ptr<PluginData>& plugin, RequestData& request, Phase phase, Call&& call) {
    if (request.ended) throw std::logic_error("the request has ended");
    plugin->enter();
    Context& ctx = request.context(plugin, phase);
    // What an earlier hook said does not stand for this one.
    request.not_scanned.clear();
    request.failed.clear();
    request.reply.set = false;
    if (phase == Phase::Authenticate) {
        request.identity = {};
        request.identified = false;
    }
    sluice_verdict verdict = SLUICE_FAILED;
    std::string thrown;
    try {
        request.begin(ctx);
        verdict = call(ctx);
    } catch (const std::exception& e) {
        thrown = e.what();
    } catch (...) {
        thrown = "something that is no std::exception";
    }
    ctx.takeBack();
    if (!thrown.empty()) return {SLUICE_FAILED, std::string(name(phase)) + " threw: " + thrown};
    return judge(request, phase, verdict);
}

}  // namespace sluice::testing
