#include "options.h"

#include <algorithm>
#include <cmath>

#include "accounts/duration.h"

namespace alerts {
namespace {

Json orEmpty(const Json& config, const char* key) {
    const auto found = config.find(key);
    return found == config.end() || !found->is_object() ? Json::object() : *found;
}

// LiteLLM takes seconds as numbers, and as texts from the environment.
double numberOf(const Json& object, const char* key, double otherwise, const char* below = nullptr) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return otherwise;
    if (found->is_number() && found->get<double>() >= 0 && found->get<double>() <= 1e9)
        return found->get<double>();
    throw sluice::ConfigError((below ? std::string(below) + "." : "") + key +
                              ": found something else; allowed: a number from 0 to 1,000,000,000");
}

int64_t msOf(const Json& object, const char* key, double otherwise_s, const char* below = nullptr) {
    return std::llround(numberOf(object, key, otherwise_s, below) * 1000);
}

std::vector<std::string> textsOf(const Json& config, const char* key) {
    std::vector<std::string> all;
    const auto found = config.find(key);
    if (found == config.end() || found->is_null()) return all;
    if (found->is_string()) return {found->get<std::string>()};
    if (!found->is_array())
        throw sluice::ConfigError(std::string(key) + ": allowed: a text, or a list of texts");
    for (const auto& one : *found) {
        if (!one.is_string()) throw sluice::ConfigError(std::string(key) + ": allowed: a list of texts");
        all.push_back(one.get<std::string>());
    }
    return all;
}

Types typesOf(const Json& config) {
    if (!config.contains("alert_types") || config["alert_types"].is_null()) return usualTypes();
    Types types;
    for (const auto& name : textsOf(config, "alert_types")) {
        if (!isType(name))
            throw sluice::ConfigError("alert_types: found \"" + name + "\"; allowed: " + typeNames());
        types.insert(name);
    }
    return types;
}

accounts::Budget proxyBudget(const Json& config) {
    std::string fault;
    Json members = Json::object();
    for (const char* key : {"max_budget", "soft_budget", "budget_duration"}) {
        if (config.contains(key)) members[key] = config[key];
    }
    const auto limits = accounts::readLimits(members, fault);
    if (!limits) throw sluice::ConfigError(fault);
    return limits->budget;
}

void readTraffic(const Json& config, const Json& arguments, Options& options) {
    auto& traffic = options.traffic;
    constexpr const char* kArguments = "alerting_args";
    traffic.slow_ms = msOf(config, "alerting_threshold", 300);
    traffic.repeat_ms = options.repeat_ms;
    traffic.outage_ms = std::max<int64_t>(1'000, msOf(arguments, "outage_alert_ttl", 60, kArguments));
    traffic.region_outage_ms =
        std::max<int64_t>(1'000, msOf(arguments, "region_outage_alert_ttl", 60, kArguments));
    traffic.minor = static_cast<size_t>(
        std::max(1.0, numberOf(arguments, "minor_outage_alert_threshold", 5, kArguments)));
    traffic.major =
        static_cast<size_t>(std::max(static_cast<double>(traffic.minor),
                                     numberOf(arguments, "major_outage_alert_threshold", 10, kArguments)));
    traffic.failures = static_cast<size_t>(numberOf(arguments, "failure_threshold", 0, kArguments));
    traffic.failures_ms =
        std::max<int64_t>(1'000, msOf(arguments, "failure_threshold_window_seconds", 60, kArguments));
    traffic.success_min = numberOf(config, "success_rate_min", 0.99);
    traffic.success_ms = std::max<int64_t>(1'000, msOf(config, "success_window_s", 300));
    traffic.success_requests =
        static_cast<uint64_t>(std::max(1.0, numberOf(config, "success_requests_min", 50)));
    traffic.error_text = config.value("error_text", false);
    options.hanging_ms = std::max<int64_t>(1, msOf(arguments, "hanging_threshold_seconds",
                                                   static_cast<double>(traffic.slow_ms) / 1000, kArguments));
}

void readReports(const Json& config, const Json& arguments, Options& options) {
    auto& reports = options.reports;
    if (config.contains("spend_report_frequency")) reports.spend = textsOf(config, "spend_report_frequency");
    for (const auto& duration : reports.spend) {
        if (!accounts::durationMs(duration))
            throw sluice::ConfigError("spend_report_frequency: found \"" + duration +
                                      "\"; allowed: a duration such as 1d, 7d or 30d, or a list of them");
    }
    reports.daily_ms =
        std::max<int64_t>(1'000, msOf(arguments, "daily_report_frequency", 43'200, "alerting_args"));
    reports.types = options.types;
}

}  // namespace

Options readOptions(const Json& config) {
    Options options;
    const Json arguments = orEmpty(config, "alerting_args");
    options.on = !textsOf(config, "alerting").empty();
    options.source = config.value("name", "sluice");
    options.store = config.value("store", "");
    options.timezone = config.value("timezone", "UTC");
    options.types = typesOf(config);
    options.repeat_ms = msOf(config, "repeat_window_s", 600);
    options.check_ms = std::max<int64_t>(50, msOf(config, "check_interval_s", 10));
    options.metrics_ms = msOf(config, "metrics_interval_s", 60);
    options.log_too = arguments.value("log_to_console", false);
    readTraffic(config, arguments, options);
    options.deployments.down_ms = msOf(config, "down_after_s", 300);
    options.deployments.repeat_ms = options.repeat_ms;
    options.book.budget_ttl_ms = msOf(arguments, "budget_alert_ttl", 86'400, "alerting_args");
    options.book.check_all_ms =
        std::max<int64_t>(1'000, msOf(arguments, "report_check_interval", 3'600, "alerting_args"));
    options.book.soon_ms = msOf(config, "key_expires_soon_s", 7 * 86'400);
    options.book.proxy = proxyBudget(config);
    options.book.types = options.types;
    readReports(config, arguments, options);
    options.outbox.per_minute = static_cast<size_t>(std::max(2.0, numberOf(config, "rate_per_minute", 20)));
    options.outbox.retry_min_ms = std::max<int64_t>(10, msOf(config, "retry_min_s", 1));
    options.outbox.retry_max_ms = std::max(options.outbox.retry_min_ms, msOf(config, "retry_max_s", 60));
    options.outbox.retry_for_ms = msOf(config, "retry_for_s", 3'600);
    return options;
}

}  // namespace alerts
