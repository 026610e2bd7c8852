#include "config.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "exporters/settings.h"

namespace callback_otel {

using exporters::Signal;
using exporters::textOf;
using nlohmann::json;

namespace {

// Of a signal: its keys, and the variables that OpenTelemetry has for it.
struct Words {
    const char *name, *endpoint, *headers, *endpoint_variable, *headers_variable;
};

const Words& wordsOf(Signal signal) {
    static constexpr Words kWords[] = {
        {"otel", "traces_endpoint", "traces_headers", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
         "OTEL_EXPORTER_OTLP_TRACES_HEADERS"},
        {"otel_metrics", "metrics_endpoint", "metrics_headers", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
         "OTEL_EXPORTER_OTLP_METRICS_HEADERS"},
        {"otel_logs", "logs_endpoint", "logs_headers", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
         "OTEL_EXPORTER_OTLP_LOGS_HEADERS"},
    };
    return kWords[static_cast<size_t>(signal)];
}

bool isTrue(const std::string& text) { return text == "true" || text == "True" || text == "1"; }

bool flagOf(const json& config, const char* key, const sluice::Host& host, const char* variable) {
    if (config.contains(key) && config[key].is_boolean()) return config[key].get<bool>();
    return isTrue(textOf(json::object(), key, host, variable));
}

// The signal's own one as it is, or the common one with the signal's path.
std::string endpointOf(const json& config, const sluice::Host& host, Signal signal) {
    const Words& words = wordsOf(signal);
    std::string url = textOf(config, words.endpoint, host, words.endpoint_variable);
    if (!url.empty()) return exporters::baseUrlOf(std::move(url), words.endpoint);
    for (const char* variable : {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_ENDPOINT"}) {
        if (url.empty()) url = textOf(config, "endpoint", host, variable);
    }
    if (url.empty())
        throw sluice::ConfigError("endpoint: found nothing; allowed: http:// or https:// and a host");
    return signalUrl(exporters::baseUrlOf(std::move(url), "endpoint"), signal);
}

// The signal's own ones, or the common ones, never both: they are an account somewhere.
exporters::Fields fieldsFor(const json& config, const sluice::Host& host, Signal signal) {
    const Words& words = wordsOf(signal);
    for (const auto& [key, variable] : {std::pair{words.headers, words.headers_variable},
                                        {"headers", "OTEL_EXPORTER_OTLP_HEADERS"},
                                        {"headers", "OTEL_HEADERS"}}) {
        if (config.contains(key) && !config[key].is_null()) return exporters::fieldsOf(config, key, host);
        const std::string list = textOf(json::object(), key, host, variable);
        if (list.empty()) continue;
        try {
            return exporters::fieldsOf({{key, headersOf(list)}}, key, host);
        } catch (const std::invalid_argument& fault) {
            throw sluice::ConfigError(std::string(variable) + ": " + fault.what());
        }
    }
    return {};
}

// callback_vars: otel_endpoint, and otel_headers as OTEL_EXPORTER_OTLP_HEADERS has them.
std::shared_ptr<const exporters::Destination> ownOf(const json& vars, const json& config,
                                                    const std::string& usual, const sluice::Host& host,
                                                    Signal signal) {
    const auto said = [&](const char* name) {
        return vars.contains(name) && vars[name].is_string() ? vars[name].get<std::string>() : std::string();
    };
    if (said("otel_endpoint").empty()) return nullptr;
    const std::string list = said("otel_headers");
    auto to = std::make_shared<exporters::Destination>();
    try {
        to->url = signalUrl(exporters::baseUrlOf(said("otel_endpoint"), "otel_endpoint"), signal);
        to->fields = exporters::fieldsOf({{"otel_headers", headersOf(list)}}, "otel_headers", host);
    } catch (const sluice::ConfigError& fault) {
        throw std::invalid_argument(fault.message());
    } catch (const std::invalid_argument& fault) {
        throw std::invalid_argument(std::string("otel_headers: ") + fault.what());
    }
    exporters::checkOwnHost(to->url, usual, config);
    to->id = exporters::destinationId(wordsOf(signal).name, to->url + "\n" + list);
    return to;
}

bool isProtobuf(const json& config, const sluice::Host& host) {
    const std::string protocol = textOf(config, "protocol", host, "OTEL_EXPORTER_OTLP_PROTOCOL");
    if (protocol == "http/json") return false;
    if (protocol.empty() || protocol == "http/protobuf" || protocol == "otlp_http") return true;
    throw sluice::ConfigError("protocol: found \"" + protocol + "\"; allowed: http/protobuf, http/json");
}

// Percent-encoding (RFC 3986, 2.1); what is none stays.
std::string decoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const char* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

std::string signalUrl(std::string url, Signal signal) {
    for (const Signal one : {Signal::Traces, Signal::Metrics, Signal::Logs}) {
        const auto path = exporters::otlpPath(one);
        if (url.size() < path.size() || url.compare(url.size() - path.size(), path.size(), path) != 0)
            continue;
        url.resize(url.size() - path.size());
        break;
    }
    return url.append(exporters::otlpPath(signal));
}

json headersOf(const std::string& list) {
    json headers = json::object();
    for (size_t from = 0; from < list.size();) {
        const size_t comma = std::min(list.find(',', from), list.size());
        const size_t equals = list.find('=', from);
        if (equals >= comma) throw std::invalid_argument("name=value, with commas between them");
        const std::string name(trimmed(std::string_view(list).substr(from, equals - from)));
        headers[name] = decoded(trimmed(std::string_view(list).substr(equals + 1, comma - equals - 1)));
        from = comma + 1;
    }
    return headers;
}

Signals signalsOf(const json& config, const sluice::Host& host) {
    Signals signals;
    signals.traces = config.value("enable_traces", true);
    signals.metrics = flagOf(config, "enable_metrics", host, "LITELLM_OTEL_INTEGRATION_ENABLE_METRICS");
    signals.logs = flagOf(config, "enable_events", host, "LITELLM_OTEL_INTEGRATION_ENABLE_EVENTS");
    if (!signals.traces && !signals.metrics && !signals.logs)
        throw sluice::ConfigError(
            "enable_traces: found false, and neither enable_metrics nor enable_events; allowed: one of them");
    return signals;
}

Sampler samplerOf(const json& config) {
    return samplerOf(config.value("sampler", "parentbased_always_on"), config.value("sampler_ratio", 1.0));
}

MetricOptions metricOptionsOf(const json& config, const sluice::Host& host) {
    MetricOptions options;
    double seconds = config.value("metrics_interval_s", 0.0);
    if (const auto text = textOf(json::object(), "", host, "OTEL_METRIC_EXPORT_INTERVAL");
        seconds == 0 && !text.empty()) {
        int ms = 0;
        const auto end = std::from_chars(text.data(), text.data() + text.size(), ms);
        if (end.ec != std::errc() || end.ptr != text.data() + text.size() || ms < 100)
            throw sluice::ConfigError(
                "OTEL_METRIC_EXPORT_INTERVAL: found something else; allowed: milliseconds, at least 100");
        seconds = ms / 1'000.0;
    }
    if (seconds > 0) options.interval = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1'000));
    const std::string temporality =
        textOf(config, "metrics_temporality", host, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
    // Of counters and histograms that are added to, "lowmemory" has differences.
    if (temporality == "delta" || temporality == "lowmemory")
        options.temporality = measures::Temporality::Delta;
    else if (!temporality.empty() && temporality != "cumulative")
        throw sluice::ConfigError("metrics_temporality: found \"" + temporality +
                                  "\"; allowed: cumulative, delta, lowmemory");
    options.sets_max = config.value("metrics_sets_max", options.sets_max);
    options.more = config.value("metrics_attributes", options.more);
    return options;
}

Common commonOf(const json& config, const sluice::Host& host, Signal signal) {
    Common common;
    const std::string service = textOf(config, "service_name", host, "OTEL_SERVICE_NAME");
    common.resource.text("service.name", service.empty() ? "litellm" : service);
    common.resource.text("deployment.environment.name",
                         textOf(config, "environment", host, "OTEL_ENVIRONMENT_NAME"));
    common.protobuf = isProtobuf(config, host);
    common.sampler = samplerOf(config);
    common.own = [config, usual = endpointOf(config, host, signal), host, signal](const json& vars) {
        return ownOf(vars, config, usual, host, signal);
    };
    return common;
}

exporters::Setup setupOf(const json& config, const sluice::Host& host, Signal signal) {
    auto usual = std::make_shared<exporters::Destination>();
    usual->url = endpointOf(config, host, signal);
    usual->id = exporters::destinationId(wordsOf(signal).name, usual->url);
    usual->fields = fieldsFor(config, host, signal);
    exporters::Setup setup;
    setup.names = {"otel", "opentelemetry", "otel_messages"};
    // Figures of its own; what a key says of one is meant for all.
    if (signal != Signal::Traces) setup.names.insert(setup.names.begin(), wordsOf(signal).name);
    setup.usual = std::move(usual);
    return setup;
}

}  // namespace callback_otel
