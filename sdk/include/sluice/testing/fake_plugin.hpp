// A plugin that a FakeHost has loaded: every interface of it, called as the gateway calls it.
#pragma once

#include <sluice/testing/fake_candidates.hpp>
#include <sluice/testing/fake_request.hpp>

namespace sluice::testing {

class FakePlugin;

/// A deployment that a provider has opened; closed with the object, which must not outlive the plugin.
class FakeDeployment {
public:
    FakeDeployment(const sluice_provider* provider, sluice_instance* self, sluice_deployment* raw,
                   std::string url)
        : provider_(provider), self_(self), raw_(raw), base_url_(std::move(url)) {}
    FakeDeployment(FakeDeployment&& from) noexcept
        : provider_(from.provider_),
          self_(from.self_),
          raw_(from.raw_),
          base_url_(std::move(from.base_url_)) {
        from.raw_ = nullptr;
    }
    FakeDeployment& operator=(FakeDeployment&&) = delete;
    ~FakeDeployment() {
        if (raw_) provider_->close(self_, raw_);
    }
    const std::string& baseUrl() const { return base_url_; }
    sluice_deployment* raw() const { return raw_; }

private:
    const sluice_provider* provider_;
    sluice_instance* self_;
    sluice_deployment* raw_;
    std::string base_url_;
};

/// A handle: copies are the same plugin, which lives as long as one of them or a request that it has seen.
class FakePlugin {
public:
    explicit FakePlugin(std::shared_ptr<PluginData> data) : data_(std::move(data)) {}

    /// The object itself, of a plugin loaded as host.load<T>().
    template <class T>
    T& as() const {
        return *reinterpret_cast<T*>(data_->self);
    }
    /// The host as this plugin sees it.
    const sluice_host* host() const { return data_->api(); }
    /// on_error and on_timeout of the instance are open: a stream goes on if its hook fails or holds too
    /// long.
    FakePlugin& failOpen(bool open = true) {
        data_->fails_open = open;
        return *this;
    }
    /// Requests with a state that was begun and did not end yet.
    size_t openStates() const { return data_->states_begun - data_->states_ended; }

    // --- sluice.start/1, and interfaces for others ---

    /// Why it does not start; empty if it does, or has nothing to start.
    std::string start() {
        const auto* table = data_->table<sluice_start>(SLUICE_START_ID);
        if (!SLUICE_HAS(table, start)) return {};
        char error[1024];
        size_t size = 0;
        data_->enter();
        if (table->start(data_->self, error, sizeof error, &size) == SLUICE_OK) return {};
        return size == 0 ? "it gave no reason" : std::string(error, std::min(size, sizeof error));
    }
    /// What host.services gives another plugin of it; the table is null if it has no such interface.
    sluice_service service(std::string_view id) const {
        return {sizeof(sluice_service), 0, data_->table<void>(id), data_->self, str("fake")};
    }

    /// What it is told of a model group; nothing happens if it does not want to know.
    void modelGroup(std::string_view name, const FakeCandidates& deployments) {
        const auto* models = data_->table<sluice_models>(SLUICE_MODELS_ID);
        if (!SLUICE_HAS(models, group)) return;
        const auto* table = deployments.table(abi());
        std::vector<const sluice_candidate*> all;
        for (uint32_t i = 0; i < table->count; ++i) all.push_back(table->at(table, i));
        data_->enter();
        models->group(data_->self, str(name), all.data(), all.size());
    }

    // --- sluice.hooks/1 ---

    /// The request is over and has used that; the gateway calls it once, before the state goes.
    void settle(const FakeRequest& r, sluice_settlement sums) {
        sums.size = sizeof sums;
        Context& ctx = r.data().context(data_, Phase::None);
        if (!ctx.begun || !SLUICE_HAS(data_->hooks, on_settled)) return;
        data_->enter();
        data_->hooks->on_settled(data_->self, ctx.state, &sums);
    }

