// From the model name of a request to the deployments that can serve it: aliases, exact groups, then
// wildcards, the most specific first.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/settings.h"

namespace sluice::route {

struct Resolved {
    std::string group;                         // the model_name that matched
    const std::vector<uint32_t>* deployments;  // indexes into model_list; null: no such model
    std::vector<std::string> captures;         // what the wildcards of the group stood for
};

class ModelTable {
public:
    ModelTable(const std::vector<config::Deployment>& deployments,
               const std::map<std::string, config::ModelAlias>& aliases);

    Resolved resolve(std::string_view model) const;

    /// Names for GET /v1/models: groups and visible aliases, in the order of the configuration; wildcards as
    /// they stand.
    const std::vector<std::string>& names() const { return names_; }
    bool visible(std::string_view model) const;

private:
    struct Pattern {
        std::string text;
        size_t literal = 0;  // characters that are not wildcards
        std::vector<uint32_t> deployments;
    };

    std::unordered_map<std::string, std::vector<uint32_t>> exact_;
    std::vector<Pattern> patterns_;  // most specific first
    std::map<std::string, config::ModelAlias> aliases_;
    std::vector<std::string> names_;
};

/// Does `text` match `pattern`, where each * stands for anything? Fills in what each stood for. Linear in
/// practice: each * takes the shortest text that works.
bool matchWildcard(std::string_view pattern, std::string_view text, std::vector<std::string>& captures);

/// `pattern` with each * replaced by a capture, in order.
std::string fillWildcard(std::string_view pattern, const std::vector<std::string>& captures);

}  // namespace sluice::route
