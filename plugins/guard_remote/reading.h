// What several adapters read from the configuration alike.
#pragma once

#include <map>

#include <sluice/config.hpp>
#include <sluice/host.hpp>

namespace guard_remote {

/// The text of the first key that is there; nothing without.
std::string textOf(const sluice::ConfigObject& config, std::initializer_list<std::string_view> keys,
                   std::string otherwise = {});
/// The same, or else the variable of the environment that LiteLLM takes. The manifest asks for it with the
/// capability "secrets:NAME".
std::string textOrVariable(const sluice::ConfigObject& config, const sluice::Host& host, std::string_view key,
                           std::string_view variable, std::string otherwise = {});
/// An http or https URL without a slash at its end. Throws ConfigError, naming `key`.
std::string urlOf(std::string url, std::string_view key);
/// It can stand in a header. Throws ConfigError, which does not quote it.
std::string headerValue(std::string value, std::string_view key);

/// A field that may be added to a call, in lower case. Throws ConfigError: the host frames calls itself.
std::string headerName(std::string name, std::string_view key);

/// {"ENTITY": "MASK"|"BLOCK"}: true for BLOCK.
std::map<std::string, bool> actionsOf(const sluice::ConfigObject& config, std::string_view key);
/// {"NAME": number}
std::map<std::string, double> numbersOf(const sluice::ConfigObject& config, std::string_view key);

}  // namespace guard_remote
