// What all three say of the gateway: service, environment, version, machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

namespace callback_datadog {

struct Labels {
    std::string source, service, hostname;
    std::string tags;  // "env:prod,service:gateway,version:1", of all entries
};

/// From the configuration, else from Datadog's variables, where the instance was granted them.
Labels labelsOf(const nlohmann::json& config, const sluice::Host& host);

/// The first one that is there.
std::string either(std::string text, const char* otherwise);

/// https://HOST.SITE, or the key `url`. HOST as "api".
std::string intakeOf(const nlohmann::json& config, const sluice::Host& host, const char* name);

/// "a:1,b:2" cut at the commas.
std::vector<std::string> listOf(const std::string& tags);

/// "name:value" behind what is there, after a comma. Nothing if the value is empty.
void addTag(std::string& tags, std::string_view name, std::string_view value);

/// What stands in all manifests, and the capabilities that go with it.
#define SLUICE_DATADOG_SECRETS                                                                           \
    R"("secrets:DD_API_KEY", "secrets:DD_SITE", "secrets:DD_SOURCE", "secrets:DD_SERVICE",)"             \
    R"("secrets:DD_HOSTNAME", "secrets:DD_ENV", "secrets:DD_VERSION", "secrets:LITELLM_DD_AGENT_HOST",)" \
    R"("secrets:DD_AGENT_HOST")"
#define SLUICE_DATADOG_PROPERTIES                                                                          \
    R"("api_key": {"description": "of Datadog; may be a secret"},)"                                        \
    R"("site": {"type": "string", "description": "datadoghq.com, datadoghq.eu, us5.datadoghq.com, …"},)" \
    R"("url": {"description": "instead of site: http:// or https:// and a host"},)"                        \
    R"("service": {"type": "string", "description": "litellm-server"},)"                                   \
    R"("hostname": {"type": "string", "description": "default: the machine's"},)"                          \
    R"("env": {"type": "string"},)"                                                                        \
    R"("version": {"type": "string"},)"                                                                    \
    R"("tags": {"type": "string", "description": "more tags: name:value,name:value"},)"                    \
    R"("gzip": {"type": "boolean", "default": true},)"

}  // namespace callback_datadog
