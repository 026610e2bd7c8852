#include "gateway/stream_filter.h"

#include <algorithm>

#include "base/prefetch.h"
#include "gateway/event_edits.h"

namespace sluice::gateway {

using base::Code;
using Kind = llm::EventText::Kind;

namespace {

constexpr size_t kHeldMax = 4 * 1024 * 1024;  // events that wait, of all lanes together

bool isPartOfLane(Kind kind) { return kind == Kind::Delta || kind == Kind::Echo || kind == Kind::Repeat; }

base::Error stopped() {
    return base::pluginError(Code::PermissionDenied, "the stream was stopped by a guardrail");
}

size_t rank(const host::Chain& chain, const host::Instance* instance) {
    const auto& slots = chain.on_stream;
    const auto found = std::find_if(slots.begin(), slots.end(),
                                    [&](const host::HookSlot& slot) { return slot.instance == instance; });
    return static_cast<size_t>(found - slots.begin());
}

}  // namespace

StreamFilter::StreamFilter(host::Runner& runner, host::RequestState& request)
    : runner_(runner), request_(request) {
    auto& all = request.subscriptions;
    for (const auto& subscription : all) lanes_ |= subscription.lanes;
    std::stable_sort(all.begin(), all.end(), [&](const host::Subscription& a, const host::Subscription& b) {
        return rank(runner.chain(), a.instance) < rank(runner.chain(), b.instance);
    });
    listeners_.reserve(all.size());
    for (const auto& subscription : all) {
        // A provider may be inside serve(), with this handle; the others are in no hook now.
        const host::Instance& instance = *subscription.instance;
        if (instance.provider()) continue;
        const sluice_ctx& handle = runner.context(*subscription.instance, host::Phase::None);
        listeners_.push_back({&instance, &handle, handle.state});
    }
}

StreamChannel& StreamFilter::channel(uint32_t lane, uint32_t part, bool more) {
    // Some servers use a number again: that is another text.
    const auto is = [&](const StreamChannel& c) { return c.lane() == lane && c.part() == part; };
    if (!latest_ || !is(*latest_)) {
        const auto found = std::find_if(channels_.rbegin(), channels_.rend(), is);
        latest_ = found == channels_.rend() ? nullptr : &*found;
    }
    if (!latest_ || (more && latest_->ended()))
        latest_ = &channels_.emplace_back(runner_, request_.subscriptions, lane, part, &memory_);
    return *latest_;
}

base::Status StreamFilter::feed(Held& held, const llm::EventText& text) {
    StreamChannel& to = *held.channel;
    if (text.kind == Kind::Echo) return {};
    if (text.kind == Kind::Delta)
        return to.feed(held.place, text.text, SLUICE_END_NOT_YET) ? base::Status{} : stopped();
    if (to.started() && to.heard(text.text))
        return to.feed(held.place, {}, SLUICE_END_OK) ? base::Status{} : stopped();
    // It says what no delta said: all of it is looked at now, as a text of its own.
    if (to.started() && !to.feed(held.place, {}, SLUICE_END_OK)) return stopped();
    held.channel = &channel(text.lane, text.part, true);
    return held.channel->feed(held.place, text.text, SLUICE_END_OK) ? base::Status{} : stopped();
}

// A text that nothing follows: all of it is looked at now.
base::Status StreamFilter::feedWhole(Held& held, const llm::EventText& text) {
    held.channel = &wholes_.emplace_back(runner_, request_.subscriptions, text.lane, text.part);
    return held.channel->feed(held.place, text.text, SLUICE_END_OK) ? base::Status{} : stopped();
}

base::Status StreamFilter::endParts(uint32_t low, int32_t end) {
    for (auto& channel : channels_) {
        const bool meant =
            low == UINT32_MAX || ((channel.part() & 0xffff) == low && channel.lane() != llm::kLaneMeta);
        if (meant && !channel.feed(places_, {}, end)) return stopped();
    }
    return {};
}

base::Status StreamFilter::feedAll(Texts texts) {
    for (const llm::EventText& text : texts) {
        if (text.kind == Kind::End) {
            if (auto ended = endParts(text.part, SLUICE_END_OK); !ended) return ended;
            continue;
        }
        const bool scrub = text.kind == Kind::Scrub;
        const bool whole = text.kind == Kind::Whole;
        if (!scrub && !((whole || isPartOfLane(text.kind)) && (lanes_ & text.lane))) continue;
        Held& held = held_.add();
        held.begin = text.begin;
        held.end = text.end;
        held.lane = text.lane;
        held.kind = text.kind;
        held.json = text.json;
        held.list = scrub && text.text == "[]";
        if (scrub) continue;
        held.place = ++places_;
        if (!whole) held.channel = &channel(text.lane, text.part, text.kind == Kind::Delta);
        if (auto fed = whole ? feedWhole(held, text) : feed(held, text); !fed) return fed;
    }
    return {};
}

// What a call of a hook looks at and changes, besides. How large a plugin's state is, the plugin alone knows.
std::array<base::MemorySpan, base::Fiber::kFirstMax> StreamFilter::memory() const {
    constexpr size_t kState = 128;
    const auto* first = reinterpret_cast<const char*>(&request_.deadline);
    const auto* last = reinterpret_cast<const char*>(&request_.reply) + 1;
    std::array<base::MemorySpan, base::Fiber::kFirstMax> all{
        {{this, sizeof *this}, {&runner_, sizeof runner_}, {first, static_cast<size_t>(last - first)}}};
    if (listeners_.empty()) return all;
    all[3] = {listeners_.front().handle, sizeof *listeners_.front().handle};
    all[4] = {listeners_.front().state, kState};
    return all;
}

void StreamFilter::prefetch() const {
    for (const auto& listener : listeners_) {
        base::prefetch(&listener.instance->breaker);
        base::prefetch(&listener.instance->settings().guard);
        base::prefetch(&listener.instance->settings().timeout_ms);
        base::prefetch(&listener.instance->manifest().blocking);
    }
    held_.prefetch();
    if (latest_) latest_->prefetch();
}

base::Status StreamFilter::take(const llm::SseEvent& event, Texts texts, int32_t end, std::string& out) {
    held_.drop();
    if (auto fed = feedAll(texts); !fed) return fed;
    if (end != SLUICE_END_NOT_YET) {
        if (auto ended = endParts(UINT32_MAX, end); !ended) return ended;
    }
    flush(out);
    if (!held_.empty() || waits(held_.added())) return hold(event);
    send({event.raw, event.data, held_.added()}, out);
    return {};
}

base::Status StreamFilter::hold(const llm::SseEvent& event) {
    if (held_.bytes() + event.raw.size() > kHeldMax)
        return base::pluginError(Code::ResourceExhausted, "guardrails hold back too much of the stream");
    held_.keep(event);
    return {};
}

base::Status StreamFilter::end(int32_t end, std::string& out) {
    if (lanes_ & llm::kLaneMeta)
        (void)channel(llm::kLaneMeta, 0, false);  // learns the end even of an empty stream
    if (auto ended = endParts(UINT32_MAX, end); !ended) return ended;
    flush(out);
    return {};
}

std::string StreamFilter::said(uint32_t lane) const {
    std::string all;
    for (const auto& channel : channels_) {
        if (channel.lane() == lane) all.append(channel.said());
    }
    return all;
}

base::TimePoint StreamFilter::deadline() const {
    base::TimePoint first = base::kNever;
    for (const auto& channel : channels_) first = std::min(first, channel.deadline());
    return first;
}

base::Status StreamFilter::expire(std::string& out) {
    const auto now = base::Clock::now();
    for (auto& channel : channels_) {
        if (!channel.expire(now)) return stopped();
    }
    flush(out);
    return {};
}

bool StreamFilter::waits(std::span<const Held> texts) {
    return std::any_of(texts.begin(), texts.end(),
                       [](const Held& text) { return text.channel && text.channel->holds(text.place); });
}

void StreamFilter::flush(std::string& out) {
    while (!held_.empty()) {
        const auto first = held_.front();
        if (waits(first.texts)) return;
        send(first, out);
        held_.pop();
    }
}

// The event as it came, unless text in it has become another one.
void StreamFilter::send(const HeldEvents::Event& event, std::string& out) {
    EventEdits edits(event.data);
    std::string_view last;
    size_t wholes = 0;
    for (const Held& text : event.texts) {
        if (!text.channel || text.lane == llm::kLaneMeta) continue;
        if (text.kind == Kind::Delta) last = text.channel->take(text.place);
        const bool whole = text.kind == Kind::Repeat || text.kind == Kind::Whole;
        wholes += text.kind == Kind::Whole;
        edits.put(text.begin, text.end, text.json, whole ? std::string_view(text.channel->said()) : last);
    }
    for (; wholes > 0; --wholes) wholes_.pop_front();
    if (edits.none()) {
        out.append(event.raw);
        return;
    }
    for (const Held& text : event.texts) {
        if (text.kind == Kind::Scrub) edits.scrub(text.begin, text.end, text.list ? "[]" : "null");
    }
    out.append(withData(event.raw, edits.woven()));
}

}  // namespace sluice::gateway
