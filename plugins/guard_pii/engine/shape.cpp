#include "shape.h"

namespace pii {

Shape compile(const ShapeSpec& spec) {
    Shape shape;
    shape.kind = spec.kind;
    shape.seps = spec.seps;
    shape.flags = spec.flags;
    shape.score = spec.score;
    shape.check = spec.check;
    for (const char c : spec.pattern) {
        const auto bit = uint64_t{1} << shape.n;
        if (c == '?' || c == '!') {
            shape.may_gap |= bit;
            if (c == '!') shape.must_gap |= bit;
            continue;
        }
        if (c == '9') shape.digits |= bit;
        if (c == 'A') shape.letters |= bit;
        ++shape.n;
    }
    return shape;
}

bool separatorsFit(const Shape& shape, const Run& run) {
    const auto gaps = run.gaps & run.maskOf(shape.n);
    if ((shape.flags & kAllGaps) != 0 && gaps != 0 && gaps != shape.may_gap) return false;
    uint8_t seen = 0;
    for (auto rest = gaps; rest != 0; rest &= rest - 1) seen |= run.sep[__builtin_ctzll(rest)];
    if ((seen & ~shape.seps) != 0) return false;
    return (shape.flags & kMixed) != 0 || (seen & (seen - 1)) == 0;
}

ShapeIndex::ShapeIndex(const KindSet& enabled) {
    const std::span<const ShapeSpec> tables[] = {
        worldShapes(),    usShapes(), usLicenseShapes(), ukShapes(),       deShapes(),
        deHealthShapes(), frShapes(), iberiaShapes(),    itShapes(),       plShapes(),
        nordicShapes(),   auShapes(), inShapes(),        eastAsiaShapes(), restShapes()};
    for (const auto& table : tables) {
        for (const auto& spec : table) {
            if (!enabled[static_cast<size_t>(spec.kind)]) continue;
            const auto shape = compile(spec);
            for (const size_t digit : {0U, 1U}) {
                if (((digit == 1 ? shape.letters : shape.digits) & 1) != 0) continue;
                auto& some = shapes_[digit][static_cast<size_t>(shape.n)];
                some.shapes.push_back(shape);
                some.may_gap |= shape.may_gap;
            }
            lengths_ |= uint64_t{1} << shape.n;
            glued_left_ |= (shape.flags & kGluedLeft) != 0;
        }
    }
}

}  // namespace pii
