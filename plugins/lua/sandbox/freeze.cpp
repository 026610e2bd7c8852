#include "freeze.h"

#include <unordered_set>

namespace lua_policy {
namespace {

const char kContents = 0;  // its address is the key of the contents in the metatable

void* contentsKey() { return const_cast<char*>(&kContents); }

int refuseWrite(lua_State* L) {
    const char* key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    return luaL_error(L,
                      "'%s' cannot be set: globals and tables made while the policy was loaded are read-only "
                      "in hooks (use local, or ctx.vars)",
                      key);
}

int length(lua_State* L) {
    pushContents(L, 1);
    lua_pushinteger(L, static_cast<lua_Integer>(lua_rawlen(L, -1)));
    return 1;
}

// The metatable of the frozen table: what the script gave it, with reading and writing replaced. The contents
// are on the top of the stack; they inherit __index, so that a class stays a class.
void pushFrozenMetatable(lua_State* L, int table, int contents) {
    lua_createtable(L, 0, 5);
    const int fresh = lua_gettop(L);
    if (lua_getmetatable(L, table)) {
        const int given = lua_gettop(L);
        for (lua_pushnil(L); lua_next(L, given) != 0; lua_pop(L, 1)) {
            lua_pushvalue(L, -2);
            lua_pushvalue(L, -2);
            lua_rawset(L, fresh);
        }
        lua_getfield(L, given, "__index");
        if (!lua_isnil(L, -1)) {
            lua_createtable(L, 0, 1);
            lua_insert(L, -2);
            lua_setfield(L, -2, "__index");
            lua_setmetatable(L, contents);
        } else {
            lua_pop(L, 1);
        }
        lua_settop(L, fresh);
    }
    lua_pushvalue(L, contents);
    lua_setfield(L, fresh, "__index");
    lua_pushvalue(L, contents);
    lua_rawsetp(L, fresh, contentsKey());
    lua_pushcfunction(L, refuseWrite);
    lua_setfield(L, fresh, "__newindex");
    lua_pushcfunction(L, length);
    lua_setfield(L, fresh, "__len");
    lua_pushboolean(L, 0);
    lua_setfield(L, fresh, "__metatable");
}

// Walks everything that can be reached, with a list of its own instead of recursion.
class Walk {
public:
    Walk(lua_State* L, int kept, std::vector<int>& numbers) : L_(L), kept_(kept), numbers_(numbers) {}

    // Begins with the value on the top of the stack, and takes it off.
    const char* from() {
        const int root = lua_gettop(L_);
        lua_newtable(L_);
        seen_ = root + 1;
        lua_newtable(L_);
        list_ = root + 2;
        lua_pushvalue(L_, root);
        later();
        for (lua_Integer i = 1; i <= count_ && !fault_; ++i) {
            lua_rawgeti(L_, list_, i);
            visit(lua_gettop(L_));
            lua_settop(L_, list_);
        }
        for (lua_Integer i = 1; i <= count_ && !fault_; ++i) {
            if (lua_rawgeti(L_, list_, i) == LUA_TTABLE) freezeTable(L_, -1);
            lua_settop(L_, list_);
        }
        lua_settop(L_, root - 1);
        return fault_;
    }

private:
    // Takes the value from the top, and looks at it later unless it is known or has nothing inside.
    void later() {
        const int type = lua_type(L_, -1);
        if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TTHREAD) return lua_pop(L_, 1);
        lua_pushvalue(L_, -1);
        const bool known = lua_rawget(L_, seen_) != LUA_TNIL;
        lua_pop(L_, 1);
        if (known || (type == LUA_TTABLE && isFrozen(L_, -1))) return lua_pop(L_, 1);
        lua_pushvalue(L_, -1);
        lua_pushboolean(L_, 1);
        lua_rawset(L_, seen_);
        lua_rawseti(L_, list_, ++count_);
    }

    void visit(int value) {
        luaL_checkstack(L_, 8, "freeze");
        switch (lua_type(L_, value)) {
            case LUA_TTABLE:
                visitTable(value);
                if (lua_getmetatable(L_, value))
                    visitTable(lua_gettop(L_));  // it stays as it is: the machine reads it raw
                break;
            case LUA_TFUNCTION:
                visitFunction(value);
                break;
            default:
                fault_ = "a coroutine made while the policy is loaded cannot be kept for hooks";
        }
    }
    void visitTable(int table) {
        for (lua_pushnil(L_); lua_next(L_, table) != 0;) {
            lua_pushvalue(L_, -2);
            later();
            later();
        }
    }
    void visitFunction(int function) {
        for (int i = 1; lua_getupvalue(L_, function, i); ++i) {
            if (upvalues_.insert(lua_upvalueid(L_, function, i)).second) {
                numbers_.push_back(i);
                lua_pushvalue(L_, function);
                lua_rawseti(L_, kept_, ++pairs_);
                lua_pushvalue(L_, -1);
                lua_rawseti(L_, kept_, ++pairs_);
            }
            later();
        }
    }

    lua_State* L_;
    int kept_;
    std::vector<int>& numbers_;
    int seen_ = 0, list_ = 0;
    lua_Integer count_ = 0, pairs_ = 0;
    const char* fault_ = nullptr;
    std::unordered_set<void*> upvalues_;
};

}  // namespace

bool isFrozen(lua_State* L, int index) {
    if (!lua_getmetatable(L, index)) return false;
    const bool frozen = lua_rawgetp(L, -1, contentsKey()) == LUA_TTABLE;
    lua_pop(L, 2);
    return frozen;
}

void pushContents(lua_State* L, int index) {
    index = lua_absindex(L, index);
    if (lua_getmetatable(L, index)) {
        if (lua_rawgetp(L, -1, contentsKey()) == LUA_TTABLE) return lua_remove(L, -2);
        lua_pop(L, 2);
    }
    lua_pushvalue(L, index);
}

void freezeTable(lua_State* L, int index) {
    const int table = lua_absindex(L, index);
    if (isFrozen(L, table)) return;
    luaL_checkstack(L, 12, "freeze");
    lua_newtable(L);
    const int contents = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, contents);
    }
    for (lua_pushnil(L); lua_next(L, contents) != 0; lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushnil(L);
        lua_rawset(L, table);
    }
    pushFrozenMetatable(L, table, contents);
    lua_setmetatable(L, table);
    lua_settop(L, contents - 1);
}

const char* freezeAll(lua_State* L, int kept, std::vector<int>& numbers) {
    return Walk(L, lua_absindex(L, kept), numbers).from();
}

}  // namespace lua_policy
