// How deeply a JSON text nests, before somebody walks it by recursion: hooks run on fibers, whose stacks are
// small.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sluice {

/// Does `json` open more than `depth` objects and lists inside of each other? It need not be valid. Linear.
/// [any]
inline bool nestedBeyond(std::string_view json, size_t depth) {
    size_t open = 0;
    bool quoted = false;
    for (size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++open > depth) return true;
        } else if ((c == '}' || c == ']') && open > 0) {
            --open;
        }
    }
    return false;
}

}  // namespace sluice
