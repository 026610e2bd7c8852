// One attempt at one deployment: what goes there, sending it, and waiting for the head of the answer.
#include <algorithm>

#include "gateway/exchange.h"
#include "http/writer.h"

namespace sluice::gateway {

using base::Clock;
using base::Code;
using host::Outcome;

base::TimePoint Exchange::answerDeadline() const {
    const uint32_t own = deployment_->config->timeout_ms;
    const uint32_t timeout = own ? own : generation_->limits().upstream_timeout_ms;
    return std::min(request_.deadline, base::TimePoint(Clock::now() + base::milliseconds(timeout)));
}

// Defaults of the deployment, then the provider, then the plugins: each sees what the one before has made of
// it.
base::Status Exchange::prepare(const DeploymentRuntime& deployment) {
    host::AttemptState& attempt = request_.attempt;
    attempt = {};
    attempt.deployment = deployment.config;
    attempt.model = captures_.empty() ? deployment.config->model
                                      : route::fillWildcard(deployment.config->model, captures_);
    attempt.number = 1;
    attempt.body = request_.body;
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
    base::Result<std::unique_ptr<UpstreamAnswer>> answer =
        deployment.serves
            ? std::unique_ptr<UpstreamAnswer>(std::make_unique<ServedAnswer>(request_, runner_, deployment))
            : sendOverHttp(deployment);
    if (answer) {
        if (auto head = awaitHead(**answer); !head) answer = head.error();
    }
    upstream_time_ += Clock::now() - begin;
    if (!answer) return answer;
    request_.response.status = upstream_head_.status;
    request_.response.fields.clear();
    for (const auto& field : upstream_head_.fields)
        request_.response.fields.addBorrowed(field.name, field.value);
    (void)runner_.onUpstreamResponse();
    return answer;
}

base::Result<std::unique_ptr<UpstreamAnswer>> Exchange::sendOverHttp(const DeploymentRuntime& deployment) {
    const upstream::Endpoint& endpoint = deployment.endpoint;
    const auto deadline = answerDeadline();
    auto connection =
        patience_(deadline, [&](base::TimePoint) { return worker_.pool.acquire(endpoint, deadline); });
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
    const auto sent = patience_(deadline, [&](base::TimePoint) { return answer->send(parts, deadline); });
    // A refusal may have come before the whole body was taken: look for it even if the writing failed.
    if (!sent && sent.error().code != Code::Unavailable) return sent.error();
    return std::unique_ptr<UpstreamAnswer>(std::move(answer));
}

base::Status Exchange::awaitHead(UpstreamAnswer& answer) {
    return patience_(answerDeadline(),
                     [&](base::TimePoint until) { return answer.readHead(upstream_head_, until); });
}

void Exchange::endAttempt(std::string error) {
    request_.attempt.error = std::move(error);
    (void)runner_.onAttemptEnd();
}

}  // namespace sluice::gateway
