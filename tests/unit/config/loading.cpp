#include "config/loading.h"

namespace sluice::test {

std::vector<std::string> Loaded::texts() const {
    std::vector<std::string> out;
    for (const auto& fault : faults.all()) out.push_back(fault.text());
    return out;
}

bool Loaded::says(const std::string& part) const {
    for (const auto& fault : faults.all()) {
        if (fault.text().find(part) != std::string::npos) return true;
    }
    return false;
}

config::Environment environment(const Variables& variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

Loaded load(const std::string& text, const Variables& variables) {
    Loaded loaded;
    auto tree = config::parseTree(text, "config.yaml", environment(variables), loaded.faults);
    loaded.settings = config::readSettings(std::move(tree), loaded.faults);
    return loaded;
}

}  // namespace sluice::test
