#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "measures/slim.h"
#include "measures/statsd_sink.h"

namespace callback_statsd {
namespace {

using nlohmann::json;

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    std::string address = exporters::textOf(config, "address", host);
    if (address.empty()) address = "udp://127.0.0.1:8125";
    auto to = measures::datagramAddressOf(address, "address");
    measures::StatsdOptions options;
    options.flavour =
        config.value("flavour", "plain") == "dogstatsd" ? measures::Flavour::Dog : measures::Flavour::Plain;
    options.prefix = measures::prefixOf(config);
    options.always = measures::plainText(exporters::textOf(config, "tags", host), "_-./:,");
    options.datagram_bytes =
        config.value("datagram_bytes", to.path.empty() ? measures::kUdpBytes : measures::kUnixBytes);
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = address;
    usual->id = exporters::destinationId("statsd", address);
    auto tagger = std::make_unique<const measures::Tagger>(measures::tagNamesOf(config),
                                                           measures::tagValuesMaxOf(config));
    return {{"statsd"},
            std::make_unique<measures::StatsdSink>(std::move(options), std::move(tagger)),
            std::move(usual),
            measures::datagramSend(std::move(to))};
}

// A datagram is no place for gzip.
json plain(json config) {
    config["gzip"] = false;
    return config;
}

}  // namespace

class Plugin : public exporters::Exporter {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(plain(json::parse(config)), host) {}

    void on_complete(const sluice_record& record) {
        measures::slimmed(record, [this](const sluice_record& slim) { Exporter::on_complete(slim); });
    }

private:
    Plugin(const json& config, const sluice::Host& host) : Exporter(config, host, setupOf(config, host)) {}
};

}  // namespace callback_statsd

SLUICE_PLUGIN(callback_statsd::Plugin, R"({
  "id": "callback_statsd",
  "version": "0.1.0",
  "abi": 1,
  "description": "Counts requests, tokens, cost, errors and times with StatsD or DogStatsD",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_complete"],
  "record": "fields",
  "callbacks": ["statsd"],
  "capabilities": ["net"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"address": "udp://127.0.0.1:9", "spool": ""}],
    "properties": {
      "address": {"description": "udp://HOST:PORT or unix:///PATH; default udp://127.0.0.1:8125"},
      "flavour": {"type": "string", "enum": ["plain", "dogstatsd"], "default": "plain"},
      "tags": {"type": "string", "description": "of all lines of dogstatsd: name:value,name:value"},
      "datagram_bytes": {"type": "integer", "minimum": 256, "maximum": 65000,
                         "description": "1432 over UDP, 8192 over a unix socket"},
)" SLUICE_TAG_PROPERTIES SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
