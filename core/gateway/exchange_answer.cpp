// Answering a client: refusals, errors, replies of plugins, and the head that every answer gets.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gateway/exchange.h"
#include "http/writer.h"
#include "llm/refusal_body.h"

namespace sluice::gateway {

using base::Code;
using base::Origin;

namespace {

constexpr auto kReadAwayFor = base::milliseconds(200);
constexpr uint64_t kReadAwayMax =
    64 * 1024;  // an unwanted body up to this is read so that the connection lives on

// docs.litellm.ai/docs/exception_mapping: the status that LiteLLM gives for each kind of failure.
int statusOf(const base::Error& error) {
    switch (error.code) {
        case Code::InvalidArgument:
            return 400;
        case Code::Malformed:
        case Code::Truncated:
            return error.origin == Origin::Client ? 400 : 500;
        case Code::NotFound:
            return 404;
        case Code::Unauthenticated:
            return 401;
        case Code::PermissionDenied:
            return 403;
        case Code::TooLarge:
            return error.origin == Origin::Client ? 413 : 500;
        case Code::Unsupported:
            return 400;
        case Code::ResourceExhausted:
            return 429;
        case Code::DeadlineExceeded:
            return 408;
        case Code::Unavailable:
            return 500;
        case Code::Cancelled:
            return 499;
        case Code::Internal:
            return 500;
    }
    return 500;
}

const char* className(const base::Error& error) {
    switch (statusOf(error)) {
        case 400:
            return "BadRequestError";
        case 401:
            return "AuthenticationError";
        case 403:
            return "PermissionDeniedError";
        case 404:
            return "NotFoundError";
        case 408:
            return "Timeout";
        case 429:
            return "RateLimitError";
        case 499:
            return "ClientDisconnected";
        default:
            return error.origin == Origin::Upstream ? "APIConnectionError" : "InternalServerError";
    }
}

}  // namespace

void Exchange::answerNoRoute() {
    if (auto settled = settleBody(); !settled) return answerError(settled.error());
    llm::ApiError error;
    if (match_.kind == llm::RouteMatch::Kind::WrongMethod) {
        error.status = 405;
        const std::string_view method = endpoint_ ? endpoint_->method : operation_->method;
        error.message = fmt::format("{} is not allowed here; use {}", head_.method, method);
        (void)request_.response.fields.set("allow", method == "GET" ? "GET, HEAD" : method);
    } else {
        const bool known = head_.method == "GET" || head_.method == "POST" || head_.method == "HEAD" ||
                           head_.method == "PUT" || head_.method == "PATCH" || head_.method == "DELETE" ||
                           head_.method == "OPTIONS";
        error.status = known ? 404 : 501;
        error.message =
            known ? fmt::format("Not found: {} {}", head_.method, head_.path) : "The method is not supported";
    }
    answerError(error);
}

// Reads away what the client still sends if it is little, so that the connection can go on.
base::Status Exchange::settleBody() {
    return client_.http().discardBody(kReadAwayMax, base::Clock::now() + kReadAwayFor);
}

void Exchange::answerBlock() {
    const host::Block& block = request_.block;
    llm::ApiError error{block.status, block.type, block.code, block.public_message, ""};
    if (error.message.empty()) error.message = "The request was refused";
    lease_.record.error = block.internal_reason.empty() ? error.message : block.internal_reason;
    lease_.record.error_class = "Blocked";
    if (!answerRefusal(error.message)) answerError(error, account::Outcome::Blocked);
}

// A guardrail whose entry, or whose caller, says so answers in the model's place.
bool Exchange::answerRefusal(std::string_view message) {
    const auto text = generation_->chains().guards().refusalOf(request_, message);
    if (!text || client_.http().begun()) return false;
    const auto body = llm::refusalBody({request_.call_id, request_.model, *text, start_ms_ / 1000},
                                       match_.operation, request_.stream);
    if (!body) return false;
    lease_.record.outcome = account::Outcome::Blocked;
    (void)settleBody();
    event_stream_ = false;
    request_.response.fields.clear();
    answer(200, request_.stream ? "text/event-stream; charset=utf-8" : "application/json", *body);
    return true;
}

void Exchange::answerReply() {
    request_.response.status = request_.reply.status;
    request_.response.body = std::move(request_.reply.body);
    if (runner_.postCall() == host::Outcome::Block) return answerBlock();
    lease_.record.outcome = account::Outcome::Success;
    answer(request_.reply.status, request_.reply.content_type, request_.response.body);
}

void Exchange::noteFailure(const base::Error& error) {
    if (lease_.record.error.empty()) {
        lease_.record.error = error.message;
        lease_.record.error_class = className(error);
    }
}

void Exchange::noteLeft() {
    lease_.record.outcome = account::Outcome::Cancelled;
    lease_.record.http_status = 499;
}

void Exchange::answerGone() {
    if (during_ && during_->blocked()) return answerBlock();
    noteLeft();
    noteFailure(base::clientError(Code::Cancelled,
                                  gateway_.aborting() ? "the gateway was shut down" : "the client has left"));
    client_.http().abandon();
}

void Exchange::answerError(const base::Error& error) {
    noteFailure(error);
    if (error.code == Code::Cancelled) return answerGone();
    llm::ApiError api;
    api.status = statusOf(error);
    api.message = error.message;
    if (error.origin == Origin::Upstream && deployment_) {
        api.message = fmt::format("{}: {}Exception - {}", className(error), deployment_->config->provider,
                                  error.message);
    }
    answerError(api);
}

void Exchange::answerError(const llm::ApiError& error, account::Outcome outcome) {
    lease_.record.outcome = outcome;
    if (lease_.record.error.empty()) lease_.record.error = error.message;
    if (lease_.record.error_class.empty()) lease_.record.error_class = fmt::format("HTTP{}", error.status);
    const llm::Dialect dialect = operation_ ? operation_->dialect : llm::Dialect::OpenAI;
    if (client_.http().begun()) {
        // A sign of life has gone out already: the stream ends with an error event.
        (void)client_.http().write(llm::errorEvent(error, dialect));
        (void)client_.http().end();
        return;
    }
    (void)settleBody();
    event_stream_ = false;
    answer(error.status, "application/json", llm::errorBody(error, dialect));
}

void Exchange::answer(int status, std::string_view content_type, std::string_view body) {
    request_.response.status = status;
    (void)request_.response.fields.set("content-type", content_type);
    respond(body);
}

// A client that asks again as soon as it has its answer finds the books closed: what this request has used is
// counted, and the places that it held are free.
void Exchange::respond(std::string_view body) {
    const std::string head = responseHead();
    closeBooks();
    (void)client_.http().respond(head, body);
}

void Exchange::closeBooks() {
    if (attempt_open_) endAttempt(std::nullopt);
    if (keeper_.whole()) tellKeepers();
    seat_.reset();
    admission_.reset();
    if (!during_) settle();  // guards that still run beside it may have something to say yet
}

// The head of every answer: what plugins and upstreams set, and what LiteLLM's users look for.
std::string Exchange::responseHead() {
    (void)runner_.onResponse();
    if (gateway_.draining()) client_.http().closeAfterThis();  // it may have begun to since the request came
    std::string head;
    head.reserve(512);
    http::appendStatusLine(head, request_.response.status);
    http::appendFields(head, request_.response.fields);
    http::appendField(head, "x-litellm-call-id", request_.call_id);
    if (deployment_) {
        http::appendField(head, "x-litellm-model-id", deployment_->config->id);
        http::appendField(head, "x-litellm-model-group", group_);
    }
    if (plan_) {
        http::appendField(head, "x-litellm-attempted-retries", plan_->retries());
        http::appendField(head, "x-litellm-attempted-fallbacks", plan_->fallbacks());
    }
    http::appendField(head, "x-litellm-version", kVersion);
    if (const auto names = host::appliedGuardrails(request_, event_stream_); !names.empty())
        http::appendField(head, "x-litellm-applied-guardrails", names);
    if (!request_.guards.policies.empty()) {
        http::appendField(head, "x-litellm-applied-policies",
                          fmt::format("{}", fmt::join(request_.guards.policies, ",")));
    }
    std::array<char, 32> text{};
    const auto us = std::max<int64_t>(std::llround(overheadMs() * 1000), 0);  // floats are formatted slowly
    const auto end = fmt::format_to_n(text.data(), text.size(), "{}.{:03}", us / 1000, us % 1000).out;
    http::appendField(head, "x-litellm-overhead-duration-ms",
                      std::string_view(text.data(), static_cast<size_t>(end - text.data())));
    lease_.record.http_status = request_.response.status;
    return head;
}

double Exchange::overheadMs() const { return base::toMillis(base::Clock::now() - start_ - upstream_time_); }

// Something for a client that waits: a comment in its stream, or, before there is one, an interim response if
// all we want to know is whether it still reads.
base::Status Exchange::signOfLife(bool probe) {
    auto& http = client_.http();
    if (!http.begun()) {
        if (probe || !request_.stream) return http.sendInterim(102);
        event_stream_ = true;
        request_.response.status = 200;
        (void)request_.response.fields.set("content-type", "text/event-stream; charset=utf-8");
        (void)request_.response.fields.set("cache-control", "no-cache");
        http.begin(responseHead(), std::nullopt);
    }
    if (event_stream_) return http.write(": keep-alive\n\n");
    // Inside any other body nothing can be said. But who only stops sending does so with the request; a FIN
    // that comes while the body flows is a client that has closed.
    if (probe && !half_closed_) return base::clientError(Code::Cancelled, "the client has left");
    return {};
}

void Exchange::settle() {
    if (!runner_.owesSettlement()) return;
    const account::Record& r = lease_.record;
    runner_.settled({sizeof(sluice_settlement), static_cast<uint32_t>(r.http_status), r.usage.prompt_tokens,
                     r.usage.completion_tokens, r.cost_pico_usd, r.usage.known ? 1 : 0, attempts_});
}

}  // namespace sluice::gateway