    /// The upstream's answer, if the plugin has asked for it.
    void answer(const FakeRequest& r, sluice_answer answer) {
        answer.size = sizeof answer;
        Context& ctx = r.data().context(data_, Phase::None);
        if (!ctx.begun || answer.body.len > r.data().keep_answer_max) return;
        data_->enter();
        data_->hooks->on_answer(data_->self, ctx.state, &answer);
    }

    Outcome onRequest(const FakeRequest& r) { return run(r, Phase::OnRequest, &sluice_hooks::on_request); }
    Outcome authenticate(const FakeRequest& r) {
        return run(r, Phase::Authenticate, &sluice_hooks::authenticate);
    }
    Outcome authorize(const FakeRequest& r) { return run(r, Phase::Authorize, &sluice_hooks::authorize); }
    Outcome preCall(const FakeRequest& r) { return run(r, Phase::PreCall, &sluice_hooks::pre_call); }
    Outcome cacheLookup(const FakeRequest& r) {
        return run(r, Phase::CacheLookup, &sluice_hooks::cache_lookup);
    }
    Outcome route(const FakeRequest& r, FakeCandidates& candidates) {
        if (!SLUICE_HAS(data_->hooks, route)) return missing(Phase::Route);
        candidates.openForRoute(true);
        const Outcome outcome = runHook(data_, r.data(), Phase::Route, [&](Context& ctx) {
            return data_->hooks->route(data_->self, ctx.raw(), ctx.state, candidates.table(abi()));
        });
        candidates.openForRoute(false);
        return outcome;
    }
    Outcome duringCall(const FakeRequest& r) { return run(r, Phase::DuringCall, &sluice_hooks::during_call); }
    Outcome onUpstreamRequest(const FakeRequest& r) {
        return run(r, Phase::OnUpstreamRequest, &sluice_hooks::on_upstream_request);
    }
    Outcome onUpstreamResponse(const FakeRequest& r) {
        return run(r, Phase::OnUpstreamResponse, &sluice_hooks::on_upstream_response);
    }
    Outcome onAttemptEnd(const FakeRequest& r) {
        return run(r, Phase::OnAttemptEnd, &sluice_hooks::on_attempt_end);
    }
    // on_stream: see FakeStream.
    Outcome postCall(const FakeRequest& r) { return run(r, Phase::PostCall, &sluice_hooks::post_call); }
    Outcome onResponse(const FakeRequest& r) { return run(r, Phase::OnResponse, &sluice_hooks::on_response); }
    /// False if the plugin has no on_complete.
    bool onComplete(const FakeRecord& r) {
        if (!SLUICE_HAS(data_->hooks, on_complete)) return false;
        sluice_record today{};
        today.size = sizeof today;
        today.http_status = r.http_status;
        today.call_id = str(r.call_id);
        today.record_id = str(r.record_id.empty() ? r.call_id : r.record_id);
        today.outcome = str(r.outcome);
        today.route = str(r.route);
        today.model = str(r.model);
        today.json = str(r.json);
        today.start_ms = r.start_ms;
        today.end_ms = r.end_ms;
        today.prompt_tokens = r.prompt_tokens;
        today.completion_tokens = r.completion_tokens;
        today.stream = r.stream ? 1 : 0;
        today.usage_known = r.usage_known ? 1 : 0;
        today.cost_pico_usd = r.cost_pico_usd;
        today.usage_estimated = r.usage_estimated ? 1 : 0;
        today.attempts = r.attempts;
        today.call_type = str(r.call_type);
        today.key_id = str(r.key_id);
        today.user = str(r.user);
        today.team = str(r.team);
        today.organization = str(r.organization);
        today.end_user = str(r.end_user);
        today.model_group = str(r.model_group);
        today.deployment_id = str(r.deployment_id);
        today.upstream_model = str(r.upstream_model);
        today.provider = str(r.provider);
        today.attributes = str(r.attributes);
        today.cached_tokens = r.cached_tokens;
        today.upstream_us = r.upstream_us;
        today.overhead_us = r.overhead_us;
        today.first_token_ms = r.first_token_ms;
        today.finish_reason = str(r.finish_reason);
        today.stream_end = str(r.stream_end);
        today.guardrails = str(r.guardrails);
        today.cache_key = str(r.cache_key);
        today.cache_hit = r.cache_key.empty() ? 0 : 1;
        today.saved_pico_usd = -1;
        today.key_alias = str(r.key_alias);
        today.tenant = str(r.tenant);
        today.error_class = str(r.error_class);
        today.client = str(r.client);
        today.user_agent = str(r.user_agent);
        today.retries = r.retries;
        today.fallbacks = r.fallbacks;
        Given<sluice_record> record(abi(), today);
        data_->enter();
        data_->hooks->on_complete(data_->self, record.get());
        return true;
    }

