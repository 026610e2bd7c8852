#include "plugin.h"

#include <thread>
#include <utility>
#include <vector>

#include "config.h"
#include "log_sink.h"
#include "metric_sink.h"
#include "request.h"
#include "sink.h"

namespace callback_otel {

using exporters::Exporter;
using exporters::Signal;
using nlohmann::json;

namespace {

constexpr size_t kStateMax = 512;  // of a tracestate, W3C Trace Context, 3.3.1.1

bool messagesOf(const json& config, bool messages) {
    const bool wanted = config.value("message_logging", messages);
    if (wanted && !messages)
        throw sluice::ConfigError(
            "message_logging: found true; allowed: false, or the callback otel_messages instead of otel");
    return wanted;
}

}  // namespace

Plugin::Plugin(const json& config, const sluice::Host& host, bool messages)
    : host_(host),
      forward_(config.value("forward_traceparent_to_llm_provider", false)),
      sampler_(samplerOf(config)) {
    const Signals signals = signalsOf(config, host);
    const bool with_messages = messagesOf(config, messages);
    if (signals.traces) {
        auto setup = setupOf(config, host, Signal::Traces);
        setup.sink = std::make_unique<SpanSink>(commonOf(config, host, Signal::Traces));
        traces_ = std::make_unique<Exporter>(config, host, std::move(setup));
    }
    if (signals.logs) {
        auto setup = setupOf(config, host, Signal::Logs);
        Common common = commonOf(config, host, Signal::Logs);
        if (!signals.traces) common.sampler = {false, 0};
        setup.sink = std::make_unique<LogSink>(std::move(common), with_messages);
        logs_ = std::make_unique<Exporter>(config, host, std::move(setup));
    }
    if (!signals.metrics) return;
    auto setup = setupOf(config, host, Signal::Metrics);
    Common common = commonOf(config, host, Signal::Metrics);
    OwnEndpoint own = common.own;
    meters_ = std::make_unique<MetricExport>(metricOptionsOf(config, host), std::move(common), host);
    setup.sink = std::make_unique<MetricSink>(*meters_, std::move(own));
    setup.last = [this] { meters_->close(); };
    json without = config;
    without["spool"] = "";  // a meter always takes them
    metrics_ = std::make_unique<Exporter>(without, host, std::move(setup));
}

// Its threads send by metrics_.
Plugin::~Plugin() {
    if (meters_) meters_->close();
}

void Plugin::start() {
    if (traces_) traces_->start();
    if (logs_) logs_->start();
    if (!metrics_) return;
    meters_->start(*metrics_);
    metrics_->start();
    for (const auto& to : metrics_->destinations()) meters_->know(*to);
}

sluice::Verdict Plugin::on_request(sluice::Request request) {
    const auto field = request.header("traceparent");
    const auto parent = field ? parentOf(*field) : std::nullopt;
    if (parent) (void)request.setAttribute(kTraceParent, *field);
    if (!forward_) return sluice::Verdict::Continue;
    Parent own{parent ? parent->trace_id : bytes() + bytes(), bytes(), false};
    own.sampled = traces_ && sampler_.keeps(own.trace_id, parent ? &*parent : nullptr);
    (void)request.setAttribute(kOwnSpan, fieldOf(own));
    return sluice::Verdict::Continue;
}

sluice::Verdict Plugin::on_upstream_request(sluice::Attempt attempt) {
    const auto own = attempt.attribute(kOwnSpan);
    if (!own) return sluice::Verdict::Continue;
    (void)attempt.setUpstreamHeader("traceparent", *own);
    const auto state = attempt.header("tracestate");
    if (state && state->size() <= kStateMax && attempt.attribute(kTraceParent))
        (void)attempt.setUpstreamHeader("tracestate", *state);
    return sluice::Verdict::Continue;
}

void Plugin::on_complete(const sluice_record& record) {
    for (const auto& exporter : {traces_.get(), logs_.get(), metrics_.get()}) {
        if (exporter) exporter->on_complete(record);
    }
}

// All at once: each has the whole of the drain.
void Plugin::closing() {
    std::vector<std::thread> threads;
    for (const auto& exporter : {traces_.get(), logs_.get(), metrics_.get()}) {
        if (!exporter) continue;
        exporter->leaveStore();
        threads.emplace_back([exporter] { exporter->closing(); });
    }
    for (auto& thread : threads) thread.join();
}

// Eight, and not all of them zero.
std::string Plugin::bytes() const {
    std::string all;
    const uint64_t number = host_.random() | uint64_t{1} << 63;
    for (int i = 0; i < 8; ++i) all += static_cast<char>(number >> 8 * i);
    return all;
}

}  // namespace callback_otel
