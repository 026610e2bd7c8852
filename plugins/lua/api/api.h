// What scripts call. The manual is docs/policy_api.md; annotations/sluice.lua says the same to editors.
#pragma once

#include <string>
#include <string_view>

#include <re2/re2.h>
#include <lua.hpp>
#include <nlohmann/json_fwd.hpp>

#include "call.h"

namespace lua_policy {

/// Puts the API into the globals of a fresh sandbox.
Ran openApi(Sandbox& sandbox, const Limits& limits);
/// Pushes JSON as a Lua value.
Ran pushJson(Sandbox& sandbox, const std::string& json, const Limits& limits);
/// Pushes what the hook of that phase is called with; allocates nothing. Their number.
int pushArguments(Sandbox& sandbox, const Call& call);

// Each takes the table of globals from the top of the stack and leaves it there.
void openContext(lua_State* L);
void openMessages(lua_State* L);
void openChunk(lua_State* L);
void openCandidates(lua_State* L);
void openEvent(lua_State* L);
void openRe(lua_State* L);
void openText(lua_State* L);
void openJson(lua_State* L);
void openHost(lua_State* L);
void openTime(lua_State* L);
void openScan(lua_State* L);

// The only ctx, chunk and event of a state; kept in the registry.
void pushContext(lua_State* L);
void pushChunk(lua_State* L);
void pushEvent(lua_State* L);

/// Methods into the table on the top: ctx:block() and others that change something; ctx:messages() and others
/// on texts.
void addContextActions(lua_State* L);
void addContextTexts(lua_State* L);
void addCandidates(lua_State* L);

// --- helpers ---

constexpr unsigned kWithRequest =
    bit(Phase::Request) | bit(Phase::Response) | bit(Phase::Chunk) | bit(Phase::Route);
constexpr unsigned kInHooks = kWithRequest | bit(Phase::Complete);

std::string_view textArgument(lua_State* L, int index);
void pushString(lua_State* L, std::string_view text);
/// The string field of the table at `index`, or empty.
std::string textOption(lua_State* L, int index, const char* field);
/// A singleton userdata with that metatable; `index` and `newindex` may be null.
void pushProxy(lua_State* L, const char* type, lua_CFunction index, lua_CFunction newindex);

void pushJsonValue(lua_State* L, const nlohmann::json& value);
/// The Lua value at `index` as JSON text; raises an error if it has none.
std::string toJson(lua_State* L, int index);

/// The expression at `index`; raises an error if it is none.
const re2::RE2& checkExpression(lua_State* L, int index);
/// The text with what the expression (or a plain text) at `what` finds replaced by that at `with`: a text,
/// with \1 for groups of an expression, or a function of the match. Absent: "[REDACTED]". Counts. Matches
/// that begin in the last `unsure` bytes, or go up to the end if there are such, stay: their beginning is
/// left in `left`, or the size.
std::string replaceAll(lua_State* L, std::string_view text, int what, int with, size_t& count,
                       size_t unsure = 0, size_t* left = nullptr);

}  // namespace lua_policy
