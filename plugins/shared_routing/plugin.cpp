// Several gateways route as one: each tells the counters what its deployments have used this minute and which
// of them it has found broken, and learns the same of the others. Requests notice nothing of it.
#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

namespace shared_routing {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : host_(host),
          deployments_(host.find<sluice_host_deployments>(SLUICE_HOST_DEPLOYMENTS_ID)),
          counters_name_(nlohmann::json::parse(config_json).value("counters", "")),
          interval_ms_(nlohmann::json::parse(config_json).value("interval_ms", 1000u)) {}

    void start() {
        if (!deployments_)
            throw sluice::ConfigError(
                "it needs sluice.host.deployments/1: the capability \"routing\", see `grants`");
        const auto found = host_.service(SLUICE_COUNTERS_ID, counters_name_);
        if (!found) throw sluice::ConfigError("there are no shared counters: list the plugin counters_redis");
        counters_ = static_cast<const sluice_counters*>(found->table);
        counters_self_ = found->owner;
        if (const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID))
            (void)timers->every(
                host_.raw(), interval_ms_, [](void* self) { static_cast<Plugin*>(self)->exchange(); }, this);
    }

    void model_group(std::string_view, sluice::Deployments all) {
        const std::lock_guard lock(mutex_);
        for (size_t i = 0; i < all.size(); ++i) known_[std::string(all[i].id())];
    }

private:
    // Of one deployment, what the counters have heard from us.
    struct Told {
        uint64_t minute = 0, requests = 0, tokens = 0;
        bool out = false;
    };
    static constexpr size_t kFigures = 3;  // requests, tokens, broken
    static constexpr int64_t kMinuteMs = 60'000;

    void exchange() {
        const std::lock_guard lock(mutex_);
        if (known_.empty()) return;
        for (auto& [id, told] : known_) tell(id, told);
        learn();
    }

    static sluice_counter counter(uint32_t kind, const std::string& name, int64_t amount) {
        sluice_counter c{};
        c.size = sizeof c;
        c.kind = kind;
        c.name = sluice::str(name);
        c.limit = INT64_MAX;
        c.span_ms = kind == SLUICE_COUNTER_WINDOW ? 2 * kMinuteMs : 0;
        c.amount = amount;
        return c;
    }
    static std::string ofMinute(const std::string& id, const char* what, uint64_t minute) {
        return "deployment:" + id + ":" + what + ":" + std::to_string(minute);
    }
    // Until when it is out of service, since the Unix epoch: a sum only grows, so the longest time counts.
    static std::string outUntil(const std::string& id) { return "deployment:" + id + ":out"; }

    void tell(const std::string& id, Told& told) {
        sluice_deployment_state now{};
        now.size = sizeof now;
        if (deployments_->state(host_.raw(), sluice::str(id), &now) != SLUICE_OK) return;
        if (now.minute != told.minute) told = {now.minute, 0, 0, told.out};
        add(ofMinute(id, "requests", now.minute), now.requests, told.requests);
        add(ofMinute(id, "tokens", now.minute), now.tokens, told.tokens);
        // Once for each time that it breaks.
        if (now.out_ms > 0 && !told.out) {
            const std::string name = outUntil(id);
            const auto until = counter(SLUICE_COUNTER_SUM, name, host_.wallMs() + now.out_ms);
            counters_->seed(counters_self_, &until, 1);
        }
        told.out = now.out_ms > 0;
    }

    // What has come since it was told.
    void add(const std::string& name, uint64_t now, uint64_t& told) {
        if (now > told) {
            const auto more = counter(SLUICE_COUNTER_WINDOW, name, static_cast<int64_t>(now - told));
            counters_->settle(counters_self_, &more, 1);
        }
        told = now;
    }

    void learn() {
        const int64_t now = host_.wallMs();
        const auto minute = static_cast<uint64_t>(now / kMinuteMs);
        std::deque<std::string> names;
        std::vector<sluice_counter> asked;
        const auto ask = [&](uint32_t kind, std::string name) {
            names.push_back(std::move(name));
            asked.push_back(counter(kind, names.back(), 0));
        };
        for (const auto& [id, told] : known_) {
            ask(SLUICE_COUNTER_WINDOW, ofMinute(id, "requests", minute));
            ask(SLUICE_COUNTER_WINDOW, ofMinute(id, "tokens", minute));
            ask(SLUICE_COUNTER_SUM, outUntil(id));
        }
        if (counters_->read(counters_self_, asked.data(), asked.size()) != SLUICE_OK) return;
        const sluice_counter* answer = asked.data();
        for (const auto& [id, told] : known_) {
            const bool this_minute = told.minute == minute;
            (void)deployments_->used_elsewhere(host_.raw(), sluice::str(id), minute,
                                               others(answer[0], this_minute ? told.requests : 0),
                                               others(answer[1], this_minute ? told.tokens : 0));
            const int64_t out_ms = answer[2].used - now;
            if (out_ms > 0 && !told.out)
                (void)deployments_->take_out(host_.raw(), sluice::str(id), static_cast<uint32_t>(out_ms));
            answer += kFigures;
        }
    }
    static uint64_t others(const sluice_counter& all, uint64_t own) {
        const auto used = static_cast<uint64_t>(std::max<int64_t>(0, all.used));
        return used - std::min(used, own);
    }

    const sluice::Host host_;
    const sluice_host_deployments* const deployments_;
    const std::string counters_name_;
    const uint32_t interval_ms_;
    const sluice_counters* counters_ = nullptr;
    sluice_instance* counters_self_ = nullptr;
    std::mutex mutex_;
    std::map<std::string, Told> known_;  // guarded by mutex_
};

}  // namespace shared_routing

SLUICE_PLUGIN(shared_routing::Plugin, R"({
  "id": "shared_routing",
  "version": "0.1.0",
  "abi": 1,
  "description": "Several gateways know together what their deployments have used, and which of them are broken",
  "interfaces": ["sluice.start/1", "sluice.models/1"],
  "capabilities": ["routing"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "counters": {"type": "string", "default": "", "description": "id of the instance that counts for all gateways; may be left out if there is one"},
      "interval_ms": {"type": "integer", "default": 1000, "minimum": 100, "description": "how often gateways tell each other"}
    }
  }
})")
