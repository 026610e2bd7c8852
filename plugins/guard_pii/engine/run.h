// Words that stand side by side, joined by single separators: "DE89 3704 0044", "078-05-1120". A value that
// people write in groups is a beginning of such a run; it is compared without its separators.
#pragma once

#include <cstdint>
#include <string_view>

namespace pii {

enum Sep : uint8_t { kSpace = 1, kDash = 2, kDot = 4, kSlash = 8, kColon = 16, kPlus = 32 };

struct Run {
    static constexpr int kMax = 40;  // characters without separators

    char c[kMax];            // upper case
    uint8_t n = 0;           // how many
    uint64_t digits = 0;     // bit i: c[i] is a digit
    uint64_t lower = 0;      // bit i: it was of lower case
    uint64_t gaps = 0;       // bit i: a separator stands between c[i-1] and c[i]
    uint8_t sep[kMax] = {};  // which one: Sep, where gaps has a bit
    uint64_t ends = 0;       // bit i: a value of i characters may end here (a word does)
    size_t begin = 0;        // in the text
    std::string_view text;

    uint64_t maskOf(int length) const { return (uint64_t{1} << length) - 1; }
    size_t endOf(int length) const {
        return begin + static_cast<size_t>(length + __builtin_popcountll(gaps & maskOf(length)));
    }
};

/// The run that begins at `begin`, which must be a letter or a digit. Ends before a second word in a row that
/// has no digit (the text goes on), at kMax characters, after ten groups, at a third group in a row that has
/// one character, and at anything that is no single separator. [any]
void readRun(std::string_view text, size_t begin, Run& run);

/// A prefix of a run, which a recogniser looks at: c[0] … c[n-1] are letters (upper case) and digits.
struct Value {
    const Run& run;
    int n;

    char operator[](int i) const { return run.c[i]; }
    int digit(int i) const { return run.c[i] - '0'; }
    int number(int from, int count) const {
        int all = 0;
        for (int i = from; i < from + count; ++i) all = all * 10 + digit(i);
        return all;
    }
    bool grouped() const { return (run.gaps & run.maskOf(n)) != 0; }
    int groups() const { return 1 + __builtin_popcountll(run.gaps & run.maskOf(n)); }
    std::string_view chars() const { return {run.c, static_cast<size_t>(n)}; }
    bool allSame() const { return chars().find_first_not_of(run.c[0]) == std::string_view::npos; }
    bool anyLower() const { return (run.lower & run.maskOf(n)) != 0; }
};

}  // namespace pii
