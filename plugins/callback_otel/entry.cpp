#include <algorithm>
#include <memory>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "sink.h"

namespace callback_otel {
namespace {

using nlohmann::json;

constexpr size_t kStateMax = 512;  // of a tracestate, W3C Trace Context, 3.3.1.1

std::string urlOf(std::string url, const char* key) {
    url = exporters::baseUrlOf(std::move(url), key);
    constexpr std::string_view kPath = "/v1/traces";
    if (url.size() < kPath.size() || url.compare(url.size() - kPath.size(), kPath.size(), kPath) != 0)
        url += kPath;
    return url;
}

// callback_vars: otel_endpoint, and otel_headers as OTEL_EXPORTER_OTLP_HEADERS has them: "name=value,…".
std::shared_ptr<const exporters::Destination> ownOf(const json& vars, const json& config,
                                                    const std::string& usual, const sluice::Host& host) {
    const auto said = [&](const char* name) {
        return vars.contains(name) && vars[name].is_string() ? vars[name].get<std::string>() : std::string();
    };
    if (said("otel_endpoint").empty()) return nullptr;
    json headers = json::object();
    const std::string list = said("otel_headers");
    for (size_t from = 0; from < list.size();) {
        const size_t comma = std::min(list.find(',', from), list.size());
        const size_t equals = list.find('=', from);
        if (equals >= comma)
            throw std::invalid_argument("otel_headers: name=value, with commas between them");
        headers[list.substr(from, equals - from)] = list.substr(equals + 1, comma - equals - 1);
        from = comma + 1;
    }
    auto to = std::make_shared<exporters::Destination>();
    try {
        to->url = urlOf(said("otel_endpoint"), "otel_endpoint");
        to->fields = exporters::fieldsOf({{"otel_headers", headers}}, "otel_headers", host);
    } catch (const sluice::ConfigError& fault) {
        throw std::invalid_argument(fault.message());
    }
    exporters::checkOwnHost(to->url, usual, config);
    to->id = exporters::destinationId("otel", to->url + "\n" + list);
    return to;
}

Sampler samplerOf(const json& config) {
    return callback_otel::samplerOf(config.value("sampler", "parentbased_always_on"),
                                    config.value("sampler_ratio", 1.0));
}

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    using exporters::textOf;
    std::string url = textOf(config, "endpoint", host, "OTEL_EXPORTER_OTLP_ENDPOINT");
    if (url.empty()) url = textOf(config, "endpoint", host, "OTEL_ENDPOINT");
    if (url.empty())
        throw sluice::ConfigError("endpoint: found nothing; allowed: http:// or https:// and a host");
    exporters::Attributes resource;
    resource.text("service.name", config.value("service_name", "litellm"));
    resource.text("deployment.environment.name", config.value("environment", ""));
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = urlOf(std::move(url), "endpoint");
    usual->id = exporters::destinationId("otel", usual->url);
    usual->fields = exporters::fieldsOf(config, "headers", host);
    const bool protobuf = config.value("protocol", "http/protobuf") != "http/json";
    const auto own = [config, usual_url = usual->url, host](const json& vars) {
        return ownOf(vars, config, usual_url, host);
    };
    return {{"otel", "opentelemetry"},
            std::make_unique<SpanSink>(std::move(resource), protobuf, samplerOf(config), own),
            std::move(usual)};
}

}  // namespace

class Plugin : public exporters::Exporter {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(json::parse(config), host) {}

    bool wants(std::string_view hook) const { return hook != "on_upstream_request" || forward_; }

    sluice::Verdict on_request(sluice::Request request) {
        const auto field = request.header("traceparent");
        const auto parent = field ? parentOf(*field) : std::nullopt;
        if (parent) (void)request.setAttribute(kTraceParent, *field);
        if (!forward_) return sluice::Verdict::Continue;
        Parent own{parent ? parent->trace_id : bytes() + bytes(), bytes(), false};
        own.sampled = sampler_.keeps(own.trace_id, parent ? &*parent : nullptr);
        (void)request.setAttribute(kOwnSpan, fieldOf(own));
        return sluice::Verdict::Continue;
    }

    sluice::Verdict on_upstream_request(sluice::Attempt attempt) {
        const auto own = attempt.attribute(kOwnSpan);
        if (!own) return sluice::Verdict::Continue;
        (void)attempt.setUpstreamHeader("traceparent", *own);
        const auto state = attempt.header("tracestate");
        if (state && state->size() <= kStateMax && attempt.attribute(kTraceParent))
            (void)attempt.setUpstreamHeader("tracestate", *state);
        return sluice::Verdict::Continue;
    }

private:
    Plugin(const json& config, const sluice::Host& host)
        : Exporter(config, host, setupOf(config, host)),
          host_(host),
          forward_(config.value("forward_traceparent_to_llm_provider", false)),
          sampler_(samplerOf(config)) {}

    // Eight, and not all of them zero.
    std::string bytes() const {
        std::string all;
        const uint64_t number = host_.random() | uint64_t{1} << 63;
        for (int i = 0; i < 8; ++i) all += static_cast<char>(number >> 8 * i);
        return all;
    }

    const sluice::Host host_;
    const bool forward_;
    const Sampler sampler_;
};

}  // namespace callback_otel

SLUICE_PLUGIN(callback_otel::Plugin, R"({
  "id": "callback_otel",
  "version": "0.1.0",
  "abi": 1,
  "description": "Sends completion records as OpenTelemetry spans: OTLP over HTTP, protobuf or JSON",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_request", "on_upstream_request", "on_complete"],
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
      "forward_traceparent_to_llm_provider": {"type": "boolean", "default": false,
          "description": "upstreams get a traceparent with the span of this request"},
      "sampler": {"type": "string", "enum": ["always_on", "always_off", "traceidratio", "parentbased_always_on",
          "parentbased_always_off", "parentbased_traceidratio"], "default": "parentbased_always_on"},
      "sampler_ratio": {"type": "number", "minimum": 0, "maximum": 1, "default": 1},
)" SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
