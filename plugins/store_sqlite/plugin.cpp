#include "plugin.h"

#include <sluice/config.hpp>

#include "store_common/service.h"

namespace store_sqlite {
namespace {

Options optionsOf(std::string_view json) {
    Options options;
    const sluice::ConfigObject config(json);
    config.read("path", options.path);
    config.read("retention_days", options.retention_days);
    config.read("busy_timeout_ms", options.busy_timeout_ms);
    config.read("poll_ms", options.poll_ms);
    config.read("sync", options.sync);
    return options;
}

}  // namespace

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host),
      store_(optionsOf(config_json), [this](Level level, const std::string& words) { log(level, words); }) {}

const void* Plugin::interface(std::string_view id) {
    return id == SLUICE_STORE_ID ? store_common::Service<Plugin>::table() : nullptr;
}

sluice_status Plugin::failed(const char* doing, const std::exception& error) {
    const auto* sql = dynamic_cast<const SqlError*>(&error);
    const bool first = !failing_.exchange(true);
    if (first) log(Level::Error, store_.path() + ": " + doing + " failed: " + error.what());
    return sql ? SLUICE_E_UNAVAILABLE : SLUICE_E_INTERNAL;
}

void Plugin::worked() {
    if (failing_.exchange(false)) log(Level::Info, store_.path() + ": works again");
}

void Plugin::log(Level level, const std::string& words) const {
    if (level == Level::Error) return host_.error(words);
    level == Level::Warn ? host_.warn(words) : host_.info(words);
}

}  // namespace store_sqlite