    // --- sluice.router/1 ---

    /// What it chose; a negative sluice_status if nothing, or what must not be chosen.
    int32_t pick(const FakeRequest& r, const FakeCandidates& candidates) {
        const auto* router = data_->table<sluice_router>(SLUICE_ROUTER_ID);
        if (!SLUICE_HAS(router, pick)) return SLUICE_E_UNSUPPORTED;
        int32_t choice = SLUICE_E_INTERNAL;
        call(r, Phase::Route,
             [&](Context& ctx) { choice = router->pick(data_->self, ctx.raw(), candidates.table(abi())); });
        return choice < 0 || candidates.available(static_cast<uint32_t>(choice)) ? choice : SLUICE_E_INVALID;
    }

    // --- sluice.endpoint/1 ---

    std::vector<sluice_route> routes() const {
        const auto* endpoint = data_->table<sluice_endpoint>(SLUICE_ENDPOINT_ID);
        if (!SLUICE_HAS(endpoint, routes)) return {};
        size_t count = 0;
        const sluice_route* given = endpoint->routes(data_->self, &count);
        return given ? std::vector<sluice_route>(given, given + count) : std::vector<sluice_route>();
    }
    /// The route for a method and a path, or -1: the longest that fits, "GET" also for HEAD.
    int32_t routeFor(std::string_view method, std::string_view path) const;
    /// Answers as the route for the request's method and path. Failed if there is none, and if the plugin
    /// gives no answer.
    Outcome handle(const FakeRequest& r);

    // --- sluice.state/1 ---

    std::string exportState();
    bool importState(std::string_view bytes) {
        const auto* table = data_->table<sluice_state>(SLUICE_STATE_ID);
        if (!SLUICE_HAS(table, import_state)) return false;
        data_->enter();
        return table->import_state(data_->self, str(bytes)) == SLUICE_OK;
    }

    // --- sluice.provider/1 ---

    /// Throws std::runtime_error with the provider's words if it refuses. Secrets that `params` names are
    /// shown.
    FakeDeployment open(std::string_view provider, std::string_view model, std::string_view params = "{}");
    sluice_status prepare(const FakeDeployment& deployment, const FakeRequest& r) {
        const auto* provider = data_->table<sluice_provider>(SLUICE_PROVIDER_ID);
        sluice_status status = SLUICE_E_INTERNAL;
        call(r, Phase::OnUpstreamRequest,
             [&](Context& ctx) { status = provider->prepare(data_->self, deployment.raw(), ctx.raw()); });
        return status;
    }
    /// See FakeRequest::served().
    sluice_status serve(const FakeDeployment& deployment, const FakeRequest& r) {
        const auto* provider = data_->table<sluice_provider>(SLUICE_PROVIDER_ID);
        if (!SLUICE_HAS(provider, serve)) return SLUICE_E_UNSUPPORTED;
        sluice_status status = SLUICE_E_INTERNAL;
        r.data().served = {};
        r.data().serving = true;
        call(r, Phase::OnUpstreamRequest,
             [&](Context& ctx) { status = provider->serve(data_->self, deployment.raw(), ctx.raw()); });
        r.data().serving = false;
        return status;
    }

private:
    Abi abi() const { return data_->handle.host->abi; }
    Outcome missing(Phase phase) const {
        return {SLUICE_CONTINUE, std::string("the plugin has no ") + name(phase), false};
    }
    Outcome run(const FakeRequest& r, Phase phase, sluice_hook sluice_hooks::*which) {
        const sluice_hooks* hooks = data_->hooks;
        // A table of an older plugin may be shorter.
        const bool reaches = hooks && static_cast<size_t>(reinterpret_cast<const char*>(&(hooks->*which)) -
                                                          reinterpret_cast<const char*>(hooks)) +
                                              sizeof(sluice_hook) <=
                                          hooks->size;
        if (!reaches || !(hooks->*which)) return missing(phase);
        return runHook(data_, r.data(), phase,
                       [&](Context& ctx) { return (hooks->*which)(data_->self, ctx.raw(), ctx.state); });
    }
    // A call with a request that is no hook.
    template <class Call>
    void call(const FakeRequest& r, Phase phase, Call&& body) {
        data_->enter();
        Context& ctx = r.data().context(data_, phase);
        body(ctx);
        ctx.takeBack();
    }

