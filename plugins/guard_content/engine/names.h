// Which names are allowed: models, tools.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guard_content {

/// `*` in them stands for any characters, also for none.
struct NameList {
    std::vector<std::string> allowed;  // empty: all
    std::vector<std::string> denied;

    bool any() const { return !allowed.empty() || !denied.empty(); }
    bool allows(std::string_view name) const;
};

/// The names of the tools of a request: what it offers (`tools`, `functions`) and what has been called
/// (`tool_calls`, `function_call`, `tool_use`) in its messages or in an answer. `json`: the value of `tools`,
/// `messages`, `choices`, … or a whole body. Names stand in it as JSON has them, unescaped. [any]
std::vector<std::string> toolNames(std::string_view json);

}  // namespace guard_content
