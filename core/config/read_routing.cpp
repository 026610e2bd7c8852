#include "config/routing.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::config {
namespace {

constexpr std::array<std::string_view, kPolicyClasses> kClassNames{
    "BadRequestError", "AuthenticationError",         "TimeoutError",
    "RateLimitError",  "ContentPolicyViolationError", "InternalServerError"};

class Reader {
public:
    Reader(const Tree& tree, Section& router, Section& litellm, Routing& routing, Faults& faults)
        : tree_(tree), router_(router), litellm_(litellm), routing_(routing), faults_(faults) {}

    void read() {
        readStrategy();
        readRetries();
        readFallbacks();
        readStreams();
        readCooldown();
        readQueue();
        readMirrors();
    }

private:
    // router_settings, or else litellm_settings. Both are asked, so that neither warns of an unknown key.
    template <class Read>
    auto either(Read&& read) {
        auto own = read(router_);
        auto other = read(litellm_);
        return own ? own : other;
    }
    std::optional<uint32_t> count(Section& section, std::string_view key, uint32_t max = 1'000) {
        const auto n = section.whole(key, "a number", 0, max);
        return n ? std::optional<uint32_t>(static_cast<uint32_t>(*n)) : std::nullopt;
    }
    // Seconds that may be 0.
    std::optional<uint32_t> secondsAsMs(Section& section, std::string_view key) {
        const auto seconds = section.number(key, "a number of seconds");
        return seconds ? std::optional<uint32_t>(static_cast<uint32_t>(std::min(*seconds * 1000, 4.29e9)))
                       : std::nullopt;
    }
    template <class T, class U>
    static void assign(T& to, const std::optional<U>& from) {
        if (from) to = *from;
    }

    void readStrategy() {
        const auto named = router_.text("routing_strategy", "the name of a strategy");
        routing_.strategy_named = named.has_value();
        assign(routing_.strategy, named);
        if (const Json* args = router_.mapping("routing_strategy_args")) routing_.strategy_args = *args;
        readStrategies("group_strategies", routing_.group_strategies);
        readStrategies("caller_strategies", routing_.caller_strategies);
    }

    void readStrategies(const char* key, std::map<std::string, std::string>& to) {
        const Json* named = router_.mapping(key);
        if (!named) return;
        Section section(tree_, named, childPath(router_.path(), key), faults_);
        for (const auto& [who, value] : named->items())
            if (auto name = section.text(who, "the name of a strategy")) to[who] = *name;
    }

    Policy readPolicy(const Json& value, const std::string& path, std::string_view suffix) {
        std::array<std::string, kPolicyClasses> names;  // a section keeps views of what it was asked for
        Section section(tree_, &value, path, faults_);
        Policy policy;
        for (size_t i = 0; i < kPolicyClasses; ++i) {
            names[i] = fmt::format("{}{}", kClassNames[i], suffix);
            policy[i] = count(section, names[i], 1'000'000);
        }
        section.warnUnknown();
        return policy;
    }

