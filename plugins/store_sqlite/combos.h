// Who asked which model, in memory, by the number that rows have of it: 28 bytes each. A column after the
// other: who looks for all of one key or team goes through that one only.
#pragma once

#include <array>
#include <cstdint>
#include <shared_mutex>
#include <vector>

#include "names.h"
#include "sqlite.h"
#include "store_common/ledger.h"

namespace store_sqlite {

class Combos {
public:
    using Column = std::vector<uint32_t>;  // numbers of names, by the number of the combo
    using Columns = std::array<Column, kComboColumns>;

    /// As long as it lives, nothing changes. Knows every number that the reader's transaction can see.
    class View {
    public:
        const Column& column(By by) const { return columns_[static_cast<size_t>(by)]; }
        int64_t part(By by, int64_t combo) const { return column(by)[static_cast<size_t>(combo)]; }
        int64_t end() const { return static_cast<int64_t>(columns_.back().size()); }

    private:
        friend class Combos;
        View(std::shared_lock<std::shared_mutex> lock, const Columns& columns)
            : lock_(std::move(lock)), columns_(columns) {}
        std::shared_lock<std::shared_mutex> lock_;
        const Columns& columns_;
    };

    /// Reads what has come since, within the transaction that runs. [any]
    View upToDate(Connection& connection);

private:
    static Columns none();

    std::shared_mutex mutex_;
    Columns columns_ = none();  // numbers begin with 1, and none is ever taken away
};

}  // namespace store_sqlite
