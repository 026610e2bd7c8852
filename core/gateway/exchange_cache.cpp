// Answers out of a cache, and answers for one.
#include "base/text.h"
#include "gateway/exchange.h"
#include "gateway/stream_relay.h"
#include "llm/json_path.h"

namespace sluice::gateway {

using base::Code;

namespace {

// platform.openai.com/docs/api-reference/chat/create#stream_options
bool wantsUsageChunk(const llm::Body& body) {
    const auto options = body.member("stream_options");
    return options && llm::valueAt(*options, llm::JsonPath() / "include_usage") == "true";
}

}  // namespace

bool Exchange::lookUpCache() {
    const auto said = runner_.cacheLookup();
    if (said == host::Outcome::Respond) {
        answerFromCache();
        return false;
    }
    request_.from_cache.reset();
    return true;
}

// Guards that look at the request beside the call of an upstream look at it here, too.
void Exchange::answerFromCache() {
    noteCacheHit();
    startDuringCall();
    if (!passGate(config::Gate::End)) return;
    if (request_.stream && base::istartsWith(request_.reply.content_type, "text/event-stream")) {
        replayStream();
    } else {
        answerReply();
    }
}

// A stream out of a cache goes the way of one from an upstream: those who listen to its lanes see it.
void Exchange::replayStream() {
    event_stream_ = lease_.record.stream = true;
    lease_.record.stream_end = http::name(http::End::Ok);
    const bool hide_usage = operation_->dialect == llm::Dialect::OpenAI && !wantsUsageChunk(request_.body);
    const bool seen = runner_.anyRuns(host::Phase::PostCall, runner_.chain().post_call) || wantsContent();
    if (request_.subscriptions.empty() && !hide_usage && !seen) return answerReply();
    StreamRelay relay(match_.operation, runner_, request_, generation_->limits(), hide_usage, wantsContent(),
                      nullptr);
    request_.response.status = request_.reply.status;
    (void)request_.response.fields.set("content-type", request_.reply.content_type);
    std::string out;
    auto took = relay.take(request_.reply.body, out);
    if (took) took = relay.finish(http::End::Ok, out);
    if (!took) return endStream(relay, took.error());
    first_token_ms_ = base::wallMillis();
    client_.http().begin(responseHead(), std::nullopt);
    if (!client_.http().write(out))
        return endStream(relay, base::clientError(Code::Cancelled, "the client has left"));
    endStream(relay);
}

// Nothing was used of anybody: it costs nothing, and its tokens are those that were paid for long ago.
void Exchange::noteCacheHit() {
    if (!request_.from_cache) request_.from_cache.emplace();
    account::Record& r = lease_.record;
    r.cache_hit = true;
    r.cache_key = request_.from_cache->key;
    r.saved_pico_usd = request_.from_cache->saved_pico_usd;
    r.cost_pico_usd = 0;
}

void Exchange::tellKeepers() {
    const auto type = upstream_head_.fields.find("content-type").value_or("");
    const llm::Usage& usage = attempt_usage_;
    runner_.answered({sizeof(sluice_answer), static_cast<uint32_t>(upstream_head_.status), host::str(type),
                      host::str(keeper_.bytes()), event_stream_ ? 1 : 0, plan_->fallbacks(),
                      usage.prompt_tokens, usage.completion_tokens, request_.attempt.cost_pico_usd});
    keeper_.drop();
}

}  // namespace sluice::gateway
