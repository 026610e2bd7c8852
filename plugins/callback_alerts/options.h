// The configuration: LiteLLM's keys (general_settings.alerting, …), and our own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "book.h"
#include "channel.h"
#include "deployments.h"
#include "outbox.h"
#include "reports.h"
#include "traffic.h"

namespace alerts {

struct Options {
    bool on = false;     // a channel is named
    std::string source;  // how messages name this gateway
    std::string store;
    std::string timezone;
    Types types;
    int64_t repeat_ms = 600'000;
    int64_t hanging_ms = 300'000;
    int64_t check_ms = 10'000;    // how often the rules are looked at
    int64_t metrics_ms = 60'000;  // how often figures are; 0: never
    bool log_too = false;         // alerting_args.log_to_console
    TrafficOptions traffic;
    BookOptions book;
    Deployments::Options deployments;
    Reports::Options reports;
    OutboxOptions outbox;

    bool has(std::string_view type) const { return types.count(type) > 0; }
};

/// Throws sluice::ConfigError that names the key. `config` has passed the manifest's schema.
Options readOptions(const Json& config);

/// Those that `alerting` names, with their credentials. Throws sluice::ConfigError.
std::vector<std::unique_ptr<Channel>> makeChannels(const Json& config, const sluice::Host& host,
                                                   const Options& options);

}  // namespace alerts
