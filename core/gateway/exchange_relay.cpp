// The way back of an answer that is no event stream: passed on piece by piece, or held whole if somebody has
// to see all of it.
#include <algorithm>

#include "base/text.h"
#include "gateway/exchange.h"
#include "gateway/response_fields.h"
#include "llm/json_index.h"
#include "llm/json_parser.h"

namespace sluice::gateway {

using base::Clock;
using base::Code;
using host::Outcome;
using http::End;

namespace {

constexpr uint64_t kErrorBodyMax = 1024 * 1024;
constexpr size_t kHoldMax = 64 * 1024;
constexpr uint64_t kTeeMax = 8 * 1024 * 1024;  // an answer larger than this is not searched for its usage

// A JSON text; not a series of them (ndjson, jsonl), which comes piece by piece.
bool isJsonType(std::string_view type) {
    type = base::trimmed(type.substr(0, type.find(';')));
    return base::iequals(type, "application/json") ||
           (type.size() > 5 && base::iequals(type.substr(type.size() - 5), "+json"));
}

// Is this an error object that clients of one of our dialects understand?
bool isErrorObject(std::string_view body) {
    simdjson::dom::element root, error;
    return llm::parseJson(body).get(root) == simdjson::SUCCESS && root.is_object() &&
           root["error"].get(error) == simdjson::SUCCESS && error.is_object();
}

base::Error notJson() {
    return base::upstreamError(Code::Malformed, "the answer of the upstream is no JSON, although it says so");
}

base::Error incomplete() {
    return base::upstreamError(Code::Truncated, "the answer of the upstream is incomplete");
}

}  // namespace

std::optional<route::Failure> Exchange::relay(UpstreamAnswer& upstream) {
    const int status = upstream_head_.status;
    upstream_fields_ = std::move(request_.response.fields);  // as on_upstream_response left them
    request_.response.fields = {};
    copyResponseFields(upstream_fields_, request_.response.fields);
    if (status < 200 || status > 299 || hint_ == Outcome::Retry) return readFailure(upstream);
    const auto type = upstream_head_.fields.find("content-type").value_or("");
    const bool stream = request_.stream && base::istartsWith(type, "text/event-stream");
    const bool watched = runner_.anyRuns(host::Phase::PostCall, runner_.chain().post_call);
    if (!request_.stream && watched && base::istartsWith(type, "text/event-stream"))
        return failureOf(
            base::upstreamError(Code::Malformed, "the upstream answered with a stream nobody asked for"));
    // An answer that comes in one piece has its end where it begins.
    if (!passGate(stream ? config::Gate::FirstByte : config::Gate::End)) return std::nullopt;
    if (stream) return relayStream(upstream);
    if (client_.http().begun()) {
        return failureOf(
            base::upstreamError(Code::Malformed, "the upstream answered a stream request without a stream"));
    }
    if (watched) return relayWhole(upstream);
    return relayBody(upstream);
}

// The first byte, or the end of a stream, waits for the guards that run beside the call.
bool Exchange::passGate(config::Gate point) {
    while (during_ && !during_->wait(point)) {
        if (patience_.over()) {
            answerGone();
            return false;
        }
        base::Fiber::current()->clearInterrupt();
    }
    return true;
}

base::Status Exchange::readWhole(UpstreamAnswer& upstream, std::string& body, uint64_t max) {
    const auto deadline = answerDeadline();
    for (;;) {
        auto piece = patience_(deadline, [&](base::TimePoint until) { return upstream.readPiece(until); });
        if (!piece) return piece.error();
        if (body.size() + piece->data.size() > max)
            return base::upstreamError(Code::TooLarge, "the answer of the upstream is too large to be held");
        if (!answer_share_.grow(body.size() + piece->data.size()))
            return base::gatewayError(Code::ResourceExhausted,
                                      "too many large answers at once: try again later");
        body.append(piece->data);
        keeper_.add(piece->data);
        if (piece->end == End::Ok) return {};
        if (piece->end != End::NotYet) return incomplete();
    }
}

// Errors in a shape that clients know go on as they are; anything else (a proxy's HTML page, say) is put into
// that shape.
std::optional<route::Failure> Exchange::readFailure(UpstreamAnswer& upstream) {
    Failure failure;
    failure.status = upstream_head_.status;
    const auto read = readWhole(upstream, failure.body, kErrorBodyMax);
    if (!read && read.error().code == Code::Cancelled) {
        answerGone();
        return std::nullopt;
    }
    failure.kind = route::classify(failure.status, failure.body);
    failure.retry_after = route::retryAfter(upstream_head_.fields.find("retry-after"),
                                            upstream_head_.fields.find("retry-after-ms"), base::wallMillis());
    failure.speaks_error = read && failure.status >= 400 && isErrorObject(failure.body);
    failure.error = base::upstreamError(
        Code::Unavailable, deployment_->config->provider + "Exception - the upstream answered with status " +
                               std::to_string(failure.status));
    return failure;
}

std::optional<route::Failure> Exchange::relayWhole(UpstreamAnswer& upstream) {
    std::string& body = request_.response.body;
    auto read = readWhole(upstream, body, generation_->limits().response_bytes_max);
    // Hooks look at its texts: what cannot be taken apart would go by unseen.
    const bool json = isJsonType(upstream_head_.fields.find("content-type").value_or(""));
    if (read && (!looksWhole(body) || (json && !llm::isJson(body)))) read = notJson();
    if (!read) return breakOff(read.error());
    if (wantsUsage()) attempt_usage_ = llm::usageOfAnswer(body, operation_->dialect);
    noteUsage();
    keeper_.finish();
    switch (runner_.postCall()) {
        case Outcome::Block:
            request_.response.fields.clear();
            answerBlock();
            return std::nullopt;
        case Outcome::Respond:
            request_.response.fields.clear();
            lease_.record.outcome = account::Outcome::Success;
            answer(request_.reply.status, request_.reply.content_type, request_.reply.body);
            return std::nullopt;
        default:
            break;
    }
    lease_.record.outcome = account::Outcome::Success;
    respond(body);
    return std::nullopt;
}

// An answer that says it is JSON and is not would reach the client as a success. Only its ends are looked at.
bool Exchange::looksWhole(std::string_view body) const {
    if (!isJsonType(upstream_head_.fields.find("content-type").value_or(""))) return true;
    constexpr std::string_view kSpace = " \t\r\n";
    const size_t first = body.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return false;
    const char begin = body[first], end = body[body.find_last_not_of(kSpace)];
    return (begin == '{' && end == '}') || (begin == '[' && end == ']');
}

// A short JSON text is held until it is whole, so that one that breaks off can be replaced; anything else is
// passed on piece by piece.
std::optional<route::Failure> Exchange::relayBody(UpstreamAnswer& upstream) {
    auto& http = client_.http();
    const bool json = isJsonType(upstream_head_.fields.find("content-type").value_or(""));
    const bool tee = json && (wantsUsage() || wantsContent());
    const bool length = upstream_head_.framing == http::Framing::Length;
    const auto deadline = answerDeadline();
    half_closed_ = client_.finished();
    std::string seen;  // for the usage in it; as long as nothing has gone out, the whole answer
    const auto gone = [&] {
        answerGone();
        return std::nullopt;
    };
    for (;;) {
        // Sound and the like go out as they come; what is there already goes out together.
        const bool poll = !json && !seen.empty() && !http.begun();
        auto piece =
            poll ? upstream.pollPiece()
                 : patience_(deadline, [&](base::TimePoint until) { return upstream.readPiece(until); });
        if (!piece) return breakOff(piece.error());
        if (piece->end != End::NotYet && piece->end != End::Ok) return breakOff(incomplete());
        keeper_.add(piece->data);
        if (!http.begun() || (tee && seen.size() + piece->data.size() <= kTeeMax)) seen.append(piece->data);
        if (piece->end == End::Ok) break;
        if (http.begun()) {
            if (!http.write(piece->data)) return gone();
            continue;
        }
        if (seen.size() < kHoldMax && (json || (!length && !piece->none()))) continue;
        http.begin(responseHead(),
                   length ? std::optional<uint64_t>(upstream_head_.content_length) : std::nullopt);
        if (!http.write(seen)) return gone();
    }
    if (!http.begun() && !looksWhole(seen)) return breakOff(notJson());
    lease_.record.outcome = account::Outcome::Success;
    if (tee) attempt_usage_ = llm::usageOfAnswer(seen, operation_->dialect);
    noteUsage();
    keeper_.finish();
    if (!http.begun()) {
        respond(seen);
    } else {
        closeBooks();
        (void)http.end();
    }
    if (wantsContent()) request_.response.body = std::move(seen);
    return std::nullopt;
}

// The upstream failed while its answer was on the way: another attempt may follow if nothing has gone out
// yet; otherwise the message is visibly cut.
std::optional<route::Failure> Exchange::breakOff(const base::Error& error) {
    if (patience_.over() || error.code == Code::Cancelled) {
        answerGone();
        return std::nullopt;
    }
    if (!client_.http().begun()) {
        if (error.code != Code::ResourceExhausted) return failureOf(error);
        answerError(error);  // our own bound: no other deployment would do better
        return std::nullopt;
    }
    spoiled_ = failureOf(error);
    noteFailure(error);
    lease_.record.outcome = account::Outcome::Failure;
    client_.http().abandon();
    return std::nullopt;
}

}  // namespace sluice::gateway
