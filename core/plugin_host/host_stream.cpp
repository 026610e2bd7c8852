// sluice.host.stream/1: subscribing to lanes, and edits inside on_stream.
#include <simdjson.h>

#include "plugin_host/host_tables.h"

namespace sluice::host {
namespace {

constexpr size_t kHoldBytes = 64 * 1024;
constexpr uint32_t kHoldMs = 10'000;

sluice_status subscribe(sluice_ctx* ctx, const sluice_subscription* wanted) {
    if (!wanted || !SLUICE_REACHES(wanted, hold_policy) || wanted->lanes == 0) return SLUICE_E_INVALID;
    if (ctx->phase > Phase::OnUpstreamRequest || ctx->phase == Phase::DuringCall ||
        !SLUICE_HAS(ctx->instance->hooks(), on_stream))
        return SLUICE_E_UNSUPPORTED;
    if (wanted->mode < SLUICE_STREAM_OBSERVE || wanted->mode > SLUICE_STREAM_REWRITE ||
        wanted->granularity < SLUICE_GRAIN_ARRIVAL || wanted->granularity > SLUICE_GRAIN_SENTENCE ||
        wanted->hold_policy < SLUICE_HOLD_BY_POLICY || wanted->hold_policy > SLUICE_HOLD_ABORT ||
        (wanted->mode == SLUICE_STREAM_REWRITE && (wanted->lanes & SLUICE_LANE_META)))
        return SLUICE_E_INVALID;
    const config::FailMode policy = ctx->instance->settings().on_timeout;
    const Subscription mine{
        ctx->instance,
        wanted->lanes,
        wanted->mode,
        wanted->granularity,
        wanted->max_hold_bytes ? wanted->max_hold_bytes : kHoldBytes,
        base::milliseconds(wanted->max_hold_ms ? wanted->max_hold_ms : kHoldMs),
        wanted->hold_policy == SLUICE_HOLD_ABORT ||
            (wanted->hold_policy == SLUICE_HOLD_BY_POLICY && policy != config::FailMode::Open)};
    auto& all = ctx->request->subscriptions;
    // A lane that is asked for again is taken from the older subscription.
    for (auto& older : all) {
        if (older.instance == mine.instance) older.lanes &= ~mine.lanes;
    }
    std::erase_if(all, [](const Subscription& s) { return s.lanes == 0; });
    all.push_back(mine);
    return SLUICE_OK;
}

bool atCharacter(std::string_view text, size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

sluice_status replace(sluice_ctx* ctx, uint64_t start, uint64_t length, sluice_str text) {
    StreamCall* call = ctx->stream_call;
    if (ctx->phase != Phase::OnStream || !call || call->mode != SLUICE_STREAM_REWRITE)
        return SLUICE_E_UNSUPPORTED;
    const size_t size = call->window.size();
    const uint64_t from = call->edits.empty() ? 0 : call->edits.back().start + call->edits.back().length;
    if (size == 0 || start < from || start > size || length > size - start ||
        !atCharacter(call->window, start) || !atCharacter(call->window, start + length) ||
        !simdjson::validate_utf8(text.ptr, text.len))
        return SLUICE_E_INVALID;
    call->edits.push_back({start, length, std::string(view(text))});
    ++ctx->request->edits;
    return SLUICE_OK;
}

}  // namespace

const sluice_host_stream kHostStream{sizeof(sluice_host_stream), 0, checked<subscribe>, checked<replace>};

}  // namespace sluice::host
