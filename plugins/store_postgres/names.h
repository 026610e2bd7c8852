// Texts that come again and again (keys, teams, models, …) are numbers in rows, and so is who asked which
// model. This is the writing side, many at once; what it remembers holds as long as no transaction is taken
// back: then forget(). Whoever uses it holds Alone::Appending.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pq.h"
#include "store_common/log_row.h"

namespace store_postgres {

using Combo = std::array<int64_t, kComboColumns>;
/// The columns of combos, in the order of By.
extern const char* const kComboNames[kComboColumns];

class Names {
public:
    /// Makes known which texts are going to be asked for; makes numbers where there are none yet.
    void learn(Connection& connection, const std::vector<std::string_view>& texts);
    /// An empty text is 0; others have been learnt.
    int64_t idOf(std::string_view text) const;

    void learn(Connection& connection, const std::vector<Combo>& combos);
    int64_t idOf(const Combo& combo) const { return combos_.at(combo); }

    void forget();

private:
    struct TextHash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct ComboHash {
        size_t operator()(const Combo& combo) const;
    };

    std::unordered_map<std::string, int64_t, TextHash, std::equal_to<>> names_;
    std::unordered_map<Combo, int64_t, ComboHash> combos_;
};

}  // namespace store_postgres
