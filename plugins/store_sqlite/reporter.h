// Answers to questions about usage: docs/store.md.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "combos.h"
#include "database.h"
#include "fresh.h"

namespace store_sqlite {

/// For several threads at once: each question has a connection of its own.
class Reporter {
public:
    Reporter(const Database& database, Combos& combos) : database_(database), combos_(combos) {}

    /// True and the answer, or false and {"error": …} that says what was found, where, and what is allowed.
    /// Throws SqlError.
    bool answer(std::string_view question, std::string& json);

    /// Reads, once, what every question needs to know of the past: 0.1 s for a hundred thousand combos, which
    /// the first question would wait for. What goes wrong, that question tells. Throws nothing.
    void warmUp();

private:
    std::unique_ptr<Connection> takeConnection();

    const Database& database_;
    Combos& combos_;
    Fresh fresh_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
    bool warm_ = false;                              // warmUp's alone
};

}  // namespace store_sqlite
