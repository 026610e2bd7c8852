#include "chars.h"
#include "recognisers.h"

namespace pii {
namespace {

constexpr size_t kLocalMax = 64;  // RFC 5321, 4.5.3.1.1

bool isLocal(char c) { return isAlnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'; }

// A value that hangs on others by a separator is likely a piece of something longer.
float joined(const Run& run, const Shape& shape, float score) {
    const auto text = run.text;
    const size_t end = run.endOf(shape.n);
    const char before = run.begin > 0 ? text[run.begin - 1] : ' ';
    const char after = at(text, end);
    const auto hangs = [](char c) { return c == '-' || c == '/' || c == '.'; };
    if (hangs(before) && run.begin > 1 && isAlnum(text[run.begin - 2])) score *= 0.6F;
    if (hangs(after) && isAlnum(at(text, end + 1))) score *= 0.6F;
    const auto gaps = run.gaps & run.maskOf(shape.n);
    if (gaps != 0 && after == text[run.endOf(__builtin_ctzll(gaps))] && isDigit(at(text, end + 1)))
        score *= 0.8F;
    return score;
}

}  // namespace

bool insideEmail(std::string_view text, size_t begin, size_t end) {
    size_t i = end;
    while (i < end + kLocalMax && isLocal(at(text, i))) ++i;
    if (at(text, i) == '@' && isAlnum(at(text, i + 1))) return true;
    i = begin;
    while (i > 0 && begin - i < kLocalMax &&
           (isAlnum(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == '-'))
        --i;
    return i > 1 && text[i - 1] == '@' && isLocal(text[i - 2]);
}

bool insideNumber(std::string_view text, size_t begin, size_t end) {
    if (begin > 1 && text[begin - 1] == '.' && isDigit(text[begin - 2]) && isDigit(at(text, begin)))
        return true;
    return at(text, end) == '.' && isDigit(at(text, end + 1)) && isDigit(text[end - 1]);
}

void findShapes(Pass& pass, const ShapeIndex& shapes, const Run& run, bool glued) {
    for (auto ends = run.ends & shapes.lengths(); ends != 0; ends &= ends - 1) {
        const int n = __builtin_ctzll(ends);
        for (const auto& shape : shapes.forRun(run, n)) {
            if (!matches(shape, run) || (glued && (shape.flags & kGluedLeft) == 0)) continue;
            if (!separatorsFit(shape, run)) continue;
            float score = shape.score;
            if (shape.check) score = shape.check(Value{run, n});
            const size_t end = run.endOf(n);
            if (score < 0 || insideNumber(run.text, run.begin, end) || insideEmail(run.text, run.begin, end))
                continue;
            score = joined(run, shape, glued ? score * 0.8F : score);
            pass.add(shape.kind, run.begin, end, score, (shape.flags & kNeedsWord) != 0);
        }
    }
}

}  // namespace pii
