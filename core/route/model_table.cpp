#include "route/model_table.h"

#include <algorithm>

namespace sluice::route {

bool matchWildcard(std::string_view pattern, std::string_view text, std::vector<std::string>& captures) {
    captures.clear();
    for (;;) {
        const size_t star = pattern.find('*');
        if (text.substr(0, std::min(star, pattern.size())) != pattern.substr(0, star)) return false;
        if (star == std::string_view::npos) return text.size() == pattern.size();
        text.remove_prefix(star);
        pattern.remove_prefix(star + 1);
        const size_t next = std::min(pattern.find('*'), pattern.size());
        const std::string_view literal = pattern.substr(0, next);
        // The last literal must end the text, the others may stand anywhere.
        const size_t at =
            next == pattern.size()
                ? (text.size() >= literal.size() ? text.size() - literal.size() : std::string_view::npos)
                : text.find(literal);
        if (at == std::string_view::npos || text.substr(at, literal.size()) != literal) return false;
        captures.emplace_back(text.substr(0, at));
        text.remove_prefix(at);
    }
}

std::string fillWildcard(std::string_view pattern, const std::vector<std::string>& captures) {
    std::string out;
    size_t used = 0;
    for (const char c : pattern) {
        if (c == '*' && used < captures.size()) {
            out += captures[used++];
        } else {
            out += c;
        }
    }
    return out;
}

ModelTable::ModelTable(const std::vector<config::Deployment>& deployments,
                       const std::map<std::string, config::ModelAlias>& aliases)
    : aliases_(aliases) {
    for (uint32_t i = 0; i < deployments.size(); ++i) {
        const std::string& name = deployments[i].model_name;
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
        if (name.find('*') == std::string::npos) {
            exact_[name].push_back(i);
            continue;
        }
        auto pattern = std::find_if(patterns_.begin(), patterns_.end(),
                                    [&](const Pattern& p) { return p.text == name; });
        if (pattern == patterns_.end()) {
            const auto stars = static_cast<size_t>(std::count(name.begin(), name.end(), '*'));
            pattern = patterns_.insert(patterns_.end(), {name, name.size() - stars, {}});
        }
        pattern->deployments.push_back(i);
    }
    std::stable_sort(patterns_.begin(), patterns_.end(),
                     [](const Pattern& a, const Pattern& b) { return a.literal > b.literal; });
    for (const auto& [name, alias] : aliases_) {
        if (!alias.hidden && std::find(names_.begin(), names_.end(), name) == names_.end())
            names_.push_back(name);
    }
}

Resolved ModelTable::resolve(std::string_view model) const {
    std::string name(model);
    if (const auto alias = aliases_.find(name); alias != aliases_.end()) name = alias->second.model;
    if (const auto found = exact_.find(name); found != exact_.end()) return {name, &found->second, {}};
    Resolved resolved{name, nullptr, {}};
    for (const auto& pattern : patterns_) {
        if (!matchWildcard(pattern.text, name, resolved.captures)) continue;
        resolved.group = pattern.text;
        resolved.deployments = &pattern.deployments;
        return resolved;
    }
    return resolved;
}

bool ModelTable::visible(std::string_view model) const {
    const auto alias = aliases_.find(std::string(model));
    if (alias != aliases_.end() && alias->second.hidden) return false;
    return resolve(model).deployments != nullptr;
}

}  // namespace sluice::route
