// Coroutines. A hook counts for its own thread only, so what resumes pays for it: else coroutines inside of
// coroutines would run for ever between two hooks. A kill inside of one goes on in whoever resumed it.
#include <string_view>

#include "budget.h"
#include "libraries.h"

namespace lua_policy {
namespace {

constexpr uint64_t kStepsOfResume = 100;

lua_State* threadAt(lua_State* L, int index) {
    lua_State* co = lua_tothread(L, index);
    luaL_argexpected(L, co, index, "coroutine");
    return co;
}

// Moves `arguments` values over, runs, and moves results or the error back: their number, or -1 with the
// error.
int resumeThread(lua_State* L, lua_State* co, int arguments) {
    Budget& budget = Budget::of(L);
    budget.charge(L, kStepsOfResume);
    budget.guardStack(L);
    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, arguments);
    lua_State* before = budget.running(co);
    int results = 0;
    const int status = lua_resume(co, L, arguments, &results);
    (void)budget.running(before);
    budget.rethrow(L);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, results);
    return results;
}

int resume(lua_State* L) {
    lua_State* co = threadAt(L, 1);
    const int results = resumeThread(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    const int count = results < 0 ? 1 : results;
    lua_insert(L, -(count + 1));
    return count + 1;
}

int resumeWrapped(lua_State* L) {
    lua_State* co = threadAt(L, lua_upvalueindex(1));
    const int results = resumeThread(L, co, lua_gettop(L));
    if (results >= 0) return results;
    if (lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

int create(lua_State* L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State* co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

int wrap(lua_State* L) {
    create(L);
    lua_pushcclosure(L, resumeWrapped, 1);
    return 1;
}

int yield(lua_State* L) { return lua_yield(L, lua_gettop(L)); }

const char* statusOf(lua_State* L, lua_State* co) {
    if (L == co) return "running";
    switch (lua_status(co)) {
        case LUA_YIELD:
            return "suspended";
        case LUA_OK: {
            lua_Debug frame;
            if (lua_getstack(co, 0, &frame)) return "normal";
            return lua_gettop(co) == 0 ? "dead" : "suspended";
        }
        default:
            return "dead";
    }
}

int status(lua_State* L) {
    lua_pushstring(L, statusOf(L, threadAt(L, 1)));
    return 1;
}

int isYieldable(lua_State* L) {
    lua_State* co = lua_isnone(L, 1) ? L : threadAt(L, 1);
    lua_pushboolean(L, lua_isyieldable(co));
    return 1;
}

int running(lua_State* L) {
    lua_pushboolean(L, lua_pushthread(L));
    return 2;
}

int close(lua_State* L) {
    lua_State* co = threadAt(L, 1);
    const std::string_view now = statusOf(L, co);
    if (now != "dead" && now != "suspended") return luaL_error(L, "cannot close a %s coroutine", now.data());
    if (lua_resetthread(co) == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
}

}  // namespace

void openCoroutine(lua_State* L) {
    static const luaL_Reg kAll[] = {{"close", close},   {"create", create},   {"isyieldable", isYieldable},
                                    {"resume", resume}, {"running", running}, {"status", status},
                                    {"wrap", wrap},     {"yield", yield},     {nullptr, nullptr}};
    addLibrary(L, "coroutine", kAll);
}

}  // namespace lua_policy
