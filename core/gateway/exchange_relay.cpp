// The way back of an answer that is no event stream: passed on piece by piece, or held whole if somebody has
// to see all of it.
#include <algorithm>

#include "base/text.h"
#include "gateway/exchange.h"
#include "gateway/response_fields.h"
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

bool isJsonType(std::string_view type) { return type.find("json") != std::string_view::npos; }

// Is this an error object that clients of one of our dialects understand?
bool isErrorObject(std::string_view body) {
    simdjson::dom::element root, error;
    return llm::parseJson(body).get(root) == simdjson::SUCCESS && root.is_object() &&
           root["error"].get(error) == simdjson::SUCCESS && error.is_object();
}

base::Error incomplete() {
    return base::upstreamError(Code::Truncated, "the answer of the upstream is incomplete");
}

}  // namespace

void Exchange::relay(UpstreamAnswer& upstream) {
    const int status = upstream_head_.status;
    upstream_fields_ = std::move(request_.response.fields);  // as on_upstream_response left them
    request_.response.fields = {};
    copyResponseFields(upstream_fields_, request_.response.fields);
    if (status < 200 || status > 299) return relayError(upstream);
    const auto type = upstream_head_.fields.find("content-type").value_or("");
    const bool stream = request_.stream && base::istartsWith(type, "text/event-stream");
    // An answer that comes in one piece has its end where it begins.
    if (!passGate(stream ? config::Gate::FirstByte : config::Gate::End)) return;
    if (stream) return relayStream(upstream);
    if (client_.http().begun()) {
        return answerError(
            base::upstreamError(Code::Malformed, "the upstream answered a stream request without a stream"));
    }
    if (!runner_.chain().post_call.empty()) return relayWhole(upstream);
    relayBody(upstream);
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
        body.append(piece->data);
        if (piece->end == End::Ok) return {};
        if (piece->end != End::NotYet) return incomplete();
    }
}

// Errors in a shape that clients know go on as they are; anything else (a proxy's HTML page, say) is put into
// that shape.
void Exchange::relayError(UpstreamAnswer& upstream) {
    std::string body;
    const auto read = readWhole(upstream, body, kErrorBodyMax);
    if (!read && read.error().code == Code::Cancelled) return answerGone();
    const int status = upstream_head_.status;
    const std::string what = deployment_->config->provider +
                             "Exception - the upstream answered with status " + std::to_string(status);
    lease_.record.error = what;
    lease_.record.error_class = "HTTP" + std::to_string(status);
    if (read && isErrorObject(body) && !client_.http().begun()) {
        lease_.record.outcome = account::Outcome::Failure;
        return answer(status, "application/json", body);
    }
    llm::ApiError error;
    error.status = status >= 400 ? status : 500;
    error.message = what;
    answerError(error);
}

void Exchange::relayWhole(UpstreamAnswer& upstream) {
    std::string& body = request_.response.body;
    if (auto read = readWhole(upstream, body, generation_->limits().response_bytes_max); !read) {
        return breakOff(read.error());
    }
    if (wantsRecord()) lease_.record.usage = llm::usageOfAnswer(body, operation_->dialect);
    switch (runner_.postCall()) {
        case Outcome::Block:
            request_.response.fields.clear();
            return answerBlock();
        case Outcome::Respond:
            request_.response.fields.clear();
            lease_.record.outcome = account::Outcome::Success;
            return answer(request_.reply.status, request_.reply.content_type, request_.reply.body);
        default:
            break;
    }
    lease_.record.outcome = account::Outcome::Success;
    (void)client_.http().respond(responseHead(), body);
}

// The body of a known length, or one that takes its time, is passed on piece by piece; a short one of unknown
// length that is there already is sent with its length.
void Exchange::relayBody(UpstreamAnswer& upstream) {
    auto& http = client_.http();
    const bool tee = wantsRecord() && isJsonType(upstream_head_.fields.find("content-type").value_or(""));
    const auto deadline = answerDeadline();
    half_closed_ = client_.finished();
    std::string seen;  // for the usage in it
    std::string held;  // not sent yet; empty once the head has gone
    for (;;) {
        auto piece =
            held.empty()
                ? patience_(deadline, [&](base::TimePoint until) { return upstream.readPiece(until); })
                : upstream.pollPiece();
        if (!piece) return breakOff(piece.error());
        if (piece->end != End::NotYet && piece->end != End::Ok) return breakOff(incomplete());
        if (tee && seen.size() + piece->data.size() <= kTeeMax) seen.append(piece->data);
        if (piece->end == End::Ok) break;
        if (!http.begun() && upstream_head_.framing == http::Framing::Length)
            http.begin(responseHead(), upstream_head_.content_length);
        if (http.begun()) {
            if (!http.write(piece->data)) return answerGone();
            continue;
        }
        held.append(piece->data);
        if (!piece->none() && held.size() < kHoldMax) continue;
        http.begin(responseHead(), std::nullopt);
        if (!http.write(held)) return answerGone();
        held.clear();
    }
    lease_.record.outcome = account::Outcome::Success;
    if (tee) lease_.record.usage = llm::usageOfAnswer(seen, operation_->dialect);
    (void)(http.begun() ? http.end() : http.respond(responseHead(), held));
}

// The upstream failed while its answer was on the way: an error if nothing has gone out yet, otherwise a
// message that is visibly cut.
void Exchange::breakOff(const base::Error& error) {
    if (patience_.over()) return answerGone();
    if (!client_.http().begun()) return answerError(error);
    noteFailure(error);
    lease_.record.outcome = account::Outcome::Failure;
    client_.http().abandon();
}

}  // namespace sluice::gateway
