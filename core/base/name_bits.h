// Which names a small set may hold, in one word: most names that are asked for are not there, and that is
// known without a look at those that are.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::base {

class NameBits {
public:
    void add(std::string_view name) { bits_ |= bitOf(name); }
    /// False: it has never been added. Case makes no difference.
    bool mayHave(std::string_view name) const { return (bits_ & bitOf(name)) != 0; }
    void clear() { bits_ = 0; }

private:
    static uint64_t bitOf(std::string_view name) {
        const auto last = static_cast<unsigned char>(name.empty() ? 0 : name.back() | 0x20);
        return uint64_t{1} << ((name.size() * 7 + last) & 63);
    }

    uint64_t bits_ = 0;
};

}  // namespace sluice::base
