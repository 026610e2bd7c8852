// Runs the phases of one request: calls hooks, judges their verdicts by the rules of the phase and the policy
// of the instance, and keeps what each of them said.
#pragma once

#include <memory>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "plugin_host/chain.h"
#include "plugin_host/request_state.h"

namespace sluice::host {

/// What happens next, after all hooks of a phase.
enum class Outcome {
    Continue,
    Respond,  // request.reply is the answer
    Block,    // request.block says why
    Identified,
    Retry,
    Fallback,
    Abort,  // the stream
};

class Runner {
public:
    Runner(RequestState& request, size_t instance_count);
    ~Runner();  // ends the plugins' request states, each exactly once
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    void setChain(const Chain& chain) { chain_ = &chain; }
    const Chain& chain() const { return *chain_; }

    Outcome onRequest() { return runForward(Phase::OnRequest, chain_->on_request); }
    /// Block if somebody denies, or if there are authenticators and none of them knows the caller.
    Outcome authenticate();
    Outcome authorize() { return runForward(Phase::Authorize, chain_->authorize); }
    /// Which guardrails run is decided here, before the first of them.
    Outcome preCall();
    Outcome cacheLookup() { return runForward(Phase::CacheLookup, chain_->cache_lookup); }
    Outcome route(const sluice_candidates& candidates);
    /// Is there a hook in these slots that this request is meant for?
    bool anyRuns(Phase phase, const std::vector<HookSlot>& slots) const;
    bool runs(Phase phase, const HookSlot& slot) const {
        if (slot.instance->settings().guard && !guardRuns(request_, *slot.instance, phase)) return false;
        return !slot.model_scoped || request_.model.empty() || appliesToModel(*slot.instance, request_.model);
    }
    Outcome duringCall(const HookSlot& slot) { return runOne(Phase::DuringCall, slot); }
    Outcome onUpstreamRequest() { return runForward(Phase::OnUpstreamRequest, chain_->on_upstream_request); }
    Outcome onUpstreamResponse() { return runAll(Phase::OnUpstreamResponse, chain_->on_upstream_response); }
    Outcome onAttemptEnd() { return runAll(Phase::OnAttemptEnd, chain_->on_attempt_end); }
    Outcome postCall() { return runAll(Phase::PostCall, chain_->post_call); }
    Outcome onResponse() { return runAll(Phase::OnResponse, chain_->on_response); }
    /// One hook of one instance by itself, pre_call or post_call.
    Outcome tryOut(Instance& instance, Phase phase);
    /// A request for a route of a plugin: Respond or Block.
    Outcome endpoint(Instance& instance, uint32_t route);
    /// One call of on_stream for one subscriber. `release` is in and out; the edits are in `call`.
    Outcome onStream(const Subscription& subscription, const sluice_stream_event& event, StreamCall& call,
                     uint64_t& release);
    /// Has a plugin begun that wants to know what the request has used?
    bool owesSettlement() const { return owes_settlement_; }
    /// The request is over: tells them. [loop]
    void settled(const sluice_settlement& sums);
    /// Gives an upstream's answer to those who asked for it, and takes their wishes away. [loop]
    void answered(const sluice_answer& answer);
    /// Writes down that text of a stream went by unseen. [loop]
    void noteNotScanned(Instance& instance, std::string reason);
    /// When the hook that was called last was called.
    base::TimePoint lastCall() const { return last_call_; }

    /// The handle for calls that are no hooks: a router's pick, a provider's prepare and serve.
    sluice_ctx& context(Instance& instance, Phase phase);

private:
    template <class Call>
    Outcome invoke(Phase phase, const HookSlot& slot, Call&& call, base::TimePoint* clock = nullptr);
    Outcome runOne(Phase phase, const HookSlot& slot, base::TimePoint* clock = nullptr);
    Outcome runForward(Phase phase, const std::vector<HookSlot>& slots);
    Outcome runAll(Phase phase, const std::vector<HookSlot>& slots);
    Outcome paused(Phase phase, const Instance& instance);
    Outcome weigh(Phase phase, sluice_verdict verdict, bool late, VerdictRecord& record);
    Outcome failed(Phase phase, const Instance& instance, bool late, VerdictRecord& record);
    Outcome unenforced(Outcome outcome, VerdictRecord& record);
    Outcome judge(Phase phase, sluice_verdict verdict, VerdictRecord& record);
    Outcome notScanned(Phase phase, const Instance& instance);
    void begin(sluice_ctx& ctx);
    static void endState(sluice_ctx& ctx);
    void takeBack(sluice_ctx& ctx, Phase around);
    template <class Run>
    void runOffloaded(sluice_ctx& ctx, Run&& run);
    void forgetRepeated();
    // By index of the instance; made when first needed. Few instances need no block of their own.
    using Handles = boost::container::small_vector<std::unique_ptr<sluice_ctx>, 6>;
    sluice_ctx& handleOf(Handles& handles, Instance& instance);
    void enter(sluice_ctx& ctx, Phase phase) const;

    RequestState& request_;
    const Chain* chain_ = nullptr;
    base::TimePoint last_call_{};
    bool owes_settlement_ = false;
    Handles contexts_;
    Handles parallel_;  // the same for during_call, which runs beside everything else; empty until then
};

}  // namespace sluice::host
