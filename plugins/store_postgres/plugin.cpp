#include "plugin.h"

#include <algorithm>

#include <sluice/config.hpp>

#include "store_common/service.h"

namespace store_postgres {
namespace {

bool isName(const std::string& name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && name.size() <= 40 && letter(name[0]) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

Options optionsOf(std::string_view json, const sluice::Host& host) {
    Options options;
    const sluice::ConfigObject config(json, &host);
    config.read("url", options.url);
    config.read("password", options.password);
    config.read("schema", options.schema);
    config.read("pool_size", options.pool_size);
    config.read("connect_timeout_ms", options.connect_timeout_ms);
    config.read("statement_timeout_ms", options.statement_timeout_ms);
    config.read("lock_timeout_ms", options.lock_timeout_ms);
    config.read("poll_ms", options.poll_ms);
    config.read("retention_days", options.retention_days);
    config.read("cache_path", options.cache_path);
    options.pool_size = std::max<int64_t>(options.pool_size, 1);
    options.poll_ms = std::max<int64_t>(options.poll_ms, 10);
    // An empty one would be libpq's defaults: some database of this machine.
    if (options.url.empty())
        throw sluice::ConfigError(
            "url: found nothing; allowed: postgresql://user:password@host:5432/database, or "
            "os.environ/DATABASE_URL with that variable set");
    if (!isName(options.schema))
        throw sluice::ConfigError("schema: found no name; allowed: [a-z_][a-z0-9_]*, at most 40 characters");
    return options;
}

}  // namespace

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host), store_(optionsOf(config_json, host), [this](Level level, const std::string& words) {
          log(level, words);
      }) {}

const void* Plugin::interface(std::string_view id) {
    return id == SLUICE_STORE_ID ? store_common::Service<Plugin>::table() : nullptr;
}

sluice_status Plugin::failed(const char* doing, const std::exception& error) {
    const auto* sql = dynamic_cast<const SqlError*>(&error);
    if (sql && sql->lost()) return SLUICE_E_UNAVAILABLE;
    const bool first = !failing_.exchange(true);
    if (first) log(Level::Error, store_.place() + ": " + doing + " failed: " + error.what());
    return sql ? SLUICE_E_UNAVAILABLE : SLUICE_E_INTERNAL;
}

void Plugin::worked() {
    if (failing_.exchange(false)) log(Level::Info, store_.place() + ": works again");
}

void Plugin::log(Level level, const std::string& words) const {
    if (level == Level::Error) return host_.error(words);
    level == Level::Warn ? host_.warn(words) : host_.info(words);
}

}  // namespace store_postgres
