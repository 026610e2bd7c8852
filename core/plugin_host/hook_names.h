// The hooks of sluice.hooks/1 by name, as manifests and the command line write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/hooks.h"

namespace sluice::host {

/// In the order of the table.
const std::vector<std::string_view>& hookNames();
/// Those that the table has. It may be of an older plugin and end early; null has none.
std::vector<std::string> hooksIn(const sluice_hooks* table);

}  // namespace sluice::host
