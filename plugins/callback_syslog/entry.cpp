#include <unistd.h>

#include <array>
#include <memory>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/settings.h"
#include "measures/datagrams.h"
#include "measures/statsd_sink.h"
#include "sink.h"
#include "stream_wire.h"

namespace callback_syslog {
namespace {

using exporters::textOf;
using nlohmann::json;

std::string hostName() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

bool begins(const std::string& text, const char* with) { return text.rfind(with, 0) == 0; }

MessageOptions messageOptions(const json& config, const sluice::Host& host) {
    MessageOptions options;
    options.facility = facilityOf(config.value("facility", "local0"));
    options.hostname = textOf(config, "hostname", host);
    if (options.hostname.empty()) options.hostname = hostName();
    options.app = textOf(config, "app_name", host);
    if (options.app.empty()) options.app = "sluice";
    options.process = std::to_string(::getpid());
    // 32473 is the number that RFC 5612 gives to those who have none.
    options.sd_id = config.value("structured_data", "sluice@32473");
    // 6.3.2: SD-NAME
    for (const char c : options.sd_id) {
        if (c <= 0x20 || c >= 0x7F || c == '=' || c == ']' || c == '"' || options.sd_id.size() > 32)
            throw sluice::ConfigError(
                "structured_data: found something else; allowed: up to 32 characters without = ] \" and "
                "spaces, NAME@NUMBER");
    }
    options.format = config.value("format", "text") == "json" ? Format::Json : Format::Text;
    options.bytes_max = config.value("message_bytes", options.bytes_max);
    return options;
}

std::shared_ptr<const TlsContext> tlsOf(const json& config, const sluice::Host& host,
                                        const StreamAddress& to) {
    TlsOptions options;
    options.server_name = textOf(config, "server_name", host);
    if (options.server_name.empty()) options.server_name = to.host;
    options.ca_file = textOf(config, "ca_file", host);
    options.cert_file = textOf(config, "cert_file", host);
    options.key_file = textOf(config, "key_file", host);
    if (options.key_file.empty()) options.key_file = options.cert_file;
    return std::make_shared<const TlsContext>(std::move(options));
}

exporters::Send streamSend(const StreamAddress& to, std::shared_ptr<const TlsContext> tls,
                           const sluice::Host& host) {
    auto wire = std::make_shared<StreamWire>(to, std::move(tls));
    auto told = std::make_shared<std::string>();  // by one sender at a time: there is one destination
    return [wire, host, told](const exporters::Outgoing& frames, std::chrono::milliseconds timeout) {
        const bool sent = wire->send(frames.body, timeout);
        const std::string fault = sent ? "" : wire->fault();
        // Once for each new reason; that records wait is said by the exporter.
        if (!fault.empty() && fault != *told) host.warn("syslog: " + fault);
        *told = fault;
        return exporters::Answer{sent ? 200 : 0, "", ""};
    };
}

exporters::Setup setupOf(const json& config, const sluice::Host& host) {
    std::string address = textOf(config, "address", host);
    if (address.empty()) address = "udp://127.0.0.1:514";
    const bool tls = begins(address, "tls://");
    const bool stream = tls || begins(address, "tcp://");
    if (!stream && !begins(address, "udp://") && !begins(address, "unix://"))
        throw sluice::ConfigError(
            "address: found something else; allowed: udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT, "
            "unix:///PATH");
    auto to = measures::datagramAddressOf(stream ? address.substr(6) : address, "address");
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = address;
    usual->id = exporters::destinationId("syslog", address);
    exporters::Setup setup;
    setup.names = {"syslog"};
    setup.sink = std::make_unique<SyslogSink>(messageOptions(config, host),
                                              stream ? Framing::Counted : Framing::Datagram);
    setup.usual = std::move(usual);
    const StreamAddress where{to.host, to.port};
    setup.send = !stream ? measures::datagramSend(std::move(to))
                         : streamSend(where, tls ? tlsOf(config, host, where) : nullptr, host);
    return setup;
}

// Frames are not packed, and what no message holds need not wait on a disk either.
json fitted(json config) {
    config["gzip"] = false;
    config["turn_off_message_logging"] = true;
    return config;
}

}  // namespace

class Plugin : public exporters::Exporter {
public:
    Plugin(std::string_view config, sluice::Host host) : Plugin(fitted(json::parse(config)), host) {}

private:
    Plugin(const json& config, const sluice::Host& host) : Exporter(config, host, setupOf(config, host)) {}
};

}  // namespace callback_syslog

SLUICE_PLUGIN(callback_syslog::Plugin, R"({
  "id": "callback_syslog",
  "version": "0.1.0",
  "abi": 1,
  "description": "Sends completion records to syslog: RFC 5424 over UDP, TCP, TLS or a unix socket",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["on_complete"],
  "callbacks": ["syslog"],
  "capabilities": ["net"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "examples": [{"address": "udp://127.0.0.1:9", "spool": ""}],
    "properties": {
      "address": {"description": "udp://, tcp:// or tls://HOST:PORT, unix:///PATH; default udp://127.0.0.1:514"},
      "facility": {"type": "string", "default": "local0",
        "enum": ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
                 "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"]},
      "app_name": {"type": "string", "description": "sluice"},
      "hostname": {"type": "string", "description": "default: the machine's"},
      "structured_data": {"type": "string", "default": "sluice@32473", "description": "its SD-ID; empty: none"},
      "format": {"type": "string", "enum": ["text", "json"], "default": "text"},
      "message_bytes": {"type": "integer", "minimum": 480, "maximum": 60000, "default": 8192},
      "ca_file": {"type": "string", "description": "PEM; default: those of the system"},
      "server_name": {"type": "string", "description": "in the receiver's certificate; default: the host of address"},
      "cert_file": {"type": "string", "description": "PEM, where the receiver wants a certificate"},
      "key_file": {"type": "string", "description": "default: in cert_file"},
)" SLUICE_EXPORTER_PROPERTIES R"(
    }
  }
})")
