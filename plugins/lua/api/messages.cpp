// ctx:messages(), ctx:prompt_text(), ctx:last_user(), ctx:redact(), and the messages themselves.
#include <cstring>

#include "api.h"
#include "sandbox/freeze.h"

namespace lua_policy {
namespace {

constexpr char kType[] = "message";
constexpr const char* kRoles[] = {"other", "system", "user", "assistant", "tool"};

struct Message {
    uint32_t index, serial;
    bool answer;  // of the answer, not of the request
};

/// Which texts of which side.
struct Selection {
    bool answer = false, opaque = false;
    int role = -1;  // all
    uint32_t lanes = ~0u;

    bool takes(const sluice::Text& text) const {
        if (text.opaque() && !opaque) return false;
        return (text.lane() & lanes) != 0 && (role < 0 || static_cast<int>(text.role()) == role);
    }
};

const char* laneName(uint32_t lane) {
    switch (lane) {
        case SLUICE_LANE_TEXT:
            return "text";
        case SLUICE_LANE_REASONING:
            return "reasoning";
        case SLUICE_LANE_TOOL_ARGS:
            return "tool_args";
        case SLUICE_LANE_REFUSAL:
            return "refusal";
        default:
            return "meta";
    }
}

sluice::Texts textsOf(lua_State* L, const Call& call, bool answer) {
    if (answer && !call.response) luaL_error(L, "the answer is there in on_response only");
    auto all = answer ? sluice::answerTexts(*call.response) : sluice::texts(*call.request);
    if (!all.known())
        luaL_error(L, "the texts of the %s are not known in %s", answer ? "answer" : "request",
                   name(call.phase));
    return all;
}

int optionOf(lua_State* L, const std::string& word, const char* field, const char* const* names, int count) {
    for (int i = 0; i < count; ++i) {
        if (word == names[i]) return i;
    }
    std::string allowed;
    for (int i = 0; i < count; ++i) allowed += (i ? ", " : "") + std::string(names[i]);
    return luaL_error(L, "%s: found \"%s\"; allowed: %s", field, word.c_str(), allowed.c_str());
}

Selection selectionAt(lua_State* L, int index, const Call& call) {
    static constexpr const char* kLaneNames[] = {"text", "reasoning", "tool_args", "refusal", "meta"};
    static constexpr const char* kSides[] = {"request", "answer"};
    Selection wanted;
    wanted.answer = call.phase == Phase::Response;
    if (lua_isnoneornil(L, index)) return wanted;
    luaL_checktype(L, index, LUA_TTABLE);
    if (const auto role = textOption(L, index, "role"); !role.empty())
        wanted.role = optionOf(L, role, "role", kRoles, 5);
    if (const auto lane = textOption(L, index, "lane"); !lane.empty())
        wanted.lanes = 1u << optionOf(L, lane, "lane", kLaneNames, 5);
    if (const auto side = textOption(L, index, "side"); !side.empty())
        wanted.answer = optionOf(L, side, "side", kSides, 2) == 1;
    lua_getfield(L, index, "opaque");
    wanted.opaque = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return wanted;
}

// Upvalue 1: where to go on. 2: the selection, as a userdata.
int nextMessage(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "messages");
    const auto& wanted = *static_cast<const Selection*>(lua_touserdata(L, lua_upvalueindex(2)));
    const auto all = textsOf(L, call, wanted.answer);
    for (auto i = static_cast<uint32_t>(lua_tointeger(L, lua_upvalueindex(1))); i < all.size(); ++i) {
        Budget::of(L).charge(L, 5);
        if (!wanted.takes(all[i])) continue;
        lua_pushinteger(L, i + 1);
        lua_replace(L, lua_upvalueindex(1));
        *static_cast<Message*>(lua_newuserdatauv(L, sizeof(Message), 0)) = {i, call.serial, wanted.answer};
        luaL_setmetatable(L, kType);
        return 1;
    }
    return 0;
}

int messages(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "ctx:messages");
    const Selection wanted = selectionAt(L, 2, call);
    (void)textsOf(L, call, wanted.answer);
    lua_pushinteger(L, 0);
    *static_cast<Selection*>(lua_newuserdatauv(L, sizeof(Selection), 0)) = wanted;
    lua_pushcclosure(L, nextMessage, 2);
    return 1;
}

int promptText(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "ctx:prompt_text");
    const Selection wanted = selectionAt(L, 2, call);
    std::string out;
    for (const auto text : textsOf(L, call, wanted.answer)) {
        if (!wanted.takes(text) || text.lane() == SLUICE_LANE_META) continue;
        if (!out.empty()) out += '\n';
        out += text.view();
    }
    pushString(L, out);
    return 1;
}

int lastUser(lua_State* L) {
    const Call& call = Call::in(L, kWithRequest, "ctx:last_user");
    const auto all = textsOf(L, call, false);
    for (uint32_t i = all.size(); i-- > 0;) {
        const auto text = all[i];
        if (text.opaque() || text.lane() != SLUICE_LANE_TEXT) continue;
        if (text.role() != sluice::Role::User && text.role() != sluice::Role::Other) continue;
        pushString(L, text.view());
        return 1;
    }
    lua_pushliteral(L, "");
    return 1;
}

// Puts it there, or notes it only in shadow mode. False: this text cannot be changed.
bool put(Call& call, const sluice::Text& text, std::string_view with) {
    if (text.readOnly() || text.opaque() || text.sent()) return false;
    if (!call.shadow && !text.replace(with)) return false;
    ++call.edits;
    return true;
}

