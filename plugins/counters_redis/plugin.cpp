// Limits of several gateways together, counted on Redis.
#include <nlohmann/json.hpp>
#include <sluice/config.hpp>
#include <sluice/plugin.hpp>

#include "redis_common/settings.h"
#include "shared.h"

namespace counters_redis {

using Json = nlohmann::json;

namespace {

constexpr uint32_t kHeartbeatMs = 3000;

Options readOptions(const std::string& text, const sluice::Host& host) {
    const Json json = Json::parse(text);
    Options options;
    options.prefix = json.value("prefix", options.prefix);
    options.deadline_ms = json.value("deadline_ms", options.deadline_ms);
    options.timeout_ms = json.value("timeout_ms", options.timeout_ms);
    options.address = redis_common::readAddress(json, host);
    // The client library of Debian 12 (hiredis 0.14) has no TLS.
    if (options.address.tls)
        throw sluice::ConfigError("url: TLS is not supported: put a tunnel such as stunnel in between");
    return options;
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : shared_(host, readOptions(std::string(config_json), host)) {
        if (const auto* timers = host.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID))
            (void)timers->every(
                host.raw(), kHeartbeatMs, [](void* shared) { static_cast<Shared*>(shared)->heartbeat(); },
                &shared_);
    }

    static const void* interface(std::string_view id) {
        static const sluice_counters table{
            sizeof(sluice_counters),
            0,
            [](sluice_instance* self, sluice_ctx* ctx, sluice_counter* all, size_t count, size_t* which) {
                return of(self).take(ctx, all, count, which);
            },
            [](sluice_instance* self, const sluice_counter* all, size_t count) {
                of(self).settle(all, count);
            },
            [](sluice_instance* self, const sluice_counter* all, size_t count) { of(self).seed(all, count); },
            [](sluice_instance* self, sluice_counter* all, size_t count) {
                return of(self).read(all, count);
            }};
        return id == SLUICE_COUNTERS_ID ? &table : nullptr;
    }

private:
    static Shared& of(sluice_instance* self) { return reinterpret_cast<Plugin*>(self)->shared_; }

    Shared shared_;
};

}  // namespace counters_redis

SLUICE_PLUGIN(counters_redis::Plugin, R"({
  "id": "counters_redis",
  "version": "0.1.0",
  "abi": 1,
  "description": "Counts limits and budgets on Redis, for several gateways together",
  "interfaces": ["sluice.counters/1"],
  "activated_by": {
    "router_settings.redis_url": "url",
    "router_settings.redis_host": "host",
    "router_settings.redis_port": "port",
    "router_settings.redis_password": "password"
  },
  "config_schema": {
    "type": "object",
    "examples": [{"url": "redis://localhost:6379/0"}],
    "additionalProperties": false,
    "properties": {
      "url": {"type": "string", "description": "redis://[user:password@]host[:port][/database], unix:///path; instead of the four below"},
      "host": {"type": "string", "default": "localhost"},
      "port": {"default": 6379, "description": "a number, or os.environ/NAME"},
      "username": {"type": "string", "default": ""},
      "password": {"type": "string", "default": ""},
      "prefix": {"type": "string", "default": "sluice", "description": "of all keys: gateways that share limits have the same"},
      "deadline_ms": {"type": "integer", "default": 50, "minimum": 1, "maximum": 1000,
                      "description": "how long the server may say nothing; then this gateway counts by itself until it is back"},
      "timeout_ms": {"type": "integer", "default": 250, "minimum": 10, "maximum": 60000,
                     "description": "how long the server may take to answer anything before the connection is given up"}
    }
  }
})")
