// ctx: what is known of the request. Nothing is copied before a script asks for it.
#include <nlohmann/json.hpp>

#include "api.h"
#include "policy.h"

namespace lua_policy {
namespace {

const char kContext = 0;

// Fields that carry secrets of the caller: a policy has no use for them.
bool secretHeader(std::string_view name) {
    for (const std::string_view one : {"authorization", "proxy-authorization", "x-api-key", "api-key",
                                       "x-goog-api-key", "cookie", "x-litellm-api-key"}) {
        if (sluice::sameName(one, name)) return true;
    }
    return false;
}

int headerField(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "ctx.headers");
    const auto name = textArgument(L, 2);
    const auto value = secretHeader(name) ? std::nullopt : call.request->header(name);
    if (value)
        pushString(L, *value);
    else
        lua_pushnil(L);
    return 1;
}

int noHeaderWrite(lua_State* L) {
    return luaL_error(L, "ctx.headers cannot be written: use ctx:set_header(name, value)");
}

void pushMember(lua_State* L, std::string_view json) {
    Budget::of(L).chargeBytes(L, 4 * json.size());
    pushJsonValue(L, nlohmann::json::parse(json, nullptr, false));
}

int paramField(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "ctx.params");
    const auto json = call.request->member(textArgument(L, 2));
    if (json)
        pushMember(L, *json);
    else
        lua_pushnil(L);
    return 1;
}

int noParamWrite(lua_State* L) {
    return luaL_error(L, "ctx.params cannot be written: use ctx:set_param(name, value)");
}

int keyField(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "ctx.key");
    const auto name = textArgument(L, 2);
    if (name != "id") return luaL_error(L, "ctx.key.%s: not known; allowed: id", lua_tostring(L, 2));
    pushString(L, call.request->keyId());
    return 1;
}

int varField(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "ctx.vars");
    const auto found = call.vars->find(textArgument(L, 2));
    if (found == call.vars->end())
        lua_pushnil(L);
    else if (const auto* text = std::get_if<std::string>(&found->second))
        pushString(L, *text);
    else if (const auto* flag = std::get_if<bool>(&found->second))
        lua_pushboolean(L, *flag);
    else if (const auto* whole = std::get_if<int64_t>(&found->second))
        lua_pushinteger(L, *whole);
    else
        lua_pushnumber(L, std::get<double>(found->second));
    return 1;
}

constexpr size_t kVarsMax = 256, kVarBytesMax = 256 * 1024;  // of all texts of a request and policy

size_t bytesOf(const Vars& vars) {
    size_t sum = 0;
    for (const auto& [name, value] : vars)
        sum += name.size() +
               (std::holds_alternative<std::string>(value) ? std::get<std::string>(value).size() : 0);
    return sum;
}

int setVar(lua_State* L) {
    Call& call = Call::in(L, kWithRequest, "ctx.vars");
    const std::string name(textArgument(L, 2));
    Value value;
    switch (lua_type(L, 3)) {
        case LUA_TNIL:
            call.vars->erase(name);
            return 0;
        case LUA_TBOOLEAN:
            value = lua_toboolean(L, 3) != 0;
            break;
        case LUA_TNUMBER:
            if (lua_isinteger(L, 3))
                value = static_cast<int64_t>(lua_tointeger(L, 3));
            else
                value = static_cast<double>(lua_tonumber(L, 3));
            break;
        case LUA_TSTRING:
            if (bytesOf(*call.vars) + textArgument(L, 3).size() > kVarBytesMax)
                return luaL_error(L, "ctx.vars: more than %d bytes together", static_cast<int>(kVarBytesMax));
            value = std::string(textArgument(L, 3));
            break;
        default:
            return luaL_error(L,
                              "ctx.vars.%s: found a %s; allowed: texts, numbers, true and false (json.encode "
                              "writes a table)",
                              name.c_str(), luaL_typename(L, 3));
    }
    if (call.vars->size() >= kVarsMax && call.vars->count(name) == 0)
        return luaL_error(L, "ctx.vars: more than %d names", static_cast<int>(kVarsMax));
    (*call.vars)[name] = std::move(value);
    return 0;
}

