// The adapters, one file each. A new one is a file, a line here and a line in services.cpp.
#pragma once

#include "../adapter.h"

namespace guard_remote {

using Made = std::unique_ptr<Adapter>;

// Each reads its keys of the configuration and throws ConfigError.
Made makePresidio(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);
Made makeComprehend(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);
Made makeBedrock(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);
Made makeLlamaGuard(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);
Made makeOpenAiModeration(const sluice::ConfigObject& config, const sluice::Host& host,
                          const std::string& name);
Made makeAzureText(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);
Made makeAzureShield(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);
Made makeLakera(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);
Made makeGeneric(const sluice::ConfigObject& config, const sluice::Host& host, const std::string& name);

}  // namespace guard_remote
