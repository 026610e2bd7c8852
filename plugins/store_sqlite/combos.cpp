#include "combos.h"

#include <mutex>

namespace store_sqlite {

Combos::Columns Combos::none() {
    Columns columns;
    for (auto& column : columns) column.resize(1);
    return columns;
}

Combos::View Combos::upToDate(Connection& connection) {
    // Mostly nothing has come: then nobody who reads waits for anybody else who does.
    const int64_t last = connection.value("SELECT max(id) FROM combos");
    {
        std::shared_lock lock(mutex_);
        if (last < static_cast<int64_t>(columns_.back().size())) return View(std::move(lock), columns_);
    }
    {
        const std::unique_lock lock(mutex_);
        auto read = connection.prepare(
            "SELECT id, key_id, user, team, organization, model_group, model, provider FROM combos "
            "WHERE id >= ?1 ORDER BY id");
        read.with(static_cast<int64_t>(columns_.back().size()));  // the last one grows last
        while (read.step()) {
            for (size_t i = 0; i < kComboColumns; ++i) {
                columns_[i].resize(static_cast<size_t>(read.integer(0)) + 1);
                columns_[i].back() = static_cast<uint32_t>(read.integer(static_cast<int>(i) + 1));
            }
        }
    }
    return View(std::shared_lock(mutex_), columns_);
}

}  // namespace store_sqlite
