// What the fuzz targets share: the input, cut into pieces, and a check that stays on in every build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace sluice::fuzz {

/// Ends the program with `what`, so that libFuzzer keeps the input.
inline void require(bool fine, const char* what) {
    if (fine) return;
    std::fprintf(stderr, "fuzz: %s\n", what);
    std::abort();
}

/// The first byte says how the rest is cut: 0 not at all, else into pieces of that many bytes and one less.
struct Input {
    Input(const uint8_t* data, size_t size) : cut(size ? data[0] : 0) {
        if (size > 0) text = {reinterpret_cast<const char*>(data) + 1, size - 1};
    }
    std::vector<std::string_view> pieces() const {
        if (cut == 0) return {text};
        std::vector<std::string_view> all;
        for (size_t at = 0, step = cut; at < text.size(); step = step == cut && cut > 1 ? cut - 1 : cut) {
            all.push_back(text.substr(at, step));
            at += all.back().size();
        }
        return all;
    }
    size_t cut = 0;
    std::string_view text;
};

}  // namespace sluice::fuzz
