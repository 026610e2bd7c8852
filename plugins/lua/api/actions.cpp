// What ctx can do: refuse, answer, change the request.
#include <nlohmann/json.hpp>
#include <sluice/glob.hpp>
#include <sluice/json.hpp>

#include "answers.h"
#include "api.h"
#include "policy.h"

namespace lua_policy {
namespace {

using nlohmann::json;

constexpr unsigned kBeforeUpstream = bit(Phase::Request);

lua_Integer statusOption(lua_State* L, int index, const char* function, lua_Integer otherwise,
                         lua_Integer min, lua_Integer max) {
    if (!lua_istable(L, index)) return otherwise;
    lua_Integer status = otherwise;
    if (lua_getfield(L, index, "status") != LUA_TNIL) {
        status = luaL_checkinteger(L, -1);
        if (status < min || status > max)
            luaL_error(L, "%s: status: found %d; allowed: %d to %d", function, static_cast<int>(status),
                       static_cast<int>(min), static_cast<int>(max));
    }
    lua_pop(L, 1);
    return status;
}

// ctx:block(reason[, {message=, code=, category=, status=}]). The first decision counts.
int block(lua_State* L) {
    Call& call = Call::in(L, kWithRequest, "ctx:block");
    const std::string reason(luaL_optstring(L, 2, ""));
    if (!lua_isnoneornil(L, 3)) luaL_checktype(L, 3, LUA_TTABLE);
    Decision made;
    made.kind = Decision::Kind::Block;
    made.reason = reason;
    made.message = textOption(L, 3, "message");
    if (made.message.empty()) made.message = reason.empty() ? "The request was refused by a policy" : reason;
    made.code = textOption(L, 3, "code");
    if (made.code.empty()) made.code = "policy_violation";
    made.category = textOption(L, 3, "category");
    made.status = static_cast<uint32_t>(statusOption(L, 3, "ctx:block", 0, 400, 599));
    if (call.decision.kind == Decision::Kind::None) call.decision = std::move(made);
    return 0;
}

// ctx:respond(text or table[, {status=, content_type=}])
int respond(lua_State* L) {
    Call& call = Call::in(L, bit(Phase::Request) | bit(Phase::Response), "ctx:respond");
    Decision made;
    made.kind = Decision::Kind::Respond;
    made.content_type = textOption(L, 3, "content_type");
    made.status = static_cast<uint32_t>(statusOption(L, 3, "ctx:respond", 200, 200, 599));
    if (lua_istable(L, 2)) {
        made.body = toJson(L, 2);
        if (made.content_type.empty()) made.content_type = "application/json";
    } else {
        const auto text = textArgument(L, 2);
        const bool streamed = call.request->stream() && call.phase == Phase::Request;
        auto answer = made.content_type.empty()
                          ? answerFor(call.request->route(), call.request->model(), text, streamed)
                          : std::nullopt;
        if (made.content_type.empty() && !answer)
            return luaL_error(
                L, "ctx:respond: on the route %s a text has no form; give a table, or a content_type",
                std::string(call.request->route()).c_str());
        made.body = answer ? answer->body : std::string(text);
        if (answer) made.content_type = answer->content_type;
    }
    if (call.decision.kind == Decision::Kind::None) call.decision = std::move(made);
    return 0;
}

bool setMember(lua_State* L, Call& call, std::string_view name, const std::string& text) {
    ++call.edits;
    ++call.serial;
    Budget::of(L).chargeBytes(L, text.size());
    return call.shadow || call.request->setMember(name, text);
}

// ctx:route_to(model group)
int routeTo(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream, "ctx:route_to");
    const auto model = textArgument(L, 2);
    ++call.edits;
    if (!call.shadow && !call.request->setModel(model))
        return luaL_error(L, "ctx:route_to: the model cannot be set to \"%s\"", lua_tostring(L, 2));
    return 0;
}

int setParam(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream, "ctx:set_param");
    const auto name = textArgument(L, 2);
    if (name == "model") return luaL_error(L, "ctx:set_param: model is changed with ctx:route_to(name)");
    if (name == "stream")
        return luaL_error(L,
                          "ctx:set_param: stream cannot be changed: the client waits for what it asked for");
    if (lua_isnoneornil(L, 3)) {
        ++call.edits;
        ++call.serial;
        lua_pushboolean(L, call.shadow || call.request->removeMember(name));
        return 1;
    }
    lua_pushboolean(L, setMember(L, call, name, toJson(L, 3)));
    return 1;
}

