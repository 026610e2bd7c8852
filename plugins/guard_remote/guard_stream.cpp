// The guardrail on streams: text waits until there is enough of it to be judged.
#include <algorithm>

#include "guard.h"
#include "json.h"

namespace guard_remote {

using sluice::Verdict;

Verdict Guard::on_stream(sluice::Stream stream) {
    const auto window = stream.window();
    if (window.empty()) return Verdict::Continue;
    auto& texts = memory<Streams>(stream).texts;
    StreamText* text = nullptr;
    for (auto& known : texts) {
        if (known.is(stream.lane(), stream.choice())) text = &known;
    }
    if (!text) {
        const bool json = isJson(stream, guard_remote::Side::Answer, stream.lane());
        text = &texts.emplace_back(stream.lane(), stream.choice(), json);
    }
    if ((modes(stream) & SLUICE_GUARD_POST_CALL) == 0)  // here for what comes back
        return release(stream, *text, {true, window.size(), {}});
    if (!text->due(window, stream.ended(), host().monotonicMs(), adapter_->yields(), settings_))
        return stream.hold();
    return judged(stream, *text);
}

Verdict Guard::judged(const sluice::Stream& stream, StreamText& text) {
    const auto window = stream.window();
    const auto step = text.step(window, stream.ended(), adapter_->yields(), settings_);
    auto yields = adapter_->yields();
    Judgement judgement;
    try {
        const std::vector<Piece> pieces{{step.shown.text().substr(0, step.size), "assistant"}};
        judgement = ask(stream, aboutOf(stream, guard_remote::Side::Answer), pieces).front();
    } catch (const Unasked& e) {
        return stream.notScanned(e.what());
    } catch (const Unusable& e) {
        const Verdict verdict = failed(stream, "on_stream", e, May::Edit);
        if (verdict != Verdict::Continue) return verdict;
        if (yields == Yields::Spans) yields = Yields::Verdicts;  // nothing to wait for
    }
    if (judgement.blocked) {
        (void)block(stream, judgement);
        return Verdict::Abort;
    }
    memory<Streams>(stream).names.spare(judgement.found, step.shown.text());
    const auto outcome = text.settle(step, judgement, window, stream.ended(), yields, settings_);
    if (!outcome.possible) {
        judgement.reason = "The content would have to be changed by a guardrail, which is not possible here";
        (void)block(stream, judgement);
        return Verdict::Abort;
    }
    return release(stream, text, outcome);
}

Verdict Guard::release(const sluice::Stream& stream, StreamText& text, StreamText::Outcome outcome) const {
    const auto window = stream.window();
    const auto& names = memory<Streams>(stream).names;
    if (!names.empty()) {
        if (!stream.ended()) text.keep(outcome, names.safe(window, outcome.release));
        for (const auto& place : names.placesIn(window.substr(0, outcome.release)))
            outcome.changes.push_back(
                {place.begin, place.end, text.json() ? escaped(*place.original) : *place.original});
        std::sort(outcome.changes.begin(), outcome.changes.end(),
                  [](const auto& a, const auto& b) { return a.begin < b.begin; });
    }
    for (const auto& change : outcome.changes) {
        if (!stream.replace(change.begin, change.end - change.begin, change.by))
            return stream.failed("a span of the stream could not be replaced");
    }
    return stream.release(outcome.release);
}

}  // namespace guard_remote
