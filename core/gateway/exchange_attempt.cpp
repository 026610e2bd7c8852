// One attempt at one deployment: what goes there, sending it, and waiting for the head of the answer.
#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "gateway/exchange.h"
#include "http/writer.h"

namespace sluice::gateway {

using base::Clock;
using base::Code;
using host::Outcome;

// Of a whole answer its end, of a stream its head.
base::TimePoint Exchange::answerDeadline() const {
    const uint32_t own = deployment_->config->timeout_ms;
    auto timeout = base::milliseconds(own ? own : generation_->limits().upstream_timeout_ms);
    if (request_.stream) {
        const uint32_t first = generation_->settings().routing.first_token_timeout_ms;
        if (first > 0) timeout = std::min(timeout, base::milliseconds(first));
        if (stream_timeout_.count() > 0) timeout = std::min(timeout, stream_timeout_);
    }
    return std::min(request_.deadline, base::TimePoint(attempt_start_ + timeout));
}

void Exchange::beginAttempt() {
    attempt_start_ = Clock::now();
    first_byte_ = {};
    attempt_usage_ = {};
    spoiled_.reset();
    hint_ = Outcome::Continue;
    ++attempts_;
    attempt_open_ = true;
    keeper_.begin(request_);
    request_.response.fields = {};
    request_.response.body.clear();
    request_.response.lanes.clear();
    upstream_head_ = {};
    deployment_->health->noteRequest(start_ms_);
}

std::optional<route::Failure> Exchange::sendAndRelay() {
    auto sent = send(*deployment_);
    if (sent) return relay(**sent);
    if (request_.block.set) {
        answerBlock();
        return std::nullopt;
    }
    return failureOf(sent.error());
}

route::Failure Exchange::failureOf(const base::Error& error) const {
    Failure failure;
    failure.kind = route::classify(error);
    failure.error = error;
    return failure;
}

// Defaults of the deployment, then the provider, then the plugins: each sees what the one before has made of
// it.
base::Status Exchange::prepare(const DeploymentRuntime& deployment) {
    host::AttemptState& attempt = request_.attempt;
    attempt = {};
    attempt.deployment = deployment.config;
    attempt.model = captures_.empty() ? deployment.config->model
                                      : route::fillWildcard(deployment.config->model, captures_);
    attempt.number = attempts_;
    attempt.body = request_.body;
    if (operation_->dialect != llm::Dialect::Anthropic) {
        for (const char* ours : {"tags", "allowed_model_region"}) (void)attempt.body.remove(ours);
    }
    if (target_) {
        for (const auto& [name, json] : target_->members) (void)attempt.body.set(name, json);
    }
    if (memory_ && memory_->continues()) (void)memory_->prefill(attempt.body);
    for (const auto& [name, value] : deployment.config->body_defaults.items()) {
        if (!attempt.body.member(name)) (void)attempt.body.set(name, value.dump());
    }
    host::Instance& provider = *deployment.provider;
    auto& ctx = runner_.context(provider, host::Phase::OnUpstreamRequest);
    const sluice_status prepared = provider.prepare(deployment.handle, ctx);
    ctx.phase = host::Phase::None;
    if (prepared == SLUICE_E_UNSUPPORTED) {
        return base::gatewayError(Code::Unsupported, "The provider " + deployment.config->provider +
                                                         " of model " + request_.model + " does not offer " +
                                                         std::string(operation_->tail));
    }
    if (prepared != SLUICE_OK)
        return base::pluginError(Code::Internal,
                                 "The provider " + provider.id() + " could not prepare the request");
    if (runner_.onUpstreamRequest() == Outcome::Block)
        return base::pluginError(Code::PermissionDenied, "blocked");
    return {};
}

base::Result<std::unique_ptr<UpstreamAnswer>> Exchange::send(const DeploymentRuntime& deployment) {
    if (auto prepared = prepare(deployment); !prepared) return prepared.error();
    const auto begin = Clock::now();
    auto answer = call(deployment);
    first_byte_ = Clock::now();
    upstream_time_ += Clock::now() - begin;
    if (!answer) return answer;
    request_.response.status = upstream_head_.status;
    request_.response.fields.clear();
    for (const auto& field : upstream_head_.fields)
        request_.response.fields.addBorrowed(field.name, field.value);
    hint_ = runner_.onUpstreamResponse();
    return answer;
}

base::Result<std::unique_ptr<UpstreamAnswer>> Exchange::call(const DeploymentRuntime& deployment) {
    base::Result<std::unique_ptr<UpstreamAnswer>> answer =
        deployment.serves
            ? std::unique_ptr<UpstreamAnswer>(std::make_unique<ServedAnswer>(request_, runner_, deployment))
            : sendOverHttp(deployment);
    if (!answer) return answer;
    if (auto head = awaitHead(**answer); !head) return head.error();
    return answer;
}

base::Result<std::unique_ptr<upstream::Connection>> Exchange::connect(const upstream::Endpoint& endpoint,
                                                                      base::TimePoint deadline) {
    if (auto idle = worker_.pool.takeIdle(endpoint)) return idle;
    upstream::Acquiring acquiring(worker_.pool, endpoint, deadline);
    return patience_(deadline, [&](base::TimePoint until) { return acquiring.wait(until); });
}

base::Result<std::unique_ptr<UpstreamAnswer>> Exchange::sendOverHttp(const DeploymentRuntime& deployment) {
    const upstream::Endpoint& endpoint = deployment.endpoint;
    const auto deadline = answerDeadline();
    auto connection = connect(endpoint, deadline);
    if (!connection) return connection.error();
    auto answer = std::make_unique<HttpAnswer>(worker_, endpoint, std::move(*connection), "POST");

    const host::AttemptState& attempt = request_.attempt;
    std::string head = "POST " + endpoint.base_path + attempt.path + " HTTP/1.1\r\n";
    http::appendField(head, "host", endpoint.host_field);
    http::appendFields(head, attempt.fields);
    http::appendField(head, "content-length", attempt.body.size());
    head += "\r\n";
    std::vector<iovec> parts{http::part(head)};
    attempt.body.appendParts(parts);
    const auto sent = patience_(deadline, [&](base::TimePoint until) { return answer->send(parts, until); });
    // A refusal may have come before the whole body was taken: look for it even if the writing failed.
    if (!sent && sent.error().code != Code::Unavailable) return sent.error();
    return std::unique_ptr<UpstreamAnswer>(std::move(answer));
}

base::Status Exchange::awaitHead(UpstreamAnswer& answer) {
    return patience_(answerDeadline(),
                     [&](base::TimePoint until) { return answer.readHead(upstream_head_, until); });
}

// The plugins learn how it ended, then the deployment's health, then the record.
void Exchange::endAttempt(const std::optional<Failure>& failure) {
    if (!std::exchange(attempt_open_, false)) return;  // its answer has been sent with closed books
    const Failure* bad = failure ? &*failure : spoiled_ ? &*spoiled_ : nullptr;
    const auto took = Clock::now() - attempt_start_;
    request_.attempt.error = bad ? bad->error.message : lease_.record.error;
    noteFigures(bad, took);
    if (const auto said = runner_.onAttemptEnd(); said != Outcome::Continue) hint_ = said;
    noteHealth(bad);
    llm::addUsage(attempt_usage_, lease_.record.usage);
    if (request_.attempt.cost_pico_usd >= 0) {
        int64_t& sum = lease_.record.cost_pico_usd;
        sum = std::max<int64_t>(sum, 0) + request_.attempt.cost_pico_usd;
    }
    if (!wantsRecord()) return;
    account::AttemptEntry entry;
    entry.deployment_id = deployment_->config->id;
    entry.model_group = group_;
    entry.provider = deployment_->config->provider;
    entry.http_status = upstream_head_.status;
    if (bad) {
        entry.error_class = route::className(bad->kind);
        entry.error = bad->error.message;
    }
    entry.duration_ms = base::toMillis(took);
    entry.usage = attempt_usage_;
    entry.cost_pico_usd = request_.attempt.cost_pico_usd;
    lease_.record.attempt_list.push_back(std::move(entry));
}

void Exchange::noteFigures(const Failure* failure, base::Duration took) {
    const auto us = [](base::Duration d) {
        return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
    };
    auto& figures = request_.attempt.figures;
    const bool fine = lease_.record.outcome == account::Outcome::Success;
    figures[SLUICE_ATTEMPT_DEPLOYMENT] = deployment_->number;
    figures[SLUICE_ATTEMPT_OUTCOME] = failure ? SLUICE_ATTEMPT_FAILED
                                      : fine  ? SLUICE_ATTEMPT_OK
                                              : SLUICE_ATTEMPT_CANCELLED;
    figures[SLUICE_ATTEMPT_STATUS] = upstream_head_.status;
    figures[SLUICE_ATTEMPT_DURATION_US] = us(took);
    figures[SLUICE_ATTEMPT_FIRST_BYTE_US] =
        first_byte_ > attempt_start_ ? us(first_byte_ - attempt_start_) : -1;
    figures[SLUICE_ATTEMPT_TIMED_OUT] = failure && failure->kind == route::FailureClass::Timeout ? 1 : 0;
    noteUsage();
}

void Exchange::noteUsage() {
    const llm::Usage& usage = attempt_usage_;
    if (!usage.known) return;
    auto& figures = request_.attempt.figures;
    const auto set = [&](size_t what, uint64_t tokens) { figures[what] = static_cast<int64_t>(tokens); };
    set(SLUICE_ATTEMPT_PROMPT_TOKENS, usage.prompt_tokens);
    set(SLUICE_ATTEMPT_COMPLETION_TOKENS, usage.completion_tokens);
    set(SLUICE_ATTEMPT_CACHED_TOKENS, usage.cached_tokens);
    set(SLUICE_ATTEMPT_CACHE_WRITE_TOKENS, usage.cache_creation_tokens);
    set(SLUICE_ATTEMPT_CACHE_WRITE_1H_TOKENS, usage.cache_creation_1h_tokens);
    set(SLUICE_ATTEMPT_REASONING_TOKENS, usage.reasoning_tokens);
    set(SLUICE_ATTEMPT_AUDIO_PROMPT_TOKENS, usage.audio_prompt_tokens);
    set(SLUICE_ATTEMPT_AUDIO_COMPLETION_TOKENS, usage.audio_completion_tokens);
    set(SLUICE_ATTEMPT_IMAGE_PROMPT_TOKENS, usage.image_prompt_tokens);
    set(SLUICE_ATTEMPT_USAGE_ESTIMATED, usage.estimated ? 1 : 0);
    if (usage.provider_cost)
        figures[SLUICE_ATTEMPT_PROVIDER_COST] = std::llround(*usage.provider_cost * account::kPicoPerUsd);
}

void Exchange::noteHealth(const Failure* failure) {
    route::Health& health = *deployment_->health;
    const auto now = Clock::now();
    if (attempt_usage_.total_tokens > 0) health.noteTokens(attempt_usage_.total_tokens, start_ms_);
    if (patience_.over() || (!failure && lease_.record.outcome != account::Outcome::Success))
        return health.forget();
    if (!failure) {
        health.succeed(now);
        if (first_byte_ > attempt_start_) health.noteLatency(first_byte_ - attempt_start_, now);
        return;
    }
    const auto& rules = generation_->settings().routing.cooldown;
    const bool was_out = health.state(now, rules) != route::Health::State::Serving;
    if (health.fail(*failure, candidates_->alone(), now, *deployment_->config, rules) && !was_out) {
        base::log::warn("deployment {} ({}) is out of service: {}: {}", deployment_->config->id,
                        deployment_->config->model_name, route::className(failure->kind),
                        failure->error.message);
    }
}

}  // namespace sluice::gateway
