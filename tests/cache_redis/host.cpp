#include "host.h"

#include <condition_variable>
#include <sluice/config.hpp>
#include <stdexcept>
#include <thread>

namespace cache_tests {
namespace {

struct Tickets {
    std::mutex mutex;
    std::condition_variable changed;
    uint64_t last = 0;
    std::set<uint64_t> woken;
};

Tickets& tickets() {
    static Tickets all;
    return all;
}

const sluice_host_wait kWait{sizeof(sluice_host_wait), 0,
                             [](sluice_ctx*) {
                                 const std::lock_guard lock(tickets().mutex);
                                 return ++tickets().last;
                             },
                             [](sluice_ctx*, uint64_t ticket, uint32_t ms) -> sluice_status {
                                 std::unique_lock lock(tickets().mutex);
                                 const bool woken = tickets().changed.wait_for(
                                     lock, std::chrono::milliseconds(ms),
                                     [&] { return tickets().woken.count(ticket) > 0; });
                                 return woken ? SLUICE_OK : SLUICE_E_DEADLINE;
                             },
                             [](const sluice_host*, uint64_t ticket) {
                                 const std::lock_guard lock(tickets().mutex);
                                 tickets().woken.insert(ticket);
                                 tickets().changed.notify_all();
                             }};

}  // namespace

void pause(int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

Host::Host() : face_{this, {sizeof(sluice_host), SLUICE_ABI_MINOR, find}} {}

Host& Host::of(const sluice_host* host) {
    return *reinterpret_cast<const Face*>(reinterpret_cast<const char*>(host) - offsetof(Face, api))->self;
}

const void* Host::find(const sluice_host* host, sluice_str wanted) {
    static const sluice_host_log log{sizeof log, 0,
                                     [](const sluice_host* h, int32_t, sluice_str message) {
                                         Host& self = of(h);
                                         const std::lock_guard lock(self.mutex_);
                                         self.log_.emplace_back(sluice::view(message));
                                     },
                                     [](const sluice_host*, int32_t) { return 1; }};
    static const sluice_host_secrets secrets{
        sizeof secrets, 0, [](const sluice_host* h, sluice_str handle, sluice_str* out) -> sluice_status {
            const auto found = of(h).secrets.find(sluice::view(handle));
            if (found == of(h).secrets.end()) return SLUICE_E_NOT_FOUND;
            *out = sluice::str(found->second);
            return SLUICE_OK;
        }};
    static const sluice_host_metrics metrics{
        sizeof metrics, 0,
        [](const sluice_host* h, int32_t kind, sluice_str name, sluice_str, const sluice_str*, size_t) {
            Host& self = of(h);
            self.names_.emplace_back(sluice::view(name));
            self.kinds_.push_back(kind);
            return static_cast<int32_t>(self.names_.size() - 1);
        },
        [](const sluice_host* h, int32_t id, const sluice_str* labels, size_t count,
           double value) -> sluice_status {
            Host& self = of(h);
            const std::lock_guard lock(self.mutex_);
            std::string series = self.names_[static_cast<size_t>(id)];
            for (size_t i = 0; i < count; ++i) series += " " + std::string(sluice::view(labels[i]));
            double& sum = self.metrics_[series];
            sum = self.kinds_[static_cast<size_t>(id)] == SLUICE_COUNTER ? sum + value : value;
            return SLUICE_OK;
        },
        nullptr};
    const auto id = sluice::view(wanted);
    if (id == SLUICE_HOST_LOG_ID) return &log;
    if (id == SLUICE_HOST_SECRETS_ID) return &secrets;
    if (id == SLUICE_HOST_METRICS_ID) return &metrics;
    if (id == SLUICE_HOST_WAIT_ID && of(host).waits) return &kWait;
    return nullptr;
}

std::vector<std::string> Host::log() const {
    const std::lock_guard lock(mutex_);
    return log_;
}

size_t Host::logged(const std::string& part) const {
    size_t count = 0;
    for (const auto& line : log()) count += line.find(part) != std::string::npos ? 1 : 0;
    return count;
}

double Host::metric(const std::string& series) const {
    const std::lock_guard lock(mutex_);
    const auto found = metrics_.find(series);
    return found == metrics_.end() ? 0 : found->second;
}

Loaded::Loaded(Host& host, const std::string& config) {
    try {
        cache_ =
            std::make_unique<cache_redis::Cache>(host.host(), cache_redis::readOptions(config, host.host()));
    } catch (const sluice::ConfigError& error) {
        throw std::runtime_error(error.message());
    }
}

Got Loaded::get(const std::vector<std::string>& keys, uint32_t wait_ms) {
    Got got;
    std::vector<sluice_str> texts;
    for (const auto& key : keys) texts.push_back(sluice::str(key));
    const int64_t began = cache_redis::clockMs();
    got.status = cache_->get(nullptr, texts.data(), texts.size(), wait_ms, &got,
                             [](void* sink, size_t which, const sluice_cache_entry* entry) {
                                 Got& to = *static_cast<Got*>(sink);
                                 to.values[which] = std::string(sluice::view(entry->value));
                                 to.ttl_ms[which] = entry->ttl_left_ms;
                             });
    got.took_ms = cache_redis::clockMs() - began;
    return got;
}

Got Loaded::getUntil(const std::string& key, sluice_status status, const std::string& value, int64_t ms) {
    Got got;
    (void)eventually(
        [&] {
            got = get({key});
            return got.status == status && got.value() == value;
        },
        ms);
    return got;
}

bool Loaded::keep(const std::string& key, const std::string& value, int64_t ms) {
    return eventually(
        [&] {
            (void)cache_->put(key, value, 600'000);
            for (int i = 0; i < 20; ++i) {
                if (get({key}).value() == value) return true;
                pause(5);
            }
            return false;
        },
        ms);
}

std::optional<uint64_t> Loaded::remove(const std::vector<std::string>& keys) {
    std::vector<sluice_str> texts;
    for (const auto& key : keys) texts.push_back(sluice::str(key));
    uint64_t removed = 0;
    if (cache_->remove(texts.data(), texts.size(), &removed) != SLUICE_OK) return std::nullopt;
    return removed;
}

}  // namespace cache_tests
