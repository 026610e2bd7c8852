// Relaying an event stream: read, pass on, tell the client when it is quiet, and say clearly how it ended.
#include "base/text.h"
#include "gateway/exchange.h"
#include "gateway/stream_relay.h"
#include "llm/json_parser.h"

namespace sluice::gateway {

using base::Clock;
using base::Code;
using http::End;

namespace {

constexpr auto kTailWait = base::milliseconds(50);
constexpr size_t kWriteMax = 64 * 1024;  // events that are there already are written together, up to this

base::Error clientLeft() { return base::clientError(Code::Cancelled, "the client has left"); }

}  // namespace

base::TimePoint Exchange::gapDeadline() const {
    const uint32_t own = deployment_->config->stream_timeout_ms;
    const uint32_t gap = own ? own : generation_->limits().stream_timeout_ms;
    return std::min(request_.deadline, base::TimePoint(Clock::now() + base::milliseconds(gap)));
}

// Waits for one piece, then takes what else has arrived. True if more is to come.
base::Result<bool> Exchange::takePieces(UpstreamAnswer& upstream, StreamRelay& relay, std::string& out) {
    // After the last event there is nothing to wait for but the end of the body, which lets the connection be
    // reused.
    const bool over = relay.reader().terminal();
    const auto deadline = over ? base::TimePoint(Clock::now() + kTailWait) : gapDeadline();
    const auto held_until = relay.holdDeadline();
    auto piece = patience_(std::min(deadline, held_until),
                           [&](base::TimePoint until) { return upstream.readPiece(until); });
    if (held_until < deadline && Clock::now() >= held_until) {
        if (auto expired = relay.expire(out); !expired) return expired.error();
        if (!piece && piece.error().code == Code::DeadlineExceeded) return true;
    }
    for (;;) {
        if (!piece && over) return false;
        if (!piece) return piece.error();
        if (auto taken = relay.take(piece->data, out); !taken) return taken.error();
        if (piece->end != End::NotYet) {
            if (auto whole = relay.finish(piece->end, out); !whole) return whole.error();
            return false;
        }
        if (piece->none() || out.size() >= kWriteMax) return true;
        piece = upstream.pollPiece();
    }
}

void Exchange::relayStream(UpstreamAnswer& upstream) {
    auto& http = client_.http();
    StreamRelay relay(match_.operation, runner_, request_, generation_->limits(),
                      request_.attributes.count("sluice.hide_usage_chunk") > 0);
    event_stream_ = true;
    lease_.record.stream = true;
    std::string out;
    auto last_sent = Clock::now();
    for (bool more = true; more;) {
        out.clear();
        const auto took = takePieces(upstream, relay, out);
        if (!http.begun() && !relay.firstFailure().empty()) return answerUpstreamError(relay.firstFailure());
        const bool over = took && (!*took || relay.reader().terminal());
        if (over && !passGate(config::Gate::End)) return endBlocked(relay);
        if (!out.empty() && !http.begun()) http.begin(responseHead(), std::nullopt);
        if (!out.empty() && first_token_ms_ == 0) first_token_ms_ = base::wallMillis();
        if (!out.empty() && !http.write(out)) return endStream(relay, clientLeft());
        // Events that are held back are silence to the client, even while the upstream talks.
        const auto now = Clock::now();
        if (!out.empty()) last_sent = now;
        if (out.empty() &&
            now - last_sent >= base::milliseconds(generation_->limits().sse_comment_interval_ms)) {
            last_sent = now;
            if (!signOfLife(false)) return endStream(relay, clientLeft());
        }
        if (!took) return endStream(relay, took.error());
        more = *took;
    }
    endStream(relay);
}

// The stream begins with an error and nothing has gone out yet: a plain error, as LiteLLM has it.
void Exchange::answerUpstreamError(const std::string& data) {
    simdjson::dom::element root, code;
    int status = 500;
    if (llm::parseJson(data).get(root) == simdjson::SUCCESS &&
        root["error"]["code"].get(code) == simdjson::SUCCESS) {
        uint64_t number = 0;
        std::string_view text;
        if (code.get(text) == simdjson::SUCCESS) number = base::parseDecimal(text).value_or(0);
        if (code.is_uint64() && code.get(number) != simdjson::SUCCESS) number = 0;
        if (number >= 400 && number <= 599) status = static_cast<int>(number);
    }
    event_stream_ = false;
    lease_.record.outcome = account::Outcome::Failure;
    lease_.record.error = "the upstream's stream began with an error";
    lease_.record.error_class = "HTTP" + std::to_string(status);
    answer(status, "application/json", data);
}

void Exchange::endStream(StreamRelay& relay) {
    auto& http = client_.http();
    std::string rest;
    if (auto told = relay.tellEnd(relay.reader().failed() ? SLUICE_END_ERROR : SLUICE_END_OK, rest); !told)
        return endStream(relay, told.error());
    if (!rest.empty()) {
        if (!http.begun()) http.begin(responseHead(), std::nullopt);
        (void)http.write(rest);
    }
    noteStream(relay, relay.reader().failed() ? End::Error : End::Ok);
    request_.response.streamed = true;
    if (runner_.postCall() == host::Outcome::Block) {
        // The text is out already; all that is left is to say so.
        (void)http.write(llm::errorEvent({request_.block.status, request_.block.type, request_.block.code,
                                          request_.block.public_message, ""},
                                         operation_->dialect));
        lease_.record.outcome = account::Outcome::Blocked;
    } else {
        lease_.record.outcome =
            relay.reader().failed() ? account::Outcome::Failure : account::Outcome::Success;
    }
    if (!http.begun()) http.begin(responseHead(), std::nullopt);
    (void)http.end();
}

void Exchange::endStream(StreamRelay& relay, const base::Error& error) {
    const bool gone = error.code == Code::Cancelled || patience_.over();
    const bool cut = error.code == Code::Truncated;
    std::string rest;
    const auto told = relay.tellEnd(gone  ? SLUICE_END_CANCELLED
                                    : cut ? SLUICE_END_TRUNCATED
                                          : SLUICE_END_ERROR,
                                    rest);
    const bool stopped = request_.block.set || error.origin == base::Origin::Plugin || !told;
    if (!gone && !stopped && !rest.empty() && client_.http().begun()) (void)client_.http().write(rest);
    noteStream(relay, gone ? End::Cancelled : cut ? End::Truncated : End::Error);
    if (gone) return answerGone();
    if (request_.block.set) return answerBlock();
    answerError(error);
}

// A guard has stopped the end, and the client has been told.
void Exchange::endBlocked(StreamRelay& relay) {
    std::string unsaid;
    (void)relay.tellEnd(SLUICE_END_CANCELLED, unsaid);
    noteStream(relay, End::Cancelled);
}

void Exchange::noteStream(StreamRelay& relay, End end) {
    lease_.record.usage = relay.reader().usage();
    lease_.record.finish_reason = relay.reader().finishReason();
    lease_.record.stream_end = http::name(end);
}

}  // namespace sluice::gateway
