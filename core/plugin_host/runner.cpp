#include "plugin_host/runner.h"

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "base/log.h"
#include "base/loop.h"
#include "plugin_host/host_tables.h"
#include "plugin_host/phase_rules.h"

namespace sluice::host {

using base::Clock;

namespace {

VerdictRecord& begun(const Instance& instance, Phase phase, std::vector<VerdictRecord>& all) {
    constexpr size_t kUsual = 16;
    if (all.capacity() == 0) all.reserve(kUsual);
    return all.emplace_back(VerdictRecord{&instance, phase, "pass", 0, {}});
}

// Names the plugin to the watchdog while its code runs. The watchdog may still read the name when the
// instance has gone with its generation, so it is the one that stays.
class Label {
public:
    explicit Label(const Instance& instance) : loop_(base::Loop::current()) {
        if (loop_) loop_->setRunningLabel(instance.handleUse().instance.c_str());
    }
    ~Label() {
        if (loop_) loop_->setRunningLabel(nullptr);
    }

private:
    base::Loop* loop_;
};

int strictness(Outcome outcome) {
    switch (outcome) {
        case Outcome::Continue:
        case Outcome::Identified:
            return 0;
        case Outcome::Respond:
        case Outcome::Retry:
            return 1;
        case Outcome::Fallback:
            return 2;
        case Outcome::Block:
        case Outcome::Abort:
            return 3;
    }
    return 3;
}

}  // namespace

Runner::Runner(RequestState& request, size_t instance_count) : request_(request), contexts_(instance_count) {}

Runner::~Runner() {
    for (auto& ctx : contexts_) {
        if (ctx && ctx->begun) endState(*ctx);
    }
    for (auto* handles : {&contexts_, &parallel_}) {
        for (auto& ctx : *handles) {
            if (ctx) retireHandle(std::move(ctx));
        }
    }
}

void Runner::endState(sluice_ctx& ctx) {
    Instance& instance = *ctx.instance;
    if (!SLUICE_HAS(instance.hooks(), request_end)) return;
    const Label label(instance);
    try {
        instance.hooks()->request_end(instance.self(), ctx.state);
    } catch (...) {
        ++instance.failures;
        base::log::error("plugin {}: request_end threw an exception", instance.id());
    }
}

void Runner::settled(const sluice_settlement& sums) {
    owes_settlement_ = false;
    for (const auto& ctx : contexts_) {
        if (!ctx || !ctx->begun || !SLUICE_HAS(ctx->instance->hooks(), on_settled)) continue;
        const Label label(*ctx->instance);
        try {
            ctx->instance->hooks()->on_settled(ctx->instance->self(), ctx->state, &sums);
        } catch (...) {
            ++ctx->instance->failures;
            base::log::error("plugin {}: on_settled threw an exception", ctx->instance->id());
        }
    }
}

void Runner::answered(const sluice_answer& answer) {
    for (const auto& [instance, max_bytes] : std::exchange(request_.answer_wishes, {})) {
        if (answer.body.len > max_bytes) continue;
        const Label label(*instance);
        try {
            instance->hooks()->on_answer(instance->self(), contexts_[instance->index()]->state, &answer);
        } catch (...) {
            ++instance->failures;
            base::log::error("plugin {}: on_answer threw an exception", instance->id());
        }
    }
}

sluice_ctx& Runner::handleOf(Handles& handles, Instance& instance) {
    if (handles.empty()) handles.resize(contexts_.size());
    auto& slot = handles[instance.index()];
    if (!slot) {
        slot = newHandle();
        slot->request = &request_;
        slot->instance = &instance;
        slot->use.store(&instance.handleUse(), std::memory_order_relaxed);
    }
    return *slot;
}

sluice_ctx& Runner::context(Instance& instance, Phase phase) {
    sluice_ctx& ctx = handleOf(phase == Phase::DuringCall ? parallel_ : contexts_, instance);
    enter(ctx, phase);
    return ctx;
}

void Runner::enter(sluice_ctx& ctx, Phase phase) const {
    ctx.phase = phase;
    ctx.thread.store(thisThread(), std::memory_order_relaxed);
    ctx.hook_deadline = request_.deadline;
}

// The plugin's state belongs to the instance's main handle; the one for during_call borrows it.
void Runner::begin(sluice_ctx& ctx) {
    Instance& instance = *ctx.instance;
    sluice_ctx& owner = ctx.phase == Phase::DuringCall ? handleOf(contexts_, instance) : ctx;
    if (!owner.begun) {
        owner.begun = true;
        owes_settlement_ |= SLUICE_HAS(instance.hooks(), on_settled);
        if (SLUICE_HAS(instance.hooks(), request_begin))
            owner.state = instance.hooks()->request_begin(instance.self(), &owner);
    }
    ctx.state = owner.state;
}

// The fiber waits meanwhile, so the request is the other thread's alone.
template <class Run>
void Runner::runOffloaded(sluice_ctx& ctx, Run&& run) {
    std::exception_ptr thrown;
    const auto job = [&] {
        ctx.thread.store(thisThread(), std::memory_order_relaxed);
        try {
            run();
        } catch (...) {
            thrown = std::current_exception();
        }
    };
    const WaitMark mark(&ctx);
    ctx.offloaded = true;
    const auto done = ctx.instance->handle().services->offload.run(job);
    ctx.offloaded = false;
    if (thrown) std::rethrow_exception(thrown);
    if (!done) throw std::runtime_error(done.error().message);
}

// The hook has ended: what was lent to it is the host's again.
void Runner::takeBack(sluice_ctx& ctx, Phase around) {
    request_.contents.settle(request_);
    request_.contents.release();
    ctx.lent.reset();
    ctx.stream_call = nullptr;
    if (ctx.ticket) spendTicket(std::exchange(ctx.ticket, 0));
    ctx.phase = around;
}

// `clock`: when the hook before it ended, if it follows directly; when this one has, afterwards.
template <class Call>
Outcome Runner::invoke(Phase phase, const HookSlot& slot, Call&& call, base::TimePoint* clock) {
    Instance& instance = *slot.instance;
    if (!runs(phase, slot)) return Outcome::Continue;
    // A provider that serves by itself is inside a call of its own while the hooks of its stream run.
    sluice_ctx& ctx = handleOf(phase == Phase::DuringCall ? parallel_ : contexts_, instance);
    const Phase around = ctx.phase;
    enter(ctx, phase);
    const auto start = last_call_ = clock && *clock != base::TimePoint() ? *clock : Clock::now();
    if (const auto ms = instance.settings().timeout_ms; ms > 0)
        ctx.hook_deadline = std::min(request_.deadline, start + base::milliseconds(ms));
    // Who the caller is gets asked whatever happened before: not to ask would be to refuse everybody.
    const bool breaks = !alwaysClosed(phase);
    if (breaks && !instance.breaker.allow(start)) return paused(phase, instance);
    const uint64_t edits = request_.edits;
    // What one plugin has said does not stand for the next.
    request_.not_scanned.clear();
    request_.failed.clear();
    request_.reply.set = false;
    if (phase == Phase::CacheLookup) request_.from_cache.reset();
    if (phase == Phase::Authenticate) request_.identity = {};
    sluice_verdict verdict = SLUICE_FAILED;
    std::string thrown;
    {
        const Label label(instance);
        try {
            const auto run = [&] {
                begin(ctx);
                verdict = call(ctx);
            };
            instance.manifest().blocking ? runOffloaded(ctx, run) : run();
        } catch (const std::exception& e) {
            thrown = e.what();
        } catch (...) {
            thrown = "an unknown exception";
        }
    }
    // Thousands of calls for a stream would bury the rest: of them only what is news is written down.
    auto& unpunished = instance.handleUse().unpunished;
    const bool misused = unpunished.load(std::memory_order_relaxed) && unpunished.exchange(false);
    const bool routine = verdict == SLUICE_CONTINUE && request_.edits == edits && ctx.stream_call &&
                         !ctx.stream_call->last && !misused;
    const auto end = routine ? start : Clock::now();
    if (clock) *clock = end;
    takeBack(ctx, around);
    if (routine) {
        if (breaks) (void)instance.breaker.record(true, end);
        return Outcome::Continue;
    }
    VerdictRecord& record = begun(instance, phase, request_.verdicts);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(end - start).count();
    record.duration_us = static_cast<uint32_t>(took);
    if (request_.edits != edits) record.verdict = "modified";
    if (!thrown.empty()) record.reason = std::string(name(phase)) + " threw: " + thrown;
    if (misused) record.reason = "it used the handle of a request when it may not";
    if (!thrown.empty() || misused) verdict = SLUICE_FAILED;
    const Outcome outcome = weigh(phase, verdict, end > ctx.hook_deadline, record);
    const bool fine = record.verdict != "failed" && record.verdict != "timeout";
    if (breaks && instance.breaker.record(fine, end))
        base::log::error("plugin {}: it failed {} times in a row and is not called for {} ms", instance.id(),
                         instance.settings().breaker_failures, instance.settings().breaker_pause_ms);
    return outcome;
}

Outcome Runner::runOne(Phase phase, const HookSlot& slot, base::TimePoint* clock) {
    const auto call = [&](sluice_ctx& ctx) { return slot.hook(slot.instance->self(), &ctx, ctx.state); };
    return invoke(phase, slot, call, clock);
}

Outcome Runner::runForward(Phase phase, const std::vector<HookSlot>& slots) {
    base::TimePoint clock{};
    for (const auto& slot : slots) {
        const Outcome outcome = runOne(phase, slot, &clock);
        if (outcome != Outcome::Continue) return outcome;
    }
    return Outcome::Continue;
}

// No verdict of one ends the phase for the others: the next guard always runs. The strictest outcome counts.
Outcome Runner::runAll(Phase phase, const std::vector<HookSlot>& slots) {
    Outcome strictest = Outcome::Continue;
    base::TimePoint clock{};
    for (const auto& slot : slots) {
        const Outcome outcome = runOne(phase, slot, &clock);
        if (strictness(outcome) > strictness(strictest)) strictest = outcome;
    }
    return strictest;
}

bool Runner::anyRuns(Phase phase, const std::vector<HookSlot>& slots) const {
    return std::any_of(slots.begin(), slots.end(), [&](const HookSlot& slot) { return runs(phase, slot); });
}

// What other plugins find out about the caller comes first: tags, what the key says.
Outcome Runner::preCall() {
    GuardUse& guards = request_.guards;
    base::TimePoint clock{};
    for (const auto& slot : chain_->pre_call) {
        if (slot.instance->settings().guard && !guards.decided && !chain_->guards->decide(request_))
            return Outcome::Block;
        const Outcome outcome = runOne(Phase::PreCall, slot, &clock);
        if (outcome != Outcome::Continue) return outcome;
    }
    return guards.decided || chain_->guards->decide(request_) ? Outcome::Continue : Outcome::Block;
}

Outcome Runner::authenticate() {
    base::TimePoint clock{};
    for (const auto& slot : chain_->authenticate) {
        const Outcome outcome = runOne(Phase::Authenticate, slot, &clock);
        if (outcome != Outcome::Continue) return outcome;
    }
    if (chain_->authenticate.empty()) return Outcome::Continue;
    request_.block = {
        true, 401, "", "auth_error", "Authentication Error: no api key passed in, or none that is known here",
        "",   "",  ""};
    return Outcome::Block;
}

Outcome Runner::route(const sluice_candidates& candidates) {
    for (const auto& slot : chain_->route) {
        const Outcome outcome = invoke(Phase::Route, slot, [&](sluice_ctx& ctx) {
            return slot.instance->hooks()->route(slot.instance->self(), &ctx, ctx.state, &candidates);
        });
        if (outcome != Outcome::Continue) return outcome;
    }
    return Outcome::Continue;
}

Outcome Runner::tryOut(Instance& instance, Phase phase) {
    const sluice_hooks* hooks = instance.hooks();
    if (!hooks) return Outcome::Continue;
    const bool pre_call = phase == Phase::PreCall;
    const sluice_hook hook = pre_call ? SLUICE_REACHES(hooks, pre_call) ? hooks->pre_call : nullptr
                             : SLUICE_REACHES(hooks, post_call) ? hooks->post_call
                                                                : nullptr;
    return hook ? runOne(phase, {&instance, hook, false}) : Outcome::Continue;
}

Outcome Runner::endpoint(Instance& instance, uint32_t route) {
    const Outcome outcome = invoke(Phase::Endpoint, {&instance, nullptr, false}, [&](sluice_ctx& ctx) {
        return instance.endpoint()->handle(instance.self(), &ctx, ctx.state, route);
    });
    if (outcome != Outcome::Continue) return outcome;
    request_.block = {true, 500, "",           "", "The plugin \"" + instance.id() + "\" gave no answer",
                      "",   "",  instance.id()};
    return Outcome::Block;
}

// What was said before about this stream is no news.
void Runner::forgetRepeated() {
    auto& all = request_.verdicts;
    const VerdictRecord& last = all.back();
    const bool repeated = std::any_of(all.begin(), all.end() - 1, [&](const VerdictRecord& v) {
        return v.instance == last.instance && v.phase == last.phase && v.verdict == last.verdict;
    });
    if (repeated) all.pop_back();
}

Outcome Runner::onStream(const Subscription& subscription, const sluice_stream_event& event, StreamCall& call,
                         uint64_t& release) {
    const HookSlot slot{subscription.instance, nullptr, false};
    const size_t noted = request_.verdicts.size();
    const Outcome outcome = invoke(Phase::OnStream, slot, [&](sluice_ctx& ctx) -> sluice_verdict {
        sluice_stream_action action{};
        action.size = sizeof action;
        action.release = release;
        ctx.stream_call = &call;
        const auto verdict =
            slot.instance->hooks()->on_stream(slot.instance->self(), &ctx, ctx.state, &event, &action);
        if (event.end == SLUICE_END_NOT_YET && call.mode != SLUICE_STREAM_OBSERVE) release = action.release;
        const size_t edited = call.edits.empty() ? 0 : call.edits.back().start + call.edits.back().length;
        // An edit of what is held, or half a character: the plugin does not know what it does.
        const bool sane = release <= call.window.size() && edited <= release &&
                          (release == call.window.size() ||
                           (static_cast<unsigned char>(call.window[release]) & 0xC0) != 0x80);
        return sane ? verdict : SLUICE_FAILED;
    });
    if (guardShadowed(request_, *subscription.instance, Phase::OnStream)) call.edits.clear();
    if (request_.verdicts.size() == noted) return outcome;
    const std::string_view said = request_.verdicts.back().verdict;
    if (said != "pass" && said != "modified" && said != "would_modify") {
        call.edits.clear();
        release = call.window.size();
    }
    if (event.end == SLUICE_END_NOT_YET) forgetRepeated();
    return outcome;
}

void Runner::noteNotScanned(Instance& instance, std::string reason) {
    request_.verdicts.push_back({&instance, Phase::OnStream, "not_scanned", 0, std::move(reason)});
    forgetRepeated();
}

}  // namespace sluice::host