    std::shared_ptr<PluginData> data_;
};

inline int32_t FakePlugin::routeFor(std::string_view method, std::string_view path) const {
    const auto all = routes();
    int32_t best = -1;
    size_t longest = 0;
    for (size_t i = 0; i < all.size(); ++i) {
        std::string_view own = view(all[i].path);
        const bool below = own.size() >= 2 && own.substr(own.size() - 2) == "/*";
        if (below) own.remove_suffix(1);
        const bool fits = below ? path.substr(0, own.size()) == own : path == own;
        const bool answers =
            view(all[i].method) == method || (view(all[i].method) == "GET" && method == "HEAD");
        if (!fits || !answers || own.size() <= longest) continue;
        longest = own.size();
        best = static_cast<int32_t>(i);
    }
    return best;
}

inline Outcome FakePlugin::handle(const FakeRequest& r) {
    const int32_t index = routeFor(r.data().method, r.data().path);
    const auto* endpoint = data_->table<sluice_endpoint>(SLUICE_ENDPOINT_ID);
    if (index < 0 || !SLUICE_HAS(endpoint, handle))
        return {SLUICE_FAILED, "the plugin has no such route", false};
    const Outcome outcome = runHook(data_, r.data(), Phase::Endpoint, [&](Context& ctx) {
        return endpoint->handle(data_->self, ctx.raw(), ctx.state, static_cast<uint32_t>(index));
    });
    return outcome.continued() ? Outcome{SLUICE_FAILED, "the plugin gave no answer"} : outcome;
}

inline std::string FakePlugin::exportState() {
    const auto* table = data_->table<sluice_state>(SLUICE_STATE_ID);
    std::string bytes;
    if (!SLUICE_HAS(table, export_state)) return bytes;
    data_->enter();
    const auto status = table->export_state(data_->self, &bytes, [](void* sink, sluice_str piece) {
        static_cast<std::string*>(sink)->append(view(piece));
    });
    if (status != SLUICE_OK) throw std::runtime_error("export_state failed: " + std::to_string(status));
    return bytes;
}

inline FakeDeployment FakePlugin::open(std::string_view provider_name, std::string_view model,
                                       std::string_view params) {
    const auto* provider = data_->table<sluice_provider>(SLUICE_PROVIDER_ID);
    if (!SLUICE_HAS(provider, open)) throw std::runtime_error("the plugin is no provider");
    data_->config += params;
    Given<sluice_deployment_config> config(abi(), {sizeof(sluice_deployment_config), 0, str("deployment-1"),
                                                   str(provider_name), str(model), str(params)});
    Given<sluice_upstream> upstream(abi(), {sizeof(sluice_upstream), 0, {nullptr, 0}});
    sluice_deployment* raw = nullptr;
    char error[1024];
    size_t size = 0;
    data_->enter();
    if (provider->open(data_->self, config.get(), &raw, upstream.get(), error, sizeof error, &size) !=
        SLUICE_OK)
        throw std::runtime_error(std::string(error, std::min(size, sizeof error)));
    return {provider, data_->self, raw, std::string(view(upstream->base_url))};
}

}  // namespace sluice::testing
