// Virtual keys: who holds one may do what the key, its team, user, organisation and project allow. All of
// them are in memory; the store tells of changes. Nothing waits on the way of a request.
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "accounts/caller.h"
#include "accounts/presented_keys.h"
#include "accounts/wall_clock.h"

namespace auth_keys {

using accounts::Denied;
using accounts::Digest;
using accounts::Directory;
using Json = nlohmann::json;

class Plugin {
public:
    using PerRequest = accounts::Caller;

    Plugin(std::string_view config_json, sluice::Host host)
        : Plugin(Json::parse(config_json), std::move(host)) {}

    void start() {
        directory_.follow(store_);
        host_.info("auth_keys knows " + std::to_string(directory_.keys().size()) + " keys");
    }

    void model_group(std::string_view name, const sluice::Deployments& all) { directory_.learn(name, all); }

    sluice::Verdict authenticate(sluice::Request request) {
        for (const auto field : accounts::kKeyFields) {
            const auto shown = accounts::presentedKey(request, field);
            if (shown.empty()) continue;
            if (auto key = directory_.keys().find(Digest(shown))) return enter(request, std::move(key));
        }
        return sluice::Verdict::Continue;  // the master key, or nobody's
    }

    sluice::Verdict authorize(sluice::Request request) {
        const auto& mine = request.state<PerRequest>();
        return mine.key ? checkEntry(request, mine) : sluice::Verdict::Continue;
    }

    sluice::Verdict pre_call(sluice::Request request) {
        const auto& mine = request.state<PerRequest>();
        if (mine.key) {
            const auto& extras = mine.key->extras;
            const bool service = extras && !extras->service_account.empty();
            return checkCall(request, mine, directory_, service ? service_params_ : no_params_);
        }
        accounts::noteEndUser(request);
        accounts::noteTags(request, nullptr, nullptr);
        return sluice::Verdict::Continue;
    }

private:
    Plugin(const Json& config, sluice::Host host)
        : host_(host), clock_(host), directory_(host), store_(config.value("store", "")) {
        const Json service = config.value("service_account_settings", Json::object());
        service_params_ = service.value("enforced_params", std::vector<std::string>());
    }

    sluice::Verdict enter(const sluice::Request& request, Directory::Keys::Found key) {
        const int64_t now = clock_.ms();
        if (!key->successor.empty()) {  // it was rotated, and counts for a while
            const bool over = now >= key->expires_ms;
            const auto next = Digest::fromHex(key->successor);
            key = over || !next ? nullptr : directory_.keys().find(*next);
            if (!key)
                return request.deny(
                    Denied{401, "expired_key", "Authentication Error - Expired Key."}.refusal());
        }
        auto owners = ownersOf(*key, directory_);
        if (const auto denied = checkKey(*key, owners, now)) return request.deny(denied->refusal());
        auto& mine = request.state<PerRequest>();
        mine.key = std::move(key);
        mine.owners = std::move(owners);
        return identify(request, mine);
    }

    sluice::Host host_;
    const accounts::WallClock clock_;
    Directory directory_;
    const std::string store_;
    std::vector<std::string> service_params_;
    const std::vector<std::string> no_params_;
};

}  // namespace auth_keys

SLUICE_PLUGIN(auth_keys::Plugin, R"({
  "id": "auth_keys",
  "version": "0.1.0",
  "abi": 1,
  "description": "Virtual keys with the models, routes and addresses that they may use",
  "interfaces": ["sluice.hooks/1", "sluice.start/1", "sluice.models/1"],
  "hooks": ["authenticate", "authorize", "pre_call"],
  "activated_by": {"general_settings.service_account_settings": "service_account_settings"},
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "",
                "description": "id of the instance that keeps the keys; may be left out if there is one store"},
      "service_account_settings": {
        "type": "object", "additionalProperties": false,
        "properties": {
          "enforced_params": {"type": "array", "items": {"type": "string"},
                              "description": "what requests of service accounts must have: user, metadata.run"}
        }
      }
    }
  }
})")
