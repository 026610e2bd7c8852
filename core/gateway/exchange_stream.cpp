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

// By what the error object itself says, LiteLLM's way.
int statusOfFailure(const std::string& data) {
    simdjson::dom::element root, code;
    uint64_t number = 0;
    if (llm::parseJson(data).get(root) != simdjson::SUCCESS ||
        root["error"]["code"].get(code) != simdjson::SUCCESS)
        return 500;
    std::string_view text;
    if (code.get(text) == simdjson::SUCCESS) number = base::parseDecimal(text).value_or(0);
    if (code.is_uint64() && code.get(number) != simdjson::SUCCESS) number = 0;
    return number >= 400 && number <= 599 ? static_cast<int>(number) : 500;
}

// How long the beginning of a stream is held: until it has spoken, and for `hold_ms` after that; but a stream
// that sends much, or takes its time, without a text that we know is passed on as it is.
class StartHold {
public:
    explicit StartHold(uint32_t hold_ms) : hold_(hold_ms) {}

    bool holds(bool spoken, size_t held, base::TimePoint now) {
        if (held == 0) return false;
        if (began_ == base::TimePoint{}) began_ = now;
        if (spoken && spoke_ == base::TimePoint{}) spoke_ = now;
        until_ = spoken ? spoke_ + hold_ : began_ + kUnspokenMax;
        return held < kHeldMax && now < until_;
    }
    /// When to look again, although nothing came.
    base::TimePoint until() const { return until_; }

private:
    static constexpr auto kUnspokenMax = base::milliseconds(2000);
    static constexpr size_t kHeldMax = 64 * 1024;

    const base::milliseconds hold_;
    base::TimePoint began_{}, spoke_{};
    base::TimePoint until_ = base::kNever;
};

base::Error clientLeft() { return base::clientError(Code::Cancelled, "the client has left"); }

}  // namespace

// Of a stream that has not spoken yet it is the first token that is waited for, however many pings come.
base::TimePoint Exchange::gapDeadline(bool spoken) const {
    const uint32_t own = deployment_->config->stream_timeout_ms;
    auto gap = base::milliseconds(own ? own : generation_->limits().stream_timeout_ms);
    if (stream_timeout_.count() > 0) gap = std::min(gap, stream_timeout_);
    const auto deadline = std::min(request_.deadline, base::TimePoint(Clock::now() + gap));
    const uint32_t first = generation_->settings().routing.first_token_timeout_ms;
    const auto wait = first > 0 ? base::milliseconds(first) : gap;
    return spoken ? deadline : std::min(deadline, base::TimePoint(attempt_start_ + wait));
}

// Waits for one piece, then takes what else has arrived. True if more is to come.
base::Result<bool> Exchange::takePieces(UpstreamAnswer& upstream, StreamRelay& relay, std::string& out,
                                        base::TimePoint look_again) {
    // After the last event there is nothing to wait for but the end of the body, which lets the connection be
    // reused.
    const bool over = relay.reader().terminal();
    const auto deadline = over ? base::TimePoint(Clock::now() + kTailWait) : gapDeadline(relay.spoken());
    const auto held_until = relay.holdDeadline();
    auto piece = patience_(std::min({deadline, held_until, look_again}),
                           [&](base::TimePoint until) { return upstream.readPiece(until); });
    if (held_until < deadline && Clock::now() >= held_until) {
        if (auto expired = relay.expire(out); !expired) return expired.error();
        if (!piece && piece.error().code == Code::DeadlineExceeded) return true;
    }
    if (!piece && piece.error().code == Code::DeadlineExceeded && Clock::now() < deadline) return true;
    for (;;) {
        if (!piece && over) return false;
        if (!piece) return piece.error();
        keeper_.add(piece->data);
        if (auto taken = relay.take(piece->data, out); !taken) return taken.error();
        if (piece->end != End::NotYet) {
            if (auto whole = relay.finish(piece->end, out); !whole) return whole.error();
            return false;
        }
        if (piece->none() || out.size() >= kWriteMax) return true;
        piece = upstream.pollPiece();
    }
}

