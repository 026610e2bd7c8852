// time.*, hash.*.
#include <chrono>
#include <cmath>

#include <date/tz.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "api.h"
#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

constexpr char kZone[] = "zone";

int now(lua_State* L) {
    const Call& call = Call::in(L, kInHooks | bit(Phase::Load), "time.now");
    lua_pushnumber(L, static_cast<lua_Number>(call.services.host.wallMs()) / 1000);
    return 1;
}

void setField(lua_State* L, const char* name, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

// zone:at([seconds]) -> {year=, month=, day=, hour=, minute=, second=, weekday=}; Monday is 1
int at(lua_State* L) {
    const auto* zone = *static_cast<const date::time_zone**>(luaL_checkudata(L, 1, kZone));
    const Call& call = Call::in(L, kInHooks | bit(Phase::Load), "zone:at");
    const double seconds = luaL_optnumber(L, 2, static_cast<lua_Number>(call.services.host.wallMs()) / 1000);
    luaL_argcheck(L, seconds > -6e10 && seconds < 2e11, 2, "seconds since 1970");
    const auto moment = date::sys_seconds(std::chrono::seconds(static_cast<int64_t>(std::floor(seconds))));
    const auto local = zone->to_local(moment);
    const auto day = date::floor<date::days>(local);
    const date::year_month_day ymd(day);
    const date::hh_mm_ss<std::chrono::seconds> clock(local - day);
    lua_createtable(L, 0, 7);
    setField(L, "year", static_cast<int>(ymd.year()));
    setField(L, "month", static_cast<unsigned>(ymd.month()));
    setField(L, "day", static_cast<unsigned>(ymd.day()));
    setField(L, "hour", clock.hours().count());
    setField(L, "minute", clock.minutes().count());
    setField(L, "second", clock.seconds().count());
    setField(L, "weekday", date::weekday(day).iso_encoding());
    return 1;
}

// time.zone("Europe/Berlin"): its rules are read from the disk, so only while the script is loaded
int zone(lua_State* L) {
    (void)Call::in(L, bit(Phase::Load), "time.zone");
    const std::string name(textArgument(L, 1));
    const date::time_zone* found = nullptr;
    try {
        found = date::locate_zone(name);
    } catch (const std::runtime_error&) {
        found = nullptr;
    }
    if (!found)
        return luaL_error(L, "time.zone: no zone is named \"%s\"; allowed: names such as Europe/Berlin, UTC",
                          name.c_str());
    *static_cast<const date::time_zone**>(lua_newuserdatauv(L, sizeof found, 0)) = found;
    luaL_setmetatable(L, kZone);
    return 1;
}

int pushHex(lua_State* L, const unsigned char* bytes, size_t size) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (size_t i = 0; i < size; ++i) {
        out += kDigits[bytes[i] >> 4];
        out += kDigits[bytes[i] & 15];
    }
    pushString(L, out);
    return 1;
}

int sha256(lua_State* L) {
    const auto text = textArgument(L, 1);
    Budget::of(L).chargeBytes(L, 8 * text.size() + 1024);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1)
        return luaL_error(L, "hash.sha256 failed");
    return pushHex(L, digest, size);
}

int hmac(lua_State* L) {
    const auto key = textArgument(L, 1), text = textArgument(L, 2);
    Budget::of(L).chargeBytes(L, 8 * text.size() + 2048);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest, &size))
        return luaL_error(L, "hash.hmac failed");
    return pushHex(L, digest, size);
}

// hash.bucket(text, n) -> 1 to n, always the same for that text: for shares of requests
int bucket(lua_State* L) {
    const auto text = textArgument(L, 1);
    const lua_Integer n = luaL_checkinteger(L, 2);
    luaL_argcheck(L, n >= 1, 2, "at least 1");
    Budget::of(L).chargeBytes(L, text.size());
    uint64_t h = 1469598103934665603u;  // FNV-1a
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
    h ^= h >> 32;
    lua_pushinteger(L, static_cast<lua_Integer>(h % static_cast<uint64_t>(n)) + 1);
    return 1;
}

}  // namespace

void openTime(lua_State* L) {
    static const luaL_Reg kTime[] = {{"now", now}, {"zone", zone}, {nullptr, nullptr}};
    static const luaL_Reg kHash[] = {
        {"sha256", sha256}, {"hmac", hmac}, {"bucket", bucket}, {nullptr, nullptr}};
    luaL_newmetatable(L, kZone);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, at);
    lua_setfield(L, -2, "at");
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    addLibrary(L, "time", kTime);
    addLibrary(L, "hash", kHash);
}

}  // namespace lua_policy