int setHeader(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream, "ctx:set_header");
    ++call.edits;
    if (lua_isnoneornil(L, 3))
        lua_pushboolean(L, call.shadow || call.request->removeHeader(textArgument(L, 2)));
    else
        lua_pushboolean(L, call.shadow || call.request->setHeader(textArgument(L, 2), textArgument(L, 3)));
    return 1;
}

// A message at one end of the list, as JSON text: every other byte stays as it is.
bool addToList(lua_State* L, Call& call, std::string_view role, std::string_view text, bool first) {
    const auto list = call.request->member("messages");
    if (!list || list->empty() || list->front() != '[') return false;
    const std::string one =
        "{\"role\":" + sluice::jsonQuoted(role) + ",\"content\":" + sluice::jsonQuoted(text) + "}";
    const std::string_view inner = list->substr(1, list->rfind(']') - 1);
    const bool empty = inner.find_first_not_of(" \t\r\n") == std::string_view::npos;
    std::string all = "[";
    if (first)
        all.append(one).append(empty ? "" : ",").append(inner);
    else
        all.append(inner).append(empty ? "" : ",").append(one);
    return setMember(L, call, "messages", all + "]");
}

// A text that stands beside the messages: `system` of messages (text or list of parts), `instructions` of
// responses.
bool addBeside(lua_State* L, Call& call, const char* name, std::string_view text) {
    const auto there = call.request->member(name);
    json value = there ? json::parse(*there, nullptr, false) : json();
    if (value.is_array())
        value.insert(value.begin(), json{{"type", "text"}, {"text", text}});
    else if (value.is_string() && !value.get_ref<const std::string&>().empty())
        value = std::string(text) + "\n\n" + value.get<std::string>();
    else
        value = std::string(text);
    return setMember(L, call, name, value.dump(-1, ' ', false, json::error_handler_t::replace));
}

// ctx:add_system(text) -> true, or false on a route without such a place
int addSystem(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream, "ctx:add_system");
    const auto text = textArgument(L, 2);
    const auto route = call.request->route();
    bool done = false;
    if (route == "chat")
        done = addToList(L, call, "system", text, true);
    else if (route == "messages")
        done = addBeside(L, call, "system", text);
    else if (route == "responses")
        done = addBeside(L, call, "instructions", text);
    lua_pushboolean(L, done);
    return 1;
}

// ctx:add_message(role, text): behind the last one; chat and messages
int addMessage(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream, "ctx:add_message");
    const auto role = textArgument(L, 2);
    if (role != "user" && role != "assistant" && role != "system")
        return luaL_error(L, "ctx:add_message: role \"%s\"; allowed: user, assistant, system",
                          lua_tostring(L, 2));
    const auto route = call.request->route();
    lua_pushboolean(L, (route == "chat" || (route == "messages" && role != "system")) &&
                           addToList(L, call, role, textArgument(L, 3), false));
    return 1;
}

// ctx:remove_tool(name) -> how many
int removeTool(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream, "ctx:remove_tool");
    const std::string name(textArgument(L, 2));
    const auto text = call.request->member("tools");
    json tools = text ? json::parse(*text, nullptr, false) : json::array();
    json kept = json::array();
    for (const auto& tool : tools.is_array() ? tools : json::array()) {
        const bool wrapped = tool.is_object() && tool.contains("function") && tool["function"].is_object();
        const json& named = wrapped ? tool["function"] : tool;
        if (named.is_object() && named.contains("name") && named["name"] == name) continue;
        kept.push_back(tool);
    }
    const auto removed = tools.is_array() ? tools.size() - kept.size() : 0;
    if (removed > 0 && !kept.empty()) setMember(L, call, "tools", kept.dump());
    if (removed > 0 && kept.empty()) {
        ++call.edits;
        ++call.serial;
        if (!call.shadow)
            (void)(call.request->removeMember("tools") && call.request->removeMember("tool_choice"));
    }
    lua_pushinteger(L, static_cast<lua_Integer>(removed));
    return 1;
}

