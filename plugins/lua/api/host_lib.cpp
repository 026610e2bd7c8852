// http.post, kv.*, metrics.inc, log.*: what reaches beyond the request, always under the tenant's name.
#include <nlohmann/json.hpp>

#include "api.h"
#include "policy.h"
#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

constexpr size_t kAnswerBytesMax = 1024 * 1024, kLogBytesMax = 1024;

// --- http ---

const NamedUrl& urlOf(lua_State* L, const Call& call, std::string_view wanted) {
    const auto& urls = call.policy.options().urls;
    const auto found = urls.find(wanted);
    if (found != urls.end()) return found->second;
    std::string known;
    for (const auto& [name, url] : urls) known += (known.empty() ? "" : ", ") + name;
    luaL_error(L, "http.post: no URL is named \"%s\"; configured under urls: %s", std::string(wanted).c_str(),
               known.empty() ? "none" : known.c_str());
    return found->second;
}

const char* why(sluice_status status) {
    switch (status) {
        case SLUICE_E_DEADLINE:
            return "timeout";
        case SLUICE_E_CANCELLED:
            return "cancelled";
        case SLUICE_E_DENIED:
            return "denied: the capability net is not granted";
        case SLUICE_E_LIMIT:
            return "the answer is too large";
        default:
            return "unavailable";
    }
}

int pushResult(lua_State* L, const sluice::HttpResult& result) {
    if (result.error != SLUICE_OK || result.body.size() > kAnswerBytesMax) {
        lua_pushnil(L);
        lua_pushstring(L, result.error != SLUICE_OK ? why(result.error) : "the answer is too large");
        return 2;
    }
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, result.status);
    lua_setfield(L, -2, "status");
    pushString(L, result.body);
    lua_setfield(L, -2, "body");
    const auto parsed = nlohmann::json::parse(result.body, nullptr, false);
    if (!parsed.is_discarded()) {
        Budget::of(L).chargeBytes(L, 8 * result.body.size());
        pushJsonValue(L, parsed);
        lua_setfield(L, -2, "json");
    }
    return 1;
}

// http.post(name, {json=, body=, timeout_ms=}) -> {status=, body=, json=}, or nil and why
int post(lua_State* L) {
    const Call& call = Call::in(L, kInHooks, "http.post");
    const NamedUrl& url = urlOf(L, call, textArgument(L, 1));
    luaL_checktype(L, 2, LUA_TTABLE);
    std::string body = textOption(L, 2, "body");
    if (lua_getfield(L, 2, "json") != LUA_TNIL) body = toJson(L, -1);
    lua_pop(L, 1);
    uint32_t timeout_ms = url.timeout_ms;
    if (lua_getfield(L, 2, "timeout_ms") != LUA_TNIL)
        timeout_ms =
            static_cast<uint32_t>(std::clamp<lua_Integer>(luaL_checkinteger(L, -1), 1, url.timeout_ms));
    lua_pop(L, 1);
    sluice::HttpCall out{url.url, "POST"};
    out.headers.push_back({"content-type", "application/json"});
    for (const auto& [field, value] : url.headers) out.headers.push_back({field, value});
    out.body = body;
    out.timeout_ms = timeout_ms;
    // The request parks here, and other requests of this thread run: they take other states.
    Budget& budget = Budget::of(L);
    budget.beginWait();
    const auto result =
        call.request ? call.request->http(call.services.host, out) : call.services.host.http(out);
    budget.endWait();
    return pushResult(L, result);
}

// --- kv ---

const sluice::Kv& kvOf(lua_State* L, const Call& call) {
    if (!call.services.kv) luaL_error(L, "kv: the capability \"kv\" is not granted to this plugin");
    return *call.services.kv;
}

// The tenant's length stands in front: no tenant's name and key together can spell another's. A policy in
// shadow mode has values of its own: it must not change what those in force count.
std::string keyOf(lua_State* L, const Call& call) {
    const auto key = textArgument(L, 1);
    luaL_argcheck(L, !key.empty() && key.size() <= 512, 1, "1 to 512 bytes");
    return (call.shadow ? "s" : "e") + std::to_string(call.tenant.size()) + ":" + std::string(call.tenant) +
           ":" + std::string(key);
}

