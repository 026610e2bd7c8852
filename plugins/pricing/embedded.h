// The price tables of prices/, as they were when the plugin was built.
#pragma once

#include <string_view>
#include <vector>

namespace pricing {

/// The text of each file.
const std::vector<std::string_view>& embeddedPrices();

}  // namespace pricing