// The names of the tools that the request offers to the model, whatever the dialect.
void pushTools(lua_State* L, const sluice::Request& request) {
    lua_newtable(L);
    const auto json = request.member("tools");
    if (!json) return;
    Budget::of(L).chargeBytes(L, 4 * json->size());
    const auto tools = nlohmann::json::parse(*json, nullptr, false);
    lua_Integer n = 0;
    for (const auto& tool : tools.is_array() ? tools : nlohmann::json::array()) {
        const nlohmann::json* named = &tool;
        if (tool.is_object() && tool.contains("function") && tool["function"].is_object())
            named = &tool["function"];
        const auto name = named->is_object() ? named->find("name") : named->end();
        std::string text = named->is_object() && name != named->end() && name->is_string()
                               ? name->get<std::string>()
                               : std::string();
        if (text.empty() && tool.is_object() && tool.contains("type") && tool["type"].is_string())
            text = tool["type"].get<std::string>();
        pushString(L, text);
        lua_rawseti(L, -2, ++n);
    }
}

struct TextField {
    std::string_view name;
    std::string_view (sluice::Request::*get)() const;
};
constexpr TextField kTexts[] = {
    {"model", &sluice::Request::model},      {"user", &sluice::Request::user},
    {"team", &sluice::Request::team},        {"route", &sluice::Request::route},
    {"customer", &sluice::Request::endUser}, {"organization", &sluice::Request::organization},
    {"method", &sluice::Request::method},    {"path", &sluice::Request::path},
    {"call_id", &sluice::Request::callId},   {"client", &sluice::Request::client}};

int field(lua_State* L) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    const std::string_view key = textArgument(L, 2);
    const Call& call = Call::in(L, kWithRequest, "ctx");
    if (key == "tenant") {
        pushString(L, call.tenant);
        return 1;
    }
    for (const auto& one : kTexts) {
        if (one.name != key) continue;
        pushString(L, (call.request->*one.get)());
        return 1;
    }
    if (key == "tools")
        pushTools(L, *call.request);
    else if (key == "stream")
        lua_pushboolean(L, call.request->stream());
    else if (key == "admin")
        lua_pushboolean(L, call.request->admin());
    else if (key == "phase")
        lua_pushstring(L, name(call.phase));
    else if (key == "policy")
        pushString(L, call.policy.name());
    else if (key == "shadow")
        lua_pushboolean(L, call.shadow);
    else if (key == "status")
        lua_pushinteger(L, call.response ? call.response->status() : 0);
    else
        return luaL_error(L,
                          "ctx.%s: not known; allowed: tenant, key, user, team, organization, customer, "
                          "admin, model, route, method, path, client, "
                          "headers, params, tools, vars, stream, status, call_id, phase, policy, shadow, and "
                          "the functions of docs/policy_api.md",
                          lua_tostring(L, 2));
    return 1;
}

int noWrite(lua_State* L) {
    return luaL_error(L, "ctx.%s cannot be set; what a later hook of the request needs goes into ctx.vars",
                      luaL_tolstring(L, 2, nullptr));
}

void addProxy(lua_State* L, const char* name, const char* type, lua_CFunction index, lua_CFunction newindex) {
    pushProxy(L, type, index, newindex);
    lua_setfield(L, -2, name);
}

}  // namespace

void pushContext(lua_State* L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &kContext); }

void openContext(lua_State* L) {
    pushProxy(L, "ctx", nullptr, noWrite);
    lua_getmetatable(L, -1);
    lua_newtable(L);
    addContextActions(L);
    addContextTexts(L);
    addCandidates(L);
    addProxy(L, "headers", "ctx.headers", headerField, noHeaderWrite);
    addProxy(L, "params", "ctx.params", paramField, noParamWrite);
    addProxy(L, "vars", "ctx.vars", varField, setVar);
    addProxy(L, "key", "ctx.key", keyField, noWrite);
    lua_pushcclosure(L, field, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kContext);
}

}  // namespace lua_policy
