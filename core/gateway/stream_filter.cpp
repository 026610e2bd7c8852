#include "gateway/stream_filter.h"

#include <algorithm>

#include "gateway/event_edits.h"

namespace sluice::gateway {

using base::Code;
using Kind = llm::EventText::Kind;

namespace {

constexpr size_t kHeldMax = 4 * 1024 * 1024;  // events that wait, of all lanes together
constexpr size_t kSpareMax = 4;               // most streams let one event go for each that comes

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
}

StreamChannel& StreamFilter::channel(uint32_t lane, uint32_t part, bool more) {
    for (auto channel = channels_.rbegin(); channel != channels_.rend(); ++channel) {
        if ((*channel)->lane() != lane || (*channel)->part() != part) continue;
        // Some servers use a number again: that is another text.
        if (more && (*channel)->ended()) break;
        return **channel;
    }
    return *channels_.emplace_back(
        std::make_unique<StreamChannel>(runner_, request_.subscriptions, lane, part));
}

base::Status StreamFilter::feed(Slot& slot, const llm::EventText& text) {
    StreamChannel& to = *slot.channel;
    if (text.kind == Kind::Echo) return {};
    if (text.kind == Kind::Delta)
        return to.feed(slot.place, text.text, SLUICE_END_NOT_YET) ? base::Status{} : stopped();
    if (to.started() && to.heard() == text.text)
        return to.feed(slot.place, {}, SLUICE_END_OK) ? base::Status{} : stopped();
    // It says what no delta said: all of it is looked at now, as a text of its own.
    if (to.started() && !to.feed(slot.place, {}, SLUICE_END_OK)) return stopped();
    slot.channel = &channel(text.lane, text.part, true);
    return slot.channel->feed(slot.place, text.text, SLUICE_END_OK) ? base::Status{} : stopped();
}

// A text that nothing follows: all of it is looked at now.
base::Status StreamFilter::feedWhole(Slot& slot, const llm::EventText& text) {
    slot.channel = &wholes_.emplace_back(runner_, request_.subscriptions, text.lane, text.part);
    return slot.channel->feed(slot.place, text.text, SLUICE_END_OK) ? base::Status{} : stopped();
}

base::Status StreamFilter::endParts(uint32_t low, int32_t end) {
    for (auto& channel : channels_) {
        const bool meant =
            low == UINT32_MAX || ((channel->part() & 0xffff) == low && channel->lane() != llm::kLaneMeta);
        if (meant && !channel->feed(places_, {}, end)) return stopped();
    }
    return {};
}

base::Status StreamFilter::feedAll(const Texts& texts) {
    slots_.clear();
    slots_.resize(texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
        const llm::EventText& text = texts[i];
        if (text.kind == Kind::End) {
            if (auto ended = endParts(text.part, SLUICE_END_OK); !ended) return ended;
        } else if (text.kind == Kind::Whole && (lanes_ & text.lane)) {
            slots_[i].place = ++places_;
            if (auto fed = feedWhole(slots_[i], text); !fed) return fed;
        } else if (isPartOfLane(text.kind) && (lanes_ & text.lane)) {
            slots_[i] = {&channel(text.lane, text.part, text.kind == Kind::Delta), ++places_};
            if (auto fed = feed(slots_[i], text); !fed) return fed;
        }
    }
    return {};
}

base::Status StreamFilter::take(const llm::SseEvent& event, Texts& texts, int32_t end, std::string& out) {
    if (auto fed = feedAll(texts); !fed) return fed;
    if (end != SLUICE_END_NOT_YET) {
        if (auto ended = endParts(UINT32_MAX, end); !ended) return ended;
    }
    flush(out);
    if (!held_.empty() || waits(slots_)) return hold(event, texts);
    send(event.raw, event.data, texts, slots_, out);
    wholes_.clear();
    return {};
}

base::Status StreamFilter::hold(const llm::SseEvent& event, Texts& texts) {
    held_bytes_ += event.raw.size();
    if (held_bytes_ > kHeldMax)
        return base::pluginError(Code::ResourceExhausted, "guardrails hold back too much of the stream");
    if (spare_.empty()) spare_.emplace_back();
    Held& last = spare_.front();
    last.raw.assign(event.raw);
    last.data.assign(event.data);
    last.texts.swap(texts);
    last.slots.swap(slots_);
    held_.splice(held_.end(), spare_, spare_.begin());
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
        if (channel->lane() == lane) all.append(channel->said());
    }
    return all;
}

base::TimePoint StreamFilter::deadline() const {
    base::TimePoint first = base::kNever;
    for (const auto& channel : channels_) first = std::min(first, channel->deadline());
    return first;
}

base::Status StreamFilter::expire(std::string& out) {
    const auto now = base::Clock::now();
    for (auto& channel : channels_) {
        if (!channel->expire(now)) return stopped();
    }
    flush(out);
    return {};
}

bool StreamFilter::waits(const Slots& slots) {
    return std::any_of(slots.begin(), slots.end(),
                       [](const Slot& slot) { return slot.channel && slot.channel->holds(slot.place); });
}

void StreamFilter::flush(std::string& out) {
    while (!held_.empty() && !waits(held_.front().slots)) {
        const Held& first = held_.front();
        send(first.raw, first.data, first.texts, first.slots, out);
        held_bytes_ -= first.raw.size();
        spare_.splice(spare_.end(), held_, held_.begin());
        if (spare_.size() > kSpareMax) spare_.pop_back();
    }
}

// The event as it came, unless text in it has become another one.
void StreamFilter::send(std::string_view raw, std::string_view data, const Texts& texts, const Slots& slots,
                        std::string& out) {
    EventEdits edits(data);
    std::string_view last;
    for (size_t i = 0; i < slots.size(); ++i) {
        const Slot& slot = slots[i];
        const llm::EventText& text = texts[i];
        if (!slot.channel || text.lane == llm::kLaneMeta) continue;
        if (text.kind == Kind::Delta) last = slot.channel->take(slot.place);
        const bool whole = text.kind == Kind::Repeat || text.kind == Kind::Whole;
        edits.put(text, whole ? std::string_view(slot.channel->said()) : last);
    }
    if (edits.none()) {
        out.append(raw);
        return;
    }
    for (const auto& text : texts) {
        if (text.kind == Kind::Scrub) edits.scrub(text);
    }
    out.append(withData(raw, edits.woven()));
}

}  // namespace sluice::gateway
