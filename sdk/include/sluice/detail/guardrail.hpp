// How a guardrail goes through texts and windows; see sluice/guardrail.hpp. Not for plugins.
#pragma once

#include <sluice/guardrail.hpp>

namespace sluice {

// Arguments of tools always, texts of answers if the request asks for JSON.
inline bool GuardrailBase::isJson(const Request& request, const Place& place) const {
    if (place.lane == SLUICE_LANE_TOOL_ARGS) return true;
    if (place.side != Side::Answer || place.lane != SLUICE_LANE_TEXT) return false;
    int& known = request.state<PerRequest>().json_answer;
    if (known < 0) {
        known = 0;
        for (const char* member : {"response_format", "text", "output_format"}) {
            const auto wish = request.member(member);
            if (wish && wish->find("\"json_") != std::string_view::npos) known = 1;
        }
    }
    return known == 1;
}

// What becomes of the findings. The finding that must not go on, if there is one.
inline std::optional<Finding> GuardrailBase::apply(const Request& request, const Place& place,
                                                   const ScanView& shown, const std::vector<Finding>& found,
                                                   std::vector<Change>& changes) const {
    const bool only_told = modes(request) == SLUICE_GUARD_LOGGING_ONLY;
    for (const auto& finding : found) {
        ++request.state<PerRequest>().counts[std::string(finding.entity)];
        const GuardAction action = only_told ? GuardAction::Observe : this->action(finding, place);
        if (action == GuardAction::Observe) continue;
        size_t begin = finding.begin, end = finding.end;
        if (action == GuardAction::Block || !shown.together(begin, end)) return finding;
        shown.widen(begin, end);
        if (!changes.empty() && shown.at(begin) < changes.back().end) continue;  // of the same number
        const auto text = shown.text().substr(finding.begin, finding.end - finding.begin);
        changes.push_back(
            {shown.at(begin), shown.at(end), shown.fit(replacement(request, finding, text), begin)});
    }
    return std::nullopt;
}

// One whole text; the finding that blocks it.
inline std::optional<Finding> GuardrailBase::handle(const Request& request, const Place& place,
                                                    const Text& text) const {
    const Scanner* scanner = this->scanner(request, place);
    if (!scanner) return std::nullopt;
    std::vector<Finding> found;
    const bool json = isJson(request, place);
    if (!json) {  // as it is, without a copy, unless there is something to change
        scanner->find(text.view(), 0, found);
        if (found.empty()) return std::nullopt;
    }
    const ScanView shown =
        json ? ScanView::json({}, text.view(), false, true) : ScanView::plain({}, text.view());
    if (json) scanner->find(shown.text(), 0, found);
    std::vector<Change> changes;
    if (auto blocked = apply(request, place, shown, found, changes)) return blocked;
    if (changes.empty()) return std::nullopt;
    std::string changed;
    size_t at = 0;
    for (const auto& change : changes) {
        changed.append(text.view().substr(at, change.begin - at)).append(change.by);
        at = change.end;
    }
    changed.append(text.view().substr(at));
    return text.replace(changed) ? std::nullopt : std::optional(found.front());
}

inline Verdict GuardrailBase::examine(const Request& request, Side side, const Texts& all) const {
    if (!all.known()) return request.notScanned("this host does not tell the texts");
    if (const Verdict whole = judge(request, side, all); whole != Verdict::Continue) return whole;
    const bool watched = !scope_.observes && (modes(request) & SLUICE_GUARD_POST_CALL);  // by on_stream
    std::optional<Finding> blocked;
    std::string unread;
    for (const auto text : all) {
        if ((text.sent() && watched) || (text.lane() & scope_.lanes) == 0) continue;
        if (text.opaque()) {
            if (unread.empty()) unread = text.where();
            continue;
        }
        const Place place{side, text.lane(), text.role(), text.where()};
        auto bad = handle(request, place, text);
        if (bad && !blocked) blocked = bad;
    }
    if (!request.state<PerRequest>().counts.empty()) report(request);
    if (blocked) return request.block(refusalOf(*blocked));
    if (scope_.needs_all && !unread.empty()) return request.notScanned("no text: " + unread);
    return Verdict::Continue;
}

inline GuardrailBase::PerRequest::Channel& GuardrailBase::channel(const Stream& stream) {
    auto& all = stream.state<PerRequest>().channels;
    for (auto& known : all) {
        if (known.lane == stream.lane() && known.choice == stream.choice()) return known;
    }
    all.push_back({stream.lane(), stream.choice(), {}, false});
    return all.back();
}

// Drops the findings that more text could still change; how much of the text is certain.
inline size_t GuardrailBase::certain(const ScanView& shown, const Scanner& scanner, bool ended,
                                     std::vector<Finding>& found) {
    const size_t size = shown.text().size();
    if (ended) return size;
    const size_t tail = scanner.longest() + scanner.lookAhead();
    size_t sure = scanner.longest() > 0 && size > shown.from() + tail ? size - tail : shown.from();
    // One that touches the end may grow, even if it is longer than it should be.
    const auto may_grow = [&](const Finding& one) {
        size_t end = one.end;  // the rest of a number of JSON goes with it
        while (shown.isJson() && end < size && !shown.inString(end) &&
               ScanView::isOfNumber(shown.text()[end]))
            ++end;
        return end == size;
    };
    while (!found.empty() && (found.back().begin >= sure || may_grow(found.back()))) {
        sure = std::min(sure, found.back().begin);
        found.pop_back();
    }
    if (!found.empty()) sure = std::max(sure, found.back().end);
    while (sure > shown.from() && sure < size &&
           ((static_cast<unsigned char>(shown.text()[sure]) & 0xC0) == 0x80 ||
            (shown.isJson() && shown.at(sure) == shown.at(sure - 1))))
        --sure;
    // Half a number of JSON that has gone cannot become a string any more.
    const size_t least = found.empty() ? shown.from() : std::max(shown.from(), found.back().end);
    while (shown.isJson() && sure > least && !shown.inString(sure - 1) &&
           ScanView::isOfNumber(shown.text()[sure - 1]))
        --sure;
    return sure;
}

inline Verdict GuardrailBase::guardStream(const Stream& stream) const {
    if (const Verdict said = judgeStream(stream); said != Verdict::Continue) return said;
    const Place place{Side::Answer, stream.lane(), Role::Assistant, {}};
    const Scanner* scanner = this->scanner(stream, place);
    if (!scanner) return Verdict::Continue;
    auto& channel = GuardrailBase::channel(stream);
    const auto window = stream.window();
    const ScanView shown = isJson(stream, place)
                               ? ScanView::json(channel.context, window, channel.in_string, stream.ended())
                               : ScanView::plain(channel.context, window);
    std::vector<Finding> found;
    scanner->find(shown.text(), shown.from(), found);
    size_t sure = certain(shown, *scanner, stream.ended(), found);
    std::vector<Change> changes;
    if (const auto blocked = apply(stream, place, shown, found, changes)) {
        report(stream);
        return stream.abort(refusalOf(*blocked));
    }
    if (!found.empty()) report(stream);
    for (const auto& change : changes) {
        if (!stream.replace(change.begin, change.end - change.begin, change.by))
            return stream.failed("a span of the stream could not be replaced");
    }
    size_t release = sure == shown.text().size() ? shown.end() : shown.at(sure);
    if (!changes.empty() && changes.back().end > release) {  // a number that was widened
        release = changes.back().end;
        while (sure < shown.text().size() && shown.at(sure) < release) ++sure;
    }
    if (shown.isJson()) channel.in_string = shown.inString(sure);
    const size_t keep = std::min(sure, scanner->lookBehind());
    size_t begin = sure - keep;
    while (begin < sure && (static_cast<unsigned char>(shown.text()[begin]) & 0xC0) == 0x80) ++begin;
    channel.context.assign(shown.text().substr(begin, sure - begin));
    // The same number may come again, in another attempt: that is another text.
    if (stream.ended()) channel = {stream.lane(), stream.choice(), {}, false};
    return stream.ended() ? stream.release(window.size()) : stream.release(release);
}

inline void GuardrailBase::report(const Request& request) const {
    const auto& state = request.state<PerRequest>();
    if (!state.counts.empty()) (void)request.setAttribute("guard." + name_, "found");
    if (!table_) return;
    std::string json = "{";
    if (!state.counts.empty()) {
        json += "\"entities\":{";
        for (const auto& [entity, count] : state.counts)
            json += (json.back() == '{' ? "" : ",") + jsonQuoted(entity) + ":" + std::to_string(count);
        json += "}";
    }
    for (const auto& [member, value] : state.told)
        json += (json.size() == 1 ? "" : ",") + jsonQuoted(member) + ":" + value;
    (void)table_->report(request.raw(), str(json + "}"));
}

}  // namespace sluice
