// presidio_ad_hoc_recognizers: patterns and lists of words of one's own, as Presidio writes them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/config.hpp>

#include "engine/rule_scanner.h"

namespace pii {

/// The value is a list of recognisers, or the path of a JSON file with one: {"name", "supported_entity",
/// "patterns":
/// [{"name", "regex", "score"}], "context": ["word"], "deny_list": ["word"]}. What has a deny_list goes to
/// `deny`. Throws sluice::ConfigError. [control]
std::vector<OwnPattern> readAdHoc(const sluice::ConfigObject& config, std::string_view key,
                                  std::map<std::string, std::vector<std::string>>& deny);

}  // namespace pii
