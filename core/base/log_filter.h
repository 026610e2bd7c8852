// What is taken out of log lines before they are written: secrets that came along in an error text, say.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace sluice::base::log {

using Filter = std::function<void(std::string& message)>;

/// Every line passes it from now on, on the thread that writes; lines that it writes itself do not. Null:
/// none. [any thread]
void setFilter(std::shared_ptr<const Filter> filter);

}  // namespace sluice::base::log
