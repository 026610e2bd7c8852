#include "options.h"

#include <algorithm>

#include <sluice/config.hpp>

namespace ledger {
namespace {

void read(const sluice::ConfigObject& config, std::string_view key, milliseconds& out) {
    int64_t ms = out.count();
    config.read(key, ms);
    out = milliseconds(ms);
}

}  // namespace

Options optionsOf(std::string_view config_json) {
    Options options;
    const sluice::ConfigObject config(config_json);
    config.read("store", options.store);
    config.read("spool", options.spool);
    read(config, "flush_ms", options.flush);
    read(config, "store_flush_ms", options.store_flush);
    read(config, "drain_ms", options.drain);
    read(config, "adopt_ms", options.adopt);
    int64_t batch = static_cast<int64_t>(options.batch);
    config.read("batch", batch);
    options.batch = batch < 1 ? 1 : static_cast<size_t>(batch);
    int64_t max_spool = static_cast<int64_t>(options.max_spool);
    config.read("max_spool", max_spool);
    options.max_spool = max_spool < 0 ? 0 : static_cast<uint64_t>(max_spool);
    // So that what is stored, but not removed yet, is a small part of it.
    options.segment_bytes = std::min(options.segment_bytes, options.max_spool / 8);
    std::string sync = "none";
    config.read("sync", sync, {"none", "batch"});
    options.sync = sync == "batch";
    while (options.spool.size() > 1 && options.spool.back() == '/') options.spool.pop_back();
    return options;
}

}  // namespace ledger
