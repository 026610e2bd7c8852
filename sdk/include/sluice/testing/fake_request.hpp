// A scripted request: what the test gives it, and what plugins made of it.
#pragma once

#include <sluice/testing/outcome.hpp>

namespace sluice::testing {

/// The record for on_complete.
struct FakeRecord {
    uint32_t http_status = 200;
    std::string call_id = "call-1", record_id, outcome = "success", route = "chat", model, json = "{}";
    int64_t start_ms = 0, end_ms = 0;
    uint64_t prompt_tokens = 0, completion_tokens = 0;
    bool stream = false, usage_known = false, usage_estimated = false;
    int64_t cost_pico_usd = -1;
    uint32_t attempts = 1;
    std::string call_type = "acompletion", key_id, user, team, organization, end_user, model_group,
                deployment_id, upstream_model, provider, attributes = "{}";
    uint64_t cached_tokens = 0;
    int64_t upstream_us = 0, overhead_us = 0;
    std::string finish_reason, stream_end, guardrails, cache_key, key_alias, tenant, error_class, client,
        user_agent;
    uint32_t retries = 0, fallbacks = 0;
    int64_t first_token_ms = 0;
};

/// A handle: copies are the same request. The request is over with end(), or with the last handle: plugins'
/// states of it end then.
class FakeRequest {
public:
    FakeRequest(HostState& host, std::string_view body) : data_(std::make_shared<RequestData>(host)) {
        data_->body.assign(body);
        data_->model = data_->body.textOf("model");
        data_->stream = data_->body.member("stream") == "true";
        data_->attempt.path = "/chat/completions";
        data_->attempt.model = data_->model;
        data_->attempt.body = data_->body;
        data_->call_id = "call-" + std::to_string(host.random() % 1'000'000);
    }

    // --- what the test gives: FakeRequest request = host.request(…).withHeader(…).withTenant(…); ---

    FakeRequest& withMethod(std::string_view method) { return set(data_->method, method); }
    FakeRequest& withPath(std::string_view path) { return set(data_->path, path); }
    FakeRequest& withQuery(std::string_view query) { return set(data_->query, query); }
    /// "chat", "completions", "embeddings", "responses", "messages", …
    FakeRequest& withRoute(std::string_view route) { return set(data_->route, route); }
    FakeRequest& withClient(std::string_view address) { return set(data_->client, address); }
    FakeRequest& withHeader(std::string_view name, std::string_view value) {
        if (!data_->fields.set(name, value)) throw std::invalid_argument("it cannot stand in a head");
        return *this;
    }
    /// As if authenticate had identified it.
    FakeRequest& withIdentity(Identity identity) {
        data_->identity = std::move(identity);
        data_->identified = true;
        return *this;
    }
    FakeRequest& withStream(bool stream = true) {
        data_->stream = stream;
        return *this;
    }
    /// SLUICE_GUARD_… or'ed, and extra_body of the request: what sluice.host.guard/1 says.
    FakeRequest& withGuard(uint32_t modes, std::string_view wishes = {}) {
        data_->guard_modes = modes;
        return set(data_->guard_wishes, wishes);
    }
    /// From now on.
    FakeRequest& withDeadline(int64_t ms) {
        data_->deadline_ms = data_->host.wallMs() + ms;
        return *this;
    }
    FakeRequest& withAttribute(std::string_view name, std::string_view value) {
        data_->attributes[std::string(name)] = value;
        return *this;
    }
    /// The attempt for on_upstream_request to on_attempt_end. Its body is a copy of the request's of now.
    FakeRequest& withAttempt(std::string_view deployment_id, std::string_view provider,
                             std::string_view model, uint32_t number = 1) {
        auto& a = data_->attempt;
        a = {std::string(deployment_id),
             std::string(model),
             std::string(provider),
             a.path,
             {},
             number,
             {},
             data_->body,
             {},
             -1};
        return *this;
    }
    /// What became of it, for on_attempt_end: withFigure(SLUICE_ATTEMPT_FIRST_BYTE_US, 1200).
    FakeRequest& withFigure(uint32_t what, int64_t value) {
        data_->attempt.figures[what] = value;
        return *this;
    }
    FakeRequest& withAttemptError(std::string_view error) { return set(data_->attempt.error, error); }
    FakeRequest& withResponse(uint32_t status, std::string_view body, Fields fields = {}) {
        data_->answer = {status, std::move(fields), std::string(body), {}};
        return *this;
    }
    /// The text of a stream for post_call; FakeStream::end() leaves it there by itself.
    FakeRequest& withLaneText(uint32_t lane, std::string_view text) {
        return set(data_->answer.lanes[lane], text);
    }
    /// The client leaves.
    void cancel() { data_->cancelled = true; }
    void end() { data_->end(); }

