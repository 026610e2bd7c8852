// The cache as an instance: its configuration, and sluice.cache/1 in front of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "place.h"
#include "readers.h"
#include "used.h"
#include "writer.h"

namespace cache_disk {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host);
    static const void* interface(std::string_view id);

private:
    struct Table;

    sluice_status get(sluice_ctx* ctx, const std::shared_ptr<Asked>& asked, uint32_t wait_ms);
    std::string status();
    void log(Level level, const std::string& words) const;

    const sluice::Host host_;
    const sluice_host_wait* const wait_;
    const Options options_;
    Used used_;
    Place place_;
    Writer writer_;
    Readers readers_;
};

}  // namespace cache_disk
