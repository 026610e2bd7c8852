// One text of a stream on its way through one subscriber, with the gateway's rules: what the plugin has not
// released yet waits in a window. And sluice.host.stream/1.
#pragma once

#include <sluice/testing/outcome.hpp>

namespace sluice::testing {

inline bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
inline bool atCharacter(std::string_view text, size_t at) {
    return at == text.size() || !isContinuation(text[at]);
}

/// Bytes of `text` up to the last whole character: a cut inside one waits for the rest.
inline size_t wholeCharacters(std::string_view text) {
    size_t lead = text.size();
    while (lead > 0 && text.size() - lead < 3 && isContinuation(text[lead - 1])) --lead;
    if (lead == 0) return text.size();
    const auto c = static_cast<unsigned char>(text[lead - 1]);
    const size_t needs = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    return text.size() - lead + 1 < needs ? lead - 1 : text.size();
}

inline bool isUtf8(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
        const auto c = static_cast<unsigned char>(text[at]);
        const size_t size = c < 0x80                ? 1
                            : c >= 0xC2 && c < 0xE0 ? 2
                            : c >= 0xE0 && c < 0xF0 ? 3
                            : c >= 0xF0 && c < 0xF5 ? 4
                                                    : 0;
        if (size == 0 || size > text.size() - at) return false;
        for (size_t i = 1; i < size; ++i) {
            if (!isContinuation(text[at + i])) return false;
        }
        const auto second = size > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
        // Spelt too long, half of a surrogate pair, or past U+10FFFF.
        if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
            (c == 0xF4 && second > 0x8F))
            return false;
        at += size;
    }
    return true;
}

/// Where the last whole unit of a grain (SLUICE_GRAIN_*) ends, if it ends behind `from`; 0 otherwise.
inline size_t wholeUnits(std::string_view text, size_t from, int32_t granularity) {
    if (granularity == SLUICE_GRAIN_ARRIVAL) return text.size();
    const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    for (size_t at = text.size(); at > from; --at) {
        const char c = text[at - 1];
        const std::string_view before = text.substr(0, at - 1);
        const char last = before.empty() ? '\0' : before.back();
        if (c == '\n') return at;
        if (granularity == SLUICE_GRAIN_LINE) continue;
        if (space(c) && (granularity == SLUICE_GRAIN_WORD || last == '.' || last == '!' || last == '?'))
            return at;
        if (granularity != SLUICE_GRAIN_SENTENCE || at < 3) continue;
        const std::string_view mark = text.substr(at - 3, 3);  // full-width marks need no white space
        if (mark == "\xE3\x80\x82" || mark == "\xEF\xBC\x81" || mark == "\xEF\xBC\x9F") return at;
    }
    return 0;
}

class StreamStage {
public:
    StreamStage(RequestData& request, std::shared_ptr<PluginData> plugin, const Subscription& subscription,
                uint32_t lane, uint32_t choice)
        : request_(request),
          plugin_(std::move(plugin)),
          subscription_(subscription),
          lane_(lane),
          choice_(choice) {}

    /// Takes what the stage before has released; adds what this one releases to `out`. False: stop the
    /// stream.
    bool feed(std::string_view in, int32_t end, std::string& out) {
        const size_t known = window_.size();
        window_.append(in);
        if (end != SLUICE_END_NOT_YET) return show(window_.size(), end, out);
        const size_t units = wholeUnits(window_, known, subscription_.granularity);
        bool goes_on = units <= shown_ || show(units, end, out);
        if (goes_on && window_.size() > subscription_.max_hold_bytes)
            goes_on = overflow("max_hold_bytes", out);
        watch();
        return goes_on;
    }
    /// Text has been held up to its deadline: shows what was not shown yet, then follows the hold policy.
    bool expire(std::string& out) {
        deadline_ = INT64_MAX;
        bool goes_on = window_.size() == shown_ || show(window_.size(), SLUICE_END_NOT_YET, out);
        if (goes_on && !window_.empty()) goes_on = overflow("max_hold_ms", out);
        watch();
        return goes_on;
    }
    int64_t deadline() const { return deadline_; }

private:
    // The hold began with the oldest text: more of it does not prolong it.
    void watch() {
        if (window_.empty()) {
            deadline_ = INT64_MAX;
        } else if (deadline_ == INT64_MAX) {
            deadline_ = request_.host.wallMs() + subscription_.max_hold_ms;
        }
    }

    bool overflow(const char* limit, std::string& out) {
        // Text that the grain kept back has not been shown at all: the plugin gets its chance first.
        if (window_.size() > shown_) {
            if (!show(window_.size(), SLUICE_END_NOT_YET, out)) return false;
            if (window_.size() <= subscription_.max_hold_bytes) return true;
        }
        request_.not_scanned = std::string("text was held beyond ") + limit;
        if (subscription_.abort_when_held) return false;
        release(window_.size(), {}, out);
        return true;
    }

