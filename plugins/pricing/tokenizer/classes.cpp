#include "classes.h"

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <sluice/json.hpp>

namespace pricing {
namespace {

struct Range {
    uint32_t begin;
    Class what;
};

const std::vector<Range>& ranges() {
    constexpr auto Other = Class::Other, Upper = Class::Upper, Lower = Class::Lower, Letter = Class::Letter,
                   Mark = Class::Mark, Number = Class::Number, Space = Class::Space;
    static const std::vector<Range> all{
#include "classes.inc"
    };
    return all;
}

// In blocks of 256 code points, equal ones once: 50 KB instead of a megabyte.
class Table {
public:
    Table() {
        std::map<std::string, uint16_t> known;
        std::string block(kBlock, '\0');
        size_t range = 0;
        for (uint32_t code = 0; code < kCodes; ++code) {
            while (range + 1 < ranges().size() && ranges()[range + 1].begin <= code) ++range;
            block[code % kBlock] = static_cast<char>(ranges()[range].what);
            if (code % kBlock != kBlock - 1) continue;
            const auto [entry, fresh] = known.emplace(block, static_cast<uint16_t>(known.size()));
            if (fresh) cells_ += block;
            blocks_[code / kBlock] = entry->second;
        }
    }
    Class at(uint32_t code) const {
        return static_cast<Class>(cells_[blocks_[code / kBlock] * kBlock + code % kBlock]);
    }

private:
    static constexpr uint32_t kCodes = 0x110000, kBlock = 256;
    uint16_t blocks_[kCodes / kBlock] = {};
    std::string cells_;
};

}  // namespace

namespace detail {

constexpr Class o = Class::Other, u = Class::Upper, l = Class::Lower, n = Class::Number, s = Class::Space;
const Class kAscii[128] = {o, o, o, o, o, o, o, o, o, s, s, s, s, s, o, o, o, o, o, o, o, o, o, o, o, o,
                           o, o, o, o, o, o, s, o, o, o, o, o, o, o, o, o, o, o, o, o, o, o, n, n, n, n,
                           n, n, n, n, n, n, o, o, o, o, o, o, o, u, u, u, u, u, u, u, u, u, u, u, u, u,
                           u, u, u, u, u, u, u, u, u, u, u, u, u, o, o, o, o, o, o, l, l, l, l, l, l, l,
                           l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, l, o, o, o, o, o};

Char decoded(const char* at, const char* end) {
    static const Table table;
    const size_t size = sluice::detail::characterAt({at, static_cast<size_t>(end - at)});
    if (size < 2) return {Class::Other, 1};
    const auto byte = [at](size_t i) { return static_cast<unsigned char>(at[i]); };
    uint32_t code = byte(0) & (0x7Fu >> size);
    for (size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3Fu);
    return {table.at(code), static_cast<uint8_t>(size)};
}

}  // namespace detail
}  // namespace pricing
