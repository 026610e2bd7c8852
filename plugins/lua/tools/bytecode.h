// What a compiled chunk says of itself: which globals it reads and sets, and where. From lua_dump of Lua 5.4
// (the format of ldump.c); what is no such dump gives nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lua_policy {

struct GlobalUse {
    std::string name;
    int line = 0;
    bool set = false;
};

std::vector<GlobalUse> globalsOf(std::string_view dump);

}  // namespace lua_policy
