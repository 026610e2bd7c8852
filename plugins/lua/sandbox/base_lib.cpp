#include <string_view>

#include "budget.h"
#include "freeze.h"
#include "libraries.h"
#include "sandbox.h"

namespace lua_policy {
namespace {

// What a metatable may do. Not here: __gc, __close and __mode, which would run or vanish where no budget
// watches;
// __metatable, which we use ourselves.
const char* const kEvents[] = {"__index", "__newindex", "__call",   "__tostring", "__name", "__len", "__eq",
                               "__lt",    "__le",       "__concat", "__unm",      "__add",  "__sub", "__mul",
                               "__div",   "__idiv",     "__mod",    "__pow",      "__band", "__bor", "__bxor",
                               "__bnot",  "__shl",      "__shr",    "__pairs"};

int assertTrue(lua_State* L) {
    luaL_checkany(L, 1);
    if (lua_toboolean(L, 1)) return lua_gettop(L);
    if (lua_isnone(L, 2)) return luaL_error(L, "assertion failed!");
    lua_settop(L, 2);
    return lua_error(L);
}

int raiseError(lua_State* L) {
    const auto level = static_cast<int>(luaL_optinteger(L, 2, 1));
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TSTRING && level > 0) {
        luaL_where(L, level);
        lua_pushvalue(L, 1);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

int getMetatable(lua_State* L) {
    luaL_checkany(L, 1);
    if (!lua_getmetatable(L, 1)) return 0;
    if (lua_getfield(L, -1, "__metatable") == LUA_TNIL)
        lua_pushboolean(L, 0);  // the string library's, or the host's
    return 1;
}

// A metatable counts as it is now: what the machine gets is a copy that the script cannot reach, so that
// nothing can be added to it later. getmetatable() gives back the script's own.
int setMetatable(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    if (isFrozen(L, 1)) return luaL_error(L, "the metatable of a read-only table cannot be changed");
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_setmetatable(L, 1);
        return 1;  // the table: nil has gone
    }
    lua_createtable(L, 0, 4);
    pushContents(L, 2);
    for (const char* event : kEvents) {
        lua_pushstring(L, event);
        if (lua_rawget(L, 4) == LUA_TNIL)
            lua_pop(L, 1);
        else
            lua_setfield(L, 3, event);
    }
    lua_settop(L, 3);
    lua_pushvalue(L, 2);
    lua_setfield(L, 3, "__metatable");
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

int nextPair(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    pushContents(L, 1);
    lua_insert(L, 2);
    if (lua_next(L, 2)) return 2;
    lua_pushnil(L);
    return 1;
}

int pairsOf(lua_State* L) {
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        Budget::of(L).guardStack(L);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushcfunction(L, nextPair);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

int nextIndex(lua_State* L) {
    const lua_Integer i = luaL_checkinteger(L, 2) + 1;
    lua_pushinteger(L, i);
    return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

int ipairsOf(lua_State* L) {
    luaL_checkany(L, 1);
    lua_pushcfunction(L, nextIndex);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

int afterPcall(lua_State* L, int status, lua_KContext) {
    Budget::of(L).rethrow(L);
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L);
    lua_pushboolean(L, 0);
    lua_pushvalue(L, -2);
    return 2;
}

int protectedCall(lua_State* L) {
    luaL_checkany(L, 1);
    Budget::of(L).guardStack(L);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    return afterPcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, afterPcall), 0);
}

// xpcall keeps its handler at the bottom. It runs after the stack has been unwound, not inside the error:
// there no hook would watch it.
int afterXpcall(lua_State* L, int status, lua_KContext) {
    Budget::of(L).rethrow(L);
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 1;
    const int fault = lua_gettop(L);
    lua_pushboolean(L, 0);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, fault);
    lua_call(L, 1, LUA_MULTRET);
    return lua_gettop(L) - fault;
}

int protectedCallWithHandler(lua_State* L) {
    luaL_checktype(L, 2, LUA_TFUNCTION);
    Budget::of(L).guardStack(L);
    const int arguments = lua_gettop(L) - 2;
    lua_pushvalue(L, 2);
    lua_insert(L, 1);  // handler, f, handler, …
    lua_remove(L, 3);
    lua_pushboolean(L, 1);
    lua_insert(L, 2);  // handler, true, f, …
    return afterXpcall(L, lua_pcallk(L, arguments, LUA_MULTRET, 0, 0, afterXpcall), 0);
}

int rawEqual(lua_State* L) {
    luaL_checkany(L, 1);
    luaL_checkany(L, 2);
    lua_pushboolean(L, lua_rawequal(L, 1, 2));
    return 1;
}

int rawLength(lua_State* L) {
    luaL_argexpected(L, lua_istable(L, 1) || lua_type(L, 1) == LUA_TSTRING, 1, "table or string");
    if (lua_istable(L, 1)) pushContents(L, 1);
    lua_pushinteger(L, static_cast<lua_Integer>(lua_rawlen(L, lua_istable(L, 1) ? -1 : 1)));
    return 1;
}

int rawGet(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    pushContents(L, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

int select(lua_State* L) {
    const int n = lua_gettop(L);
    if (lua_type(L, 1) == LUA_TSTRING && *lua_tostring(L, 1) == '#') {
        lua_pushinteger(L, n - 1);
        return 1;
    }
    lua_Integer i = luaL_checkinteger(L, 1);
    if (i < 0)
        i += n;
    else if (i > n)
        i = n;
    luaL_argcheck(L, i >= 1, 1, "index out of range");
    return n - static_cast<int>(i);
}

int typeName(lua_State* L) {
    luaL_argcheck(L, lua_type(L, 1) != LUA_TNONE, 1, "value expected");
    lua_pushstring(L, luaL_typename(L, 1));
    return 1;
}

int toText(lua_State* L) {
    luaL_checkany(L, 1);
    pushText(L, 1, nullptr);
    return 1;
}

int digitOf(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

int toNumberOfBase(lua_State* L, lua_Integer base) {
    luaL_checktype(L, 1, LUA_TSTRING);
    luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
    std::string_view text(lua_tostring(L, 1));
    const auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!text.empty() && space(text.front())) text.remove_prefix(1);
    while (!text.empty() && space(text.back())) text.remove_suffix(1);
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    lua_Unsigned value = 0;
    bool good = !text.empty() && text.size() <= 200;
    for (const char c : text.substr(0, 201)) {
        good = good && digitOf(c) < base;
        value = value * static_cast<lua_Unsigned>(base) + static_cast<lua_Unsigned>(digitOf(c));
    }
    if (good)
        lua_pushinteger(L, static_cast<lua_Integer>(negative ? 0 - value : value));
    else
        lua_pushnil(L);
    return 1;
}

int toNumber(lua_State* L) {
    if (!lua_isnoneornil(L, 2)) return toNumberOfBase(L, luaL_checkinteger(L, 2));
    luaL_checkany(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER) {
        lua_settop(L, 1);
        return 1;
    }
    size_t size = 0;
    const char* text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &size) : nullptr;
    if (!text || size > 200 || lua_stringtonumber(L, text) != size + 1) lua_pushnil(L);
    return 1;
}

}  // namespace

const char* pushText(lua_State* L, int index, size_t* size) {
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
        return lua_tolstring(L, -1, size);
    }
    switch (lua_type(L, index)) {
        case LUA_TNUMBER:
            lua_pushvalue(L, index);
            lua_tostring(L, -1);
            break;
        case LUA_TSTRING:
            lua_pushvalue(L, index);
            break;
        case LUA_TBOOLEAN:
            lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
            break;
        case LUA_TNIL:
            lua_pushliteral(L, "nil");
            break;
        default:
            if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING) break;
            lua_pushstring(L, luaL_typename(L, index));
    }
    return lua_tolstring(L, -1, size);
}

void openBase(lua_State* L) {
    static const luaL_Reg kAll[] = {{"assert", assertTrue},
                                    {"error", raiseError},
                                    {"getmetatable", getMetatable},
                                    {"ipairs", ipairsOf},
                                    {"next", nextPair},
                                    {"pairs", pairsOf},
                                    {"pcall", protectedCall},
                                    {"rawequal", rawEqual},
                                    {"rawget", rawGet},
                                    {"rawlen", rawLength},
                                    {"select", select},
                                    {"setmetatable", setMetatable},
                                    {"tonumber", toNumber},
                                    {"tostring", toText},
                                    {"type", typeName},
                                    {"xpcall", protectedCallWithHandler},
                                    {nullptr, nullptr}};
    luaL_setfuncs(L, kAll, 0);
    lua_pushliteral(L, "Lua 5.4");
    lua_setfield(L, -2, "_VERSION");
}

void addLibrary(lua_State* L, const char* name) {
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, name);
    freezeTable(L, -1);
    lua_pop(L, 1);
}

void addLibrary(lua_State* L, const char* name, const luaL_Reg* functions) {
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    addLibrary(L, name);
}

}  // namespace lua_policy
