#include "app/reloader.h"

#include <future>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "app/child.h"
#include "app/load.h"
#include "base/log.h"

namespace sluice::app {

using gateway::Generation;
using Json = nlohmann::ordered_json;

namespace {

// Code that is never unmapped piles up with each changed plugin.
constexpr size_t kGenerationsWarn = 16;
constexpr size_t kGenerationsMax = 64;

const host::Instance* same(const Generation& in, const host::Instance& as) {
    for (const auto& instance : in.instances()) {
        if (instance->id() == as.id() && instance->settings().plugin == as.settings().plugin)
            return instance.get();
    }
    return nullptr;
}

void handOver(const Generation& from, Generation& to, std::vector<std::string>& faults) {
    for (const auto& instance : to.instances()) {
        const auto* before = same(from, *instance);
        if (!before) continue;
        if (auto taken = instance->inherit(const_cast<host::Instance&>(*before)); !taken)
            faults.push_back(taken.error().message);
    }
}

}  // namespace

void Reloader::attach(gateway::Gateway& gateway, const gateway::Shared& shared) {
    gateway_ = &gateway;
    shared_ = &shared;
}

// These were taken when the process started.
void Reloader::warnOfRestart(const config::Settings& now, std::vector<std::string>& faults) const {
    const auto& a = origin_.listen;
    const auto& b = now.listen;
    if (a.address != b.address || a.port != b.port || a.workers != b.workers ||
        a.tls_certificate != b.tls_certificate || a.tls_key != b.tls_key)
        faults.emplace_back("listen: address, port, workers and TLS files change with a restart only");
    if (origin_.ca_file != now.ca_file)
        faults.emplace_back("litellm_settings.ssl_verify changes with a restart only");
}

std::shared_ptr<Generation> Reloader::build(std::vector<std::string>& faults) {
    const size_t mapped = libraries_.mapped().generations;
    if (mapped >= kGenerationsMax) {
        faults.push_back(
            fmt::format("code of {} generations is mapped, which is the most; restart the gateway", mapped));
        return nullptr;
    }
    if (mapped >= kGenerationsWarn)
        faults.push_back(fmt::format("code of {} generations is mapped; at {} no reload is possible any more",
                                     mapped, kGenerationsMax));
    const auto tried = checkInChild(origin_.config, origin_.plugin_dirs);
    if (!tried.fine) {
        faults.insert(faults.end(), tried.words.begin(), tried.words.end());
        return nullptr;
    }
    auto loaded = load(origin_.config, origin_.plugin_dirs);
    warnOfRestart(loaded.settings, faults);
    auto generation = Generation::build(last_ + 1, std::move(loaded.settings), loaded.catalog,
                                        config::processEnvironment(), *shared_, loaded.faults);
    for (const auto& fault : loaded.faults.all()) faults.push_back(fault.text());
    return generation;
}

host::Admin::Reload Reloader::reload() {
    const auto task = std::make_shared<std::packaged_task<Reload()>>([this] { return reloadHere(); });
    auto done = task->get_future();
    if (!builder_.submit([task] { (*task)(); })) {
        constexpr const char* kBusy = "too many reloads wait already";
        return {false, Json{{"reloaded", false}, {"faults", {kBusy}}}.dump()};
    }
    return done.get();
}

bool Reloader::reloadSoon() {
    if (asked_.exchange(true)) return true;
    const bool accepted = builder_.submit([this] {
        asked_ = false;  // whoever asks from now on has news that this one may miss
        (void)reloadHere();
    });
    if (!accepted) asked_ = false;
    return accepted;
}

host::Admin::Reload Reloader::reloadHere() {
    std::vector<std::string> faults;
    auto generation = gateway_->draining() ? nullptr : build(faults);
    Reload outcome;
    outcome.done = generation != nullptr;
    if (generation) {
        handOver(*gateway_->generation(), *generation, faults);
        last_ = generation->number();
        gateway_->serve(std::move(generation));
    } else {
        ++failures_;
    }
    for (const auto& fault : faults) base::log::warn("reload: {}", fault);
    if (outcome.done) {
        base::log::info("reload: generation {} serves", last_);
    } else {
        base::log::error("reload: refused; generation {} goes on serving", last_);
    }
    outcome.json = Json{{"reloaded", outcome.done}, {"generation", last_}, {"faults", faults}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
    return outcome;
}

std::string Reloader::status() const {
    const auto generation = gateway_->generation();
    const auto mapped = libraries_.mapped();
    Json instances = Json::array();
    for (const auto& instance : generation->instances()) {
        instances.push_back({{"id", instance->id()},
                             {"plugin", instance->settings().plugin},
                             {"version", instance->manifest().version},
                             {"failures", instance->failures.load()},
                             {"timeouts", instance->timeouts.load()},
                             {"stalls", instance->stalls.load()},
                             {"misuses", instance->handleUse().misuses.load()}});
    }
    return Json{{"version", std::string(gateway::kVersion)},
                {"generation", generation->number()},
                {"generations_alive", alive_.count()},
                {"reloads_refused", failures_.load()},
                {"libraries",
                 {{"images", mapped.images}, {"bytes", mapped.bytes}, {"generations", mapped.generations}}},
                {"requests_in_flight", gateway_->inFlight()},
                {"instances", std::move(instances)}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sluice::app
