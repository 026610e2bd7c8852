#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "sink.h"

namespace callback_otel {
namespace {

using nlohmann::json;

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    using exporters::textOf;
    std::string url = textOf(config, "endpoint", host, "OTEL_EXPORTER_OTLP_ENDPOINT");
    if (url.empty()) url = textOf(config, "endpoint", host, "OTEL_ENDPOINT");
    if (url.empty())
        throw sluice::ConfigError("endpoint: found nothing; allowed: http:// or https:// and a host");
    url = exporters::baseUrlOf(url, "endpoint");
    constexpr std::string_view kPath = "/v1/traces";
    if (url.size() < kPath.size() || url.compare(url.size() - kPath.size(), kPath.size(), kPath) != 0)
        url += kPath;
    exporters::Attributes resource;
    resource.text("service.name", config.value("service_name", "litellm"));
    resource.text("deployment.environment.name", config.value("environment", ""));
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = url;
    usual->id = exporters::destinationId("otel", url);
    usual->fields = exporters::fieldsOf(config, "headers", host);
    const bool protobuf = config.value("protocol", "http/protobuf") != "http/json";
    return {{"otel", "opentelemetry"},
            std::make_unique<SpanSink>(std::move(resource), protobuf),
            std::move(usual)};
}

}  // namespace

class Plugin : public exporters::Exporter {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(json::parse(config), host) {}

    sluice::Verdict on_request(sluice::Request request) {
        if (const auto parent = request.header("traceparent"))
            (void)request.setAttribute(kTraceParent, *parent);
        return sluice::Verdict::Continue;
    }

private:
    Plugin(const json& config, const sluice::Host& host) : Exporter(config, host, setupOf(config, host)) {}
};

}  // namespace callback_otel

SLUICE_PLUGIN(callback_otel::Plugin, R"({
  "id": "callback_otel",
  "version": "0.1.0",
  "abi": 1,
  "description": "Sends completion records as OpenTelemetry spans: OTLP over HTTP, protobuf or JSON",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_request", "on_complete"],
  "callbacks": ["otel", "opentelemetry"],
  "capabilities": ["net", "secrets:OTEL_EXPORTER_OTLP_ENDPOINT", "secrets:OTEL_ENDPOINT"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"endpoint": "http://127.0.0.1:9", "spool": ""}],
    "properties": {
      "endpoint": {"description": "http:// or https:// and a host, perhaps a path; may be a secret"},
      "headers": {"type": "object", "description": "fields of each request; values may be secrets"},
      "protocol": {"type": "string", "enum": ["http/protobuf", "http/json"], "default": "http/protobuf"},
      "service_name": {"type": "string", "default": "litellm"},
      "environment": {"type": "string", "default": ""},
      "gzip": {"type": "boolean", "default": true},
)" SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
