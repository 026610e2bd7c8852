// scan.*: the scanners of guardrails (personal data, secrets, prompt injection), by name.
#include "api.h"
#include "sandbox/libraries.h"

namespace lua_policy {
namespace {

int noScanner(lua_State* L, const char* which) { return luaL_error(L, "no scanner %s is configured", which); }

int pii(lua_State* L) { return noScanner(L, "pii"); }
int secrets(lua_State* L) { return noScanner(L, "secrets"); }
int injection(lua_State* L) { return noScanner(L, "injection"); }

int available(lua_State* L) {
    (void)textArgument(L, 1);
    lua_pushboolean(L, 0);
    return 1;
}

}  // namespace

void openScan(lua_State* L) {
    static const luaL_Reg kAll[] = {{"available", available},
                                    {"pii", pii},
                                    {"secrets", secrets},
                                    {"injection", injection},
                                    {nullptr, nullptr}};
    addLibrary(L, "scan", kAll);
}

}  // namespace lua_policy