    // --- what became of it ---
    /// What on_attempt_end has said that the attempt costs, in 1e-12 USD; -1: nothing.
    int64_t cost() const { return data_->attempt.cost_pico_usd; }

    const Block& block() const { return data_->block; }
    const std::string& blockMessage() const { return data_->block.message; }
    const std::string& blockCode() const { return data_->block.code; }
    uint32_t blockStatus() const { return data_->block.status; }
    /// What RESPOND answers with.
    const Reply& reply() const { return data_->reply; }
    /// What it says of the cache that this came from.
    const Cached& cached() const { return data_->cached; }
    /// The largest answer that it wants to have; 0: it does not want it.
    uint64_t keepAnswerMax() const { return data_->keep_answer_max; }
    const Identity& identity() const { return data_->identity; }
    /// What a guardrail has reported last, JSON; empty if nothing.
    const std::string& guardReport() const { return data_->guard_report; }
    const std::string& notScannedReason() const { return data_->not_scanned; }

    const std::string& model() const { return data_->model; }
    const std::string& body() const { return data_->body.text(); }
    /// A top-level member as JSON text; empty if there is none.
    std::string member(std::string_view name) const {
        return std::string(data_->body.member(name).value_or(""));
    }
    std::optional<std::string> header(std::string_view name) const { return copy(data_->fields.find(name)); }
    std::optional<std::string> attribute(std::string_view name) const {
        const auto found = data_->attributes.find(name);
        return found == data_->attributes.end() ? std::nullopt : std::optional(found->second);
    }
    const std::vector<Subscription>& subscriptions() const { return data_->subscriptions; }

    const std::string& upstreamPath() const { return data_->attempt.path; }
    const std::string& upstreamBody() const { return data_->attempt.body.text(); }
    std::string upstreamMember(std::string_view name) const {
        return std::string(data_->attempt.body.member(name).value_or(""));
    }
    std::optional<std::string> upstreamHeader(std::string_view name) const {
        return copy(data_->attempt.fields.find(name));
    }
    const std::string& responseBody() const { return data_->answer.body; }
    std::optional<std::string> responseHeader(std::string_view name) const {
        return copy(data_->answer.fields.find(name));
    }
    /// What a provider answered by itself.
    const Served& served() const { return data_->served; }

    /// A record that fits the request.
    FakeRecord record(std::string outcome = "success", uint32_t http_status = 200) const {
        FakeRecord r;
        r.http_status = http_status;
        r.call_id = data_->call_id;
        r.outcome = std::move(outcome);
        r.route = data_->route;
        r.model = data_->model;
        r.start_ms = r.end_ms = data_->host.wallMs();
        r.stream = data_->stream;
        return r;
    }

    RequestData& data() const { return *data_; }

private:
    FakeRequest& set(std::string& what, std::string_view text) {
        what = text;
        return *this;
    }
    static std::optional<std::string> copy(std::optional<std::string_view> text) {
        return text ? std::optional<std::string>(*text) : std::nullopt;
    }

    std::shared_ptr<RequestData> data_;
};

}  // namespace sluice::testing
