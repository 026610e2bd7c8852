// A route of its own: GET /v1/quota tells callers how many requests they have left today.
//
//   plugins: [{plugin: endpoint, config: {requests_per_day: 1000}}]
//   curl localhost:4000/v1/quota -H 'authorization: Bearer KEY'
//
// Who asks has been found out by the plugins that authenticate, as for every route; a key that nobody knows
// does not get this far. Counts are of this process, and begin anew at midnight UTC.
#include <map>
#include <mutex>
#include <string>

#include <sluice/config.hpp>
#include <sluice/plugin.hpp>

namespace {

using sluice::Verdict;

class Endpoint {
public:
    Endpoint(std::string_view config, sluice::Host host) : host_(host) {
        sluice::ConfigObject(config).read("requests_per_day", limit_);
    }

    // Asked once, after the constructor. Flags could make a route public, or one for admins.
    const std::vector<sluice::Route>& routes() const { return routes_; }

    // Counts what goes to a model. Routes of plugins do not come by here, so that asking costs nothing.
    Verdict pre_call(sluice::Request request) {
        if (use(request.keyId(), 1) <= limit_) return Verdict::Continue;
        return request.block({"The requests of today are used up", "quota_exceeded", "", "quota", "", 429});
    }

    Verdict handle(sluice::Request request, uint32_t /*route: the index in routes()*/) {
        const int64_t used = std::min(use(request.keyId(), 0), limit_);
        return request.respond(200, "application/json",
                               "{\"user\":" + sluice::jsonQuoted(request.user()) + ",\"requests_per_day\":" +
                                   std::to_string(limit_) + ",\"used\":" + std::to_string(used) +
                                   ",\"left\":" + std::to_string(limit_ - used) + "}");
    }

private:
    // Hooks of many requests run at the same time: what they share is locked, and never across a call that
    // waits.
    int64_t use(std::string_view key_id, int64_t requests) {
        const int64_t today = host_.wallMs() / 86'400'000;
        const std::lock_guard lock(mutex_);
        if (today != day_) used_.clear();
        day_ = today;
        return used_[std::string(key_id)] += requests;
    }

    const sluice::Host host_;
    int64_t limit_ = 1000;
    const std::vector<sluice::Route> routes_{{"GET", "/v1/quota"}};
    std::mutex mutex_;
    int64_t day_ = 0;
    std::map<std::string, int64_t> used_;  // by key
};

}  // namespace

SLUICE_PLUGIN(Endpoint, R"({
  "id": "endpoint",
  "version": "1.0.0",
  "abi": 1,
  "description": "Requests a day for each key, and a route that tells what is left",
  "interfaces": ["sluice.hooks/1", "sluice.endpoint/1"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {"requests_per_day": {"type": "integer", "minimum": 1, "default": 1000}}
  }
})")
