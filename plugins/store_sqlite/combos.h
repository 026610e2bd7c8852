// Who asked which model, in memory, by the number that rows have of it: 28 bytes each.
#pragma once

#include <array>
#include <cstdint>
#include <shared_mutex>
#include <vector>

#include "names.h"
#include "sqlite.h"

namespace store_sqlite {

class Combos {
public:
    using Parts = std::array<uint32_t, kComboColumns>;

    /// As long as it lives, nothing changes. Knows every number that the reader's transaction can see.
    class View {
    public:
        const Parts& operator[](int64_t combo) const { return parts_[static_cast<size_t>(combo)]; }
        int64_t end() const { return static_cast<int64_t>(parts_.size()); }

    private:
        friend class Combos;
        View(std::shared_lock<std::shared_mutex> lock, const std::vector<Parts>& parts)
            : lock_(std::move(lock)), parts_(parts) {}
        std::shared_lock<std::shared_mutex> lock_;
        const std::vector<Parts>& parts_;
    };

    /// Reads what has come since, within the transaction that runs. [any]
    View upToDate(Connection& connection);

private:
    std::shared_mutex mutex_;
    std::vector<Parts> parts_{Parts{}};  // numbers begin with 1, and none is ever taken away
};

}  // namespace store_sqlite
