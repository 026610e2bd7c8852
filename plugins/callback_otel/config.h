// What the configuration says, in the words of LiteLLM and of OpenTelemetry's variables
// (opentelemetry.io/docs/specs/otel/protocol/exporter), which count where they were granted.
#pragma once

#include <string>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/otlp.h"
#include "metric_export.h"
#include "sink.h"

namespace callback_otel {

/// Which signals are sent.
struct Signals {
    bool traces = true, metrics = false, logs = false;
};

// All of them throw sluice::ConfigError. [control]
Signals signalsOf(const nlohmann::json& config, const sluice::Host& host);
Sampler samplerOf(const nlohmann::json& config);
MetricOptions metricOptionsOf(const nlohmann::json& config, const sluice::Host& host);
Common commonOf(const nlohmann::json& config, const sluice::Host& host, exporters::Signal signal);

/// Names and receiver; the sink is the caller's.
exporters::Setup setupOf(const nlohmann::json& config, const sluice::Host& host, exporters::Signal signal);

/// `url` for `signal`: with its path, instead of that of another signal.
std::string signalUrl(std::string url, exporters::Signal signal);

/// "name=value,…" as an object of texts; values may be percent-encoded. Throws std::invalid_argument.
nlohmann::json headersOf(const std::string& list);

}  // namespace callback_otel