// ctx:tag(name[, value]): a tag of the request, for routing by tags and the record
int tag(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream, "ctx:tag");
    std::string text(textArgument(L, 2));
    if (!lua_isnoneornil(L, 3)) text += ":" + std::string(textArgument(L, 3));
    luaL_argcheck(L, !text.empty() && text.size() <= 128 && text.find_first_of(",\n\r") == std::string::npos,
                  2, "1 to 128 bytes, without commas and line ends");
    ++call.edits;
    if (call.shadow) return 0;
    const auto there = call.request->attribute("tags");
    json tags = json::array();
    if (there && !there->empty() && there->front() == '[')
        tags = json::parse(*there, nullptr, false);
    else if (there && !there->empty())
        tags.push_back(std::string(*there));
    if (!tags.is_array()) tags = json::array();
    tags.push_back(text);
    if (!call.request->setAttribute("tags", tags.dump()))
        return luaL_error(L, "ctx:tag: the request has no room for more attributes");
    return 0;
}

// ctx:deny_model(pattern[, reason])
int denyModel(lua_State* L) {
    Call& call = Call::in(L, kBeforeUpstream | bit(Phase::Route), "ctx:deny_model");
    const auto pattern = textArgument(L, 2);
    const std::string reason(luaL_optstring(L, 3, "denied by a policy"));
    lua_Integer denied = 0;
    if (call.phase == Phase::Request && sluice::matchesGlob(pattern, call.request->model())) {
        denied = 1;
        if (call.decision.kind == Decision::Kind::None)
            call.decision = {Decision::Kind::Block,
                             403,
                             "The model " + std::string(call.request->model()) + " is not allowed: " + reason,
                             "model_denied",
                             "model",
                             reason,
                             {},
                             {}};
    }
    if (call.phase == Phase::Route) {
        for (const auto candidate : sluice::Candidates(*call.candidates)) {
            const std::string full = std::string(candidate.provider()) + "/" + std::string(candidate.model());
            if (!sluice::matchesGlob(pattern, candidate.model()) && !sluice::matchesGlob(pattern, full))
                continue;
            ++denied;
            if (!call.shadow) (void)candidate.drop(reason);
        }
        call.edits += static_cast<uint32_t>(denied);
    }
    lua_pushinteger(L, denied);
    return 1;
}

// ctx:verdict("pass" | "flag"[, score]): for the record only
int verdict(lua_State* L) {
    Call& call = Call::in(L, kWithRequest, "ctx:verdict");
    static const char* const kWords[] = {"pass", "flag", nullptr};
    call.flag = kWords[luaL_checkoption(L, 2, nullptr, kWords)];
    call.score = luaL_optnumber(L, 3, -1);
    return 0;
}

int requireReview(lua_State* L) {
    Call& call = Call::in(L, kWithRequest, "ctx:require_review");
    const auto reason = textArgument(L, 2);
    call.flag = "review";
    if (!call.shadow)
        (void)call.request->setAttribute("lua.review",
                                         call.policy.name() + ": " + std::string(reason.substr(0, 256)));
    return 0;
}

}  // namespace

void addContextActions(lua_State* L) {
    static const luaL_Reg kAll[] = {{"block", block},
                                    {"respond", respond},
                                    {"route_to", routeTo},
                                    {"set_param", setParam},
                                    {"set_header", setHeader},
                                    {"add_system", addSystem},
                                    {"add_message", addMessage},
                                    {"remove_tool", removeTool},
                                    {"tag", tag},
                                    {"deny_model", denyModel},
                                    {"verdict", verdict},
                                    {"require_review", requireReview},
                                    {nullptr, nullptr}};
    luaL_setfuncs(L, kAll, 0);
}

}  // namespace lua_policy
