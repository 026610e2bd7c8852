#include "api.h"

#include <nlohmann/json.hpp>

#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

int openAll(lua_State* L) {
    Sandbox::of(L).pushGlobals();
    openRe(L);
    openText(L);
    openJson(L);
    openHost(L);
    openTime(L);
    openScan(L);
    openMessages(L);
    openContext(L);
    openChunk(L);
    openCandidates(L);
    openEvent(L);
    return 0;
}

int pushParsed(lua_State* L) {
    const auto& text = *static_cast<const std::string*>(lua_touserdata(L, 1));
    pushJsonValue(L, nlohmann::json::parse(text, nullptr, false));
    return 1;
}

}  // namespace

Ran openApi(Sandbox& sandbox, const Limits& limits) {
    lua_pushcfunction(sandbox.raw(), openAll);
    return sandbox.run(0, 0, limits);
}

Ran pushJson(Sandbox& sandbox, const std::string& json, const Limits& limits) {
    lua_pushcfunction(sandbox.raw(), pushParsed);
    lua_pushlightuserdata(sandbox.raw(), const_cast<std::string*>(&json));
    return sandbox.run(1, 1, limits);
}

int pushArguments(Sandbox& sandbox, const Call& call) {
    lua_State* L = sandbox.raw();
    if (call.phase == Phase::Complete) {
        pushEvent(L);
        return 1;
    }
    pushContext(L);
    if (call.phase != Phase::Chunk) return 1;
    pushChunk(L);
    return 2;
}

Call& Call::in(lua_State* L, unsigned phases, const char* function) {
    auto* call = static_cast<Call*>(Sandbox::of(L).user);
    if (call && (call->anything || (bit(call->phase) & phases) != 0)) return *call;
    std::string allowed;
    for (const Phase phase :
         {Phase::Load, Phase::Request, Phase::Route, Phase::Chunk, Phase::Response, Phase::Complete}) {
        if ((bit(phase) & phases) == 0) continue;
        allowed += allowed.empty() ? "" : ", ";
        allowed += phase == Phase::Load ? "the main chunk, on_load" : name(phase);
    }
    const char* here = !call                        ? "no hook"
                       : call->phase == Phase::Load ? "the main chunk or on_load"
                                                    : name(call->phase);
    luaL_error(L, "%s cannot be called in %s; allowed in: %s", function, here, allowed.c_str());
    return *call;
}

std::string_view textArgument(lua_State* L, int index) {
    size_t size = 0;
    const char* text = luaL_checklstring(L, index, &size);
    return {text, size};
}

void pushString(lua_State* L, std::string_view text) {
    Budget::of(L).chargeBytes(L, text.size());
    lua_pushlstring(L, text.data(), text.size());
}

std::string textOption(lua_State* L, int index, const char* field) {
    std::string text;
    if (!lua_istable(L, index)) return text;
    if (lua_getfield(L, index, field) != LUA_TNIL) {
        size_t size = 0;
        const char* found = lua_tolstring(L, -1, &size);
        if (!found) luaL_error(L, "%s: found a %s; allowed: a text", field, luaL_typename(L, -1));
        text.assign(found, size);
    }
    lua_pop(L, 1);
    return text;
}

void pushProxy(lua_State* L, const char* type, lua_CFunction index, lua_CFunction newindex) {
    lua_newuserdatauv(L, 0, 0);
    luaL_newmetatable(L, type);
    if (index) {
        lua_pushcfunction(L, index);
        lua_setfield(L, -2, "__index");
    }
    if (newindex) {
        lua_pushcfunction(L, newindex);
        lua_setfield(L, -2, "__newindex");
    }
    lua_setmetatable(L, -2);
}

}  // namespace lua_policy
