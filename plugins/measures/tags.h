// By what metrics are told apart. Never by key, user or request: each combination of values is a series of
// its own that is paid for. Each tag has a bound of values as well, since names of models can be a client's
// choice where a deployment is openai/*.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "exporters/node.h"

namespace measures {

using Tag = std::pair<std::string, std::string>;

constexpr size_t kTagBytesMax = 100;

class Tagger {
public:
    /// `names`: of kTagNames. `values_max`: of one tag; those that come later are "other".
    Tagger(std::vector<std::string> names, size_t values_max)
        : names_(std::move(names)), values_max_(values_max) {}

    /// In the order of the names; empty values where a record has none. A value is letters, digits and
    /// _-./: of at most kTagBytesMax bytes. [any]
    std::vector<Tag> tagsOf(const exporters::Node& record) const;

private:
    std::string bounded(const std::string& name, std::string_view value) const;

    const std::vector<std::string> names_;
    const size_t values_max_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::set<std::string, std::less<>>> seen_;  // guarded by mutex_
};

/// In it anything but letters, digits and those of `others` is "_".
std::string plainText(std::string_view text, std::string_view others);

/// What stands in front of all names, from the key `prefix`.
std::string prefixOf(const nlohmann::json& config);
/// Of the keys `tag_names` and `tag_values_max`, which SLUICE_TAG_PROPERTIES describes.
std::vector<std::string> tagNamesOf(const nlohmann::json& config);
size_t tagValuesMaxOf(const nlohmann::json& config);

#define SLUICE_TAG_PROPERTIES                                                                          \
    R"("prefix": {"type": "string", "default": "litellm."},)"                                          \
    R"("tag_names": {"type": "array", "items": {"type": "string", "enum": ["provider", "model_name",)" \
    R"("model_group", "status_code", "team", "outcome", "call_type", "stream"]},)"                     \
    R"("description": "default: provider, model_name, model_group, status_code, team"},)"              \
    R"("tag_values_max": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 100,)"        \
    R"("description": "of one tag; more are other"},)"

}  // namespace measures
