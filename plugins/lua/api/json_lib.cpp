// json.encode, json.decode, json.null.
#include <nlohmann/json.hpp>

#include "api.h"
#include "sandbox/freeze.h"
#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

constexpr int kDepthMax = 64;
const char kNull = 0;  // its address is json.null

void pushAt(lua_State* L, const nlohmann::json& value, int depth) {
    if (depth > kDepthMax) luaL_error(L, "json: nested deeper than %d", kDepthMax);
    luaL_checkstack(L, 4, "json");
    Budget::of(L).charge(L, 2);
    if (value.is_string()) {
        pushString(L, value.get_ref<const std::string&>());
    } else if (value.is_number_integer()) {
        lua_pushinteger(L, value.get<lua_Integer>());
    } else if (value.is_number()) {
        lua_pushnumber(L, value.get<double>());
    } else if (value.is_boolean()) {
        lua_pushboolean(L, value.get<bool>());
    } else if (value.is_array()) {
        lua_createtable(L, static_cast<int>(value.size()), 0);
        lua_Integer i = 0;
        for (const auto& one : value) {
            pushAt(L, one, depth + 1);
            lua_rawseti(L, -2, ++i);
        }
    } else if (value.is_object()) {
        lua_createtable(L, 0, static_cast<int>(value.size()));
        for (const auto& [key, one] : value.items()) {
            pushString(L, key);
            pushAt(L, one, depth + 1);
            lua_rawset(L, -3);
        }
    } else {
        lua_pushlightuserdata(L, const_cast<char*>(&kNull));
    }
}

nlohmann::json valueAt(lua_State* L, int index, int depth);

nlohmann::json tableAt(lua_State* L, int index, int depth) {
    if (depth > kDepthMax) luaL_error(L, "json: nested deeper than %d", kDepthMax);
    luaL_checkstack(L, 6, "json");
    pushContents(L, index);
    const int table = lua_gettop(L);
    const auto size = static_cast<lua_Integer>(lua_rawlen(L, table));
    nlohmann::json out = size > 0 ? nlohmann::json::array() : nlohmann::json::object();
    for (lua_Integer i = 1; i <= size; ++i) {
        lua_rawgeti(L, table, i);
        out.push_back(valueAt(L, lua_gettop(L), depth + 1));
        lua_pop(L, 1);
    }
    for (lua_pushnil(L); size == 0 && lua_next(L, table) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "json: a key is a %s; allowed: texts, or 1, 2, 3, …", luaL_typename(L, -2));
        size_t bytes = 0;
        const char* key = lua_tolstring(L, -2, &bytes);
        out[std::string(key, bytes)] = valueAt(L, lua_gettop(L), depth + 1);
    }
    lua_settop(L, table - 1);
    return out;
}

nlohmann::json valueAt(lua_State* L, int index, int depth) {
    Budget::of(L).charge(L, 2);
    switch (lua_type(L, index)) {
        case LUA_TNIL:
            return nullptr;
        case LUA_TBOOLEAN:
            return lua_toboolean(L, index) != 0;
        case LUA_TNUMBER:
            if (lua_isinteger(L, index)) return lua_tointeger(L, index);
            return lua_tonumber(L, index);
        case LUA_TSTRING:
            return std::string(textArgument(L, index));
        case LUA_TTABLE:
            return tableAt(L, index, depth);
        case LUA_TLIGHTUSERDATA:
            return nullptr;
        default:
            luaL_error(L, "json: a %s cannot be written", luaL_typename(L, index));
            return nullptr;
    }
}

int encode(lua_State* L) {
    luaL_checkany(L, 1);
    pushString(L, toJson(L, 1));
    return 1;
}

int decode(lua_State* L) {
    const auto text = textArgument(L, 1);
    Budget::of(L).chargeBytes(L, 8 * text.size());
    const auto value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        lua_pushnil(L);
        lua_pushliteral(L, "the text is no JSON");
        return 2;
    }
    pushAt(L, value, 0);
    return 1;
}

}  // namespace

void pushJsonValue(lua_State* L, const nlohmann::json& value) { pushAt(L, value, 0); }

std::string toJson(lua_State* L, int index) {
    const auto value = valueAt(L, lua_absindex(L, index), 0);
    std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    Budget::of(L).chargeBytes(L, text.size());
    return text;
}

void openJson(lua_State* L) {
    static const luaL_Reg kAll[] = {{"encode", encode}, {"decode", decode}, {nullptr, nullptr}};
    lua_newtable(L);
    luaL_setfuncs(L, kAll, 0);
    lua_pushlightuserdata(L, const_cast<char*>(&kNull));
    lua_setfield(L, -2, "null");
    addLibrary(L, "json");
}

}  // namespace lua_policy
