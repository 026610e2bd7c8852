#include "exporter.h"

#include <atomic>
#include <utility>

namespace exporters {
namespace {

// Generations of this library, and its instances, report the sum of what waits, not each over the other.
std::atomic<uint64_t> all_records{0};
std::atomic<uint64_t> all_bytes{0};
std::atomic<uint64_t> all_spool_bytes{0};

double shared(std::atomic<uint64_t>& all, uint64_t now, uint64_t& before) {
    const uint64_t change = now - std::exchange(before, now);  // may wrap around, and back
    return static_cast<double>(all.fetch_add(change) + change);
}

}  // namespace

Exporter::Metrics::Metrics(const sluice::Host& host)
    : taken(host.counter("sluice_callback_records_total",
                         "Records that a callback has taken, once a receiver", {"callback"})),
      delivered(
          host.counter("sluice_callback_delivered_total", "Records that a receiver has taken", {"callback"})),
      dropped(host.counter("sluice_callback_dropped_total", "Records that are lost, and why",
                           {"callback", "reason"})),
      requests(host.counter("sluice_callback_requests_total", "Requests to receivers; status 0: no answer",
                            {"callback", "status"})),
      queue_records(host.gauge("sluice_callback_queue_records", "Records that wait in memory", {"callback"})),
      queue_bytes(
          host.gauge("sluice_callback_queue_bytes", "Bytes of records that wait in memory", {"callback"})),
      spool_bytes(
          host.gauge("sluice_callback_spool_bytes", "Bytes of records that wait on disk", {"callback"})) {}

Exporter::Exporter(const nlohmann::json& config, const sluice::Host& host, Setup setup)
    : host_(host),
      options_(optionsOf(config)),
      store_(config.value("store", "")),
      label_(setup.names.front()),
      metrics_(host),
      sink_(std::move(setup.sink)),
      send_(std::move(setup.send)),
      last_(std::move(setup.last)),
      policy_(options_, std::move(setup.names), *sink_, setup.usual,
              [this](const std::string& text) { host_.warn(text); }),
      path_(
          options_, *sink_,
          [this](const Outgoing& request, milliseconds timeout) {
              return send_ ? send_(request, timeout) : call(request, timeout);
          },
          events()) {
    // Records of older gateways end before what a receiver wants to know.
    if (host.raw()->abi_minor < 2)
        throw sluice::ConfigError("this gateway is too old: callback_" + label_ + " needs ABI 1.2");
}

Events Exporter::events() {
    Events tell;
    tell.delivered = [this](size_t records) {
        if (!last_) deliver(records);
    };
    tell.dropped = [this](size_t records, const char* why) { drop(records, why); };
    tell.answered = [this](int status) { metrics_.requests.record(1, {label_, std::to_string(status)}); };
    tell.waiting = [this](uint64_t records, uint64_t bytes, uint64_t spooled) {
        show(records, bytes, spooled);
    };
    tell.warn = [this](const std::string& kind, const std::string& text) { warn(kind, text); };
    return tell;
}

void Exporter::start() {
    watcher_ = std::make_unique<accounts::Watcher>(host_);
    if (watcher_->open(store_)) {
        for (const char* kind : {"team", "key"})
            watcher_->watch(kind, [this](const sluice_document& document) { policy_.learn(document); });
    } else if (!store_.empty()) {
        throw sluice::ConfigError("store: there is no store named \"" + store_ + "\"");
    }
    for (const auto& destination : policy_.destinations()) path_.know(destination);
    path_.start();
}

void Exporter::on_complete(const sluice_record& record) {
    for (const auto& ticket : policy_.judge(record)) {
        metrics_.taken.record(1, {label_});
        ++taken_;
        path_.put(ticket.to, ticket.redact, sluice::view(record.json));
    }
}

void Exporter::closing() {
    leaveStore();
    path_.close();
    if (last_) last_();
    show(0, 0, 0);
    sumUp();
}

void Exporter::deliver(size_t records) {
    metrics_.delivered.record(static_cast<double>(records), {label_});
    delivered_ += records;
}

Answer Exporter::ask(const Outgoing& request, milliseconds timeout) const {
    Answer answer = send_ ? send_(request, timeout) : call(request, timeout);
    metrics_.requests.record(1, {label_, std::to_string(answer.status)});
    return answer;
}

Answer Exporter::call(const Outgoing& request, milliseconds timeout) const {
    sluice::HttpCall call{request.url, request.method};
    for (const auto& [name, value] : request.fields) call.headers.push_back({name, value});
    call.body = request.body;
    call.timeout_ms = static_cast<uint32_t>(timeout.count());
    const auto got = host_.http(call);
    Answer answer;
    if (got.error != SLUICE_OK) return answer;
    answer.status = got.status;
    answer.retry_after = std::string(got.header("retry-after").value_or(""));
    answer.body = std::string(got.body);
    return answer;
}

// What an operator asks after the end. Delivered is also what an earlier process has left in the spool.
void Exporter::sumUp() {
    const std::lock_guard lock(told_mutex_);
    uint64_t dropped = 0;
    std::string why;
    for (const auto& [reason, records] : dropped_why_) {
        dropped += records;
        why += (why.empty() ? " (" : ", ") + reason + " " + std::to_string(records);
    }
    if (taken_ + delivered_ + dropped == 0) return;
    host_.info(label_ + ": " + std::to_string(taken_) + " records taken, " + std::to_string(delivered_) +
               " delivered, " + std::to_string(dropped) + " dropped" + why + (why.empty() ? "" : ")"));
}

void Exporter::drop(size_t records, const char* why) {
    metrics_.dropped.record(static_cast<double>(records), {label_, why});
    {
        const std::lock_guard lock(told_mutex_);
        dropped_why_[why] += records;
    }
    warn(std::string("dropped ") + why, std::string("records are dropped: ") + why);
}

// One line of a kind a minute, whatever happens how often.
void Exporter::warn(const std::string& kind, const std::string& text) {
    const int64_t now = host_.monotonicMs();
    uint64_t silent = 0;
    {
        const std::lock_guard lock(told_mutex_);
        const auto [told, fresh] = told_.try_emplace(kind, Told{now, 0});
        if (!fresh && now - told->second.at_ms < kLogEvery.count()) {
            ++told->second.silent;
            return;
        }
        silent = std::exchange(told->second.silent, 0);
        told->second.at_ms = now;
    }
    host_.warn(label_ + ": " + text +
               (silent > 0 ? " (and " + std::to_string(silent) + " times since the last line)" : ""));
}

void Exporter::show(uint64_t records, uint64_t bytes, uint64_t spool_bytes) {
    const std::lock_guard lock(told_mutex_);
    metrics_.queue_records.record(shared(all_records, records, shown_records_), {label_});
    metrics_.queue_bytes.record(shared(all_bytes, bytes, shown_bytes_), {label_});
    metrics_.spool_bytes.record(shared(all_spool_bytes, spool_bytes, shown_spool_bytes_), {label_});
}

}  // namespace exporters
