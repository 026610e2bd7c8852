// chunk: a piece of a stream, and what becomes of it; and ev, the record of on_complete; and the candidates
// of on_route.
#include <nlohmann/json.hpp>

#include "api.h"

namespace lua_policy {
namespace {

const char kChunk = 0, kEvent = 0;

Chunk& chunkOf(lua_State* L, const char* function) { return *Call::in(L, bit(Phase::Chunk), function).chunk; }

// chunk:replace(text)
int replaceChunk(lua_State* L) {
    Call& call = Call::in(L, bit(Phase::Chunk), "chunk:replace");
    if (call.chunk->hold > 0) return luaL_error(L, "chunk:replace: a part of this piece is held back");
    call.chunk->changed = std::string(textArgument(L, 2));
    ++call.edits;
    return 0;
}

// chunk:redact(what[, with]) -> how often
int redactChunk(lua_State* L) {
    Call& call = Call::in(L, bit(Phase::Chunk), "chunk:redact");
    Chunk& chunk = *call.chunk;
    if (chunk.hold > 0) return luaL_error(L, "chunk:redact: a part of this piece is held back");
    lua_settop(L, 3);
    size_t count = 0;
    const std::string text = chunk.changed.value_or(chunk.text);
    size_t left = text.size();
    std::string out = replaceAll(L, text, 2, 3, count, chunk.unsure, &left);
    chunk.unsure_match = std::max(chunk.unsure_match, text.size() - left);
    if (count > 0) {
        chunk.changed = std::move(out);
        ++call.edits;
    }
    lua_pushinteger(L, static_cast<lua_Integer>(count));
    return 1;
}

// chunk:hold([bytes]): the last bytes, or all, come again in front of the next piece
int hold(lua_State* L) {
    Chunk& chunk = chunkOf(L, "chunk:hold");
    if (chunk.changed) return luaL_error(L, "chunk:hold: this piece has been changed already");
    const auto size = static_cast<lua_Integer>(chunk.text.size());
    const lua_Integer bytes = luaL_optinteger(L, 2, size);
    luaL_argcheck(L, bytes >= 0 && bytes <= size, 2, "0 to the size of the piece");
    chunk.hold = static_cast<size_t>(bytes);
    return 0;
}

// chunk:release(bytes): the first bytes go, the rest comes again
int release(lua_State* L) {
    Chunk& chunk = chunkOf(L, "chunk:release");
    if (chunk.changed) return luaL_error(L, "chunk:release: this piece has been changed already");
    const lua_Integer bytes = luaL_checkinteger(L, 2);
    luaL_argcheck(L, bytes >= 0 && bytes <= static_cast<lua_Integer>(chunk.text.size()), 2,
                  "0 to the size of the piece");
    chunk.hold = chunk.text.size() - static_cast<size_t>(bytes);
    return 0;
}

// chunk:abort(reason[, options]): the same as ctx:block
int abortStream(lua_State* L) {
    pushContext(L);
    lua_getfield(L, -1, "block");
    lua_replace(L, 1);
    lua_insert(L, 2);
    lua_call(L, lua_gettop(L) - 1, 0);
    return 0;
}

int chunkField(lua_State* L) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    const Chunk& chunk = chunkOf(L, "chunk");
    const auto key = textArgument(L, 2);
    if (key == "text")
        pushString(L, chunk.changed ? *chunk.changed : chunk.text);
    else if (key == "lane")
        pushString(L, chunk.lane);
    else if (key == "choice")
        lua_pushinteger(L, (chunk.choice & 0xffff) + 1);
    else if (key == "last")
        lua_pushboolean(L, chunk.last);
    else
        return luaL_error(
            L,
            "chunk.%s: not known; allowed: text, lane, choice, last, replace, redact, hold, release, abort",
            lua_tostring(L, 2));
    return 1;
}

// --- ev ---

struct RecordText {
    std::string_view name;
    sluice_str sluice_record::*field;
};
constexpr RecordText kRecordTexts[] = {{"call_id", &sluice_record::call_id},
                                       {"outcome", &sluice_record::outcome},
                                       {"route", &sluice_record::route},
                                       {"model", &sluice_record::model},
                                       {"key_id", &sluice_record::key_id},
                                       {"tenant", &sluice_record::tenant},
                                       {"user", &sluice_record::user},
                                       {"team", &sluice_record::team},
                                       {"organization", &sluice_record::organization},
                                       {"customer", &sluice_record::end_user},
                                       {"provider", &sluice_record::provider},
                                       {"upstream_model", &sluice_record::upstream_model},
                                       {"error", &sluice_record::error}};

int eventField(lua_State* L) {
    const sluice_record& r = *Call::in(L, bit(Phase::Complete), "ev").record;
    const auto key = textArgument(L, 2);
    for (const auto& one : kRecordTexts) {
        if (one.name != key) continue;
        pushString(L, SLUICE_REACHES(&r, record_id) || key == "call_id" || key == "outcome" ||
                              key == "route" || key == "model"
                          ? sluice::view(r.*one.field)
                          : "");
        return 1;
    }
    const bool newer = SLUICE_REACHES(&r, cost_pico_usd);
    if (key == "status")
        lua_pushinteger(L, r.http_status);
    else if (key == "prompt_tokens")
        lua_pushinteger(L, static_cast<lua_Integer>(r.prompt_tokens));
    else if (key == "completion_tokens")
        lua_pushinteger(L, static_cast<lua_Integer>(r.completion_tokens));
    else if (key == "cost_usd")
        lua_pushnumber(L, newer && r.cost_pico_usd > 0 ? static_cast<double>(r.cost_pico_usd) * 1e-12 : 0);
    else if (key == "duration_ms")
        lua_pushinteger(L, r.end_ms - r.start_ms);
    else if (key == "stream")
        lua_pushboolean(L, r.stream);
    else
        return luaL_error(
            L,
            "ev.%s: not known; allowed: call_id, outcome, status, route, model, provider, upstream_model, "
            "tenant, key_id, user, team, "
            "organization, customer, prompt_tokens, completion_tokens, cost_usd, duration_ms, stream, error",
            lua_tostring(L, 2));
    return 1;
}

// --- candidates ---

uint32_t candidateAt(lua_State* L, const Call& call) {
    const uint32_t i = *static_cast<const uint32_t*>(luaL_checkudata(L, 1, "candidate"));
    if (i >= call.candidates->count) luaL_error(L, "candidate: it is not there any more");
    return i;
}

int drop(lua_State* L) {
    Call& call = Call::in(L, bit(Phase::Route), "candidate:drop");
    const uint32_t i = candidateAt(L, call);
    ++call.edits;
    if (!call.shadow)
        (void)sluice::Candidate(*call.candidates, i).drop(luaL_optstring(L, 2, "dropped by a policy"));
    return 0;
}

int prefer(lua_State* L) {
    Call& call = Call::in(L, bit(Phase::Route), "candidate:prefer");
    const uint32_t i = candidateAt(L, call);
    ++call.edits;
    lua_pushboolean(L, call.shadow || sluice::Candidate(*call.candidates, i).prefer());
    return 1;
}

int pin(lua_State* L) {
    Call& call = Call::in(L, bit(Phase::Route), "candidate:pin");
    const uint32_t i = candidateAt(L, call);
    ++call.edits;
    lua_pushboolean(L, call.shadow || sluice::Candidate(*call.candidates, i).pin());
    return 1;
}

int candidateField(lua_State* L) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    const Call& call = Call::in(L, bit(Phase::Route), "candidate");
    const sluice::Candidate one(*call.candidates, candidateAt(L, call));
    const auto key = textArgument(L, 2);
    if (key == "id")
        pushString(L, one.id());
    else if (key == "model")
        pushString(L, one.model());
    else if (key == "provider")
        pushString(L, one.provider());
    else if (key == "in_flight")
        lua_pushinteger(L, one.inFlight());
    else if (key == "input_cost")
        one.inputCost() ? lua_pushnumber(L, *one.inputCost()) : lua_pushnil(L);
    else if (key == "output_cost")
        one.outputCost() ? lua_pushnumber(L, *one.outputCost()) : lua_pushnil(L);
    else if (key == "info")
        pushJsonValue(L, nlohmann::json::parse(one.info(), nullptr, false));
    else if (key == "params")
        pushJsonValue(L, nlohmann::json::parse(one.params(), nullptr, false));
    else
        return luaL_error(L,
                          "candidate.%s: not known; allowed: id, model, provider, in_flight, input_cost, "
                          "output_cost, info, params, drop, prefer, pin",
                          lua_tostring(L, 2));
    return 1;
}

