// Australia. Sources: ABR "Format of the ABN" (modulus 89); ASIC "Australian Company Number digit check"; ATO
// on tax file numbers (modulus 11, as Wikipedia describes it); Services Australia on Medicare card numbers.
#include "checks.h"
#include "shape.h"

namespace pii {
namespace {

float abn(const Value& v) {
    if (v[0] == '0') return kReject;
    return (weighted(v, {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}) - 10) % 89 == 0
               ? (v.grouped() ? 0.95F : 0.85F)
               : kReject;
}

float acn(const Value& v) {
    const int sum = weighted(v, {8, 7, 6, 5, 4, 3, 2, 1});
    if (v.allSame() || (10 - sum % 10) % 10 != v.digit(8)) return kReject;
    return v.grouped() ? 0.4F : 0.2F;
}

float tfn(const Value& v) {
    if (v.allSame() || weighted(v, {1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 != 0) return kReject;
    return v.grouped() ? 0.4F : 0.25F;
}

float medicare(const Value& v) {
    if (v[0] < '2' || v[0] > '6') return kReject;
    if (weighted(v, {1, 3, 7, 9, 1, 3, 7, 9}) % 10 != v.digit(8)) return kReject;
    return v.groups() == 3 ? 0.6F : 0.3F;
}

constexpr ShapeSpec kShapes[] = {
    {Kind::AuAbn, "99?999?999?999", kSpace, 0, abn, kAllGaps},
    {Kind::AuAcn, "999?999?999", kSpace, 0, acn, kAllGaps},
    {Kind::AuTfn, "999?999?999", kSpace, 0, tfn, kAllGaps},
    {Kind::AuMedicare, "9999?99999?9", kSpace, 0, medicare, kAllGaps},
};

}  // namespace

std::span<const ShapeSpec> auShapes() { return kShapes; }

}  // namespace pii
