// The table in force: what comes with Sluice, then the file, then the configuration, then what was set at run
// time. Replaced as a whole: a request sees one table or the next, never half of each.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "table.h"

namespace pricing {

class Book {
public:
    /// Throws sluice::ConfigError if the file cannot be read, or is no table.
    Book(std::string file, Entries configured);

    /// [any thread]
    std::shared_ptr<const Table> table() const { return std::atomic_load(&table_); }

    /// Reads the file again. Throws sluice::ConfigError; then the table stays. Blocks on the disk.
    void reload();
    /// Changes at run time, on top of the earlier ones; null for a model takes its changes back. Throws
    /// likewise.
    void change(std::string_view json);

    /// The changes at run time, for another instance.
    std::string changes() const;

private:
    void rebuild(const Entries& from_file, const Entries& changes);

    const std::string file_;
    const Entries configured_;
    mutable std::mutex changing_;
    Entries from_file_, changes_;
    std::shared_ptr<const Table> table_;
};

}  // namespace pricing