// What comes before the first text is held: until then the attempt can be replaced without the client
// noticing.
std::optional<route::Failure> Exchange::relayStream(UpstreamAnswer& upstream) {
    auto& http = client_.http();
    StreamRelay relay(match_.operation, runner_, request_, generation_->limits(),
                      request_.attributes.count("sluice.hide_usage_chunk") > 0, wantsContent(),
                      streamMemory());
    event_stream_ = true;
    lease_.record.stream = true;
    std::string out = memory_ && memory_->broken() ? memory_->opening() : std::string();
    if (memory_ && memory_->broken()) keeper_.drop();
    bool open = false;    // something of this stream has gone to the client
    bool spoken = false;  // it has said its first text
    StartHold hold(generation_->settings().routing.first_token_hold_ms);
    auto last_sent = Clock::now();
    for (bool more = true; more;) {
        const auto took = takePieces(upstream, relay, out, open ? base::kNever : hold.until());
        if (!open && !relay.firstFailure().empty()) return badStart(relay);
        if (!open && !took && replaceable(took.error())) return badStart(relay, took.error());
        const bool over = took && (!*took || relay.reader().terminal());
        const auto now = Clock::now();
        if (relay.spoken() && !spoken) first_byte_ = now;
        spoken = relay.spoken();
        const bool keep = !open && !over && took && hold.holds(relay.spoken(), out.size(), now);
        if (over && !passGate(config::Gate::End)) return endBlocked(relay), std::nullopt;
        if (!out.empty() && !keep) {
            if (!http.begun()) http.begin(responseHead(), std::nullopt);
            if (first_token_ms_ == 0) first_token_ms_ = base::wallMillis();
            if (!http.write(out)) return endStream(relay, clientLeft()), std::nullopt;
            if (memory_) memory_->sent();
            out.clear();
            if (!open) relay.begun();
            open = true;
            last_sent = now;
        }
        // Events that are held back are silence to the client, even while the upstream talks.
        if (now - last_sent >= base::milliseconds(generation_->limits().sse_comment_interval_ms)) {
            last_sent = now;
            if (!signOfLife(false)) return endStream(relay, clientLeft()), std::nullopt;
        }
        if (!took && recovers(took.error())) return breakOff(relay, took.error());
        if (!took) return endStream(relay, took.error()), std::nullopt;
        more = *took;
    }
    endStream(relay);
    return std::nullopt;
}

// Not what a guardrail, the client or the shutdown has ended.
bool Exchange::replaceable(const base::Error& error) const {
    return error.origin == base::Origin::Upstream && error.code != Code::Cancelled && !request_.block.set &&
           !patience_.over();
}

StreamMemory* Exchange::streamMemory() {
    const auto mode = stream_recovery_.value_or(generation_->settings().routing.stream_recovery);
    if (!memory_ && mode != config::StreamRecovery::None && StreamMemory::possible(match_.operation))
        memory_.emplace(mode, match_.operation);
    return memory_ ? &*memory_ : nullptr;
}

// Part of the stream has gone out; may another deployment go on from there?
bool Exchange::recovers(const base::Error& error) const {
    return memory_ && replaceable(error) &&
           memory_->resumable(request_.body, !request_.subscriptions.empty() || request_.guards.any());
}

std::optional<route::Failure> Exchange::breakOff(StreamRelay& relay, const base::Error& error) {
    memory_->breakOff();
    return badStart(relay, error);
}

// Those who listened learn that this text has ended; the next attempt begins another one.
std::optional<route::Failure> Exchange::badStart(StreamRelay& relay, const base::Error& error) {
    std::string unsaid;
    (void)relay.tellEnd(SLUICE_END_ERROR, unsaid);
    if (memory_) memory_->unsent();
    noteStream(relay, End::Error);
    return failureOf(error);
}

// The stream begins with an error and nothing has gone out yet: as good as an answer with that status.
std::optional<route::Failure> Exchange::badStart(StreamRelay& relay) {
    Failure failure;
    failure.body = relay.firstFailure();
    failure.status = statusOfFailure(failure.body);
    failure.kind = route::classify(failure.status, failure.body);
    failure.speaks_error = true;
    failure.error = base::upstreamError(Code::Unavailable, "the upstream's stream began with an error");
    std::string unsaid;
    (void)relay.tellEnd(SLUICE_END_ERROR, unsaid);
    if (memory_) memory_->unsent();
    noteStream(relay, End::Error);
    return failure;
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
    if (!relay.reader().failed()) keeper_.finish();
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
    closeBooks();
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
    if (!gone && !stopped) spoiled_ = failureOf(error);
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

// What an upstream that broke off, or was left, did not count is counted here: about a token an event, and
// four bytes a token of the prompt.
void Exchange::noteStream(StreamRelay& relay, End end) {
    attempt_usage_ = relay.reader().usage();
    llm::Usage& usage = attempt_usage_;
    // Anthropic's first event tells how many tokens the answer begins with, no more.
    const bool told = usage.known && operation_->dialect != llm::Dialect::Anthropic;
    const bool cut_short = end != End::Ok && !told && relay.deltas() > 0;
    if (cut_short && usage.completion_tokens < relay.deltas()) {
        usage.estimated = true;
        usage.known = true;
        usage.completion_tokens = relay.deltas();
        if (usage.prompt_tokens == 0) usage.prompt_tokens = request_.attempt.body.size() / 4;
        usage.total_tokens = usage.prompt_tokens + usage.completion_tokens;
    }
    lease_.record.finish_reason = relay.reader().finishReason();
    lease_.record.stream_end = http::name(end);
}

}  // namespace sluice::gateway
