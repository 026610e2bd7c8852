// GET /metrics: everything that the gateway and its plugins count, and LiteLLM's metrics of requests; with
// exemplars for who asks for OpenMetrics.
#include "meters.h"
#include "open_metrics.h"

namespace callback_prometheus {
namespace {

constexpr std::string_view kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

Options optionsOf(std::string_view config_json) {
    const auto config = nlohmann::json::parse(config_json);
    return {config.value("end_user_label", false), config.value("metrics", std::vector<std::string>())};
}

bool wantsKey(std::string_view config_json) {
    return nlohmann::json::parse(config_json).value("require_auth", false);
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config, sluice::Host host)
        : host_(host),
          table_(host.find<sluice_host_metrics>(SLUICE_HOST_METRICS_ID)),
          meters_(host, optionsOf(config)),
          routes_{{"GET", "/metrics", wantsKey(config) ? 0u : uint32_t{SLUICE_ROUTE_PUBLIC}}} {
        if (!SLUICE_HAS(table_, text))
            throw sluice::ConfigError("this gateway is too old: callback_prometheus needs ABI 1.2");
    }

    const std::vector<sluice::Route>& routes() const { return routes_; }

    sluice::Verdict handle(sluice::Request request, uint32_t) {
        const auto page = sluice::view(table_->text(request.raw()));
        if (!wantsOpenMetrics(request.header("accept").value_or("")))
            return request.respond(200, kTextFormat, page);
        meters_.exemplars().want();
        return request.respond(200, kOpenMetrics, openMetrics(page, meters_.exemplars()));
    }

    void on_complete(const sluice_record& record) { meters_.count(record); }

private:
    sluice::Host host_;
    const sluice_host_metrics* table_;
    Meters meters_;
    std::vector<sluice::Route> routes_;
};

}  // namespace callback_prometheus

SLUICE_PLUGIN(callback_prometheus::Plugin, R"({
  "id": "callback_prometheus",
  "version": "0.1.0",
  "abi": 1,
  "description": "GET /metrics for Prometheus: LiteLLM's names, and what the gateway and its plugins count",
  "interfaces": ["sluice.hooks/1", "sluice.endpoint/1"],
  "hooks": ["on_complete"],
  "callbacks": ["prometheus"],
  "record": "fields",
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "require_auth": {"type": "boolean", "default": false, "description": "/metrics wants a key, as other routes do"},
      "end_user_label": {"type": "boolean", "default": false, "description": "the label end_user has the customer in it: as many series as there are customers, up to the bound"},
      "metrics": {"type": "array", "items": {"type": "string"}, "description": "names of LiteLLM's metrics to have; nothing said: all"}
    }
  }
})")
