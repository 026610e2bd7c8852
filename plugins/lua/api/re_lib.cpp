// re: regular expressions of RE2, in linear time, compiled while the script is loaded.
#include <cstring>

#include "api.h"
#include "policy.h"
#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

constexpr char kType[] = "re";
constexpr int kGroupsMax = 16;

const re2::RE2*& slot(lua_State* L, int index) {
    return *static_cast<const re2::RE2**>(luaL_checkudata(L, index, kType));
}

int pushCompiled(lua_State* L, const std::string& source, bool ignore_case, const char* function) {
    Call& call = Call::in(L, bit(Phase::Load), function);
    std::string fault;
    const re2::RE2* expression = call.policy.expression(source, ignore_case, fault);
    if (!expression) return luaL_error(L, "%s: \"%s\": %s", function, source.c_str(), fault.c_str());
    *static_cast<const re2::RE2**>(lua_newuserdatauv(L, sizeof expression, 0)) = expression;
    luaL_setmetatable(L, kType);
    return 1;
}

// re.compile(source[, "i"])
int compile(lua_State* L) {
    const std::string flags = luaL_optstring(L, 2, "");
    if (flags != "" && flags != "i")
        return luaL_error(L, "re.compile: flags \"%s\"; allowed: \"i\" (any case)", flags.c_str());
    return pushCompiled(L, std::string(textArgument(L, 1)), flags == "i", "re.compile");
}

// re.words{"a", "b"}: one of them as a whole word, in any case.
int words(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    std::string all;
    const lua_Integer count = luaL_len(L, 1);
    luaL_argcheck(L, count > 0, 1, "at least one word");
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_geti(L, 1, i);
        all += (i > 1 ? "|" : "") + re2::RE2::QuoteMeta(std::string(textArgument(L, -1)));
        lua_pop(L, 1);
    }
    return pushCompiled(L, "(?:^|\\b)(?:" + all + ")(?:\\b|$)", true, "re.words");
}

constexpr size_t kLongText = 16 * 1024;

// Matches from `from` on; groups[0] is the whole. What was looked at is charged afterwards: up to the end of
// the match, as far as one can tell.
bool search(lua_State* L, const re2::RE2& expression, std::string_view text, size_t from,
            re2::StringPiece* groups, int count) {
    const bool found =
        expression.Match({text.data(), text.size()}, from, text.size(), re2::RE2::UNANCHORED, groups, count);
    const size_t end =
        found && count > 0 ? static_cast<size_t>(groups->data() - text.data()) + groups->size() : text.size();
    Budget::of(L).charge(L, 10 + (end - from) / 8);
    if (text.size() - from > kLongText) Budget::of(L).lookAtClock(L);
    return found;
}

int groupsOf(const re2::RE2& expression) {
    return std::min(expression.NumberOfCapturingGroups() + 1, kGroupsMax);
}

int test(lua_State* L) {
    const auto& expression = checkExpression(L, 1);
    lua_pushboolean(L, search(L, expression, textArgument(L, 2), 0, nullptr, 0));
    return 1;
}

void pushGroup(lua_State* L, const re2::StringPiece& group) {
    if (group.data())
        pushString(L, {group.data(), group.size()});
    else
        lua_pushboolean(L, 0);
}

// r:find(text[, from]) -> first, last, groups…
int find(lua_State* L) {
    const auto& expression = checkExpression(L, 1);
    const auto text = textArgument(L, 2);
    const lua_Integer from = luaL_optinteger(L, 3, 1);
    luaL_argcheck(L, from >= 1, 3, "positions begin with 1");
    re2::StringPiece groups[kGroupsMax];
    const int count = groupsOf(expression);
    if (static_cast<size_t>(from) > text.size() + 1 ||
        !search(L, expression, text, static_cast<size_t>(from - 1), groups, count))
        return 0;
    const auto begin = groups[0].data() - text.data();
    lua_pushinteger(L, begin + 1);
    lua_pushinteger(L, begin + static_cast<lua_Integer>(groups[0].size()));
    for (int i = 1; i < count; ++i) pushGroup(L, groups[i]);
    return 1 + count;
}

// r:match(text) -> groups…, or the match if it has none
int match(lua_State* L) {
    const auto& expression = checkExpression(L, 1);
    re2::StringPiece groups[kGroupsMax];
    const int count = groupsOf(expression);
    if (!search(L, expression, textArgument(L, 2), 0, groups, count)) return 0;
    for (int i = count > 1 ? 1 : 0; i < count; ++i) pushGroup(L, groups[i]);
    return count > 1 ? count - 1 : 1;
}

size_t nextStart(std::string_view text, const re2::StringPiece& found) {
    const auto end = static_cast<size_t>(found.data() - text.data()) + found.size();
    return found.empty() ? end + 1 : end;
}

