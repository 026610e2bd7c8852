#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "budget.h"
#include "libraries.h"
#include "sandbox.h"

namespace lua_policy {
namespace {

constexpr int kBytesMax = 4096;  // results of string.byte at once

std::string_view textAt(lua_State* L, int index) {
    size_t size = 0;
    const char* text = luaL_checklstring(L, index, &size);
    Budget::of(L).chargeBytes(L, size);
    return {text, size};
}

// Positions as string.sub takes them: [begin, end) in bytes.
std::pair<size_t, size_t> range(std::string_view text, lua_Integer from, lua_Integer to) {
    const auto size = static_cast<lua_Integer>(text.size());
    if (from < 0) from = std::max<lua_Integer>(from + size + 1, 1);
    if (from == 0) from = 1;
    if (to < 0) to = to < -size ? 0 : to + size + 1;
    to = std::min(to, size);
    if (from > to) return {0, 0};
    return {static_cast<size_t>(from - 1), static_cast<size_t>(to)};
}

int push(lua_State* L, const std::string& text) {
    lua_pushlstring(L, text.data(), text.size());
    return 1;
}

int byte(lua_State* L) {
    size_t size = 0;
    const char* data = luaL_checklstring(L, 1, &size);
    const lua_Integer from = luaL_optinteger(L, 2, 1);
    const auto [begin, end] = range({data, size}, from, luaL_optinteger(L, 3, from));
    if (end - begin > kBytesMax)
        return luaL_error(L, "byte: %d results; allowed: %d", static_cast<int>(end - begin), kBytesMax);
    luaL_checkstack(L, static_cast<int>(end - begin), "byte");
    for (size_t i = begin; i < end; ++i) lua_pushinteger(L, static_cast<unsigned char>(data[i]));
    return static_cast<int>(end - begin);
}

int charOf(lua_State* L) {
    std::string out;
    for (int i = 1; i <= lua_gettop(L); ++i) {
        const lua_Integer c = luaL_checkinteger(L, i);
        luaL_argcheck(L, c >= 0 && c <= 255, i, "value out of range");
        out += static_cast<char>(c);
    }
    return push(L, out);
}

int length(lua_State* L) {
    size_t size = 0;
    luaL_checklstring(L, 1, &size);
    lua_pushinteger(L, static_cast<lua_Integer>(size));
    return 1;
}

int lower(lua_State* L) {
    std::string out(textAt(L, 1));
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return push(L, out);
}

int upper(lua_State* L) {
    std::string out(textAt(L, 1));
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return push(L, out);
}

int reverse(lua_State* L) {
    std::string out(textAt(L, 1));
    std::reverse(out.begin(), out.end());
    return push(L, out);
}

int repeat(lua_State* L) {
    const std::string_view text = textAt(L, 1);
    const lua_Integer times = luaL_checkinteger(L, 2);
    size_t size = 0;
    const char* between = luaL_optlstring(L, 3, "", &size);
    const std::string_view gap(between, size);
    if (times <= 0) return push(L, {});
    const double total = static_cast<double>(text.size() + gap.size()) * static_cast<double>(times);
    const size_t max = Budget::of(L).memoryMax() / 4;
    if (total > static_cast<double>(max))
        return luaL_error(L, "rep: the result has more than %d bytes", static_cast<int>(max));
    if (text.size() + gap.size() == 0) return push(L, {});
    Budget::of(L).charge(L, static_cast<uint64_t>(times) / 4 + static_cast<uint64_t>(total) / 16);
    std::string out;
    out.reserve(static_cast<size_t>(total));
    for (lua_Integer i = 0; i < times; ++i) {
        if (i > 0) out += gap;
        out += text;
    }
    return push(L, out);
}

int sub(lua_State* L) {
    size_t size = 0;
    const char* data = luaL_checklstring(L, 1, &size);
    const auto [begin, end] = range({data, size}, luaL_checkinteger(L, 2), luaL_optinteger(L, 3, -1));
    Budget::of(L).chargeBytes(L, end - begin);
    lua_pushlstring(L, data + begin, end - begin);
    return 1;
}

void appendQuoted(std::string_view text, std::string& out) {
    out += '"';
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' || c == '\\' || c == '\n') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            char digits[8];
            const bool digit_follows = i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
            std::snprintf(digits, sizeof digits, digit_follows ? "\\%03d" : "\\%d",
                          static_cast<unsigned char>(c));
            out += digits;
        } else {
            out += c;
        }
    }
    out += '"';
}

