#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "accounts/digest.h"
#include "accounts/presented_keys.h"

namespace auth_master_key {
namespace {

using accounts::Digest;
using accounts::kKeyFields;
using accounts::presentedKey;
using Json = nlohmann::json;

// The host has checked the shape against the schema; only it knows whether there is a text behind the handle.
std::string masterKey(const Json& config, const sluice::Host& host) {
    const Json value = config.value("master_key", Json());
    std::string key;
    if (value.is_string()) key = value.get<std::string>();
    if (value.is_object()) key = host.reveal(value.value("$secret", "")).value_or("");
    if (key.empty()) {
        throw sluice::ConfigError("master_key is empty: set a key, or leave general_settings.master_key out");
    }
    return key;
}

// Messages as LiteLLM's, without the key in them.
sluice::Refusal refusal(bool shown) {
    sluice::Refusal why;
    why.message = shown ? "Authentication Error, Invalid proxy server token passed."
                        : "Authentication Error, No api key passed in.";
    why.code = "401";
    why.type = "auth_error";
    why.internal_reason = shown ? "the key is not the master key" : "no key in any of the fields";
    why.http_status = 401;
    return why;
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host) : Plugin(Json::parse(config_json), host) {}

    sluice::Verdict authenticate(sluice::Request request) {
        bool shown = false;
        for (const auto field : kKeyFields) {
            const auto key = presentedKey(request, field);
            if (key.empty()) continue;
            if (Digest(key).equals(digest_)) return identified(request);
            shown = true;
        }
        return exclusive_ ? request.deny(refusal(shown)) : sluice::Verdict::Continue;
    }

private:
    Plugin(const Json& config, const sluice::Host& host)
        : digest_(masterKey(config, host)),
          key_id_(digest_.hex()),
          exclusive_(config.value("exclusive", true)) {}

    sluice::Verdict identified(const sluice::Request& request) const {
        sluice_identity identity{};
        identity.flags = SLUICE_IDENTITY_ADMIN;
        identity.key_id = sluice::str(key_id_);
        identity.key_alias = sluice::str("master_key");
        identity.user = sluice::str("default_user_id");
        return request.identified(identity);
    }

    Digest digest_;
    std::string key_id_;
    bool exclusive_;
};

}  // namespace auth_master_key

SLUICE_PLUGIN(auth_master_key::Plugin, R"({
  "id": "auth_master_key",
  "version": "0.1.0",
  "abi": 1,
  "description": "Knows one caller: the holder of the master key",
  "interfaces": ["sluice.hooks/1"],
  "activated_by": {"general_settings.master_key": "master_key"},
  "config_schema": {
    "type": "object",
    "examples": [{"master_key": "sk-for-the-validator"}],
    "additionalProperties": false,
    "required": ["master_key"],
    "properties": {
      "master_key": {"type": "string", "minLength": 1,
                     "description": "the master key, for example os.environ/LITELLM_MASTER_KEY"},
      "exclusive": {"type": "boolean", "default": true,
                    "description": "deny every other key; false leaves them to the next authenticator"}
    }
  }
})")
