// The host as a plugin's object sees it: log, metrics, secrets, clock, timers, HTTP. Copyable, as old as the
// instance. [any]
#pragma once

#include <initializer_list>

#include <sluice/http.hpp>

namespace sluice {

/// A metric defined in the constructor; recording is cheap and may happen anywhere.
class Metric {
public:
    Metric() = default;
    Metric(const sluice_host* host, const sluice_host_metrics* table, int32_t id)
        : host_(host), table_(table), id_(id) {}

    void record(double value, std::initializer_list<std::string_view> labels = {}) const {
        if (!table_ || id_ < 0) return;
        sluice_str texts[16];
        size_t n = 0;
        for (const auto label : labels) {
            if (n < 16) texts[n++] = str(label);
        }
        (void)table_->record(host_, id_, texts, n, value);
    }

private:
    const sluice_host* host_ = nullptr;
    const sluice_host_metrics* table_ = nullptr;
    int32_t id_ = -1;
};

class Host {
public:
    explicit Host(const sluice_host* host) : host_(host) {}

    const sluice_host* raw() const { return host_; }

    /// The table of a host service, or null if this host has none.
    template <class Table>
    const Table* find(std::string_view id) const {
        return static_cast<const Table*>(host_->get_interface(host_, str(id)));
    }

    void info(std::string_view message) const { log(SLUICE_LOG_INFO, message); }
    void warn(std::string_view message) const { log(SLUICE_LOG_WARN, message); }
    void error(std::string_view message) const { log(SLUICE_LOG_ERROR, message); }
    void debug(std::string_view message) const { log(SLUICE_LOG_DEBUG, message); }

    /// Only in the constructor of the plugin's object.
    Metric counter(std::string_view name, std::string_view help,
                   std::initializer_list<std::string_view> labels = {}) const {
        return define(SLUICE_COUNTER, name, help, labels);
    }
    Metric gauge(std::string_view name, std::string_view help,
                 std::initializer_list<std::string_view> labels = {}) const {
        return define(SLUICE_GAUGE, name, help, labels);
    }
    Metric histogram(std::string_view name, std::string_view help,
                     std::initializer_list<std::string_view> labels = {}) const {
        return define(SLUICE_HISTOGRAM, name, help, labels);
    }

    /// The text behind a secret's handle; nothing if there is none. Never log it.
    std::optional<std::string_view> reveal(std::string_view handle) const {
        const auto* table = find<sluice_host_secrets>(SLUICE_HOST_SECRETS_ID);
        sluice_str text{};
        if (!table || table->reveal(host_, str(handle), &text) != SLUICE_OK) return std::nullopt;
        return view(text);
    }

    /// An interface of another instance, from start() on: of the one named, or of the only one that has it.
    /// Nothing if there is none, or, without a name, several.
    std::optional<sluice_service> service(std::string_view interface_id,
                                          std::string_view instance = {}) const {
        const auto* table = find<sluice_host_services>(SLUICE_HOST_SERVICES_ID);
        sluice_service found{};
        found.size = sizeof found;
        if (!table || table->find(host_, str(interface_id), str(instance), &found) != SLUICE_OK)
            return std::nullopt;
        return found;
    }

    uint64_t random() const {
        const auto* table = find<sluice_host_clock>(SLUICE_HOST_CLOCK_ID);
        return table ? table->random(host_) : 0;
    }
    /// For measuring: it never goes back.
    int64_t monotonicMs() const {
        const auto* table = find<sluice_host_clock>(SLUICE_HOST_CLOCK_ID);
        return table ? static_cast<int64_t>(table->monotonic_ns(host_) / 1'000'000) : 0;
    }
    int64_t wallMs() const {
        const auto* table = find<sluice_host_clock>(SLUICE_HOST_CLOCK_ID);
        return table ? table->wall_ms(host_) : 0;
    }

    /// Calls out where there is no request: in on_complete and timers. In a hook take request.http(), which
    /// knows when the request ends. [offload] [may-wait]
    HttpResult http(const HttpCall& call) const {
        return detail::httpCall(find<sluice_host_http>(SLUICE_HOST_HTTP_ID), host_, nullptr, call);
    }

private:
    void log(int32_t level, std::string_view message) const {
        if (const auto* table = find<sluice_host_log>(SLUICE_HOST_LOG_ID))
            table->write(host_, level, str(message));
    }

    Metric define(int32_t kind, std::string_view name, std::string_view help,
                  std::initializer_list<std::string_view> labels) const {
        const auto* table = find<sluice_host_metrics>(SLUICE_HOST_METRICS_ID);
        if (!table) return {};
        std::vector<sluice_str> names;
        for (const auto label : labels) names.push_back(str(label));
        return {host_, table, table->define(host_, kind, str(name), str(help), names.data(), names.size())};
    }

    const sluice_host* host_;
};

}  // namespace sluice
