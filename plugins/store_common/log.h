// What a store says to its operator.
#pragma once

#include <functional>
#include <string>

namespace store_common {

enum class Level { Info, Warn, Error };
using Log = std::function<void(Level, const std::string&)>;

}  // namespace store_common
