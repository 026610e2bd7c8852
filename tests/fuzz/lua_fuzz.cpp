// The matcher of policies against Lua's own, on the pattern up to the first line feed and the text behind it;
// and the whole input as a script, which ends within its budget, twice the same.
#include <chrono>
#include <string>

#include "fuzz.h"
#include "sandbox/alarm.h"
#include "sandbox/sandbox.h"

using lua_policy::Limits;
using lua_policy::Ran;
using lua_policy::Sandbox;
using sluice::fuzz::require;

namespace {

constexpr size_t kTheirsBytesMax =
    64;  // Lua's own matcher has no budget: exponential patterns need short texts
const Limits kLimits{50'000, std::chrono::milliseconds(200), 1024 * 1024};

// What find, match and gsub say, one text; "error" if they refuse. False if the budget was used up.
template <class Call>
bool ask(lua_State* L, const std::string& text, const std::string& pattern, std::string& out, Call&& call) {
    for (const char* function : {"find", "match", "gsub"}) {
        lua_settop(L, 0);
        lua_getfield(L, LUA_REGISTRYINDEX, function);
        lua_pushlstring(L, text.data(), text.size());
        lua_pushlstring(L, pattern.data(), pattern.size());
        const bool gsub = std::string_view(function) == "gsub";
        if (gsub) lua_pushliteral(L, "<%0>");
        const int outcome = call(gsub ? 3 : 2);
        if (outcome < 0) return false;
        out += outcome == 0 ? "" : "error";
        for (int i = 1; outcome == 0 && i <= lua_gettop(L); ++i) {
            out += luaL_tolstring(L, i, nullptr);
            out += ',';
            lua_pop(L, 1);
        }
        out += ';';
    }
    return true;
}

void keepFunctions(lua_State* L) {  // the library stands on the top
    for (const char* function : {"find", "match", "gsub"}) {
        lua_getfield(L, -1, function);
        lua_setfield(L, LUA_REGISTRYINDEX, function);
    }
    lua_settop(L, 0);
}

void comparePatterns(const std::string& pattern, const std::string& text) {
    Sandbox sandbox(kLimits);
    sandbox.pushGlobals();
    lua_getfield(sandbox.raw(), -1, "string");
    keepFunctions(sandbox.raw());
    std::string ours, theirs;
    const bool ended = ask(sandbox.raw(), text, pattern, ours, [&](int arguments) {
        const Ran ran = sandbox.run(arguments, LUA_MULTRET, kLimits);
        return ran.kind == Ran::Kind::Killed ? -1 : ran.ok() ? 0 : 1;
    });
    if (!ended || text.size() > kTheirsBytesMax) return;
    lua_State* L = luaL_newstate();
    luaL_openlibs(L);
    lua_getglobal(L, "string");
    keepFunctions(L);
    (void)ask(L, text, pattern, theirs,
              [&](int arguments) { return lua_pcall(L, arguments, LUA_MULTRET, 0) == LUA_OK ? 0 : 1; });
    lua_close(L);
    require(ours == theirs, "a pattern matches otherwise than in Lua");
}

void runScript(const std::string& source) {
    Sandbox sandbox(kLimits);
    const auto began = std::chrono::steady_clock::now();
    if (!sandbox.compile(source, "fuzz").ok() || !sandbox.run(0, 0, kLimits).ok() || !sandbox.seal().ok())
        return;
    for (int twice = 0; twice < 2; ++twice) {
        if (sandbox.pushGlobal("f") == LUA_TFUNCTION) (void)sandbox.run(0, 0, kLimits);
        sandbox.reset();
    }
    require(std::chrono::steady_clock::now() - began < std::chrono::seconds(30),
            "a script that outlives its budget");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const bool counted =
        (lua_policy::Alarm::disable(true), true);  // what ends does not depend on the machine
    (void)counted;
    const std::string input(reinterpret_cast<const char*>(data), size);
    const size_t line = std::min(input.find('\n'), input.size());
    comparePatterns(input.substr(0, line), input.substr(std::min(line + 1, input.size())));
    runScript(input);
    return 0;
}
