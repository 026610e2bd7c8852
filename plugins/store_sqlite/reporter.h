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

private:
    const Database& database_;
    Combos& combos_;
    Fresh fresh_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
};

}  // namespace store_sqlite
