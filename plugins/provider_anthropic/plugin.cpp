#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "deployment.h"

namespace provider_anthropic {

class Plugin {
public:
    Plugin(std::string_view, sluice::Host host) : host_(host) {}

    struct Deployment {
        Deployment(Plugin& plugin, const sluice_deployment_config& config, std::string& base_url)
            : impl(config, plugin.host_) {
            base_url = impl.baseUrl();
        }
        const provider_anthropic::Deployment impl;
    };

    sluice_status prepare(Deployment& deployment, sluice::Attempt attempt) {
        return deployment.impl.prepare(attempt);
    }

private:
    sluice::Host host_;
};

}  // namespace provider_anthropic

SLUICE_PLUGIN(provider_anthropic::Plugin, R"({
  "id": "provider_anthropic",
  "version": "0.1.0",
  "abi": 1,
  "description": "Anthropic's Messages API",
  "interfaces": ["sluice.provider/1"],
  "providers": {"anthropic": {"api_key_env": "ANTHROPIC_API_KEY", "api_base_env": "ANTHROPIC_API_BASE"}},
  "config_schema": {"type": "object", "properties": {}, "additionalProperties": false}
})")
