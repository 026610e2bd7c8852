// From attempt to attempt: which deployment, what after a failure, and what the client is told if all is
// lost.
#include <algorithm>

#include <fmt/format.h>

#include "gateway/exchange.h"

namespace sluice::gateway {

using base::Clock;
using base::Code;
using Next = route::AttemptPlan::Next;

namespace {

constexpr auto kLookAgain = base::milliseconds(100);  // while waiting for room: a call may have been missed

route::AttemptPlan::Situation::Hint hintOf(host::Outcome outcome) {
    using Hint = route::AttemptPlan::Situation::Hint;
    if (outcome == host::Outcome::Retry) return Hint::Retry;
    return outcome == host::Outcome::Fallback ? Hint::Fallback : Hint::None;
}

}  // namespace

bool Exchange::openGroup(const std::string& model) {
    auto resolved = generation_->models().resolve(model);
    group_ = std::move(resolved.group);
    captures_ = std::move(resolved.captures);
    if (!resolved.deployments) return false;
    generation_->health().turn(
        base::wallMillis());  // or the first request of a minute would see the last one's figures
    candidates_.emplace(worker_.groups.of(*generation_, *resolved.deployments), *generation_, Clock::now());
    return true;
}

bool Exchange::runFilters() {
    const auto outcome = runner_.route(candidates_->table());
    candidates_->seal();
    if (outcome != host::Outcome::Block) return true;
    deployment_ = nullptr;
    // No deployment of this group takes so long a prompt; one of another group may.
    if (request_.block.code == "context_length_exceeded") return next(tooLong());
    answerBlock();
    return false;
}

route::Failure Exchange::tooLong() {
    const host::Block block = std::move(request_.block);
    request_.block = {};
    Failure failure;
    failure.kind = route::FailureClass::ContextWindow;
    failure.status = block.status;
    failure.error = base::gatewayError(Code::TooLarge, block.public_message);
    failure.body =
        llm::errorBody({block.status, block.type, block.code, block.public_message, ""}, operation_->dialect);
    failure.speaks_error = true;
    return failure;
}

bool Exchange::enterGateway() {
    const uint32_t max = generation_->settings().max_parallel;
    if (max == 0) return true;
    auto& forwarded = gateway_.forwarded();
    const auto arrived = Clock::now();
    for (;;) {
        if (forwarded.fetch_add(1, std::memory_order_relaxed) < max) break;
        forwarded.fetch_sub(1, std::memory_order_relaxed);
        if (!waitForRoom("", arrived)) return false;
    }
    admission_.emplace(gateway_);
    return true;
}

// False: the client has been told that there was none, or has left.
bool Exchange::waitForRoom(const std::string& group, base::TimePoint arrived) {
    using Called = route::WaitingRoom::Called;
    const auto& routing = generation_->settings().routing;
    const auto last =
        std::min(request_.deadline, base::TimePoint(arrived + base::milliseconds(routing.queue_timeout_ms)));
    const route::WaitingRoom::Place place{group, priority_, arrived};
    auto& room = gateway_.waitingRoom();
    Called called = Called::Yes;
    base::Status waited;
    do {
        const auto soon = std::min(last, base::TimePoint(Clock::now() + kLookAgain));
        waited = patience_(soon, [&](base::TimePoint until) -> base::Status {
            called = room.wait(place, routing.queue_max, until);
            if (called == Called::Timeout) return base::gatewayError(Code::DeadlineExceeded, "no room yet");
            if (called == Called::Interrupted)
                return base::gatewayError(Code::Cancelled, "the request was cancelled");
            return {};
        });
        // Whoever is not the first leaves what room there may be by now to those ahead.
    } while (called == Called::Timeout && !patience_.over() && Clock::now() < last && !room.isFirst(place));
    if (patience_.over()) {
        answerGone();
        return false;
    }
    const bool timed_out = !waited && Clock::now() >= last;
    if (called != Called::NoRoom && !timed_out) return true;
    (void)request_.response.fields.set("retry-after", "1");
    answerError(
        base::gatewayError(Code::ResourceExhausted,
                           called == Called::NoRoom
                               ? "Too many requests wait for a free deployment already: queue_max is reached"
                               : "All deployments had as many requests as they may have, for too long"));
    return false;
}

std::optional<route::Failure> Exchange::findDeployment() {
    deployment_ = nullptr;
    const auto arrived = Clock::now();
    for (auto now = arrived;; now = Clock::now()) {
        const auto choice = candidates_->pick(generation_->router(group_, request_.identity), runner_, now);
        deployment_ = choice.deployment;
        if (deployment_) return std::nullopt;
        if (choice.miss != Candidates::Miss::Full) return noDeployment(choice);
        if (!waitForRoom(group_, arrived)) return std::nullopt;
    }
}

route::Failure Exchange::noDeployment(const Candidates::Choice& choice) const {
    Failure none;
    none.kind = route::FailureClass::RateLimit;
    std::string text = "No deployments available for selected model";
    if (choice.miss == Candidates::Miss::Cooling) {
        const auto seconds =
            std::max<int64_t>(1, static_cast<int64_t>(base::toMillis(choice.wait) / 1000 + 0.999));
        none.retry_after = base::milliseconds(seconds * 1000);
        text += fmt::format(", Try again in {} seconds. Passed model={}.", seconds, request_.model);
    } else if (!candidates_->lastDrop().empty()) {
        text += ": " + candidates_->lastDrop();
    }
    none.error = base::gatewayError(Code::ResourceExhausted, std::move(text));
    return none;
}

// What no answer has come of, or nothing if the client has been answered.
std::optional<route::Failure> Exchange::attempt() {
    if (auto none = findDeployment()) return none;
    if (!deployment_) return std::nullopt;
    seat_.emplace(gateway_, *deployment_);
    beginAttempt();
    auto failure = sendAndRelay();
    endAttempt(failure);
    seat_.reset();
    if (failure && patience_.over()) {
        answerGone();
        return std::nullopt;
    }
    if (failure) candidates_->tried(*deployment_);
    return failure;
}

// False: it is over, and the client has been told.
bool Exchange::next(Failure failure) {
    const auto now = Clock::now();
    Next next;
    if (now >= request_.deadline) {
        // There is no time for anything else.
    } else if (deployment_) {
        next = plan_->after(failure,
                            {group_, deployment_->config->num_retries, candidates_->others(now),
                             deployment_->health->failureRate(), now, request_.deadline, hintOf(hint_)});
    } else {
        next = plan_->afterNone(failure, group_);
    }
    if (next.kind == Next::Kind::Retry) return pause(next.wait);
    while (next.kind == Next::Kind::Fallback) {
        if (!first_failure_) first_failure_ = failure;
        target_ = next.target;
        const bool seen = generation_->chains().guards().covers(request_, target_->model);
        if (seen && openGroup(target_->model)) return runFilters();
        failure.kind = route::FailureClass::NotFound;
        next = plan_->afterNone(failure, target_->model);
    }
    giveUp(failure);
    return false;
}

bool Exchange::pause(base::milliseconds time) {
    if (time.count() <= 0) return true;
    const auto end = std::min(request_.deadline, base::TimePoint(Clock::now() + time));
    (void)patience_(end, [](base::TimePoint until) -> base::Status {
        const bool interrupted = base::Fiber::park(until) == base::Wake::Interrupted;
        return base::gatewayError(interrupted ? Code::Cancelled : Code::DeadlineExceeded, "waiting");
    });
    if (!patience_.over()) return true;
    answerGone();
    return false;
}

// The client asked for one model: of all failures it is told that one's, not how the fallbacks failed.
void Exchange::giveUp(const Failure& last) {
    const Failure& failure = first_failure_ ? *first_failure_ : last;
    if (first_failure_) request_.response.fields = {};
    if (failure.retry_after) {
        const auto seconds = (failure.retry_after->count() + 999) / 1000;
        (void)request_.response.fields.set("retry-after", std::to_string(seconds));
    }
    lease_.record.error = failure.error.message;
    if (failure.status == 0) {
        lease_.record.error_class = route::className(failure.kind);
        return answerError(failure.error);
    }
    lease_.record.error_class = fmt::format("HTTP{}", failure.status);
    if (failure.speaks_error && !client_.http().begun()) {
        lease_.record.outcome = account::Outcome::Failure;
        event_stream_ = false;
        return answer(failure.status, "application/json", failure.body);
    }
    llm::ApiError error;
    error.status = failure.status >= 400 ? failure.status : 500;
    error.message = failure.error.message;
    answerError(error);
}

}  // namespace sluice::gateway
