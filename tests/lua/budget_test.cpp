// The alarm behind a budget: rings where the script runs, makes way for others, and interrupts nothing else.
#include <catch2/catch.hpp>
#include <ctime>

#include "sandbox/sandbox.h"

namespace {

using namespace lua_policy;

int g_pauses = 0;
bool g_hooked = false;

void countPause(lua_State*) { ++g_pauses; }

int lookForHook(lua_State* L) {
    g_hooked = lua_gethookmask(L) != 0;
    return 0;
}

Ran runOf(Sandbox& sandbox, const char* source, const Limits& limits) {
    Ran ran = sandbox.compile(source, "test");
    REQUIRE(ran.ok());
    return sandbox.run(0, 0, limits);
}

Limits milliseconds(int64_t time) {
    return {uint64_t{1} << 40, std::chrono::milliseconds(time), 8 * 1024 * 1024};
}

bool alarms() {
    int nobody = 0;
    Alarm* alarm = Alarm::take([](void*, Alarm&) {}, &nobody);
    if (alarm) alarm->giveBack();
    return alarm != nullptr;
}

const char* const kLoops[] = {
    "while true do end",
    "local function f() return f() end f()",
    "for i = 1, math.huge do end",
    "coroutine.wrap(function() while true do end end)()",
    "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
    "while true do coroutine.wrap(function() end)() end",
    "while true do pcall(function() while true do pcall(error) end end) end",
    "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) while true do "
    "pcall(function() return t[1] end) end",
    "table.sort({1, 2, 3, 4, 5}, function(a, b) while true do end end)",
    "string.gsub(('x'):rep(100), 'x', function() while true do end end)",
};

}  // namespace

TEST_CASE("no hook is set while a script has time; who finds the alarm taken counts") {
    Sandbox sandbox(milliseconds(1000));
    sandbox.pushGlobals();
    lua_pushcfunction(sandbox.raw(), lookForHook);
    lua_setfield(sandbox.raw(), -2, "look");
    lua_settop(sandbox.raw(), 0);
    int nobody = 0;
    Alarm* alarm = Alarm::take([](void*, Alarm&) {}, &nobody);
    CHECK(runOf(sandbox, "look()", milliseconds(1000)).ok());
    CHECK(g_hooked);
    if (alarm) {
        alarm->giveBack();
        lua_settop(sandbox.raw(), 0);
        CHECK(runOf(sandbox, "look()", milliseconds(1000)).ok());
        CHECK_FALSE(g_hooked);
    }
    CHECK(lua_gethookmask(sandbox.raw()) == 0);
}

TEST_CASE("every loop makes way for others, and ends") {
    for (const char* source : kLoops) {
        INFO(source);
        Sandbox sandbox(milliseconds(20));
        sandbox.budget().setPause(countPause);
        g_pauses = 0;
        const Ran ran = runOf(sandbox, source, milliseconds(20));
        CHECK(ran.kind == Ran::Kind::Killed);
        CHECK(ran.kill == Kill::Time);
        if (alarms()) CHECK(g_pauses >= 2);
        CHECK(lua_gethookmask(sandbox.raw()) == 0);
    }
}

TEST_CASE("a wait belongs to others: their scripts have budgets meanwhile") {
    static Sandbox other(milliseconds(5));
    static Ran theirs;
    Sandbox sandbox(milliseconds(20));
    sandbox.budget().setPause([](lua_State*) {
        lua_settop(other.raw(), 0);
        theirs = runOf(other, "while true do end", milliseconds(5));
    });
    const Ran ran = runOf(sandbox, "while true do end", milliseconds(20));
    CHECK(ran.kind == Ran::Kind::Killed);
    if (alarms()) CHECK(theirs.kind == Ran::Kind::Killed);
}

TEST_CASE("after a run a system call is interrupted at most once") {
    Sandbox sandbox(milliseconds(10));
    for (int i = 0; i < 3; ++i) {
        CHECK(runOf(sandbox, "for i = 1, 1000 do end", milliseconds(10)).ok());
        const timespec pause{0, 15'000'000};
        (void)nanosleep(&pause, nullptr);
        CHECK(nanosleep(&pause, nullptr) == 0);
        lua_settop(sandbox.raw(), 0);
    }
}
