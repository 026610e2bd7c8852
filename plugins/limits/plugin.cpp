#include "plugin.h"

#include <nlohmann/json.hpp>

#include "local_counters.h"

namespace limits {

using sluice::Verdict;

namespace {

constexpr uint32_t kSweepMs = 60'000;
constexpr size_t kTries = 64;  // each may plant one more budget

void every(const sluice::Host& host, uint32_t ms, void (*fn)(void*), void* arg) {
    if (const auto* timers = host.find<sluice_host_timers>(SLUICE_HOST_TIMERS_ID))
        (void)timers->every(host.raw(), ms, fn, arg);
}

}  // namespace

Claim::~Claim() {
    if (plugin) plugin->release(*this);
}

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host),
      clock_(host),
      options_(readOptions(config_json)),
      zone_(options_.timezone),
      book_(host, options_),
      estimates_(options_.output_estimate),
      refused_total_(host.counter("sluice_limits_refused_total", "Requests refused by a limit or a budget",
                                  {"scope", "type"})),
      soft_total_(
          host.counter("sluice_limits_soft_budget_total", "Soft budgets that were passed", {"scope"})),
      holder_prefix_(std::to_string(host.random()) + "-"),
      counters_(&localCounters()),
      counters_self_(nullptr),
      seeds_(host, zone_) {}

void Plugin::start() {
    if (const auto shared = host_.service(SLUICE_COUNTERS_ID, options_.counters)) {
        counters_ = static_cast<const sluice_counters*>(shared->table);
        counters_self_ = shared->owner;
    } else if (!options_.counters.empty()) {
        throw sluice::ConfigError("there are no counters named \"" + options_.counters + "\"");
    }
    if (const auto found = host_.service(SLUICE_PRICES_ID, options_.prices)) {
        prices_ = static_cast<const sluice_prices*>(found->table);
        prices_self_ = found->owner;
    }
    book_.follow();
    seeds_.connect(book_.watcher().store(), book_.watcher().owner(), counters_, counters_self_);
    if (book_.budgets() && !prices_)
        host_.warn(
            "there are budgets, but nobody knows prices: list the plugin pricing, or nothing is spent");
    every(
        host_, kSweepMs, [](void*) { sweepLocalCounters(); }, nullptr);
    every(
        host_, std::max<uint32_t>(options_.refresh_ms, 100),
        [](void* seeds) { static_cast<Seeds*>(seeds)->refresh(); }, &seeds_);
}

Verdict Plugin::pre_call(sluice::Request request) {
    Claim& claim = request.state<Claim>();
    collect(request, claim);
    if (claim.parts.empty()) return Verdict::Continue;
    const bool spends = claim.wants(What::Spend);
    if (spends || claim.wants(What::Tokens)) claim.estimate = estimates_.of(request);
    claim.model = request.model();
    const int64_t tokens = static_cast<int64_t>(claim.estimate.prompt + claim.estimate.completion);
    if (claim.wants(What::Parallel)) claim.id = nextHolder();
    const int64_t now = clock_.ms();
    claim.ask(zone_, now, tokens, spends ? price(claim.estimate, claim.model) : 0);
    if (take(request, claim, now)) {
        warnOfSoftBudgets(claim);
        return Verdict::Continue;
    }
    const auto& full = *claim.parts[claim.which].rule;
    refused_total_.record(1, {full.scope, nameOf(full.what)});
    return request.block(refused(claim, now).refusal());
}

void Plugin::collect(const sluice::Request& request, Claim& claim) {
    const std::string_view model = request.model();
    claim.add(book_.everything(), model);
    if (request.admin()) return;
    const auto key = book_.find(Kind::Key, request.keyId());
    // Of several teams that a token names, the one that may use the model.
    const std::string_view team = request.attribute("sluice.team").value_or(request.team());
    const std::string project = key ? key->project : std::string();
    claim.add(key, model);
    claim.add(book_.find(Kind::User, request.user()), model);
    claim.add(book_.member(team, request.user()), model);
    claim.add(book_.find(Kind::Team, team), model);
    claim.add(book_.find(Kind::Project, project), model);
    claim.add(book_.find(Kind::Organization, request.organization()), model);
    claim.add(book_.find(Kind::Customer, request.endUser()), model);
    addTags(request, claim);
}

// The attribute that records have, too: a list of texts as JSON.
void Plugin::addTags(const sluice::Request& request, Claim& claim) {
    const auto tags = request.attribute("tags");
    if (!tags || tags->size() < 2) return;
    const auto list = nlohmann::json::parse(*tags, nullptr, false);
    if (!list.is_array()) return;
    for (const auto& tag : list) {
        if (tag.is_string()) claim.add(book_.find(Kind::Tag, tag.get<std::string>()), request.model());
    }
}

// Not the call id: clients may choose it, and two of one would share a place.
std::string Plugin::nextHolder() {
    return holder_prefix_ + std::to_string(holders_.fetch_add(1, std::memory_order_relaxed));
}

int64_t Plugin::price(const Estimate& estimate, std::string_view model) const {
    if (!prices_) return 0;
    return std::max<int64_t>(
        0, prices_->estimate(prices_self_, sluice::str(model), estimate.prompt, estimate.completion));
}

sluice_status Plugin::takeOnce(const sluice::Request& request, Claim& claim, int64_t now_ms) const {
    auto& counters = claim.counters;
    if (counters_ == &localCounters())
        return takeLocally(counters.data(), counters.size(), &claim.which, now_ms, claim.hints().data());
    return counters_->take(counters_self_, request.raw(), counters.data(), counters.size(), &claim.which);
}

