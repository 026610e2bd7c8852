// The configuration of guard_pii: LiteLLM's names, made into what the scanners and the guardrail need. The
// manifest and README.md tell of each key.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <sluice/host.hpp>
#include <sluice/scanner.hpp>

namespace pii {

enum class Action { Mask, Block, Hash, Replace, Warn, Off };

struct Settings {
    std::map<std::string, Action, std::less<>> actions;  // by entity
    std::unique_ptr<sluice::Scanner> scanner;
    bool input = true, output = true;
    bool reversible = false;  // output_parse_pii
    bool skip_system = false;
    bool blocks_or_masks = true;  // something is changed or blocked
    std::string mask_format = "<{entity}>";
    std::string secret;

    Action actionOf(std::string_view entity) const {
        const auto known = actions.find(entity);
        return known == actions.end() ? Action::Mask : known->second;
    }
};

/// Throws sluice::ConfigError, which names the key. [control]
Settings readSettings(std::string_view config, const sluice::Host& host);

}  // namespace pii
