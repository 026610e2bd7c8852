#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "deployment.h"
#include "providers.h"
#include "routes.h"

namespace provider_openai {

class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    struct Deployment {
        Deployment(Plugin& plugin, const sluice_deployment_config& config, std::string& base_url)
            : impl(config, plugin.host_) {
            base_url = impl.baseUrl();
        }
        const provider_openai::Deployment impl;
    };

    sluice_status prepare(Deployment& deployment, sluice::Attempt attempt) {
        const auto route = routeNamed(attempt.route());
        return route ? deployment.impl.prepare(*route, attempt) : SLUICE_E_UNSUPPORTED;
    }

private:
    sluice::Host host_;
};

}  // namespace provider_openai

#define FIRST_JSON(name, base_url, key_env, base_env, quirk) \
    "\"" name "\":{\"api_key_env\":\"" key_env "\",\"api_base_env\":\"" base_env "\"}"
#define ROW_JSON(name, base_url, key_env, base_env, quirk) \
    "," FIRST_JSON(name, base_url, key_env, base_env, quirk)

SLUICE_PLUGIN(provider_openai::Plugin, R"({
  "id": "provider_openai",
  "version": "0.1.0",
  "abi": 1,
  "description": "OpenAI, Azure OpenAI and everything that speaks their dialect",
  "interfaces": ["sluice.provider/1"],
  "config_schema": {"type": "object", "properties": {}, "additionalProperties": false},
  "providers": {)" PROVIDER_OPENAI_TABLE(FIRST_JSON, ROW_JSON) "}}")