    bool show(size_t size, int32_t end, std::string& out) {
        const std::string lent = window_.substr(0, size);  // a copy, so that keeping it is seen
        const std::string_view window(lent);
        Given<sluice_stream_event> event(request_.host.abi, {sizeof(sluice_stream_event), lane_, choice_, end,
                                                             str(window), str(window.substr(shown_))});
        StreamCall call{window, subscription_.mode, {}};
        uint64_t released = size;
        const Outcome outcome =
            runHook(plugin_, request_, Phase::OnStream, [&](Context& ctx) -> sluice_verdict {
                Given<sluice_stream_action> action(request_.host.abi,
                                                   {sizeof(sluice_stream_action), 0, size});
                ctx.stream_call = &call;
                const auto verdict =
                    plugin_->hooks->on_stream(plugin_->self, ctx.raw(), ctx.state, event.get(), action.get());
                if (end == SLUICE_END_NOT_YET && call.mode != SLUICE_STREAM_OBSERVE)
                    released = action->release;
                const size_t edited =
                    call.edits.empty() ? 0 : call.edits.back().start + call.edits.back().length;
                // An edit of what is held, or half a character: the plugin does not know what it does.
                const bool sane = released <= size && edited <= released && atCharacter(window, released);
                return sane ? verdict : SLUICE_FAILED;
            });
        if (outcome.aborted()) return false;
        if (!outcome.continued()) {
            if (!plugin_->fails_open) return false;
            call.edits.clear();
            released = size;
        }
        release(released, call.edits, out);
        shown_ = size - released;
        return true;
    }

    void release(size_t size, const std::vector<StreamCall::Edit>& edits, std::string& out) {
        size_t at = 0;
        for (const auto& edit : edits) {
            out.append(window_, at, edit.start - at).append(edit.text);
            at = edit.start + edit.length;
        }
        out.append(window_, at, size - at);
        window_.erase(0, size);
        shown_ -= std::min(shown_, size);
        if (size > 0) deadline_ = INT64_MAX;  // the clock runs for the text that is the oldest now
    }

    RequestData& request_;
    std::shared_ptr<PluginData> plugin_;
    Subscription subscription_;
    uint32_t lane_, choice_;
    std::string window_;
    size_t shown_ = 0;  // of the window: the plugin has seen it and did not release it
    int64_t deadline_ = INT64_MAX;
};

namespace tables {

inline sluice_status streamSubscribe(sluice_ctx* ctx, const sluice_subscription* wanted) {
    Context& c = contextOf(ctx);
    if (!wanted || wanted->size < sizeof *wanted || wanted->lanes == 0) return SLUICE_E_INVALID;
    if (c.phase > Phase::OnUpstreamRequest || c.phase == Phase::DuringCall ||
        !SLUICE_HAS(c.plugin->hooks, on_stream))
        return SLUICE_E_UNSUPPORTED;
    if (wanted->mode < SLUICE_STREAM_OBSERVE || wanted->mode > SLUICE_STREAM_REWRITE ||
        wanted->granularity < SLUICE_GRAIN_ARRIVAL || wanted->granularity > SLUICE_GRAIN_SENTENCE ||
        wanted->hold_policy < SLUICE_HOLD_BY_POLICY || wanted->hold_policy > SLUICE_HOLD_ABORT ||
        (wanted->mode == SLUICE_STREAM_REWRITE && (wanted->lanes & SLUICE_LANE_META)))
        return SLUICE_E_INVALID;
    auto& all = c.request->subscriptions;
    // A lane that is asked for again is taken from the older subscription.
    for (auto& older : all) {
        if (older.plugin == c.plugin.get()) older.lanes &= ~wanted->lanes;
    }
    all.erase(std::remove_if(all.begin(), all.end(), [](const Subscription& s) { return s.lanes == 0; }),
              all.end());
    all.push_back({c.plugin.get(), wanted->lanes, wanted->mode, wanted->granularity,
                   wanted->max_hold_bytes ? wanted->max_hold_bytes : size_t{64} * 1024,
                   wanted->max_hold_ms ? wanted->max_hold_ms : 10'000,
                   wanted->hold_policy == SLUICE_HOLD_ABORT ||
                       (wanted->hold_policy == SLUICE_HOLD_BY_POLICY && !c.plugin->fails_open)});
    return SLUICE_OK;
}
inline sluice_status streamReplace(sluice_ctx* ctx, uint64_t start, uint64_t length, sluice_str text) {
    StreamCall* call = contextOf(ctx).stream_call;
    if (!call || call->mode != SLUICE_STREAM_REWRITE) return SLUICE_E_UNSUPPORTED;
    const size_t size = call->window.size();
    const size_t from = call->edits.empty() ? 0 : call->edits.back().start + call->edits.back().length;
    if (size == 0 || start < from || start > size || length > size - start ||
        !atCharacter(call->window, start) || !atCharacter(call->window, start + length) ||
        !isUtf8(view(text)))
        return SLUICE_E_INVALID;
    call->edits.push_back({start, length, std::string(view(text))});
    return SLUICE_OK;
}
inline const sluice_host_stream kStream{sizeof(sluice_host_stream), 0, streamSubscribe, streamReplace};

}  // namespace tables

}  // namespace sluice::testing
