// scan.*: the scanners of guardrails (personal data, secrets, prompt injection), by the names that the
// configuration gives them under `scanners`.
#include <sluice/scanner.h>

#include "api.h"
#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

struct Found {
    uint64_t begin, end;
    double score;
    std::string entity;
};

constexpr size_t kFindingsMax = 1000;

// No error of Lua may fly through the scanner's frames: findings are gathered first.
int32_t gather(void* to, const sluice_finding* finding) {
    auto& all = *static_cast<std::vector<Found>*>(to);
    if (all.size() >= kFindingsMax) return 1;
    all.push_back({finding->begin, finding->end, finding->score, std::string(sluice::view(finding->entity))});
    return 0;
}

bool wants(lua_State* L, int index, const std::string& entity) {
    if (!lua_istable(L, index)) return true;
    const lua_Integer size = luaL_len(L, index);
    for (lua_Integer i = 1; i <= size; ++i) {
        lua_geti(L, index, i);
        const bool same = lua_type(L, -1) == LUA_TSTRING && entity == lua_tostring(L, -1);
        lua_pop(L, 1);
        if (same) return true;
    }
    return false;
}

// The findings in the text at 1, of the entities in the table at 2 if there is one.
int scan(lua_State* L, const std::string& name) {
    const Call& call = Call::in(L, kWithRequest | bit(Phase::Complete), "scan");
    const auto text = textArgument(L, 1);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    const auto found = call.services.scanners.find(name);
    if (found == call.services.scanners.end())
        return luaL_error(L, "no scanner %s is configured", name.c_str());
    Budget::of(L).chargeBytes(L, 4 * text.size());
    std::vector<Found> all;
    const auto& scanner = found->second;
    if (scanner.table->scan(scanner.owner, sluice::str(text), gather, &all) != SLUICE_OK)
        return luaL_error(L, "the scanner %s failed", name.c_str());
    lua_newtable(L);
    lua_Integer n = 0;
    for (const auto& one : all) {
        if (one.begin > one.end || one.end > text.size() || !wants(L, 2, one.entity)) continue;
        lua_createtable(L, 0, 5);
        pushString(L, text.substr(one.begin, one.end - one.begin));
        lua_setfield(L, -2, "text");
        lua_pushinteger(L, static_cast<lua_Integer>(one.begin) + 1);
        lua_setfield(L, -2, "first");
        lua_pushinteger(L, static_cast<lua_Integer>(one.end));
        lua_setfield(L, -2, "last");
        pushString(L, one.entity);
        lua_setfield(L, -2, "entity");
        lua_pushnumber(L, one.score);
        lua_setfield(L, -2, "score");
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

int pii(lua_State* L) { return scan(L, "pii"); }
int secrets(lua_State* L) { return scan(L, "secrets"); }
int injection(lua_State* L) { return scan(L, "injection"); }

// scan.with(name, text[, entities])
int with(lua_State* L) {
    const std::string name(textArgument(L, 1));
    lua_remove(L, 1);
    return scan(L, name);
}

int available(lua_State* L) {
    const Call& call = Call::in(L, kInHooks, "scan.available");
    lua_pushboolean(L, call.services.scanners.count(std::string(textArgument(L, 1))) > 0);
    return 1;
}

}  // namespace

void openScan(lua_State* L) {
    static const luaL_Reg kAll[] = {{"available", available}, {"pii", pii},   {"secrets", secrets},
                                    {"injection", injection}, {"with", with}, {nullptr, nullptr}};
    addLibrary(L, "scan", kAll);
}

}  // namespace lua_policy
