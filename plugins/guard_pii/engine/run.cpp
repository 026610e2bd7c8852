#include "run.h"

#include "chars.h"

namespace pii {
namespace {

constexpr int kGroupsMax = 10;  // an IBAN has nine

uint8_t sepOf(char c) {
    switch (c) {
        case ' ':
            return kSpace;
        case '-':
            return kDash;
        case '.':
            return kDot;
        case '/':
            return kSlash;
        case ':':
            return kColon;
        case '+':
            return kPlus;
        default:
            return 0;
    }
}

}  // namespace

void readRun(std::string_view text, size_t begin, Run& run) {
    run.n = 0;
    run.digits = run.lower = run.gaps = run.ends = 0;
    run.begin = begin;
    run.text = text;
    uint64_t word_begin = 0;  // of the word that is being read
    int groups = 0;
    int wordless = 0;  // words without a digit in a row, after the first digit
    for (size_t i = begin; run.n < Run::kMax; ++i) {
        const char c = at(text, i);
        if (isAlnum(c)) {
            const auto bit = uint64_t{1} << run.n;
            if (isDigit(c)) run.digits |= bit;
            if (isLower(c)) run.lower |= bit;
            run.c[run.n++] = upper(c);
            continue;
        }
        if (!touchesRight(text, i)) run.ends |= uint64_t{1} << run.n;
        const bool any = run.digits != 0;
        wordless = any && run.digits >> word_begin == 0 ? wordless + 1 : 0;
        const auto sep = sepOf(c);
        if (sep == 0 || wordless == 2 || !isAlnum(at(text, i + 1)) || ++groups == kGroupsMax) return;
        if (run.n >= 2 && (run.gaps >> (run.n - 1) & run.gaps >> (run.n - 2) & 1) != 0) return;
        word_begin = run.n;
        run.gaps |= uint64_t{1} << run.n;
        run.sep[run.n] = sep;
    }
    if (!touchesRight(text, run.endOf(run.n))) run.ends |= uint64_t{1} << run.n;
}

}  // namespace pii
