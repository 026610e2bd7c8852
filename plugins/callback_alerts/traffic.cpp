#include "traffic.h"

#include <algorithm>

#include "text.h"

namespace alerts {
namespace {

using sluice::view;

constexpr size_t kNamesMax = 1'000;  // of models and deployments: requests choose neither, but the bound is

std::string text(sluice_str s) { return std::string(view(s)); }

template <class T>
T* slot(std::map<std::string, T>& all, const std::string& name) {
    if (all.size() >= kNamesMax && all.count(name) == 0) return nullptr;
    return &all[name];
}

std::string modelOf(const sluice_record& record) {
    return text(record.model_group.len > 0 ? record.model_group : record.model);
}

bool isOutage(uint32_t status) { return status >= 500 || status == 408 || status < 400; }

}  // namespace

bool Traffic::isFailure(const sluice_record& record) {
    if (view(record.outcome) != "failure" || record.attempts == 0) return false;
    const uint32_t status = record.http_status;
    return status != 400 && status != 413 && status != 415 && status != 422;
}

void Traffic::Window::turn(int64_t now_bucket) {
    if (now_bucket - bucket >= static_cast<int64_t>(kBuckets)) {
        good.fill(0);
        bad.fill(0);
        bucket = now_bucket;
    }
    while (bucket < now_bucket) {
        ++bucket;
        good[static_cast<size_t>(bucket) % kBuckets] = bad[static_cast<size_t>(bucket) % kBuckets] = 0;
    }
}

uint64_t Traffic::Window::sum(const std::array<uint64_t, kBuckets>& counts) const {
    uint64_t all = 0;
    for (const uint64_t count : counts) all += count;
    return all;
}

void Traffic::setRegion(const std::string& deployment, const std::string& region) {
    const std::lock_guard lock(mutex_);
    regions_[deployment] = region;
}

void Traffic::note(const sluice_record& record) {
    if (record.attempts == 0) return;
    const bool failed = isFailure(record), good = view(record.outcome) == "success";
    const int64_t took = record.end_ms - record.start_ms;
    const std::string model = modelOf(record), deployment = text(record.deployment_id);
    const std::lock_guard lock(mutex_);
    if (failed) noteFailure(record);
    if (good || failed) {
        const int64_t number = record.end_ms * static_cast<int64_t>(kBuckets) / options_.success_ms;
        for (const auto& name : {std::string(), model}) {
            Window* window = slot(windows_, name);
            if (!window || number + static_cast<int64_t>(kBuckets) <= window->bucket) continue;
            window->turn(std::max(number, window->bucket));
            ++(good ? window->good : window->bad)[static_cast<size_t>(number) % kBuckets];
        }
    }
    if (good && took >= options_.slow_ms) {
        if (Slow* slow = slot(slow_, model)) {
            ++slow->count;
            if (took > slow->worst_ms)
                *slow = {slow->count, took, text(record.call_id),
                         text(record.key_alias.len > 0 ? record.key_alias : record.key_id), deployment};
        }
    }
    fallbacks_ += record.fallbacks;
    retries_ += record.retries;
    if (Day* day = slot(days_, deployment)) {
        ++day->requests;
        day->failed += failed ? 1 : 0;
        day->model = text(record.upstream_model);
        if (good && record.completion_tokens > 0) {
            day->took_ms += took;
            day->tokens += record.completion_tokens;
        }
    }
}

// Under mutex_.
void Traffic::noteFailure(const sluice_record& record) {
    const std::string deployment = text(record.deployment_id), error_class = text(record.error_class);
    const std::string key =
        deployment + "|" + modelOf(record) + "|" + error_class + "|" + std::to_string(record.http_status);
    if (Failures* failures = slot(failures_, key)) {
        *failures = {failures->count + 1,
                     deployment,
                     modelOf(record),
                     text(record.provider),
                     options_.error_text ? cut(view(record.error), 300) : "",
                     error_class,
                     record.http_status};
    }
    if (!isOutage(record.http_status)) return;
    const std::string model = modelOf(record);
    if (!deployment.empty())
        countOutage("d:" + deployment, "deployment " + deployment + " of " + model, record.end_ms,
                    options_.outage_ms, options_.major);
    const auto region = regions_.find(deployment);
    if (region != regions_.end() && !region->second.empty())
        countOutage("r:" + region->second, "region " + region->second, record.end_ms,
                    options_.region_outage_ms, options_.major);
    if (options_.failures > 0)
        countOutage("all", "all models", record.end_ms, options_.failures_ms, options_.failures);
}

void Traffic::countOutage(const std::string& key, const std::string& what, int64_t now_ms, int64_t span_ms,
                          size_t most) {
    Outage* outage = slot(outages_, key);
    if (!outage) return;
    outage->what = what;
    outage->at_ms.push_back(now_ms);
    while (outage->at_ms.size() > most || outage->at_ms.front() + span_ms < now_ms) outage->at_ms.pop_front();
}

void Traffic::check(int64_t now_ms, const Raise& raise) {
    std::map<std::string, Failures> failures;
    std::map<std::string, Slow> slow;
    std::vector<Alert> found;
    {
        const std::lock_guard lock(mutex_);
        failures.swap(failures_);
        slow.swap(slow_);
        checkOutages(now_ms, found);
        checkRates(now_ms, found);
    }
    checkFailures(raise, std::move(failures));
    checkSlow(raise, std::move(slow));
    for (auto& alert : found) raise(std::move(alert));
}

void Traffic::checkFailures(const Raise& raise, std::map<std::string, Failures> failures) const {
    for (auto& [key, one] : failures) {
        Alert alert;
        alert.type = "llm_exceptions";
        alert.level = Level::Warning;
        alert.title = "Requests to a model fail";
        alert.who = one.model + (one.deployment.empty() ? "" : " at " + one.deployment);
        alert.facts = {{"Status", std::to_string(one.status)},
                       {"Kind", one.error_class},
                       {"Provider", one.provider},
                       {"Requests", number(static_cast<int64_t>(one.count))}};
        if (!one.text.empty()) alert.facts.push_back({"Error", one.text});
        alert.advice = "Look at the deployment's credentials, limits and status page.";
        alert.subject = key;
        alert.window_ms = options_.repeat_ms;
        alert.times = one.count;
        raise(std::move(alert));
    }
}

void Traffic::checkSlow(const Raise& raise, std::map<std::string, Slow> slow) const {
    for (auto& [model, one] : slow) {
        Alert alert;
        alert.type = "llm_too_slow";
        alert.level = Level::Warning;
        alert.title = "Requests are slow";
        alert.who = model;
        alert.facts = {{"Slowest", duration(one.worst_ms)},
                       {"Threshold", duration(options_.slow_ms)},
                       {"Requests", number(static_cast<int64_t>(one.count))},
                       {"Deployment", one.deployment},
                       {"Call", one.call_id},
                       {"Key", one.key}};
        alert.advice = "alerting_threshold says from when on a request is slow.";
        alert.subject = model;
        alert.window_ms = options_.repeat_ms;
        alert.times = one.count;
        raise(std::move(alert));
    }
}

// Under mutex_. Minor, then major, and an end when the span has passed without a failure.
void Traffic::checkOutages(int64_t now_ms, std::vector<Alert>& found) {
    for (auto& [key, outage] : outages_) {
        const int64_t span = key == "all"    ? options_.failures_ms
                             : key[0] == 'r' ? options_.region_outage_ms
                                             : options_.outage_ms;
        while (!outage.at_ms.empty() && outage.at_ms.front() + span < now_ms) outage.at_ms.pop_front();
        const size_t count = outage.at_ms.size();
        const size_t minor = key == "all" ? options_.failures : options_.minor;
        const size_t major = key == "all" ? options_.failures : options_.major;
        const size_t reached = count >= major ? major : count >= minor ? minor : 0;
        const bool over = outage.told > 0 && count == 0;
        if (!over && reached <= outage.told) continue;
        Alert alert;
        alert.type = key[0] == 'r' ? "region_outage_alerts" : "outage_alerts";
        alert.level = reached >= major ? Level::Critical : Level::Error;
        alert.title = over ? "An outage is over" : reached >= major ? "Major outage" : "Minor outage";
        alert.who = outage.what;
        alert.facts = {{"Failures", number(static_cast<int64_t>(count)) + " in " + duration(span)}};
        alert.advice =
            over ? "" : "Look at the provider's status page; fallbacks keep requests going meanwhile.";
        alert.subject = key;
        alert.resolves = over;
        alert.state = true;
        // A major outage is told of although a minor one was.
        alert.window_ms = reached >= major ? span : 0;
        outage.told = over ? 0 : reached;
        found.push_back(std::move(alert));
    }
}

// Under mutex_.
void Traffic::checkRates(int64_t now_ms, std::vector<Alert>& found) {
    for (auto& [model, window] : windows_) {
        window.turn(std::max(window.bucket, now_ms * static_cast<int64_t>(kBuckets) / options_.success_ms));
        const uint64_t good = window.sum(window.good), all = good + window.sum(window.bad);
        const double rate = all == 0 ? 1 : static_cast<double>(good) / static_cast<double>(all);
        const bool low = rate < options_.success_min && all >= options_.success_requests;
        // It is over when it is better with enough requests, or when nobody asks any more.
        const bool over = window.low && !low && (all >= options_.success_requests || all == 0);
        if (!low && !over) continue;
        window.low = low;
        Alert alert;
        alert.type = "error_rate";
        alert.level = rate < 0.5 ? Level::Critical : Level::Error;
        alert.title = over ? "The success rate is back" : "The success rate is low";
        alert.who = model.empty() ? "all models" : model;
        alert.facts = {
            {"Success", percent(rate)},
            {"Requests", number(static_cast<int64_t>(all)) + " in " + duration(options_.success_ms)},
            {"Wanted", percent(options_.success_min)}};
        alert.advice = over ? "" : "The alerts llm_exceptions say which deployment fails, and how.";
        alert.subject = model;
        alert.resolves = over;
        alert.state = true;
        alert.window_ms = options_.repeat_ms;
        found.push_back(std::move(alert));
    }
}

bool Traffic::report(int64_t now_ms, Alert& alert) {
    std::map<std::string, Day> days;
    uint64_t fallbacks = 0, retries = 0;
    {
        const std::lock_guard lock(mutex_);
        days.swap(days_);
        std::swap(fallbacks, fallbacks_);
        std::swap(retries, retries_);
        std::swap(day_ms_, now_ms);
    }
    uint64_t requests = 0, failed = 0;
    std::vector<std::pair<std::string, Day>> all(days.begin(), days.end());
    for (const auto& [id, day] : all) {
        requests += day.requests;
        failed += day.failed;
    }
    if (requests == 0) return false;
    const double share = static_cast<double>(failed) / static_cast<double>(requests);
    alert.facts = {{"Requests", number(static_cast<int64_t>(requests))},
                   {"Failed", number(static_cast<int64_t>(failed)) + " (" + percent(share) + ")"},
                   {"Retries", number(static_cast<int64_t>(retries))},
                   {"Fallbacks", number(static_cast<int64_t>(fallbacks))}};
    const auto name = [](const auto& one) { return one.second.model + " at " + one.first; };
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.second.failed > b.second.failed; });
    for (size_t i = 0; i < std::min<size_t>(5, all.size()) && all[i].second.failed > 0; ++i)
        alert.facts.push_back({"Most failures " + std::to_string(i + 1),
                               name(all[i]) + ": " + number(static_cast<int64_t>(all[i].second.failed)) +
                                   " of " + number(static_cast<int64_t>(all[i].second.requests))});
    const auto pace = [](const Day& day) {
        return day.tokens == 0 ? 0 : static_cast<double>(day.took_ms) / static_cast<double>(day.tokens);
    };
    std::sort(all.begin(), all.end(),
              [&](const auto& a, const auto& b) { return pace(a.second) > pace(b.second); });
    for (size_t i = 0; i < std::min<size_t>(5, all.size()) && all[i].second.tokens > 0; ++i)
        alert.facts.push_back({"Slowest " + std::to_string(i + 1),
                               name(all[i]) + ": " + number(static_cast<int64_t>(pace(all[i].second))) +
                                   " ms a token of the answer"});
    return true;
}

}  // namespace alerts
