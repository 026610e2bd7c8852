// The allow-listed functions, each written or wrapped so that its work is charged to the budget.
//
//   base       assert error getmetatable ipairs next pairs pcall rawequal rawget rawlen select setmetatable
//   tonumber
//              tostring type xpcall, _VERSION
//   coroutine  close create isyieldable resume running status wrap yield
//   string     byte char find format gmatch gsub len lower match rep reverse sub upper
//   table      concat insert move pack remove sort unpack
//   math       all but randomseed
//   utf8       char charpattern codepoint codes len offset
#pragma once

#include <lua.hpp>

namespace lua_policy {

// Each takes the table of globals from the top of the stack and leaves it there.
void openBase(lua_State* L);
void openCoroutine(lua_State* L);
void openString(lua_State* L);
void openTable(lua_State* L);
void openMath(lua_State* L);

/// The functions find, match, gmatch and gsub, into the table on the top of the stack.
void addPatternFunctions(lua_State* L);

/// table.NAME = functions, read-only, in the table of globals on the top of the stack.
void addLibrary(lua_State* L, const char* name, const luaL_Reg* functions);
/// The same with the table of functions on the top of the stack, above the globals; takes it off.
void addLibrary(lua_State* L, const char* name);

/// As tostring() in a script: no addresses. Pushes the text.
const char* pushText(lua_State* L, int index, size_t* size);

}  // namespace lua_policy