// ctx:candidates() -> a list of those that may serve the request
int candidates(lua_State* L) {
    const Call& call = Call::in(L, bit(Phase::Route), "ctx:candidates");
    lua_newtable(L);
    lua_Integer n = 0;
    for (const auto one : sluice::Candidates(*call.candidates)) {
        *static_cast<uint32_t*>(lua_newuserdatauv(L, sizeof(uint32_t), 0)) = one.index();
        luaL_setmetatable(L, "candidate");
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

void setMethods(lua_State* L, const luaL_Reg* methods, lua_CFunction field) {
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushcclosure(L, field, 1);
    lua_setfield(L, -2, "__index");
}

}  // namespace

void pushChunk(lua_State* L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &kChunk); }
void pushEvent(lua_State* L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &kEvent); }

void openChunk(lua_State* L) {
    static const luaL_Reg kMethods[] = {
        {"replace", replaceChunk}, {"redact", redactChunk}, {"hold", hold},
        {"release", release},      {"abort", abortStream},  {nullptr, nullptr}};
    pushProxy(L, "chunk", nullptr, nullptr);
    lua_getmetatable(L, -1);
    setMethods(L, kMethods, chunkField);
    lua_pop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kChunk);
}

void openCandidates(lua_State* L) {
    static const luaL_Reg kMethods[] = {{"drop", drop}, {"prefer", prefer}, {"pin", pin}, {nullptr, nullptr}};
    luaL_newmetatable(L, "candidate");
    setMethods(L, kMethods, candidateField);
    lua_pop(L, 1);
}

void openEvent(lua_State* L) {
    pushProxy(L, "ev", eventField, nullptr);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kEvent);
}

void addCandidates(lua_State* L) {
    static const luaL_Reg kAll[] = {{"candidates", candidates}, {nullptr, nullptr}};
    luaL_setfuncs(L, kAll, 0);
}

}  // namespace lua_policy
