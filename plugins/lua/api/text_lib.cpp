// text.*: helpers over prompts, each in linear time.
#include <array>
#include <cmath>

#include "api.h"
#include "characters.h"
#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

std::string_view charged(lua_State* L, int index) {
    const auto text = textArgument(L, index);
    Budget::of(L).chargeBytes(L, 4 * text.size());
    return text;
}

// text.normalize(s): what looks alike becomes alike, for matching only
int normalize(lua_State* L) {
    pushString(L, fold(charged(L, 1)));
    return 1;
}

// text.length(s): characters, not bytes
int length(lua_State* L) {
    lua_Integer n = 0;
    for (const char c : charged(L, 1)) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    lua_pushinteger(L, n);
    return 1;
}

bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// text.words(s): how many
int words(lua_State* L) {
    lua_Integer n = 0;
    bool inside = false;
    for (const char c : charged(L, 1)) {
        n += !space(c) && !inside;
        inside = !space(c);
    }
    lua_pushinteger(L, n);
    return 1;
}

// text.entropy(s): bits for each byte, 0 to 8
int entropy(lua_State* L) {
    const auto text = charged(L, 1);
    std::array<uint32_t, 256> seen{};
    for (const char c : text) ++seen[static_cast<unsigned char>(c)];
    double bits = 0;
    for (const uint32_t count : seen) {
        if (count == 0) continue;
        const double share = static_cast<double>(count) / static_cast<double>(text.size());
        bits -= share * std::log2(share);
    }
    lua_pushnumber(L, bits);
    return 1;
}

// text.cut(s, bytes): at most that many, no character in two
int cut(lua_State* L) {
    const auto text = textArgument(L, 1);
    const lua_Integer max = luaL_checkinteger(L, 2);
    luaL_argcheck(L, max >= 0, 2, "not negative");
    size_t end = std::min(text.size(), static_cast<size_t>(max));
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    pushString(L, text.substr(0, end));
    return 1;
}

// text.script(s) -> the script of most letters, and their share
int script(lua_State* L) {
    const auto [name, share] = scriptOf(charged(L, 1));
    lua_pushstring(L, name);
    lua_pushnumber(L, share);
    return 2;
}

// text.lang(s) -> "en", "de", …, or nil if there is too little to tell
int lang(lua_State* L) {
    const char* found = languageOf(charged(L, 1));
    if (found)
        lua_pushstring(L, found);
    else
        lua_pushnil(L);
    return 1;
}

}  // namespace

void openText(lua_State* L) {
    static const luaL_Reg kAll[] = {{"normalize", normalize}, {"length", length}, {"words", words},
                                    {"entropy", entropy},     {"cut", cut},       {"script", script},
                                    {"lang", lang},           {nullptr, nullptr}};
    addLibrary(L, "text", kAll);
}

}  // namespace lua_policy
