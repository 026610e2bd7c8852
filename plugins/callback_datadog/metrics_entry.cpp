#include <algorithm>
#include <cmath>
#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "labels.h"
#include "measures/slim.h"
#include "measures/statsd_sink.h"
#include "series_sink.h"

namespace callback_datadog {
namespace {

using exporters::textOf;
using measures::Kind;
using nlohmann::json;

std::shared_ptr<const measures::Tagger> taggerOf(const json& config) {
    return std::make_shared<const measures::Tagger>(measures::tagNamesOf(config),
                                                    measures::tagValuesMaxOf(config));
}

exporters::Setup apiSetup(const json& config, const sluice::Host& host, Kind kind) {
    const std::string key = textOf(config, "api_key", host, "DD_API_KEY");
    if (key.empty())
        throw sluice::ConfigError("api_key: found nothing; allowed: a text, or dogstatsd instead of it");
    const Labels labels = labelsOf(config, host);
    const bool count = kind == Kind::Count;
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = intakeOf(config, host, "api") + (count ? "/api/v2/series" : "/api/v1/distribution_points");
    usual->fields.emplace_back("dd-api-key", key);
    const char* name = count ? "datadog_metrics" : "datadog_distributions";
    usual->id = exporters::destinationId(name, usual->url);
    SeriesOptions options;
    options.kind = kind;
    options.prefix = measures::prefixOf(config);
    options.hostname = labels.hostname;
    options.tags = listOf(labels.tags);
    options.interval_s =
        std::max<int64_t>(1, static_cast<int64_t>(std::ceil(config.value("flush_interval_s", 1.0))));
    std::vector<std::string> names{name};
    if (!count) names.emplace_back("datadog_metrics");  // what a key says of one is meant for both
    return {
        std::move(names),
        std::make_unique<SeriesSink>(std::move(options), taggerOf(config), [host] { return host.wallMs(); }),
        std::move(usual)};
}

exporters::Setup dogSetup(const json& config, const sluice::Host& host, const std::string& address) {
    auto to = measures::datagramAddressOf(address, "dogstatsd");
    measures::StatsdOptions options;
    options.flavour = measures::Flavour::Dog;
    options.prefix = measures::prefixOf(config);
    options.always = measures::plainText(labelsOf(config, host).tags, "_-./:,");
    options.datagram_bytes = to.path.empty() ? measures::kUdpBytes : measures::kUnixBytes;
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = address;
    usual->id = exporters::destinationId("datadog_metrics", address);
    return {{"datadog_metrics"},
            std::make_unique<measures::StatsdSink>(std::move(options), taggerOf(config)),
            std::move(usual),
            measures::datagramSend(std::move(to))};
}

std::string dogstatsdOf(const json& config, const sluice::Host& host) {
    std::string address = textOf(config, "dogstatsd", host, "DD_DOGSTATSD_URL");
    if (address.empty() && textOf(config, "api_key", host, "DD_API_KEY").empty()) {
        const std::string agent = textOf(config, "agent_host", host, "DD_AGENT_HOST");
        if (!agent.empty()) address = "udp://" + agent + ":8125";
    }
    return address;
}

}  // namespace

// Counts and times over the API are two requests, and so two exporters; over DogStatsD they are one.
class MetricsPlugin {
public:
    MetricsPlugin(std::string_view config, sluice::Host host) : MetricsPlugin(json::parse(config), host) {}

    void start() {
        counts_->start();
        if (times_) times_->start();
    }
    void on_complete(const sluice_record& record) {
        measures::slimmed(record, [this](const sluice_record& slim) {
            counts_->on_complete(slim);
            if (times_) times_->on_complete(slim);
        });
    }
    void closing() {
        counts_->closing();
        if (times_) times_->closing();
    }

private:
    MetricsPlugin(json config, const sluice::Host& host) {
        const std::string address = dogstatsdOf(config, host);
        if (!address.empty()) {
            config["gzip"] = false;
            counts_ = std::make_unique<exporters::Exporter>(config, host, dogSetup(config, host, address));
            return;
        }
        // A request for all that waits, and none more often than each second: points of two requests never
        // have the same one, and must not run ahead of the clock.
        const exporters::Options bounds = exporters::optionsOf(config);
        config["batch_size"] = bounds.queue_records;
        config["batch_bytes"] = bounds.queue_bytes;
        config["flush_interval_s"] = std::max(1.0, config.value("flush_interval_s", 1.0));
        counts_ = std::make_unique<exporters::Exporter>(config, host, apiSetup(config, host, Kind::Count));
        times_ = std::make_unique<exporters::Exporter>(config, host, apiSetup(config, host, Kind::Seconds));
    }

    std::unique_ptr<exporters::Exporter> counts_, times_;  // times_ null: counts_ has all
};

}  // namespace callback_datadog

SLUICE_PLUGIN(callback_datadog::MetricsPlugin, R"({
  "id": "callback_datadog_metrics",
  "version": "0.1.0",
  "abi": 1,
  "description": "Counts requests, tokens, cost, errors and times in Datadog: DogStatsD, or its API",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_complete"],
  "record": "fields",
  "callbacks": ["datadog_metrics"],
  "capabilities": ["net", "secrets:DD_DOGSTATSD_URL", )" SLUICE_DATADOG_SECRETS R"(],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"api_key": "key", "url": "http://127.0.0.1:9", "spool": ""}],
    "properties": {
      "dogstatsd": {"description": "udp://HOST:PORT or unix:///PATH of an agent, instead of the API"},
      "agent_host": {"type": "string", "description": "the same as udp://HOST:8125"},
)" SLUICE_DATADOG_PROPERTIES SLUICE_TAG_PROPERTIES SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