// The flags, width and precision of one directive; at most two digits each.
std::string directive(lua_State* L, std::string_view format, size_t& at) {
    const size_t begin = at;
    const auto digit = [&] { return at < format.size() && format[at] >= '0' && format[at] <= '9'; };
    while (at < format.size() && std::string_view("-+ #0").find(format[at]) != std::string_view::npos) ++at;
    for (int n = 0; n < 2 && digit(); ++n) ++at;
    if (at < format.size() && format[at] == '.') {
        ++at;
        for (int n = 0; n < 2 && digit(); ++n) ++at;
    }
    if (at >= format.size() || digit() || at - begin > 12)
        luaL_error(L, "invalid format (width or precision too long)");
    return "%" + std::string(format.substr(begin, at - begin));
}

void appendNumber(lua_State* L, int argument, std::string with, char kind, std::string& out) {
    char text[512];  // %99.99f of the largest double has 408
    int size = 0;
    if (kind == 'c') {
        size = std::snprintf(text, sizeof text, (with + "c").c_str(),
                             static_cast<int>(luaL_checkinteger(L, argument)));
    } else if (std::string_view("dioxXu").find(kind) != std::string_view::npos) {
        const lua_Integer value = luaL_checkinteger(L, argument);
        size = std::snprintf(text, sizeof text, (with + "ll" + kind).c_str(), value);
    } else {
        size = std::snprintf(text, sizeof text, (with + kind).c_str(), luaL_checknumber(L, argument));
    }
    out.append(text, static_cast<size_t>(std::clamp(size, 0, static_cast<int>(sizeof text) - 1)));
}

void appendText(lua_State* L, int argument, const std::string& with, std::string& out) {
    size_t size = 0;
    const char* text = pushText(L, argument, &size);
    std::string_view all(text, size);
    Budget::of(L).chargeBytes(L, size);
    const size_t dot = with.find('.');
    if (dot != std::string::npos) all = all.substr(0, static_cast<size_t>(std::atoi(with.c_str() + dot + 1)));
    const size_t digits = with.find_first_of("123456789");
    const auto width = digits < dot ? static_cast<size_t>(std::atoi(with.c_str() + digits)) : 0;
    const std::string gap(width > all.size() ? width - all.size() : 0, ' ');
    const bool left = with.find('-') != std::string::npos;
    (left ? out.append(all).append(gap) : out.append(gap).append(all));
    lua_pop(L, 1);
}

int format(lua_State* L) {
    const std::string_view with = textAt(L, 1);
    std::string out;
    int argument = 1;
    for (size_t i = 0; i < with.size(); ++i) {
        if (with[i] != '%') {
            out += with[i];
            continue;
        }
        if (++i < with.size() && with[i] == '%') {
            out += '%';
            continue;
        }
        const std::string spec = directive(L, with, i);
        luaL_checkany(L, ++argument);
        const char kind = with[i];
        if (kind == 's')
            appendText(L, argument, spec, out);
        else if (kind == 'q')
            appendQuoted(textAt(L, argument), out);
        else if (std::string_view("cdiouxXaAeEfFgG").find(kind) != std::string_view::npos)
            appendNumber(L, argument, spec, kind, out);
        else
            return luaL_error(L, "invalid conversion '%%%c' to 'format'", kind);
        if (out.size() > Budget::of(L).memoryMax() / 4)
            return luaL_error(L, "format: the result is too large");
    }
    return push(L, out);
}

}  // namespace

// ("x"):upper() goes through the metatable of strings, which has the functions themselves: nobody can get at
// it.
void openString(lua_State* L) {
    static const luaL_Reg kAll[] = {
        {"byte", byte},  {"char", charOf}, {"format", format},   {"len", length},  {"lower", lower},
        {"rep", repeat}, {"sub", sub},     {"reverse", reverse}, {"upper", upper}, {nullptr, nullptr}};
    lua_newtable(L);
    luaL_setfuncs(L, kAll, 0);
    addPatternFunctions(L);
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 1);
    lua_newtable(L);
    luaL_setfuncs(L, kAll, 0);
    addPatternFunctions(L);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    addLibrary(L, "string");
}

}  // namespace lua_policy
