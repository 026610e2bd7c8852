#include "pattern.h"

#include <cctype>
#include <cstring>

#include "budget.h"

namespace lua_policy {
namespace {

constexpr int kDepthMax = 200;
constexpr uint64_t kStepsTogether = 64;  // charged at once

bool inClass(int c, int name) {
    bool in = false;
    switch (std::tolower(name)) {
        case 'a':
            in = std::isalpha(c) != 0;
            break;
        case 'c':
            in = std::iscntrl(c) != 0;
            break;
        case 'd':
            in = std::isdigit(c) != 0;
            break;
        case 'g':
            in = std::isgraph(c) != 0;
            break;
        case 'l':
            in = std::islower(c) != 0;
            break;
        case 'p':
            in = std::ispunct(c) != 0;
            break;
        case 's':
            in = std::isspace(c) != 0;
            break;
        case 'u':
            in = std::isupper(c) != 0;
            break;
        case 'w':
            in = std::isalnum(c) != 0;
            break;
        case 'x':
            in = std::isxdigit(c) != 0;
            break;
        case 'z':  // not in the manual since 5.2, and in each release since
            in = c == 0;
            break;
        default:
            return name == c;
    }
    return std::isupper(name) ? !in : in;
}

int byteAt(const char* s) { return static_cast<unsigned char>(*s); }

}  // namespace

const char* Pattern::matchAt(const char* at) {
    level_ = 0;
    depth_ = 0;
    const char* end = match(at, pattern_.data());
    Budget::of(L_).charge(L_, steps_ + 1);
    steps_ = 0;
    return end;
}

bool Pattern::step() {
    if (++steps_ >= kStepsTogether) {
        Budget::of(L_).charge(L_, steps_);
        steps_ = 0;
    }
    return true;
}

// One item of the pattern after the other. Recursion only where there is more than one way to go on.
const char* Pattern::match(Text s, Text p) {
    if (++depth_ > kDepthMax) luaL_error(L_, "pattern too complex");
    while (p != patternEnd()) {
        step();
        if (*p == '(') {
            s = p + 1 != patternEnd() && p[1] == ')' ? open(s, p + 2, Capture::kPosition)
                                                     : open(s, p + 1, Capture::kOpen);
            break;
        }
        if (*p == ')') {
            s = close(s, p + 1);
            break;
        }
        if (*p == '$' && p + 1 == patternEnd()) {
            if (s != subjectEnd()) s = nullptr;
            break;
        }
        bool handled = false;
        Text next = p;
        if (*p == '%' && p + 1 != patternEnd()) {
            s = escaped(s, p, handled, next);
            if (handled) {
                if (!s) break;
                p = next;
                continue;
            }
        }
        const Text after = endOfClass(p);
        const char kind = after != patternEnd() ? *after : '\0';
        if (kind == '*' || kind == '+' || kind == '-' || kind == '?') {
            bool optional_missing = false;
            s = quantified(s, p, after, optional_missing);
            if (!optional_missing) break;
            p = after + 1;
            continue;
        }
        if (!single(s, p, after)) {
            s = nullptr;
            break;
        }
        ++s;
        p = after;
    }
    --depth_;
    return s;
}

// For an optional item that is not there the caller goes on behind it.
const char* Pattern::quantified(Text s, Text p, Text after, bool& optional_missing) {
    const char kind = *after;
    if (kind == '?') {
        const Text end = single(s, p, after) ? match(s + 1, after + 1) : nullptr;
        optional_missing = !end;
        return end ? end : s;
    }
    if (kind == '+') return single(s, p, after) ? expandMost(s + 1, p, after) : nullptr;
    return kind == '*' ? expandMost(s, p, after) : expandLeast(s, p, after);
}

const char* Pattern::expandMost(Text s, Text p, Text after) {
    ptrdiff_t i = 0;
    while (single(s + i, p, after)) ++i;
    for (; i >= 0; --i) {
        step();
        if (const Text end = match(s + i, after + 1)) return end;
    }
    return nullptr;
}

const char* Pattern::expandLeast(Text s, Text p, Text after) {
    for (;; ++s) {
        if (const Text end = match(s, after + 1)) return end;
        if (!single(s, p, after)) return nullptr;
    }
}

// %b, %f and %1: handled; anything else after % is a class.
const char* Pattern::escaped(Text s, Text p, bool& handled, Text& next_p) {
    handled = true;
    const char what = p[1];
    if (what == 'b') {
        next_p = p + 4;
        return balanced(s, p + 2);
    }
    if (what == 'f') {
        next_p = p + 2;
        return frontier(s, next_p);
    }
    if (std::isdigit(static_cast<unsigned char>(what))) {
        next_p = p + 2;
        return backReference(s, what);
    }
    handled = false;
    return s;
}

const char* Pattern::balanced(Text s, Text p) {
    if (patternEnd() - p < 2) luaL_error(L_, "malformed pattern (missing arguments to '%%b')");
    if (s == subjectEnd() || *s != p[0]) return nullptr;
    int open = 1;
    while (++s < subjectEnd()) {
        step();
        if (*s == p[1]) {
            if (--open == 0) return s + 1;
        } else if (*s == p[0]) {
            ++open;
        }
    }
    return nullptr;
}

const char* Pattern::frontier(Text s, Text& p) {
    if (p == patternEnd() || *p != '[') luaL_error(L_, "missing '[' after '%%f' in pattern");
    const Text after = endOfClass(p);
    const int before = s == subject_.data() ? 0 : byteAt(s - 1);
    const int here = s == subjectEnd() ? 0 : byteAt(s);
    const bool at = !inSet(before, p, after - 1) && inSet(here, p, after - 1);
    p = after;
    return at ? s : nullptr;
}

const char* Pattern::backReference(Text s, char digit) {
    const int i = digit - '1';
    if (i < 0 || i >= level_ || captures_[i].size == Capture::kOpen)
        luaL_error(L_, "invalid capture index %%%d", i + 1);
    const auto size = captures_[i].size;
    if (size == Capture::kPosition) return nullptr;
    steps_ += static_cast<uint64_t>(size) / 16;
    if (subjectEnd() - s < size || std::memcmp(captures_[i].begin, s, static_cast<size_t>(size)) != 0)
        return nullptr;
    return s + size;
}

const char* Pattern::open(Text s, Text p, ptrdiff_t kind) {
    if (level_ >= kCapturesMax) luaL_error(L_, "too many captures");
    captures_[level_++] = {s, kind};
    const Text end = match(s, p);
    if (!end) --level_;
    return end;
}

const char* Pattern::close(Text s, Text p) {
    int i = level_ - 1;
    while (i >= 0 && captures_[i].size != Capture::kOpen) --i;
    if (i < 0) luaL_error(L_, "invalid pattern capture");
    captures_[i].size = s - captures_[i].begin;
    const Text end = match(s, p);
    if (!end) captures_[i].size = Capture::kOpen;
    return end;
}

const char* Pattern::endOfClass(Text p) const {
    const char first = *p++;
    if (first == '%') {
        if (p == patternEnd()) luaL_error(L_, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (first != '[') return p;
    if (p != patternEnd() && *p == '^') ++p;
    do {  // a ] at the beginning is a character
        if (p != patternEnd() && *p++ == '%' && p != patternEnd()) ++p;
        if (p == patternEnd()) luaL_error(L_, "malformed pattern (missing ']')");
    } while (*p != ']');
    return p + 1;
}

bool Pattern::single(Text s, Text p, Text after) {
    step();
    if (s >= subjectEnd()) return false;
    const int c = byteAt(s);
    switch (*p) {
        case '.':
            return true;
        case '%':
            return inClass(c, byteAt(p + 1));
        case '[':
            return inSet(c, p, after - 1);
        default:
            return byteAt(p) == c;
    }
}

bool Pattern::inSet(int c, Text p, Text bracket) {
    bool in = true;
    ++p;
    if (*p == '^') {
        in = false;
        ++p;
    }
    for (; p < bracket; ++p) {
        step();
        if (*p == '%') {
            if (inClass(c, byteAt(++p))) return in;
        } else if (p + 2 < bracket && p[1] == '-') {
            if (byteAt(p) <= c && c <= byteAt(p + 2)) return in;
            p += 2;
        } else if (byteAt(p) == c) {
            return in;
        }
    }
    return !in;
}

void Pattern::pushCapture(int i, const char* begin, const char* end) const {
    if (i >= level_) {
        if (i != 0) luaL_error(L_, "invalid capture index %%%d", i + 1);
        lua_pushlstring(L_, begin, static_cast<size_t>(end - begin));
    } else if (captures_[i].size == Capture::kPosition) {
        lua_pushinteger(L_, captures_[i].begin - subject_.data() + 1);
    } else if (captures_[i].size == Capture::kOpen) {
        luaL_error(L_, "unfinished capture");
    } else {
        lua_pushlstring(L_, captures_[i].begin, static_cast<size_t>(captures_[i].size));
    }
}

int Pattern::pushCaptures(const char* begin, const char* end, bool whole) const {
    const int count = level_ == 0 && whole ? 1 : level_;
    luaL_checkstack(L_, count, "too many captures");
    for (int i = 0; i < count; ++i) pushCapture(i, begin, end);
    return count;
}

}  // namespace lua_policy
