#include "plugin.h"

#include "test_route.h"

namespace alerts {

using sluice::Verdict;

namespace {

constexpr int64_t kTickMs = 1'000;

Json parsed(std::string_view config) {
    Json json = Json::parse(config, nullptr, false);
    if (!json.is_object()) throw sluice::ConfigError("the configuration: allowed: an object");
    return json;
}

std::string regionOf(std::string_view params) {
    const Json json = Json::parse(params, nullptr, false);
    return json.is_object() && json.contains("region_name") && json["region_name"].is_string()
               ? json["region_name"].get<std::string>()
               : std::string();
}

Deployments::Look lookOf(const sluice::Host& host) {
    const auto* table = host.find<sluice_host_deployments>(SLUICE_HOST_DEPLOYMENTS_ID);
    return [table, raw = host.raw()](const std::string& id) -> std::optional<int64_t> {
        sluice_deployment_state state{};
        state.size = sizeof state;
        if (!table || table->state(raw, sluice::str(id), &state) != SLUICE_OK) return std::nullopt;
        return state.out_ms;
    };
}

}  // namespace

Plugin::Metrics::Metrics(const sluice::Host& host)
    : raised(
          host.counter("sluice_alerts_total", "Alerts that were told, once whatever the channels", {"type"})),
      delivered(
          host.counter("sluice_alerts_delivered_total", "Alerts that a channel has taken", {"channel"})),
      dropped(host.counter("sluice_alerts_dropped_total", "Alerts that a channel did not get, and why",
                           {"channel", "reason"})),
      failed(host.counter("sluice_alerts_failed_total", "Tries at a channel that failed", {"channel"})) {}

Plugin::Plugin(std::string_view config_json, sluice::Host host, bool threads)
    : host_(host),
      clock_(host),
      options_(readOptions(parsed(config_json))),
      calendar_(options_.timezone),
      metrics_(host),
      threads_(threads),
      routes_{{"GET", "/health/services", SLUICE_ROUTE_ADMIN}, {"POST", "/alerts/test", SLUICE_ROUTE_ADMIN}},
      traffic_(options_.traffic),
      deployments_(options_.deployments, lookOf(host)),
      book_(options_.book, calendar_, spend_),
      reports_(options_.reports, calendar_, spend_, book_, traffic_),
      figures_(options_.repeat_ms),
      memories_(host) {
    // Records of older hosts do not say who asked, nor what it cost.
    if (host.raw()->abi_minor < 2)
        throw sluice::ConfigError("this gateway is too old: callback_alerts needs ABI 1.2");
    openChannels(parsed(config_json));
}

Plugin::~Plugin() { closing(); }

void Plugin::openChannels(const Json& config) {
    for (auto& channel : makeChannels(config, host_, options_)) {
        if (channel->name() != "email" && !host_.find<sluice_host_http>(SLUICE_HOST_HTTP_ID))
            throw sluice::ConfigError(
                "the capability \"net\" is not granted, or sluice.host.http/1 not known to "
                "this gateway: the channel " +
                channel->name() + " needs it");
        auto events = eventsOf(channel->name());
        outboxes_.push_back(std::make_unique<Outbox>(
            std::move(channel), options_.outbox, [this] { return clock_.ms(); }, std::move(events)));
    }
    for (const auto& type : options_.types) {
        if (isSilent(type)) host_.warn("alert_types: nothing raises " + type + " yet");
    }
}

OutboxEvents Plugin::eventsOf(const std::string& channel) {
    OutboxEvents events;
    events.delivered = [this, channel](const Alert& alert) {
        metrics_.delivered.record(1, {channel});
        if (alert.lasting && claims_) claims_->delivered(alert.key());
    };
    // One line a minute: a receiver that is away must not fill the log. Only the outbox's thread is here.
    auto told = std::make_shared<int64_t>(-60'000);
    events.failed = [this, channel, told](const std::string& why) {
        metrics_.failed.record(1, {channel});
        const int64_t now = host_.monotonicMs();
        if (now - *told < 60'000) return;
        *told = now;
        host_.warn("the channel " + channel + " did not take an alert: " + why);
    };
    events.dropped = [this, channel](size_t count, const char* why) {
        metrics_.dropped.record(static_cast<double>(count), {channel, why});
    };
    return events;
}

bool Plugin::wants(std::string_view hook) const {
    if (!options_.on) return false;
    if (hook == "pre_call") return options_.has("llm_requests_hanging");
    if (hook == "on_request")
        return options_.metrics_ms > 0 &&
               (options_.has("exporter_failures") || options_.has("plugin_failures") ||
                options_.has("waiting_requests") || options_.has("connections_exhausted") ||
                options_.has("failed_tracking_spend"));
    return true;
}

void Plugin::start() {
    if (!options_.on) return;
    watcher_ = std::make_unique<accounts::Watcher>(host_);
    if (watcher_->open(options_.store)) {
        claims_ = std::make_unique<Claims>(host_, *watcher_, std::to_string(host_.random()));
        spend_.use(watcher_.get());
        memories_.use(claims_.get());
        claims_->follow();
        book_.follow(*watcher_);
    } else if (!options_.store.empty()) {
        throw sluice::ConfigError("store: there is no store named \"" + options_.store + "\"");
    } else {
        host_.info("there is no store: no alerts on budgets and keys, and no reports on what was spent");
    }
    if (!threads_) return;
    for (auto& outbox : outboxes_) outbox->start();
    if (const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID))
        timer_ = timers->every(
            host_.raw(), static_cast<uint32_t>(std::min(kTickMs, options_.check_ms)),
            [](void* self) { static_cast<Plugin*>(self)->tick(); }, this);
}

void Plugin::closing() {
    const auto* timers = host_.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID);
    if (timers && timer_ > 0) (void)timers->cancel(host_.raw(), timer_);
    timer_ = 0;
    for (auto& outbox : outboxes_) outbox->close();
    // What they delivered just now.
    if (claims_) claims_->tend(clock_.ms());
    watcher_.reset();
    claims_.reset();
    outboxes_.clear();
}

void Plugin::model_group(std::string_view name, sluice::Deployments deployments) {
    for (size_t i = 0; i < deployments.size(); ++i) {
        const auto one = deployments[i];
        const std::string id(one.id()), region = regionOf(one.params());
        deployments_.add(id,
                         {std::string(name), std::string(one.model()), std::string(one.provider()), region});
        if (!region.empty()) traffic_.setRegion(id, region);
    }
}

// Figures can be read in a hook alone, so the first request after that time does it; they are judged later.
Verdict Plugin::on_request(sluice::Request request) {
    const int64_t now = clock_.ms();
    int64_t due = scrape_ms_.load(std::memory_order_relaxed);
    if (now < due || !scrape_ms_.compare_exchange_strong(due, now + options_.metrics_ms))
        return Verdict::Continue;
    const auto* table = host_.find<sluice_host_metrics>(SLUICE_HOST_METRICS_ID);
    if (!SLUICE_HAS(table, text)) return Verdict::Continue;
    std::string text(sluice::view(table->text(request.raw())));
    const std::lock_guard lock(figures_mutex_);
    figures_text_ = std::move(text);
    return Verdict::Continue;
}

Verdict Plugin::pre_call(sluice::Request request) {
    inflight_.enter(request.state<PerRequest>().entry, clock_.ms(), request.model(), request.callId(),
                    request.keyId().substr(0, 12));
    return Verdict::Continue;
}

void Plugin::on_complete(const sluice_record& record) {
    traffic_.note(record);
    book_.touched(record);
    if (sluice::view(record.outcome) == "success" && record.deployment_id.len > 0)
        deployments_.succeeded(std::string(sluice::view(record.deployment_id)), record.end_ms);
}

void Plugin::tick() {
    const int64_t now = clock_.ms();
    const Raise tell = [this](Alert alert) { raise(std::move(alert)); };
    inflight_.check(now, options_.hanging_ms, options_.repeat_ms, tell);
    traffic_.check(now, tell);
    deployments_.check(now, tell);
    std::string text;
    {
        const std::lock_guard lock(figures_mutex_);
        text.swap(figures_text_);
    }
    if (!text.empty()) figures_.take(text, tell);
    if (claims_) claims_->tend(now);
    if (now < check_ms_ || !claims_) return;
    check_ms_ = now + options_.check_ms;
    const bool books = book_.check(now, tell);
    tellStore(reports_.check(now, tell) && books);
}

void Plugin::tellStore(bool answered) {
    if (answered && !store_away_) return;
    store_away_ = !answered;
    Alert alert;
    alert.type = "db_exceptions";
    alert.level = Level::Error;
    alert.title = answered ? "The store answers again" : "The store does not answer";
    alert.subject = "store";
    alert.window_ms = options_.repeat_ms;
    alert.state = true;
    alert.resolves = answered;
    if (!answered)
        alert.advice = "Budgets cannot be compared with the books, and usage waits in the ledger's spool.";
    raise(std::move(alert));
}

void Plugin::raise(Alert alert) {
    if (!options_.has(alert.type)) return;
    auto passed = gate_.pass(std::move(alert), clock_.ms());
    if (!passed) return;
    metrics_.raised.record(1, {passed->type});
    const std::string line = "alert: " + passed->type + ": " + passed->line();
    options_.log_too ? host_.warn(line) : host_.info(line);
    const auto shared = std::make_shared<const Alert>(std::move(*passed));
    bool wanted = false;
    for (auto& outbox : outboxes_) {
        if (!outbox->channel().wants(*shared)) continue;
        wanted = true;
        outbox->put(shared);
    }
    if (!wanted && shared->lasting && claims_) claims_->delivered(shared->key());
}

void Plugin::pump() {
    for (auto& outbox : outboxes_) {
        while (outbox->step() <= clock_.ms()) continue;
    }
}

Verdict Plugin::handle(sluice::Request request, uint32_t route) {
    std::string service = route == 0 ? queried(request.query(), "service") : askedFor(request.body());
    struct Work {
        const std::vector<std::unique_ptr<Outbox>>& outboxes;
        std::string service;
        int64_t now_ms;
        TestResult result;
    } work{outboxes_, std::move(service), clock_.ms(), {}};
    const auto run = [](void* arg) {
        auto& it = *static_cast<Work*>(arg);
        it.result = testChannels(it.outboxes, it.service, it.now_ms);
    };
    const auto* offload = host_.find<sluice_host_offload>(SLUICE_HOST_OFFLOAD_ID);
    if (!offload || offload->run(request.raw(), run, &work) != SLUICE_OK)
        work.result = {503, Json{{"status", "failed"}, {"message", "too much is waiting: try again"}}};
    return request.respond(work.result.status, "application/json",
                           work.result.body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace alerts