// False: a counter is full.
bool Plugin::take(const sluice::Request& request, Claim& claim, int64_t now_ms) {
    for (size_t i = 0; i < kTries; ++i) {
        const auto status = takeOnce(request, claim, now_ms);
        if (status == SLUICE_OK) {
            claim.plugin = this;
            for (const auto& part : claim.parts) {
                if (part.rule->what == What::Spend) seeds_.touched(*part.rule);
            }
            return true;
        }
        if (status == SLUICE_E_LIMIT) {
            claim.refused = true;
            return false;
        }
        if (status != SLUICE_E_NOT_FOUND) break;
        seeds_.plant(request, *claim.parts[claim.which].rule);
    }
    // Neither yes nor no: the counters could not be asked. What they would have said is not made up.
    throw std::runtime_error("the counters do not answer");
}

void Plugin::warnOfSoftBudgets(const Claim& claim) {
    for (size_t i = 0; i < claim.parts.size(); ++i) {
        const auto& [rule, holder] = claim.parts[i];
        const sluice_counter& c = claim.counters[i];
        if (rule->soft_pico < 0 || c.used - c.taken < rule->soft_pico) continue;
        const int64_t until = c.ends_ms > 0 ? c.ends_ms : INT64_MAX;
        if (rule->warned_until_ms.exchange(until, std::memory_order_relaxed) == until) continue;
        soft_total_.record(1, {rule->scope});
        host_.warn("soft budget passed: " + rule->scope + " " + holder->id + " has used " +
                   usd(c.used - c.taken) + " USD of " + usd(rule->soft_pico));
    }
}

Verdict Plugin::on_response(sluice::Response response) {
    const Claim& claim = response.state<Claim>();
    if (claim.plugin || claim.refused) setHeaders(response, claim, claim.refused ? clock_.ms() : 0);
    return Verdict::Continue;
}

void Plugin::on_settled(Claim& claim, const sluice_settlement& sums) {
    if (!claim.plugin) return;
    const auto tokens = static_cast<int64_t>(sums.prompt_tokens + sums.completion_tokens);
    for (size_t i = 0; i < claim.parts.size(); ++i) {
        const What what = claim.parts[i].rule->what;
        if (what == What::Tokens) claim.counters[i].amount = sums.usage_known ? tokens : 0;
        if (what == What::Spend) claim.counters[i].amount = std::max<int64_t>(0, sums.cost_pico_usd);
    }
    if (sums.usage_known && sums.completion_tokens > 0)
        estimates_.learn(claim.model, claim.estimate, sums.prompt_tokens, sums.completion_tokens);
    settle(claim);
}

void Plugin::release(Claim& claim) { settle(claim); }

void Plugin::settle(Claim& claim) {
    claim.plugin = nullptr;
    const auto& counters = claim.counters;
    if (counters_ == &localCounters())
        return settleLocally(counters.data(), counters.size(), claim.hints().data());
    counters_->settle(counters_self_, counters.data(), counters.size());
}

}  // namespace limits

SLUICE_PLUGIN(limits::Plugin, R"({
  "id": "limits",
  "version": "0.1.0",
  "abi": 1,
  "description": "Requests and tokens a minute and a day, parallel requests, budgets: of keys, users, teams, members, organisations, projects, customers, tags and models",
  "interfaces": ["sluice.hooks/1", "sluice.start/1"],
  "hooks": ["pre_call", "on_response"],
  "activated_by": {
    "litellm_settings.max_budget": "max_budget",
    "litellm_settings.budget_duration": "budget_duration",
    "litellm_settings.timezone": "timezone",
    "litellm_settings.max_end_user_budget_id": "max_end_user_budget_id",
    "general_settings.global_max_parallel_requests": "global_max_parallel_requests"
  },
  "config_schema": {
    "type": "object",
    "examples": [{"defaults": {"key": {"rpm_limit": 600, "tpm_limit": 200000}, "customer": {"max_budget": 1.5, "budget_duration": "1d"}},
                  "tags": {"batch": {"max_parallel_requests": 4}}, "timezone": "Europe/Berlin"}],
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "", "description": "id of the store with keys and usage; may be left out if there is one, or none"},
      "counters": {"type": "string", "default": "", "description": "id of the instance that counts for several gateways; default: the only one, else the memory of this process"},
      "prices": {"type": "string", "default": "", "description": "id of the instance that knows prices; default: the only one"},
      "timezone": {"type": "string", "default": "UTC", "description": "where budgets begin at midnight: a name such as Europe/Berlin"},
      "defaults": {"type": "object", "default": {}, "description": "limits of each key, team, user, organization, customer that has none of its own"},
      "tags": {"type": "object", "default": {}, "description": "tag: its limits"},
      "max_budget": {"type": "number", "minimum": 0, "description": "USD, of all requests together"},
      "soft_budget": {"type": "number", "minimum": 0, "description": "USD, likewise: beyond it there is a warning"},
      "budget_duration": {"type": "string", "description": "of max_budget: 24h, 30d, 1mo; default: for ever"},
      "max_end_user_budget_id": {"type": "string", "description": "budget of customers that have none"},
      "global_max_parallel_requests": {"type": "integer", "minimum": 0, "description": "requests at the same time, of all callers"},
      "output_estimate": {"type": "integer", "default": 500, "minimum": 0, "description": "tokens reserved for an answer while nothing better is known of the model"},
      "refresh_ms": {"type": "integer", "default": 10000, "minimum": 100, "description": "how often budgets are compared with the books"}
    }
  }
})")
