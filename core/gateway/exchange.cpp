// The life of a request, from top to bottom. Each chapter is a function; what it does stands in the file
// named beside it.
#include "gateway/exchange.h"

#include "base/random.h"
#include "gateway/completion.h"
#include "gateway/local_answers.h"

namespace sluice::gateway {

using base::Code;
using host::Outcome;

Exchange::Exchange(Gateway& gateway, Worker& worker, Client& client, http::RequestHead& head)
    : gateway_(gateway),
      worker_(worker),
      client_(client),
      head_(head),
      generation_(gateway.generation()),
      start_(base::Clock::now()),
      start_ms_(base::wallMillis()),
      lease_([this](std::shared_ptr<account::Record>&& record) {
          settleRecord(gateway_, generation_, record_chain_, std::move(record));
      }),
      body_share_(gateway_.bodies(), generation_->limits().bodies_in_flight_bytes_max),
      answer_share_(gateway_.bodies(), generation_->limits().bodies_in_flight_bytes_max),
      runner_(request_, generation_->chains().instanceCount()),
      patience_(
          client, [this] { return gateway_.aborting() || (during_ && during_->blocked()); },
          [this](bool probe) { return signOfLife(probe); }) {
    request_.head = &head;
    request_.client_address = client.address();
    request_.deadline = start_ + base::milliseconds(generation_->limits().request_timeout_ms);
    request_.cancelled = [this] { return patience_.over(); };
    const auto given = head.fields.find("x-litellm-call-id");
    given_call_id_ = given && http::isToken(*given) && given->size() <= 128;
    request_.call_id = given_call_id_ ? std::string(*given) : base::timeUuid(start_ms_);
}

void Exchange::run() {
    story();
    if (during_) during_->finish(patience_.over());  // its guards have answered when the record is written
    during_.reset();
    settle();
    fillRecord();
}

void Exchange::story() {
    if (!findRoute()) return;
    if (isOpen()) return answerLocally();  // health: no plugin is asked
    if (!onRequest()) return;              // 10: the head alone
    if (!authenticate()) return;           // 20: who is it?
    if (!authorize()) return;              // 25: may they?
    if (!llm::isForwarded(match_.operation)) return answerLocally();
    if (!readBody()) return;
    if (!preCall()) return;      // 30: content, edits, blocks
    if (!lookUpCache()) return;  // 38
    if (!resolveModel()) return;
    if (!choose()) return;  // 40: filters
    startDuringCall();      // 45: beside the upstream call
    callUpstream();         // 50 to 75: attempts, and the answer's way back
}

void Exchange::startDuringCall() {
    if (runner_.anyRuns(host::Phase::DuringCall, runner_.chain().during_call))
        during_.emplace(runner_, *base::Fiber::current());
}

bool Exchange::findRoute() {
    match_ = llm::matchRoute(head_.method, head_.path);
    if (match_.kind == llm::RouteMatch::Kind::Unknown)
        endpoint_ = generation_->endpoints().find(head_.method, head_.path, match_);
    operation_ = &llm::info(match_.operation);
    request_.operation = match_.operation;
    request_.route = operation_->name;
    runner_.setChain(generation_->chains().get("", match_.operation));
    if (match_.kind == llm::RouteMatch::Kind::Found) {
        if (llm::isForwarded(match_.operation)) record_chain_ = &runner_.chain();
        return true;
    }
    answerNoRoute();
    return false;
}

bool Exchange::onRequest() {
    switch (runner_.onRequest()) {
        case Outcome::Block:
            answerBlock();
            return false;
        case Outcome::Respond:
            answerReply();
            return false;
        default:
            return true;
    }
}

bool Exchange::authenticate() {
    if (runner_.authenticate() == Outcome::Block) {
        answerBlock();
        return false;
    }
    // From here on the tenant's chain applies.
    if (!request_.identity.tenant.empty()) {
        runner_.setChain(generation_->chains().get(request_.identity.tenant, match_.operation));
        if (record_chain_) record_chain_ = &runner_.chain();
    }
    return true;
}

bool Exchange::authorize() {
    if (runner_.authorize() != Outcome::Block) return true;
    answerBlock();
    return false;
}

bool Exchange::isOpen() const {
    return !operation_->needs_auth || (endpoint_ && (endpoint_->flags & SLUICE_ROUTE_PUBLIC));
}

void Exchange::answerLocally() {
    if (endpoint_) return answerEndpoint();
    if (auto settled = settleBody(); !settled) return answerError(settled.error());
    const LocalAnswer local = localAnswer(match_, *generation_, gateway_);
    if (local.error.status != 0) return answerError(local.error);
    lease_.record.outcome = account::Outcome::Success;
    answer(local.status, local.content_type, local.body);
}

void Exchange::answerEndpoint() {
    if ((endpoint_->flags & SLUICE_ROUTE_ADMIN) && !request_.identity.admin) {
        return answerError(llm::ApiError{403, "", "", "Only the master key may do this", ""});
    }
    if (!readBody()) return;
    if (runner_.endpoint(*endpoint_->instance, endpoint_->index) == Outcome::Block) return answerBlock();
    answerReply();
}

bool Exchange::readBody() {
    if (const auto coding = head_.fields.find("content-encoding"); coding && *coding != "identity") {
        answerError(
            llm::ApiError{415, "", "", "Content-Encoding is not supported: send the body as it is", ""});
        return false;
    }
    std::string text;
    text.reserve(std::min<uint64_t>(head_.content_length, 1 << 20));
    if (auto read = client_.http().readBody(text, generation_->limits().body_bytes_max, request_.deadline,
                                            &body_share_);
        !read) {
        answerError(read.error());
        if (read.error().code == Code::Truncated) noteLeft();  // it may still read the answer, but wants none
        return false;
    }
    lease_.record.request_bytes = text.size();
    auto body =
        llm::Body::read(std::move(text), operation_->body, head_.fields.find("content-type").value_or(""));
    if (!body) {
        answerError(body.error());
        return false;
    }
    request_.body = std::move(*body);
    request_.stream = request_.body.isTrue("stream");
    if (const auto wish = request_.body.member("stream");
        wish && !request_.stream && *wish != "false" && *wish != "null" && *wish != "\"false\"") {
        answerError(llm::ApiError{400, "", "", "stream is neither true nor false", "stream"});
        return false;
    }
    request_.model = match_.model.empty() ? request_.body.text("model").value_or("") : match_.model;
    readWishes();
    if (request_.stream)
        patience_.setInterval(base::milliseconds(generation_->limits().sse_comment_interval_ms));
    return true;
}

bool Exchange::preCall() {
    const Outcome said = runner_.preCall();
    if (said == Outcome::Continue && !guardedFallbacks()) return false;
    switch (said) {
        case Outcome::Block:
            answerBlock();
            return false;
        case Outcome::Respond:
            answerReply();
            return false;
        default:
            return true;
    }
}

// A client's fallback may bring messages of its own, which no guardrail has seen.
bool Exchange::guardedFallbacks() {
    if (!request_.guards.any()) return true;
    for (const auto& target : wishes_.fallbacks) {
        for (const auto& [name, json] : target.members) {
            if (json.find('"') == std::string::npos) continue;  // a number, a switch
            answerError(llm::ApiError{
                400, "", "",
                "fallbacks: `" + name + "` of a fallback would go past the guardrails of this request",
                "fallbacks"});
            return false;
        }
    }
    return true;
}

bool Exchange::resolveModel() {
    if (request_.model.empty()) {
        answerError(llm::ApiError{400, "", "", "The request names no model", "model"});
        return false;
    }
    if (openGroup(request_.model)) return true;
    answerError(llm::ApiError{400, "", "",
                              std::string(operation_->tail) +
                                  ": Invalid model name passed in model=" + request_.model +
                                  ". Call `/v1/models` to view available models for your key.",
                              "model"});
    return false;
}

bool Exchange::choose() {
    plan_.emplace(generation_->settings().routing, request_.model, std::move(wishes_));
    return runFilters();
}

// The attempt loop: pick, send, judge; then the answer, another attempt, a fallback, or the end.
void Exchange::callUpstream() {
    if (!mirror_) {
        if (!enterGateway()) return;
        startMirror();
    }
    while (auto failure = attempt()) {
        if (!next(std::move(*failure))) return;
    }
}

}  // namespace sluice::gateway