// r:matches(text[, max]) -> { {text=, first=, last=, groups…}, … }
int matches(lua_State* L) {
    const auto& expression = checkExpression(L, 1);
    const auto text = textArgument(L, 2);
    const lua_Integer max = luaL_optinteger(L, 3, 1000);
    re2::StringPiece groups[kGroupsMax];
    const int count = groupsOf(expression);
    lua_newtable(L);
    size_t from = 0;
    for (lua_Integer n = 1;
         n <= max && from <= text.size() && search(L, expression, text, from, groups, count); ++n) {
        const auto begin = groups[0].data() - text.data();
        lua_createtable(L, count - 1, 3);
        pushGroup(L, groups[0]);
        lua_setfield(L, -2, "text");
        lua_pushinteger(L, begin + 1);
        lua_setfield(L, -2, "first");
        lua_pushinteger(L, begin + static_cast<lua_Integer>(groups[0].size()));
        lua_setfield(L, -2, "last");
        for (int i = 1; i < count; ++i) {
            pushGroup(L, groups[i]);
            lua_rawseti(L, -2, i);
        }
        lua_rawseti(L, -2, n);
        from = nextStart(text, groups[0]);
    }
    return 1;
}

int count(lua_State* L) {
    const auto& expression = checkExpression(L, 1);
    const auto text = textArgument(L, 2);
    re2::StringPiece group;
    lua_Integer n = 0;
    for (size_t from = 0; from <= text.size() && search(L, expression, text, from, &group, 1); ++n)
        from = nextStart(text, group);
    lua_pushinteger(L, n);
    return 1;
}

// r:replace(text, with) -> text, count
int replace(lua_State* L) {
    (void)checkExpression(L, 1);
    size_t n = 0;
    lua_settop(L, 3);
    pushString(L, replaceAll(L, textArgument(L, 2), 1, 3, n));
    lua_pushinteger(L, static_cast<lua_Integer>(n));
    return 2;
}

void appendWith(lua_State* L, int with, const re2::StringPiece* groups, int count, std::string& out) {
    if (lua_isnoneornil(L, with)) {
        out += "[REDACTED]";
        return;
    }
    if (lua_isfunction(L, with)) {
        lua_pushvalue(L, with);
        for (int i = 0; i < count; ++i) pushGroup(L, groups[i]);
        lua_call(L, count, 1);
        if (lua_isnil(L, -1))
            out.append(groups[0].data(), groups[0].size());
        else
            out += textArgument(L, -1);
        lua_pop(L, 1);
        return;
    }
    const auto text = textArgument(L, with);
    for (size_t i = 0; i < text.size(); ++i) {
        const bool group = text[i] == '\\' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
        if (!group) {
            out += text[i];
            continue;
        }
        const int number = text[++i] - '0';
        if (number < count && groups[number].data()) out.append(groups[number].data(), groups[number].size());
    }
}

}  // namespace

const re2::RE2& checkExpression(lua_State* L, int index) { return *slot(L, index); }

std::string replaceAll(lua_State* L, std::string_view text, int what, int with, size_t& count, size_t unsure,
                       size_t* left) {
    Budget::of(L).guardStack(L);
    const bool plain = lua_type(L, what) == LUA_TSTRING;
    const std::string_view wanted = plain ? textArgument(L, what) : std::string_view();
    luaL_argcheck(L, !plain || !wanted.empty(), what, "an empty text");
    const re2::RE2* expression = plain ? nullptr : &checkExpression(L, what);
    const int group_count = plain ? 1 : groupsOf(*expression);
    re2::StringPiece groups[kGroupsMax];
    std::string out;
    size_t from = 0, done = 0;
    while (from <= text.size()) {
        if (plain) {
            Budget::of(L).chargeBytes(L, text.size() - from);
            const auto at = text.find(wanted, from);
            if (at == std::string_view::npos) break;
            groups[0] = {text.data() + at, wanted.size()};
        } else if (!search(L, *expression, text, from, groups, group_count)) {
            break;
        }
        const auto begin = static_cast<size_t>(groups[0].data() - text.data());
        if (unsure > 0 && (begin + unsure >= text.size() || begin + groups[0].size() == text.size())) {
            if (left) *left = begin;
            break;
        }
        ++count;
        out.append(text.substr(done, begin - done));
        appendWith(L, with, groups, group_count, out);
        done = begin + groups[0].size();
        from = nextStart(text, groups[0]);
        if (out.size() > Budget::of(L).memoryMax()) luaL_error(L, "replace: the result is too large");
    }
    if (count > 0) out.append(text.substr(done));
    return count > 0 ? out : std::string(text);
}

void openRe(lua_State* L) {
    static const luaL_Reg kMethods[] = {{"test", test},       {"find", find},   {"match", match},
                                        {"matches", matches}, {"count", count}, {"replace", replace},
                                        {nullptr, nullptr}};
    static const luaL_Reg kAll[] = {{"compile", compile}, {"words", words}, {nullptr, nullptr}};
    luaL_newmetatable(L, kType);
    lua_newtable(L);
    luaL_setfuncs(L, kMethods, 0);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    addLibrary(L, "re", kAll);
}

}  // namespace lua_policy
