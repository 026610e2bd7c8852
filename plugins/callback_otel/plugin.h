// The plugin, of which there are two libraries that differ in their manifest: with `otel_messages` records
// hold what was asked and answered.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "measures/gen_ai.h"
#include "metric_export.h"
#include "trace_parent.h"

namespace callback_otel {

/// Each signal is an exporter of its own: a receiver that refuses one of them holds up none of the others.
class Plugin {
public:
    /// `messages`: the records have them.
    Plugin(const nlohmann::json& config, const sluice::Host& host, bool messages);
    ~Plugin();
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;

    bool wants(std::string_view hook) const { return hook != "on_upstream_request" || forward_; }
    void start();
    sluice::Verdict on_request(sluice::Request request);
    sluice::Verdict on_upstream_request(sluice::Attempt attempt);
    void on_complete(const sluice_record& record);
    void closing();

private:
    std::string bytes() const;

    const sluice::Host host_;
    const bool forward_;
    const Sampler sampler_;
    std::unique_ptr<exporters::Exporter> traces_, logs_;  // null: not sent
    std::unique_ptr<MetricExport> meters_;
    std::unique_ptr<exporters::Exporter> metrics_;  // brings records to meters_, which sends by it
};

#define SLUICE_OTEL_PROPERTIES                                                                                  \
    R"("endpoint": {"description": "http:// or https:// and a host, perhaps a path; may be a secret"},)"        \
    R"("traces_endpoint": {"description": "of spans, as it is"},)"                                              \
    R"("metrics_endpoint": {"description": "of metrics, as it is"},)"                                           \
    R"("logs_endpoint": {"description": "of log records, as it is"},)"                                          \
    R"("headers": {"type": "object", "description": "fields of each request; values may be secrets"},)"         \
    R"("traces_headers": {"type": "object", "description": "instead of headers"},)"                             \
    R"("metrics_headers": {"type": "object", "description": "instead of headers"},)"                            \
    R"("logs_headers": {"type": "object", "description": "instead of headers"},)"                               \
    R"("protocol": {"type": "string", "enum": ["http/protobuf", "http/json"],)"                                 \
    R"("description": "http/protobuf"},)"                                                                       \
    R"("service_name": {"type": "string", "description": "litellm"},)"                                          \
    R"("environment": {"type": "string"},)"                                                                     \
    R"("gzip": {"type": "boolean", "default": true},)"                                                          \
    R"("enable_traces": {"type": "boolean", "default": true},)"                                                 \
    R"("enable_metrics": {"type": "boolean", "description": "false"},)"                                         \
    R"("enable_events": {"type": "boolean", "description": "log records; false"},)"                             \
    R"("message_logging": {"type": "boolean",)"                                                                 \
    R"("description": "messages in log records; the callback otel has none, otel_messages has them"},)"         \
    R"("metrics_interval_s": {"type": "number", "minimum": 0.1, "maximum": 3600, "description": "60"},)"        \
    R"("metrics_temporality": {"type": "string", "enum": ["cumulative", "delta", "lowmemory"],)"                \
    R"("description": "cumulative"},)"                                                                          \
    R"("metrics_sets_max": {"type": "integer", "minimum": 2, "maximum": 100000, "default": 2000,)"              \
    R"("description": "sets of attributes of one metric; what is more is one set"},)"                           \
    R"("metrics_attributes": {"type": "array", "items": {"type": "string", "enum": [)" SLUICE_GEN_AI_ATTRIBUTES \
    R"(]}, "description": "metadata.NAME beside the attributes of the conventions"},)"                          \
    R"("forward_traceparent_to_llm_provider": {"type": "boolean", "default": false,)"                           \
    R"("description": "upstreams get a traceparent with the span of this request"},)"                           \
    R"("sampler": {"type": "string", "enum": ["always_on", "always_off", "traceidratio",)"                      \
    R"("parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"],)"                        \
    R"("default": "parentbased_always_on"},)"                                                                   \
    R"("sampler_ratio": {"type": "number", "minimum": 0, "maximum": 1, "default": 1},)"

#define SLUICE_OTEL_CAPABILITIES                                                                             \
    R"("net", "secrets:OTEL_EXPORTER_OTLP_ENDPOINT", "secrets:OTEL_ENDPOINT",)"                              \
    R"("secrets:OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "secrets:OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",)"        \
    R"("secrets:OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "secrets:OTEL_EXPORTER_OTLP_HEADERS",)"                   \
    R"("secrets:OTEL_HEADERS", "secrets:OTEL_EXPORTER_OTLP_TRACES_HEADERS",)"                                \
    R"("secrets:OTEL_EXPORTER_OTLP_METRICS_HEADERS", "secrets:OTEL_EXPORTER_OTLP_LOGS_HEADERS",)"            \
    R"("secrets:OTEL_EXPORTER_OTLP_PROTOCOL", "secrets:OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",)" \
    R"("secrets:OTEL_METRIC_EXPORT_INTERVAL", "secrets:OTEL_SERVICE_NAME",)"                                 \
    R"("secrets:OTEL_ENVIRONMENT_NAME", "secrets:LITELLM_OTEL_INTEGRATION_ENABLE_METRICS",)"                 \
    R"("secrets:LITELLM_OTEL_INTEGRATION_ENABLE_EVENTS")"

}  // namespace callback_otel
