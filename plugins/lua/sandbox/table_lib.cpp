// table.*: Lua's own functions behind a charge for what they are going to do. Their work is not seen by the
// hook.
#include <algorithm>
#include <cmath>

#include "budget.h"
#include "freeze.h"
#include "libraries.h"

namespace lua_policy {
namespace {

// The function of Lua's table library that stands in upvalue 1, called with all arguments.
int callOriginal(lua_State* L) {
    const int arguments = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, LUA_MULTRET);
    return lua_gettop(L);
}

lua_Integer lengthOf(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    return luaL_len(L, 1);
}

void chargeTail(lua_State* L, lua_Integer position) {
    const lua_Integer moved = lengthOf(L) - position + 1;
    if (moved > 0) Budget::of(L).charge(L, static_cast<uint64_t>(moved));
}

int insert(lua_State* L) {
    if (lua_gettop(L) > 2) chargeTail(L, luaL_checkinteger(L, 2));
    return callOriginal(L);
}

int remove(lua_State* L) {
    if (lua_gettop(L) > 1) chargeTail(L, luaL_checkinteger(L, 2));
    return callOriginal(L);
}

int move(lua_State* L) {
    const lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
    if (to >= from) {
        const auto count = static_cast<uint64_t>(to) - static_cast<uint64_t>(from) + 1;
        Budget::of(L).charge(L, std::min<uint64_t>(count, uint64_t{1} << 40));
    }
    return callOriginal(L);
}

int unpack(lua_State* L) {
    const lua_Integer from = luaL_optinteger(L, 2, 1);
    const lua_Integer to = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : lua_tointeger(L, 3);
    if (to >= from)
        Budget::of(L).charge(
            L, std::min<uint64_t>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from) + 1, 1'000'000));
    return callOriginal(L);
}

int concat(lua_State* L) {
    const lua_Integer from = luaL_optinteger(L, 3, 1);
    const lua_Integer to = lua_isnoneornil(L, 4) ? lengthOf(L) : luaL_checkinteger(L, 4);
    size_t gap = 0;
    if (!lua_isnoneornil(L, 2)) luaL_checklstring(L, 2, &gap);
    if (to < from) return callOriginal(L);
    const uint64_t count = static_cast<uint64_t>(to) - static_cast<uint64_t>(from) + 1;
    Budget::of(L).charge(L, std::min<uint64_t>(count, uint64_t{1} << 40) * (1 + gap / 16));
    return callOriginal(L);
}

int lessThan(lua_State* L) {
    size_t size = 0;
    if (lua_type(L, 1) == LUA_TSTRING) lua_tolstring(L, 1, &size);
    Budget::of(L).chargeBytes(L, size);
    lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
    return 1;
}

int sort(lua_State* L) {
    const lua_Integer count = lengthOf(L);
    Budget& budget = Budget::of(L);
    budget.guardStack(L);
    if (count > 1)
        budget.charge(
            L, static_cast<uint64_t>(static_cast<double>(count) * std::log2(static_cast<double>(count))));
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_pushcfunction(L, lessThan);
        lua_replace(L, 2);
    }
    return callOriginal(L);
}

// Those that were there, by name, into the table on the top of the stack, below which Lua's own library
// stands.
void wrapAll(lua_State* L, const luaL_Reg* wrapped) {
    for (; wrapped->name; ++wrapped) {
        lua_getfield(L, -2, wrapped->name);
        if (wrapped->func) lua_pushcclosure(L, wrapped->func, 1);
        lua_setfield(L, -2, wrapped->name);
    }
}

// Copies NAME's library of Lua's, opened for that, and leaves `names` of it as a library of ours.
void copyLibrary(lua_State* L, const char* name, lua_CFunction open, const luaL_Reg* names) {
    lua_pushcfunction(L, open);
    lua_call(L, 0, 1);
    lua_newtable(L);
    wrapAll(L, names);
    lua_remove(L, -2);
    addLibrary(L, name);
}

}  // namespace

void openTable(lua_State* L) {
    static const luaL_Reg kAll[] = {{"concat", concat}, {"insert", insert}, {"move", move},
                                    {"pack", nullptr},  {"remove", remove}, {"sort", sort},
                                    {"unpack", unpack}, {nullptr, nullptr}};
    copyLibrary(L, "table", luaopen_table, kAll);
}

void openMath(lua_State* L) {
    static const char* const kMath[] = {
        "abs",  "acos", "asin",      "atan", "ceil", "cos",        "deg",        "exp",   "floor",
        "fmod", "huge", "log",       "max",  "min",  "modf",       "pi",         "rad",   "sin",
        "sqrt", "tan",  "tointeger", "type", "ult",  "maxinteger", "mininteger", "random"};
    luaL_Reg math[sizeof kMath / sizeof *kMath + 1] = {};
    for (size_t i = 0; i < sizeof kMath / sizeof *kMath; ++i) math[i] = {kMath[i], nullptr};
    copyLibrary(L, "math", luaopen_math, math);
    static const luaL_Reg kUtf8[] = {{"char", nullptr},  {"charpattern", nullptr}, {"codepoint", nullptr},
                                     {"codes", nullptr}, {"len", nullptr},         {"offset", nullptr},
                                     {nullptr, nullptr}};
    copyLibrary(L, "utf8", luaopen_utf8, kUtf8);
}

}  // namespace lua_policy
