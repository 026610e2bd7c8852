// Shapes of values: how many characters, where letters and digits stand, where separators may. The table of a
// region is a list of these; a value that has the shape goes to the check, which knows the checksum and the
// ranges.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "entities.h"
#include "run.h"

namespace pii {

/// Says how sure a value with the right shape is, 0 to 1, or kReject.
using Check = float (*)(const Value& value);
inline constexpr float kReject = -1;

enum ShapeFlags : uint8_t {
    kMixed = 1,      // separators may differ from one another
    kNeedsWord = 2,  // counts only behind a word that speaks for it
    kGluedLeft = 4,  // may follow a letter directly: "hetu:is030594W903B"
    kAllGaps = 8,    // with separators everywhere or nowhere
};

struct ShapeSpec {
    Kind kind;
    /// '9' digit, 'A' letter, 'X' either, '?' a separator may stand here, '!' a separator must.
    std::string_view pattern;
    uint8_t seps;  // Sep, which ones
    float score;   // if there is no check
    Check check = nullptr;
    uint8_t flags = 0;
};

struct Shape {
    uint64_t digits = 0, letters = 0;  // where they must stand
    uint64_t may_gap = 0, must_gap = 0;
    uint8_t seps = 0, flags = 0;
    int n = 0;
    Kind kind{};
    float score = 0;
    Check check = nullptr;
};

Shape compile(const ShapeSpec& spec);

/// Does the prefix of the run with the shape's length have the shape?
inline bool matches(const Shape& shape, const Run& run) {
    const auto mask = run.maskOf(shape.n);
    const auto digits = run.digits & mask;
    const auto gaps = run.gaps & mask;
    if ((digits & shape.digits) != shape.digits || (digits & shape.letters) != 0) return false;
    return (gaps & ~shape.may_gap) == 0 && (gaps & shape.must_gap) == shape.must_gap;
}

/// Are the separators of the right kind, and all the same if they must be?
bool separatorsFit(const Shape& shape, const Run& run);

/// The tables, one a region.
std::span<const ShapeSpec> worldShapes();
std::span<const ShapeSpec> usShapes();
std::span<const ShapeSpec> usLicenseShapes();
std::span<const ShapeSpec> ukShapes();
std::span<const ShapeSpec> deShapes();
std::span<const ShapeSpec> deHealthShapes();
std::span<const ShapeSpec> frShapes();
std::span<const ShapeSpec> iberiaShapes();
std::span<const ShapeSpec> itShapes();
std::span<const ShapeSpec> plShapes();
std::span<const ShapeSpec> nordicShapes();
std::span<const ShapeSpec> auShapes();
std::span<const ShapeSpec> inShapes();
std::span<const ShapeSpec> eastAsiaShapes();
std::span<const ShapeSpec> restShapes();

/// The enabled shapes, by length and by whether they begin with a digit. Immutable. [any]
class ShapeIndex {
public:
    explicit ShapeIndex(const KindSet& enabled);
    /// Those that the first `n` characters of the run may have.
    std::span<const Shape> forRun(const Run& run, int n) const {
        const auto& some = shapes_[run.digits & 1][static_cast<size_t>(n)];
        const bool never = (run.gaps & run.maskOf(n) & ~some.may_gap) != 0;  // a separator where none has one
        return never ? std::span<const Shape>() : some.shapes;
    }
    /// Bit n: there is a shape of n characters.
    uint64_t lengths() const { return lengths_; }
    bool gluedLeft() const { return glued_left_; }

private:
    struct Some {
        std::vector<Shape> shapes;
        uint64_t may_gap = 0;
    };
    std::array<std::array<Some, Run::kMax + 1>, 2> shapes_;
    uint64_t lengths_ = 0;
    bool glued_left_ = false;
};

}  // namespace pii