uint64_t ttlAt(lua_State* L, int index) {
    const lua_Number seconds = luaL_optnumber(L, index, 0);
    luaL_argcheck(L, seconds >= 0 && seconds <= 1e9, index, "seconds, 0 to 1e9");
    return static_cast<uint64_t>(seconds * 1000);
}

int kvGet(lua_State* L) {
    const Call& call = Call::in(L, kInHooks, "kv.get");
    const auto value = kvOf(L, call).get(keyOf(L, call));
    if (value)
        pushString(L, *value);
    else
        lua_pushnil(L);
    return 1;
}

int kvSet(lua_State* L) {
    const Call& call = Call::in(L, kInHooks, "kv.set");
    lua_pushboolean(L, kvOf(L, call).put(keyOf(L, call), textArgument(L, 2), ttlAt(L, 3)));
    return 1;
}

int kvDelete(lua_State* L) {
    const Call& call = Call::in(L, kInHooks, "kv.delete");
    lua_pushboolean(L, kvOf(L, call).remove(keyOf(L, call)));
    return 1;
}

// kv.incr(key[, by[, ttl_s]]) -> the sum; the window begins with the first addition
int kvIncrement(lua_State* L) {
    const Call& call = Call::in(L, kInHooks, "kv.incr");
    const auto sum = kvOf(L, call).add(keyOf(L, call), luaL_optinteger(L, 2, 1), ttlAt(L, 3));
    if (sum) {
        lua_pushinteger(L, *sum);
        return 1;
    }
    lua_pushnil(L);
    lua_pushliteral(L, "no room is left, or the value is no whole number");
    return 2;
}

// --- metrics and log ---

// metrics.inc(event[, by]): sluice_lua_policy_events_total{policy, event}
int increment(lua_State* L) {
    const Call& call = Call::in(L, kInHooks, "metrics.inc");
    const auto event = textArgument(L, 1);
    const lua_Number by = luaL_optnumber(L, 2, 1);
    luaL_argcheck(L, !event.empty() && event.size() <= 64, 1, "1 to 64 bytes");
    luaL_argcheck(L, by >= 0, 2, "a counter does not shrink");
    call.services.events.record(by, {call.policy.name(), event});
    return 0;
}

int writeLog(lua_State* L, void (sluice::Host::*write)(std::string_view) const, const char* function) {
    const Call& call = Call::in(L, kInHooks | bit(Phase::Load), function);
    std::string line =
        "policy " + call.policy.name() + ": " + std::string(textArgument(L, 1).substr(0, kLogBytesMax));
    if (lua_istable(L, 2)) line += " " + toJson(L, 2).substr(0, kLogBytesMax);
    (call.services.host.*write)(line);
    return 0;
}

int logInfo(lua_State* L) { return writeLog(L, &sluice::Host::info, "log.info"); }
int logWarn(lua_State* L) { return writeLog(L, &sluice::Host::warn, "log.warn"); }
int logError(lua_State* L) { return writeLog(L, &sluice::Host::error, "log.error"); }
int logDebug(lua_State* L) { return writeLog(L, &sluice::Host::debug, "log.debug"); }

}  // namespace

void openHost(lua_State* L) {
    static const luaL_Reg kHttp[] = {{"post", post}, {nullptr, nullptr}};
    static const luaL_Reg kKv[] = {
        {"get", kvGet}, {"set", kvSet}, {"delete", kvDelete}, {"incr", kvIncrement}, {nullptr, nullptr}};
    static const luaL_Reg kMetrics[] = {{"inc", increment}, {nullptr, nullptr}};
    static const luaL_Reg kLog[] = {
        {"debug", logDebug}, {"info", logInfo}, {"warn", logWarn}, {"error", logError}, {nullptr, nullptr}};
    addLibrary(L, "http", kHttp);
    addLibrary(L, "kv", kKv);
    addLibrary(L, "metrics", kMetrics);
    addLibrary(L, "log", kLog);
}

}  // namespace lua_policy
