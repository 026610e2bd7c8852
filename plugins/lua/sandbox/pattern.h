// Lua's patterns (§6.4.1 of the reference manual), matched step by step: each comparison is charged to the
// budget, so that ("a"):rep(200):find(".-.-.-b") ends when the budget does. Nested at most 200 deep.
#pragma once

#include <string_view>

#include <lua.hpp>

namespace lua_policy {

class Pattern {
public:
    static constexpr int kCapturesMax = 32;
    struct Capture {
        static constexpr ptrdiff_t kOpen = -1, kPosition = -2;
        const char* begin;
        ptrdiff_t size;
    };

    /// Both texts must stay where they are.
    Pattern(lua_State* L, std::string_view subject, std::string_view pattern)
        : L_(L), subject_(subject), pattern_(pattern) {}

    /// Matches at that place of the subject, `pattern` without its anchor; the end, or null.
    const char* matchAt(const char* at);

    int captures() const { return level_; }
    /// Pushes capture i, or the whole match if there are none.
    void pushCapture(int i, const char* begin, const char* end) const;
    /// Pushes all of them, and the whole match if there are none and `whole`. Their number.
    int pushCaptures(const char* begin, const char* end, bool whole) const;

private:
    using Text = const char*;
    Text match(Text s, Text p);
    Text quantified(Text s, Text p, Text after, bool& optional_missing);
    Text expandMost(Text s, Text p, Text after);
    Text expandLeast(Text s, Text p, Text after);
    Text escaped(Text s, Text p, bool& handled, Text& next_p);
    Text balanced(Text s, Text p);
    Text frontier(Text s, Text& p);
    Text backReference(Text s, char digit);
    Text open(Text s, Text p, ptrdiff_t kind);
    Text close(Text s, Text p);
    Text endOfClass(Text p) const;
    bool single(Text s, Text p, Text after);
    bool inSet(int c, Text p, Text bracket);
    bool step();
    Text subjectEnd() const { return subject_.data() + subject_.size(); }
    Text patternEnd() const { return pattern_.data() + pattern_.size(); }

    lua_State* L_;
    std::string_view subject_, pattern_;
    int level_ = 0, depth_ = 0;
    uint64_t steps_ = 0;  // not yet charged
    Capture captures_[kCapturesMax];
};

}  // namespace lua_policy
