// Texts that come again and again (keys, teams, models, …) are numbers in rows, and so is who asked which
// model. This is the writing side; what it remembers holds as long as no transaction is taken back: then
// forget().
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sqlite.h"
#include "store_common/log_row.h"

namespace store_sqlite {

/// The columns of combos, as numbers of names.
using Combo = std::array<int64_t, kComboColumns>;

class Names {
public:
    explicit Names(Connection& connection);

    /// The number of a text; an empty one is 0. Makes one within the transaction that runs.
    int64_t idOf(std::string_view name);
    /// The same for one of kColumnsMax columns, where the text of the row before comes again more often than
    /// not.
    int64_t idOf(size_t column, std::string_view name) {
        Known& last = last_[column];
        if (last.name != name) last = {std::string(name), idOf(name)};
        return last.id;
    }
    static constexpr size_t kColumnsMax = 16;
    int64_t idOf(const Combo& combo);
    void forget();

private:
    struct TextHash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct ComboHash {
        size_t operator()(const Combo& combo) const;
    };

    struct Known {
        std::string name;
        int64_t id = 0;
    };

    Connection& connection_;
    std::array<Known, kColumnsMax> last_;
    Statement find_, insert_, find_combo_, insert_combo_;
    std::unordered_map<std::string, int64_t, TextHash, std::equal_to<>> names_;
    std::unordered_map<Combo, int64_t, ComboHash> combos_;
};

}  // namespace store_sqlite
