// Virtual keys: who holds one may do what the key, its team, user, organisation and project allow. All of
// them are in memory; the store tells of changes. Nothing waits on the way of a request.
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "access.h"
#include "accounts/directory.h"
#include "accounts/presented_keys.h"

namespace auth_keys {

using accounts::Digest;
using Json = nlohmann::json;

class Plugin {
public:
    /// What is known of the caller from authenticate on.
    struct PerRequest {
        accounts::Directory::Keys::Found key;
        Owners owners;
    };

    Plugin(std::string_view config_json, sluice::Host host)
        : host_(host), directory_(host), store_(Json::parse(config_json).value("store", "")) {}

    void start() {
        directory_.follow(store_);
        host_.info("auth_keys knows " + std::to_string(directory_.keys().size()) + " keys");
    }

    sluice::Verdict authenticate(sluice::Request request) {
        for (const auto field : accounts::kKeyFields) {
            const auto shown = accounts::presentedKey(request, field);
            if (shown.empty()) continue;
            const auto key = directory_.keys().find(Digest(shown));
            if (key) return enter(request, key);
        }
        return sluice::Verdict::Continue;  // the master key, or nobody's
    }

    sluice::Verdict authorize(sluice::Request request) {
        const auto& mine = request.state<PerRequest>();
        if (!mine.key) return sluice::Verdict::Continue;
        auto denied = checkRoute(*mine.key, request.path(), request.route());
        if (!denied) denied = checkClient(*mine.key, request.client());
        return denied ? request.deny(denied->refusal()) : sluice::Verdict::Continue;
    }

    sluice::Verdict pre_call(sluice::Request request) {
        noteEndUser(request);
        const auto& mine = request.state<PerRequest>();
        if (!mine.key) return sluice::Verdict::Continue;
        if (const auto other = aliased(*mine.key, mine.owners, request.model()); !other.empty())
            request.setModel(other);
        const auto denied = checkModel(*mine.key, mine.owners, request.model());
        return denied ? request.block(denied->refusal()) : sluice::Verdict::Continue;
    }

private:
    sluice::Verdict enter(sluice::Request request, accounts::Directory::Keys::Found key) {
        const int64_t now = host_.wallMs();
        if (!key->successor.empty()) {  // it was rotated, and counts for a while
            const bool over = now >= key->expires_ms;
            const auto next = Digest::fromHex(key->successor);
            key = over || !next ? nullptr : directory_.keys().find(*next);
            if (!key)
                return request.deny(
                    Denied{401, "expired_key", "Authentication Error - Expired Key."}.refusal());
        }
        const Owners owners = ownersOf(*key, directory_);
        if (const auto denied = checkKey(*key, owners, now)) return request.deny(denied->refusal());
        sluice_identity identity{};
        identity.key_id = sluice::str(key->id);
        identity.key_alias = sluice::str(key->alias);
        identity.tenant = sluice::str(key->team);
        identity.user = sluice::str(key->user);
        identity.team = sluice::str(key->team);
        identity.organization =
            sluice::str(owners.organization ? std::string_view(owners.organization->id) : key->organization);
        auto& mine = request.state<PerRequest>();
        mine.key = key;
        mine.owners = owners;
        return request.identified(identity);
    }

    // docs.litellm.ai/docs/proxy/customers: a header, or the body's `user`.
    static void noteEndUser(const sluice::Request& request) {
        for (const char* name : {"x-litellm-customer-id", "x-litellm-end-user-id"}) {
            if (const auto value = request.header(name); value && !value->empty()) {
                request.setEndUser(*value);
                return;
            }
        }
        const auto user = request.member("user");
        if (!user || user->size() < 3 || user->front() != '"') return;
        const Json text = Json::parse(*user, nullptr, false);
        if (text.is_string()) request.setEndUser(text.get<std::string>());
    }

    sluice::Host host_;
    accounts::Directory directory_;
    const std::string store_;
};

}  // namespace auth_keys

SLUICE_PLUGIN(auth_keys::Plugin, R"({
  "id": "auth_keys",
  "version": "0.1.0",
  "abi": 1,
  "description": "Virtual keys with the models, routes and addresses that they may use",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["authenticate", "authorize", "pre_call"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "",
                "description": "id of the instance that keeps the keys; may be left out if there is one store"}
    }
  }
})")