    void readRetries() {
        assign(routing_.num_retries, either([&](Section& s) { return count(s, "num_retries", 100); }));
        assign(routing_.retry_after_ms, secondsAsMs(router_, "retry_after"));
        assign(routing_.retry_base_ms, count(router_, "retry_base_ms", 60'000));
        assign(routing_.retry_max_ms, count(router_, "retry_max_ms", 600'000));
        if (const Json* policy = router_.mapping("retry_policy"))
            routing_.retries_by_class =
                readPolicy(*policy, childPath(router_.path(), "retry_policy"), "Retries");
        if (const Json* groups = router_.mapping("model_group_retry_policy")) {
            const auto path = childPath(router_.path(), "model_group_retry_policy");
            for (const auto& [group, value] : groups->items())
                routing_.retries_by_group[group] = readPolicy(value, childPath(path, group), "Retries");
        }
    }

    // [{"gpt-4": ["claude"]}, …], LiteLLM's way of writing a mapping.
    Fallbacks readFallbackList(Section& section, std::string_view key) {
        Fallbacks out;
        const Json* list = section.list(key);
        if (!list) return out;
        for (size_t i = 0; i < list->size(); ++i) {
            const Json& entry = (*list)[i];
            const auto path = childPath(childPath(section.path(), std::string(key)), i);
            Section one(tree_, entry.is_object() ? &entry : nullptr, path, faults_);
            if (!entry.is_object() || entry.empty()) {
                faults_.error(tree_.place(path), path, describe(entry),
                              "a mapping of a model group to a list of them");
                continue;
            }
            for (const auto& [group, targets] : entry.items()) {
                auto& row = out[group];
                for (auto& target : one.texts(group)) row.push_back(std::move(target));
            }
        }
        return out;
    }
    void readFallbackList(std::string_view key, Fallbacks& to) {
        auto own = readFallbackList(router_, key);
        auto other = readFallbackList(litellm_, key);
        to = own.empty() ? std::move(other) : std::move(own);
    }

    void readFallbacks() {
        readFallbackList("fallbacks", routing_.fallbacks);
        readFallbackList("context_window_fallbacks", routing_.context_window_fallbacks);
        readFallbackList("content_policy_fallbacks", routing_.content_policy_fallbacks);
        auto own = router_.texts("default_fallbacks");
        auto other = litellm_.texts("default_fallbacks");
        routing_.default_fallbacks = own.empty() ? std::move(other) : std::move(own);
        assign(routing_.max_fallbacks, count(router_, "max_fallbacks", 100));
    }

    void readStreams() {
        assign(routing_.first_token_timeout_ms, router_.secondsAsMs("first_token_timeout"));
        assign(routing_.first_token_hold_ms, count(router_, "first_token_hold_ms", 60'000));
        if (const auto recovery = router_.choice("stream_recovery", {"none", "restart", "continue"}))
            assign(routing_.stream_recovery, streamRecoveryNamed(*recovery));
    }

    void readCooldown() {
        Cooldown& c = routing_.cooldown;
        c.enabled = !router_.boolean("disable_cooldowns").value_or(false);
        assign(c.cooldown_ms, secondsAsMs(router_, "cooldown_time"));
        c.allowed_fails = either([&](Section& s) { return count(s, "allowed_fails", 1'000'000); });
        if (const Json* policy = router_.mapping("allowed_fails_policy")) {
            c.allowed_by_class =
                readPolicy(*policy, childPath(router_.path(), "allowed_fails_policy"), "AllowedFails");
        }
        assign(c.breaker_failures, count(router_, "breaker_failures", 1'000'000));
        assign(c.breaker_pause_ms, secondsAsMs(router_, "breaker_pause"));
        assign(c.slow_start_ms, secondsAsMs(router_, "slow_start"));
        assign(c.last_resort, router_.boolean("last_resort"));
        assign(c.adaptive, router_.boolean("adaptive_thresholds"));
    }

    void readQueue() {
        assign(routing_.default_priority, count(router_, "default_priority", 1'000'000));
        assign(routing_.queue_max, count(router_, "queue_max", 1'000'000));
        assign(routing_.queue_timeout_ms, secondsAsMs(router_, "queue_timeout"));
        assign(routing_.default_max_parallel, count(router_, "default_max_parallel_requests", 1'000'000));
    }

    void readMirrors() {
        const Json* mirrors = router_.mapping("mirrors");
        if (!mirrors) return;
        const auto path = childPath(router_.path(), "mirrors");
        for (const auto& [group, value] : mirrors->items()) {
            Section entry(tree_, &value, childPath(path, group), faults_);
            Mirror mirror;
            mirror.to = entry.text("to", "the name of a model group").value_or("");
            if (mirror.to.empty()) entry.fault("to", "nothing", "the name of a model group");
            mirror.share =
                std::min(entry.number("share", "a share of the requests, from 0 to 1").value_or(1), 1.0);
            entry.warnUnknown();
            routing_.mirrors[group] = std::move(mirror);
        }
    }

    const Tree& tree_;
    Section& router_;
    Section& litellm_;
    Routing& routing_;
    Faults& faults_;
};

}  // namespace

std::optional<StreamRecovery> streamRecoveryNamed(std::string_view name) {
    if (name == "none") return StreamRecovery::None;
    if (name == "restart") return StreamRecovery::Restart;
    return name == "continue" ? std::optional(StreamRecovery::Continue) : std::nullopt;
}

void readRouting(const Tree& tree, Section& router, Section& litellm, Routing& routing, Faults& faults) {
    Reader(tree, router, litellm, routing, faults).read();
}

void checkFallbacks(const Tree& tree, const Routing& routing,
                    const std::function<bool(const std::string&)>& known, Faults& faults) {
    const auto check = [&](const std::string& name, const char* key) {
        if (known(name)) return;
        const std::string path = std::string("router_settings.") + key;
        faults.warning(tree.place(path), path, fmt::format("there is no model \"{}\" in model_list", name),
                       "", "requests that come to it are told so");
    };
    for (const auto& [list, key] :
         {std::pair{&routing.fallbacks, "fallbacks"},
          std::pair{&routing.context_window_fallbacks, "context_window_fallbacks"},
          std::pair{&routing.content_policy_fallbacks, "content_policy_fallbacks"}}) {
        for (const auto& [group, targets] : *list)
            for (const auto& target : targets) check(target, key);
    }
    for (const auto& target : routing.default_fallbacks) check(target, "default_fallbacks");
    for (const auto& [group, mirror] : routing.mirrors) check(mirror.to, "mirrors");
}

}  // namespace sluice::config
