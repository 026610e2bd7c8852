// Tables that can be read and not written, whoever holds them. PUC Lua has none, so a frozen table is an
// empty one whose contents stand in another that nobody can reach, with a metatable that reads from there and
// refuses to write.
#pragma once

#include <vector>

#include <lua.hpp>

namespace lua_policy {

/// Freezes that one table in place; nothing happens if it is frozen.
void freezeTable(lua_State* L, int index);
bool isFrozen(lua_State* L, int index);
/// Pushes what can be walked with lua_next: the hidden contents of a frozen table, or the table itself.
void pushContents(lua_State* L, int index);

/// Freezes everything that can be reached from the value on the top of the stack, which it takes off. Appends
/// to the table at `kept` function, value, function, value, … of the upvalues found, and to `numbers` which
/// of its function's each is. Null, or what cannot be kept. May raise a memory error.
const char* freezeAll(lua_State* L, int kept, std::vector<int>& numbers);

}  // namespace lua_policy
