// string.find, match, gmatch and gsub over the step-counting matcher.
#include <cstring>
#include <string>

#include "budget.h"
#include "libraries.h"
#include "pattern.h"

namespace lua_policy {
namespace {

std::string_view textAt(lua_State* L, int index) {
    size_t size = 0;
    const char* text = luaL_checklstring(L, index, &size);
    return {text, size};
}

// 1 is the first character, -1 the last; what lies in front of the text is its beginning.
size_t offsetOf(lua_Integer position, size_t size) {
    if (position > 0) return static_cast<size_t>(position) - 1;
    if (position == 0 || position < -static_cast<lua_Integer>(size)) return 0;
    return size - static_cast<size_t>(-position);
}

bool plain(std::string_view pattern) { return pattern.find_first_of("^$*+?.([%-") == std::string_view::npos; }

int findPlain(lua_State* L, std::string_view text, std::string_view wanted, size_t from) {
    Budget::of(L).chargeBytes(L, text.size() - from + wanted.size());
    const void* found = wanted.empty()
                            ? text.data() + from
                            : memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    const auto at = static_cast<const char*>(found) - text.data();
    lua_pushinteger(L, at + 1);
    lua_pushinteger(L, at + static_cast<lua_Integer>(wanted.size()));
    return 2;
}

int findOrMatch(lua_State* L, bool find) {
    const std::string_view text = textAt(L, 1);
    std::string_view wanted = textAt(L, 2);
    const size_t from = offsetOf(luaL_optinteger(L, 3, 1), text.size());
    if (from > text.size()) {
        lua_pushnil(L);
        return 1;
    }
    if (find && (lua_toboolean(L, 4) || plain(wanted))) return findPlain(L, text, wanted, from);
    const bool anchored = !wanted.empty() && wanted.front() == '^';
    if (anchored) wanted.remove_prefix(1);
    Pattern pattern(L, text, wanted);
    const char* end_of_text = text.data() + text.size();
    for (const char* at = text.data() + from; at <= end_of_text; ++at) {
        if (const char* end = pattern.matchAt(at)) {
            if (!find) return pattern.pushCaptures(at, end, true);
            lua_pushinteger(L, at - text.data() + 1);
            lua_pushinteger(L, end - text.data());
            return 2 + pattern.pushCaptures(at, end, false);
        }
        if (anchored) break;
    }
    lua_pushnil(L);
    return 1;
}

int find(lua_State* L) { return findOrMatch(L, true); }
int match(lua_State* L) { return findOrMatch(L, false); }

// Upvalues: text, pattern, where to go on, where the last match ended (an empty match must not stand there
// again).
int nextMatch(lua_State* L) {
    const std::string_view text = textAt(L, lua_upvalueindex(1));
    Pattern pattern(L, text, textAt(L, lua_upvalueindex(2)));
    const char* last = text.data() + lua_tointeger(L, lua_upvalueindex(4));
    for (const char* at = text.data() + lua_tointeger(L, lua_upvalueindex(3));
         at <= text.data() + text.size(); ++at) {
        const char* end = pattern.matchAt(at);
        if (!end || (end == last && lua_tointeger(L, lua_upvalueindex(4)) >= 0)) continue;
        lua_pushinteger(L, end - text.data());
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return pattern.pushCaptures(at, end, true);
    }
    return 0;
}

int gmatch(lua_State* L) {
    const std::string_view text = textAt(L, 1);
    (void)textAt(L, 2);
    const size_t from = offsetOf(luaL_optinteger(L, 3, 1), text.size());
    lua_settop(L, 2);
    lua_pushinteger(L, static_cast<lua_Integer>(from > text.size() ? text.size() + 1 : from));
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, nextMatch, 4);
    return 1;
}

void appendTemplate(lua_State* L, const Pattern& pattern, const char* begin, const char* end,
                    std::string& out) {
    const std::string_view with = textAt(L, 3);
    for (size_t i = 0; i < with.size(); ++i) {
        if (with[i] != '%') {
            out += with[i];
            continue;
        }
        const char c = ++i < with.size() ? with[i] : '\0';
        if (c == '%') {
            out += '%';
        } else if (c == '0') {
            out.append(begin, end);
        } else if (c >= '1' && c <= '9') {
            pattern.pushCapture(c - '1', begin, end);
            size_t size = 0;
            const char* text = luaL_tolstring(L, -1, &size);
            out.append(text, size);
            lua_pop(L, 2);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
    }
}

// True if something was put in its place.
bool appendReplacement(lua_State* L, const Pattern& pattern, const char* begin, const char* end,
                       std::string& out) {
    const int kind = lua_type(L, 3);
    if (kind == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        const int count = pattern.pushCaptures(begin, end, true);
        lua_call(L, count, 1);
    } else if (kind == LUA_TTABLE) {
        pattern.pushCapture(0, begin, end);
        lua_gettable(L, 3);
    } else {
        appendTemplate(L, pattern, begin, end, out);
        return true;
    }
    const bool keeps = !lua_toboolean(L, -1);
    if (keeps) {
        out.append(begin, end);
    } else {
        if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
        size_t size = 0;
        const char* text = lua_tolstring(L, -1, &size);
        out.append(text, size);
    }
    lua_pop(L, 1);
    return !keeps;
}

int gsub(lua_State* L) {
    const std::string_view text = textAt(L, 1);
    std::string_view wanted = textAt(L, 2);
    const int kind = lua_type(L, 3);
    luaL_argexpected(
        L, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
        "string/function/table");
    const lua_Integer max = luaL_optinteger(L, 4, static_cast<lua_Integer>(text.size()) + 1);
    Budget& budget = Budget::of(L);
    budget.guardStack(L);
    const bool anchored = !wanted.empty() && wanted.front() == '^';
    if (anchored) wanted.remove_prefix(1);
    Pattern pattern(L, text, wanted);
    std::string out;
    lua_Integer count = 0;
    const char *at = text.data(), *last = nullptr, *const stop = text.data() + text.size();
    while (count < max) {
        const char* end = pattern.matchAt(at);
        if (end && end != last) {
            ++count;
            appendReplacement(L, pattern, at, end, out);
            budget.charge(L, 1 + static_cast<uint64_t>(end - at) / 16);
            if (out.size() > budget.memoryMax())
                luaL_error(L, "gsub: the result is larger than %d bytes",
                           static_cast<int>(budget.memoryMax()));
            at = last = end;
        } else if (at < stop) {
            out += *at++;
        } else {
            break;
        }
        if (anchored) break;
    }
    out.append(at, stop);
    budget.chargeBytes(L, out.size());
    lua_pushlstring(L, out.data(), out.size());
    lua_pushinteger(L, count);
    return 2;
}

}  // namespace

void addPatternFunctions(lua_State* L) {
    static const luaL_Reg kAll[] = {
        {"find", find}, {"match", match}, {"gmatch", gmatch}, {"gsub", gsub}, {nullptr, nullptr}};
    luaL_setfuncs(L, kAll, 0);
}

}  // namespace lua_policy