// The expressions: one, a plain text, or a list of either. Replaces one after the other.
std::string redacted(lua_State* L, std::string_view text, int what, int with, size_t& count) {
    if (!lua_istable(L, what)) return replaceAll(L, text, what, with, count);
    std::string out(text);
    const lua_Integer size = luaL_len(L, what);
    for (lua_Integer i = 1; i <= size; ++i) {
        lua_geti(L, what, i);
        out = replaceAll(L, out, lua_gettop(L), with, count);
        lua_pop(L, 1);
    }
    return out;
}

// ctx:redact(what[, with[, {role=, lane=, side=}]]) -> how often; an error if a text cannot be changed
int redact(lua_State* L) {
    Call& call = Call::in(L, bit(Phase::Request) | bit(Phase::Response), "ctx:redact");
    lua_settop(L, 4);
    Selection wanted = selectionAt(L, 4, call);
    const auto all = textsOf(L, call, wanted.answer);
    size_t total = 0;
    for (uint32_t i = 0; i < all.size(); ++i) {
        const auto text = all[i];
        if (!wanted.takes(text)) continue;
        size_t count = 0;
        const std::string out = redacted(L, text.view(), 2, 3, count);
        if (count == 0) continue;
        if (!put(call, text, out))
            return luaL_error(L, "ctx:redact: %s cannot be changed", std::string(text.where()).c_str());
        total += count;
    }
    lua_pushinteger(L, static_cast<lua_Integer>(total));
    return 1;
}

Message& messageAt(lua_State* L, Call*& call, const char* function, unsigned phases) {
    auto& message = *static_cast<Message*>(luaL_checkudata(L, 1, kType));
    call = &Call::in(L, phases, function);
    if (message.serial != call->serial)
        luaL_error(L, "%s: this message is from before a change of the request; walk ctx:messages() again",
                   function);
    return message;
}

// m:replace(text), m:replace(first, last, text) -> true, or false if it cannot be changed
int replaceText(lua_State* L) {
    Call* call = nullptr;
    const Message& message =
        messageAt(L, call, "message:replace", bit(Phase::Request) | bit(Phase::Response));
    const auto text = textsOf(L, *call, message.answer)[message.index];
    if (lua_gettop(L) < 4) {
        lua_pushboolean(L, put(*call, text, textArgument(L, 2)));
        return 1;
    }
    const auto size = static_cast<lua_Integer>(text.view().size());
    const lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
    luaL_argcheck(L, first >= 1 && first <= size + 1, 2, "outside of the text");
    luaL_argcheck(L, last >= first - 1 && last <= size, 3, "outside of the text");
    std::string out(text.view());
    out.replace(static_cast<size_t>(first - 1), static_cast<size_t>(last - first + 1), textArgument(L, 4));
    lua_pushboolean(L, put(*call, text, out));
    return 1;
}

// m:redact(what[, with]) -> how often
int redactText(lua_State* L) {
    Call* call = nullptr;
    const Message& message = messageAt(L, call, "message:redact", bit(Phase::Request) | bit(Phase::Response));
    lua_settop(L, 3);
    const auto text = textsOf(L, *call, message.answer)[message.index];
    size_t count = 0;
    const std::string out = redacted(L, text.view(), 2, 3, count);
    if (count > 0 && !put(*call, text, out))
        return luaL_error(L, "message:redact: %s cannot be changed", std::string(text.where()).c_str());
    lua_pushinteger(L, static_cast<lua_Integer>(count));
    return 1;
}

int field(lua_State* L) {
    const std::string_view key = textArgument(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    Call* call = nullptr;
    const Message& message = messageAt(L, call, "message", kWithRequest);
    const auto text = textsOf(L, *call, message.answer)[message.index];
    if (key == "text")
        pushString(L, text.view());
    else if (key == "role")
        lua_pushstring(L, kRoles[std::min<uint32_t>(static_cast<uint32_t>(text.role()), 4)]);
    else if (key == "lane")
        lua_pushstring(L, laneName(text.lane()));
    else if (key == "where")
        pushString(L, text.where());
    else if (key == "number")
        lua_pushinteger(L, static_cast<lua_Integer>(text.message()) + 1);
    else if (key == "opaque")
        lua_pushboolean(L, text.opaque());
    else if (key == "read_only")
        lua_pushboolean(L, text.readOnly() || text.sent() || text.opaque());
    else
        return luaL_error(L,
                          "message.%s: not known; allowed: text, role, lane, where, number, opaque, "
                          "read_only, replace, redact",
                          lua_tostring(L, 2));
    return 1;
}

}  // namespace

void addContextTexts(lua_State* L) {
    static const luaL_Reg kAll[] = {{"messages", messages},
                                    {"prompt_text", promptText},
                                    {"last_user", lastUser},
                                    {"redact", redact},
                                    {nullptr, nullptr}};
    luaL_setfuncs(L, kAll, 0);
}

void openMessages(lua_State* L) {
    static const luaL_Reg kMethods[] = {{"replace", replaceText}, {"redact", redactText}, {nullptr, nullptr}};
    luaL_newmetatable(L, kType);
    lua_newtable(L);
    luaL_setfuncs(L, kMethods, 0);
    lua_pushcclosure(L, field, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

}  // namespace lua_policy
