#include "deployments.h"

#include <vector>

#include "text.h"

namespace alerts {

void Deployments::add(const std::string& id, DeploymentInfo info) {
    const std::lock_guard lock(mutex_);
    all_[id].info = std::move(info);
}

void Deployments::succeeded(const std::string& id, int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(id);
    if (found != all_.end()) found->second.last_success_ms = now_ms;
}

Alert Deployments::about(const std::string& id, const One& one) const {
    Alert alert;
    alert.who = one.info.group + " at " + id;
    alert.facts = {{"Provider", one.info.provider}, {"Model", one.info.model}};
    if (!one.info.region.empty()) alert.facts.push_back({"Region", one.info.region});
    alert.subject = id;
    alert.window_ms = options_.repeat_ms;
    return alert;
}

void Deployments::check(int64_t now_ms, const Raise& raise) {
    std::vector<Alert> found;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, one] : all_) {
            const int64_t left = look_(id).value_or(0);
            const bool begins = left > 0 && !one.out;
            one.out = left > 0;
            if (one.out) one.last_out_ms = now_ms;
            if (begins) {
                if (one.since_ms == 0) one.since_ms = now_ms;
                ++one.cooldowns;
                Alert alert = about(id, one);
                alert.type = "cooldown_deployment";
                alert.title = "A deployment cools down";
                alert.facts.push_back({"For", duration(left)});
                alert.advice =
                    "It failed too often and gets no requests meanwhile. Others of its group take them.";
                found.push_back(std::move(alert));
            }
            if (one.since_ms == 0) continue;
            // Between two tries of the breaker it is not out for a moment: that is no recovery.
            const bool answered = !one.out && one.last_success_ms > one.last_out_ms;
            const bool back = answered || now_ms - one.last_out_ms >= options_.quiet_ms;
            if (!one.down && !back && now_ms - one.since_ms >= options_.down_ms) {
                one.down = true;
                Alert alert = about(id, one);
                alert.type = "deployment_down";
                alert.level = Level::Critical;
                alert.title = "A deployment is down";
                alert.facts.push_back({"For", duration(now_ms - one.since_ms)});
                alert.facts.push_back({"Cooldowns", number(static_cast<int64_t>(one.cooldowns))});
                alert.advice =
                    "No request to it has succeeded since. Look at its credentials and its status page.";
                alert.state = true;
                found.push_back(std::move(alert));
            }
            if (!back) continue;
            Alert alert = about(id, one);
            alert.type = "deployment_down";
            alert.title = "A deployment is back";
            alert.facts.push_back({"Was out for", duration(now_ms - one.since_ms)});
            alert.resolves = true;
            if (one.down) found.push_back(std::move(alert));
            one.since_ms = 0;
            one.cooldowns = 0;
            one.down = false;
        }
    }
    for (auto& alert : found) raise(std::move(alert));
}

}  // namespace alerts
