// A fixed set of names, hashed by the compiler: for what is asked of every member of every request.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <string_view>

namespace sluice::base {

/// constexpr NameSet kColours{std::array<std::string_view, 2>{"red", "blue"}}; no name may be empty.
template <size_t N>
class NameSet {
public:
    constexpr explicit NameSet(const std::array<std::string_view, N>& names) {
        for (const auto name : names) {
            size_t slot = slotOf(name);
            while (!slots_[slot].empty()) slot = (slot + 1) % kSlots;
            slots_[slot] = name;
        }
    }

    constexpr bool has(std::string_view name) const {
        if (name.empty()) return false;
        for (size_t slot = slotOf(name); !slots_[slot].empty(); slot = (slot + 1) % kSlots) {
            if (slots_[slot] == name) return true;
        }
        return false;
    }

private:
    static constexpr size_t kSlots = std::bit_ceil(4 * N);  // three of four are empty: most looks end at once

    static constexpr size_t slotOf(std::string_view name) {
        const auto at = [name](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(name[i])); };
        return (name.size() * 11 + at(0) * 31 + at(name.size() / 2) * 7 + at(name.size() - 1) * 131) % kSlots;
    }

    std::array<std::string_view, kSlots> slots_{};
};

}  // namespace sluice::base
