// One Lua state that a script cannot get out of. Made for one script of one tenant; run by one thread at a
// time.
//
// Its life: open() the libraries, load() the script (its main chunk runs), seal(), then any number of run(),
// each with a budget of its own, each followed by reset(). Sealing makes everything that the script has made
// until then read-only, in place, and remembers what its functions hold in local variables outside of
// themselves (upvalues); reset() puts those back. So no run finds anything that the one before it has left.
//
// What the environment has: see libraries.h. What it never has: load, loadfile, dofile, require,
// collectgarbage, debug, io, os, package, string.dump, rawset, warn; finalisers (__gc), close handlers
// (__close) and weak tables (__mode), which setmetatable leaves out; addresses, which tostring and format
// leave out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "budget.h"

namespace lua_policy {

/// What a run came to. `fault` is Lua's message with file and line; it may quote what the script put into it.
struct Ran {
    enum class Kind : uint8_t { Ok, Error, Killed };
    Kind kind = Kind::Ok;
    Kill kill = Kill::None;
    std::string fault = {};
    uint64_t steps = 0;  // used

    bool ok() const { return kind == Kind::Ok; }
};

class Sandbox {
public:
    explicit Sandbox(const Limits& limits);
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;
    ~Sandbox();

    static Sandbox& of(lua_State* L);
    lua_State* raw() const { return L_; }
    Budget& budget() { return budget_; }

    /// What functions of the host find again: set by whoever runs the script, for the time of the run.
    void* user = nullptr;
    /// False while the script is loaded: some functions may only be called then.
    bool sealed() const { return sealed_; }

    /// Pushes the table of globals; before seal() things can be put into it.
    void pushGlobals();
    /// The source is compiled as text; `name` stands in messages. Pushes the main function.
    Ran compile(std::string_view source, const std::string& name);
    /// The same from dump(): only for what this process has compiled itself.
    Ran undump(const std::string& binary, const std::string& name);
    std::string dump();  // of the function on the top of the stack

    /// Calls the function below its `arguments`, all on the stack. On success `results` values are pushed.
    Ran run(int arguments, int results, const Limits& limits);
    /// Makes what the script has made read-only. An error names what cannot be kept (a coroutine).
    Ran seal();
    /// After a run: an empty stack, the upvalues of the time of seal(), no garbage to speak of.
    void reset();

    /// Pushes a global as seal() has left it; its type.
    int pushGlobal(const char* name);

private:
    Ran outcome(int status);

    Budget budget_;
    lua_State* L_;
    bool sealed_ = false;
    std::vector<int> kept_;  // for each pair in the registry's table of upvalues: the number of the upvalue
    size_t memory_sealed_ = 0;
};

}  // namespace lua_policy
