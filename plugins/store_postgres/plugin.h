// The store as an instance: its configuration, and sluice.store/1 in front of it.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "store.h"

namespace store_postgres {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host);

    static const void* interface(std::string_view id);

    Store& store() { return store_; }
    /// Says so once when the store begins to fail and once when it works again; of a database that is away
    /// the store has said so. The status for the caller.
    sluice_status failed(const char* doing, const std::exception& error);
    void worked();
    void log(Level level, const std::string& words) const;

private:
    sluice::Host host_;
    std::atomic<bool> failing_{false};
    Store store_;
};

}  // namespace store_postgres
