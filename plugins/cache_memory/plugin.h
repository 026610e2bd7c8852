// The store as an instance: its configuration, sluice.cache/1 in front of it, and its way over reloads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "engine/store.h"
#include "handover.h"

namespace cache_memory {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host);
    static const void* interface(std::string_view id);

    std::string export_state() { return written(handover_); }
    bool import_state(std::string_view bytes);

private:
    struct Table;

    const sluice::Host host_;
    const Options options_;
    std::shared_ptr<Store> store_;  // set before it serves, never after
    Handover handover_;
};

}  // namespace cache_memory
