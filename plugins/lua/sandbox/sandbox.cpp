#include "sandbox.h"

#include <new>

#include "freeze.h"
#include "libraries.h"

namespace lua_policy {
namespace {

const char kGlobals = 0, kUpvalues = 0;  // keys of the registry

const char* readOnce(lua_State*, void* source, size_t* size) {
    auto& rest = *static_cast<std::string_view*>(source);
    const char* at = rest.data();
    *size = rest.size();
    rest = {};
    return at;
}

int appendBytes(lua_State*, const void* bytes, size_t size, void* to) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
    return 0;
}

// What a message of an error becomes: text with the lines it came through.
int explain(lua_State* L) {
    if (Budget::of(L).killed() != Kill::None) return 1;
    const char* text =
        lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : nullptr;  // no metamethods in here
    luaL_traceback(L, L, text ? text : lua_pushfstring(L, "an error that is a %s", luaL_typename(L, 1)), 1);
    return 1;
}

int openAll(lua_State* L) {
    lua_newtable(L);
    openBase(L);
    openCoroutine(L);
    openString(L);
    openTable(L);
    openMath(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kGlobals);
    return 0;
}

struct Sealing {
    std::vector<int>* numbers;
    const char* fault;
};

int sealAll(lua_State* L) {
    auto& job = *static_cast<Sealing*>(lua_touserdata(L, 1));
    lua_newtable(L);
    const int kept = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &kGlobals);
    job.fault = freezeAll(L, kept, *job.numbers);
    if (job.fault) return 0;
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kUpvalues);
    return 0;
}

}  // namespace

Sandbox::Sandbox(const Limits& limits)
    : budget_(limits.memory_bytes), L_(lua_newstate(Budget::allocate, &budget_)) {
    if (!L_) throw std::bad_alloc();
    *static_cast<Sandbox**>(lua_getextraspace(L_)) = this;
    lua_pushcfunction(L_, openAll);
    if (lua_pcall(L_, 0, 0, 0) != LUA_OK) {
        lua_close(L_);
        throw std::bad_alloc();
    }
}

Sandbox::~Sandbox() {
    lua_sethook(L_, nullptr, 0, 0);
    lua_close(L_);
}

Sandbox& Sandbox::of(lua_State* L) { return **static_cast<Sandbox**>(lua_getextraspace(L)); }

void Sandbox::pushGlobals() { lua_rawgetp(L_, LUA_REGISTRYINDEX, &kGlobals); }

Ran Sandbox::compile(std::string_view source, const std::string& name) {
    const int status = lua_load(L_, readOnce, &source, ("=" + name).c_str(), "t");
    if (status != LUA_OK) return outcome(status);
    pushGlobals();
    lua_setupvalue(L_, -2, 1);
    return {};
}

Ran Sandbox::undump(const std::string& binary, const std::string& name) {
    std::string_view source = binary;
    const int status = lua_load(L_, readOnce, &source, ("=" + name).c_str(), "b");
    if (status != LUA_OK) return outcome(status);
    pushGlobals();
    lua_setupvalue(L_, -2, 1);
    return {};
}

std::string Sandbox::dump() {
    std::string binary;
    lua_dump(L_, appendBytes, &binary, 0);
    return binary;
}

Ran Sandbox::run(int arguments, int results, const Limits& limits) {
    const int function = lua_gettop(L_) - arguments;
    lua_pushcfunction(L_, explain);
    lua_insert(L_, function);
    budget_.begin(L_, limits);
    const int status = lua_pcall(L_, arguments, results, function);
    budget_.end(L_);
    Ran ran = status != LUA_OK ? outcome(status) : Ran{};
    ran.steps = budget_.stepsUsed();
    if (status == LUA_OK) lua_remove(L_, function);
    return ran;
}

Ran Sandbox::outcome(int status) {
    Ran ran;
    ran.kind = Ran::Kind::Error;
    if (budget_.killed() != Kill::None || status == LUA_ERRMEM) {
        ran.kind = Ran::Kind::Killed;
        ran.kill = budget_.killed() == Kill::None ? Kill::Memory : budget_.killed();
        ran.fault = std::string("the policy used up its ") + name(ran.kill);
        return ran;
    }
    const char* text = lua_tostring(L_, -1);
    ran.fault = text ? text : "an error without a message";
    return ran;
}

Ran Sandbox::seal() {
    Sealing job{&kept_, nullptr};
    lua_settop(L_, 0);
    lua_pushcfunction(L_, sealAll);
    lua_pushlightuserdata(L_, &job);
    const int status = lua_pcall(L_, 1, 0, 0);
    if (status != LUA_OK) return outcome(status);
    if (job.fault) return {Ran::Kind::Error, Kill::None, job.fault, 0};
    sealed_ = true;
    // What is there now stays for good; what a run makes is garbage when it ends: for that, generations are made.
    lua_gc(L_, LUA_GCCOLLECT, 0);
    lua_gc(L_, LUA_GCGEN, 0, 0);
    memory_sealed_ = budget_.memory();
    budget_.keepLarge();
    return {};
}

void Sandbox::reset() {
    lua_settop(L_, 0);
    budget_.forgetLarge();
    if (!sealed_) return;
    lua_rawgetp(L_, LUA_REGISTRYINDEX, &kUpvalues);
    for (size_t i = 0; i < kept_.size(); ++i) {
        lua_rawgeti(L_, 1, static_cast<lua_Integer>(2 * i + 1));
        lua_rawgeti(L_, 1, static_cast<lua_Integer>(2 * i + 2));
        lua_setupvalue(L_, 2, kept_[i]);
        lua_settop(L_, 1);
    }
    lua_settop(L_, 0);
    if (budget_.memory() > 2 * memory_sealed_) lua_gc(L_, LUA_GCCOLLECT, 0);
}

int Sandbox::pushGlobal(const char* name) {
    pushGlobals();
    pushContents(L_, -1);
    const int type = lua_getfield(L_, -1, name);
    lua_replace(L_, -3);
    lua_pop(L_, 1);
    return type;
}

}  // namespace lua_policy
