// Lua with the API at hand: every line is run in a hook of a sample request.
#include <iostream>

#include "api/api.h"
#include "sandbox/libraries.h"
#include "tool.h"

namespace lua_policy::tool {
namespace {

const char* const kSample =
    R"({"model":"gpt","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"My mail is ann@example.com."}]})";
const Limits kLimits{50'000'000, std::chrono::milliseconds(5000), 64 * 1024 * 1024};

struct Shell {
    static inline const std::string* script = nullptr;

    Shell(std::string_view, sluice::Host host) : services(host) {
        if (host.find<sluice_host_kv>(SLUICE_HOST_KV_ID)) services.kv = std::make_unique<sluice::Kv>(host);
    }

    sluice::Verdict pre_call(sluice::Request request) {
        PolicyOptions options;
        options.name = options.chunk = "repl";
        options.source = "function on_request() end";
        Pool pool(1);
        const Policy policy(std::move(options), services, pool);
        Vars vars;
        Call call{Phase::Request, policy, services, "tenant"};
        call.anything = true;
        call.request = &request;
        call.vars = &vars;
        Sandbox sandbox(kLimits);
        sandbox.user = &call;
        if (!openApi(sandbox, kLimits).ok()) return sluice::Verdict::Failed;
        sandbox.pushGlobals();
        pushContext(sandbox.raw());
        lua_setfield(sandbox.raw(), -2, "ctx");
        lua_settop(sandbox.raw(), 0);
        if (!script->empty()) run(sandbox, readFile(*script));
        std::string line;
        for (print("> "); std::getline(std::cin, line); print("> ")) {
            if (line == "quit" || line == "exit") break;
            if (!line.empty()) run(sandbox, line);
            if (call.decision.kind == Decision::Kind::Block)
                print("(blocked: " + call.decision.message + ")\n");
            call.decision = {};
        }
        print("\n");
        return sluice::Verdict::Continue;
    }

    // As an expression if it is one, else as statements; the values, one a line.
    static void run(Sandbox& sandbox, const std::string& line) {
        lua_State* L = sandbox.raw();
        lua_settop(L, 0);
        Ran ran = sandbox.compile("return " + line, "input");
        if (!ran.ok()) {
            lua_settop(L, 0);
            ran = sandbox.compile(line, "input");
        }
        if (ran.ok()) ran = sandbox.run(0, LUA_MULTRET, kLimits);
        if (!ran.ok()) return print(ran.fault + "\n");
        const int count = lua_gettop(L);
        for (int i = 1; i <= count; ++i) {
            lua_pushcfunction(L, show);
            lua_pushvalue(L, i);
            (void)lua_pcall(L, 1, 1, 0);
            print(std::string(lua_tostring(L, -1) ? lua_tostring(L, -1) : "?") + "\n");
            lua_pop(L, 1);
        }
    }
    static int show(lua_State* L) {
        if (!lua_istable(L, 1)) {
            pushText(L, 1, nullptr);
            return 1;
        }
        pushString(L, toJson(L, 1));
        return 1;
    }

    Services services;
};

}  // namespace

int repl(const std::string& script) {
    sluice::testing::FakeHost host;
    Shell::script = &script;
    auto plugin = host.load<Shell>("{}");
    auto request = host.request(kSample);
    return plugin.preCall(request).failed() ? kUnusable : kGood;
}

}  // namespace lua_policy::tool
