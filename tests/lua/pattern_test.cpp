// Our matcher against Lua's own, on random patterns and texts.
#include <catch2/catch.hpp>
#include <random>

#include "sandbox/sandbox.h"

namespace {

// What string.find and string.gsub of that state say, as one text; "error" for a malformed pattern.
std::string ask(lua_State* L, const std::string& text, const std::string& pattern) {
    std::string out;
    for (const char* function : {"find", "gsub", "match"}) {
        lua_settop(L, 0);
        lua_getglobal(L, function);
        lua_pushlstring(L, text.data(), text.size());
        lua_pushlstring(L, pattern.data(), pattern.size());
        const bool gsub = std::string_view(function) == "gsub";
        if (gsub) lua_pushliteral(L, "<%0>");
        if (lua_pcall(L, gsub ? 3 : 2, LUA_MULTRET, 0) != LUA_OK) {
            out += "error;";
            continue;
        }
        for (int i = 1; i <= lua_gettop(L); ++i) {
            out += luaL_tolstring(L, i, nullptr);
            out += ',';
            lua_pop(L, 1);
        }
        out += ';';
    }
    return out;
}

}  // namespace

TEST_CASE("patterns match what Lua's match") {
    lua_State* theirs = luaL_newstate();
    luaL_openlibs(theirs);
    lua_policy::Sandbox sandbox(lua_policy::Limits{});
    lua_State* ours = sandbox.raw();
    sandbox.pushGlobals();
    lua_setglobal(ours, "all");
    REQUIRE(luaL_dostring(theirs, "find, gsub, match = string.find, string.gsub, string.match") == LUA_OK);
    for (const char* function : {"find", "gsub", "match"}) {
        lua_getglobal(ours, "all");
        lua_getfield(ours, -1, "string");
        lua_getfield(ours, -1, function);
        lua_setglobal(ours, function);
        lua_settop(ours, 0);
    }
    const std::vector<std::string> parts = {
        "a",     "b",  ".",   "%a", "%d", "%s",   "[ab]",  "[^a]", "[a-c]", "*",  "+", "-",
        "?",     "(",  ")",   "()", "%1", "%b()", "%f[a]", "^",    "$",     "%",  "[", "]",
        "[%a1]", "%A", "[]]", "%.", "1",  " ",    "(a)",   "(.-)", "[^%s]", "%w+"};
    std::mt19937 random(7);
    const auto pick = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
    size_t matched = 0;
    for (int round = 0; round < 40000; ++round) {
        std::string pattern, text;
        for (size_t n = 1 + pick(6); n > 0; --n) pattern += parts[pick(parts.size())];
        for (size_t n = pick(12); n > 0; --n) text += "ab1 ()[].A\n"[pick(11)];
        const std::string expected = ask(theirs, text, pattern), got = ask(ours, text, pattern);
        matched += expected.rfind("nil", 0) != 0 && expected.rfind("error", 0) != 0;
        INFO("pattern " << pattern << " text " << text);
        REQUIRE(got == expected);
    }
    CHECK(matched > 5000);
    lua_close(theirs);
}
