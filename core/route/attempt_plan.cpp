#include "route/attempt_plan.h"

#include <algorithm>

#include "base/random.h"

namespace sluice::route {

using base::milliseconds;

namespace {

// "openai/gpt-4o" → "gpt-4o"
std::string_view withoutProvider(std::string_view model) {
    const size_t slash = model.find('/');
    return slash == std::string_view::npos ? std::string_view() : model.substr(slash + 1);
}

const std::vector<std::string>* find(const config::Fallbacks& list, std::string_view group) {
    for (const std::string_view name : {group, withoutProvider(group), std::string_view("*")}) {
        if (name.empty()) continue;
        if (const auto found = list.find(std::string(name)); found != list.end()) return &found->second;
    }
    return nullptr;
}

enum class Again { Never, Elsewhere, Anywhere };

// Does it make sense to ask again, and whom?
Again again(FailureClass kind) {
    switch (kind) {
        case FailureClass::BadRequest:
        case FailureClass::ContextWindow:
        case FailureClass::ContentPolicy:
        case FailureClass::Unsupported:
            return Again::Never;
        case FailureClass::Authentication:
        case FailureClass::Payment:
        case FailureClass::NotFound:
            return Again::Elsewhere;
        default:
            return Again::Anywhere;
    }
}

}  // namespace

AttemptPlan::AttemptPlan(const config::Routing& routing, const std::string& model, Wishes wishes)
    : routing_(routing),
      model_(model),
      wishes_(std::move(wishes)),
      visited_{model},
      max_retries_(wishes_.num_retries.value_or(routing.num_retries)) {
    queue_ = wishes_.fallbacks;
    queue_.reserve(queue_.size() + 64);
}

uint32_t AttemptPlan::allowedRetries(const Failure& failure, const Situation& at) const {
    if (wishes_.num_retries) return *wishes_.num_retries;
    if (const auto policy = policyClass(failure.kind)) {
        const auto index = static_cast<size_t>(*policy);
        const auto own = routing_.retries_by_group.find(at.group);
        if (own != routing_.retries_by_group.end() && own->second[index]) return *own->second[index];
        if (routing_.retries_by_class[index]) return *routing_.retries_by_class[index];
    }
    return at.deployment_retries.value_or(routing_.num_retries);
}

// Nothing if there is no time for it.
std::optional<milliseconds> AttemptPlan::wait(const Failure& failure, const Situation& at) const {
    if (at.others) return milliseconds(0);
    double backoff = routing_.retry_base_ms * static_cast<double>(1u << std::min(retries_, 16u));
    if (routing_.cooldown.adaptive) backoff *= 1 + 4 * at.failure_rate;
    backoff = std::min<double>(backoff, routing_.retry_max_ms) * (0.5 + base::randomUnit() / 2);
    auto pause = milliseconds(std::max<int64_t>(static_cast<int64_t>(backoff), routing_.retry_after_ms));
    if (failure.retry_after) {
        if (failure.retry_after->count() > routing_.retry_max_ms) return std::nullopt;
        pause = std::max(pause, *failure.retry_after);
    }
    if (at.deadline - at.now <= pause) return std::nullopt;
    return pause;
}

AttemptPlan::Next AttemptPlan::after(const Failure& failure, const Situation& at) {
    using Hint = Situation::Hint;
    const uint32_t allowed = allowedRetries(failure, at);
    max_retries_ = std::max(max_retries_, allowed);
    Again sense = again(failure.kind);
    // A policy that names the class wants retries even where they make no sense by themselves.
    const auto policy = policyClass(failure.kind);
    if (sense == Again::Never && policy && routing_.retries_by_class[static_cast<size_t>(*policy)])
        sense = Again::Anywhere;
    if (at.hint == Hint::Retry) sense = Again::Anywhere;
    const bool retry = at.hint != Hint::Fallback && retries_ < allowed &&
                       (sense == Again::Anywhere || (sense == Again::Elsewhere && at.others));
    if (retry) {
        if (const auto pause = wait(failure, at)) {
            ++retries_;
            return {Next::Kind::Retry, *pause, nullptr};
        }
    }
    return fallback(failure, at.group);
}

AttemptPlan::Next AttemptPlan::afterNone(const Failure& failure, const std::string& group) {
    return fallback(failure, group);
}

// A refusal for safety's sake is routed around only where the configuration says so.
const std::vector<std::string>* AttemptPlan::listFor(const Failure& failure, const std::string& group) const {
    if (failure.kind == FailureClass::ContentPolicy) return find(routing_.content_policy_fallbacks, group);
    if (failure.kind == FailureClass::ContextWindow) {
        if (const auto* list = find(routing_.context_window_fallbacks, group)) return list;
    }
    if (const auto* list = find(routing_.fallbacks, group)) return list;
    return routing_.default_fallbacks.empty() ? nullptr : &routing_.default_fallbacks;
}

bool AttemptPlan::enqueue(const Failure& failure, const std::string& group) {
    if (const auto* list = listFor(failure, group)) {
        for (const auto& model : *list) {
            if (queue_.size() == queue_.capacity()) break;
            queue_.push_back({model, {}});
        }
    }
    return next_ < queue_.size();
}

AttemptPlan::Next AttemptPlan::fallback(const Failure& failure, const std::string& group) {
    if (wishes_.no_fallbacks || fallbacks_ >= routing_.max_fallbacks) return {};
    if (failure.kind == FailureClass::ContentPolicy)
        next_ = queue_.size();  // what was lined up was not for this
    if (next_ >= queue_.size() && !enqueue(failure, group)) {
        // By the name that the client gave, if the group has none of its own.
        if (group == model_ || fallbacks_ > 0 || !enqueue(failure, model_)) return {};
    }
    while (next_ < queue_.size()) {
        const Target& target = queue_[next_++];
        if (std::find(visited_.begin(), visited_.end(), target.model) != visited_.end() &&
            target.members.empty())
            continue;
        visited_.push_back(target.model);
        ++fallbacks_;
        return {Next::Kind::Fallback, milliseconds(0), &target};
    }
    return {};
}

}  // namespace sluice::route
