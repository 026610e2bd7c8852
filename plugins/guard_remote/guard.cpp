#include "guard.h"

#include <algorithm>

#include "characters.h"
#include "json.h"

namespace guard_remote {
namespace {

using sluice::Verdict;

std::string_view nameOf(sluice::Role role) {
    switch (role) {
        case sluice::Role::System:
            return "system";
        case sluice::Role::Assistant:
            return "assistant";
        case sluice::Role::Tool:
            return "tool";
        case sluice::Role::User:
        case sluice::Role::Other:
            break;
    }
    return "user";
}

// Nobody outside of this process can tell a text from its key.
std::string saltOf(const sluice::Host& host) {
    std::string salt;
    for (int i = 0; i < 4; ++i) salt += std::to_string(host.random()) + ".";
    return salt;
}

std::string guardName(const sluice::Host& host) {
    const auto* table = host.find<sluice_host_guard>(SLUICE_HOST_GUARD_ID);
    return table ? std::string(sluice::view(table->name(host.raw()))) : std::string();
}

std::string lastOfUser(const sluice::Request& request) {
    std::string last;
    for (const auto text : sluice::texts(request)) {
        const bool user = text.role() == sluice::Role::User || text.role() == sluice::Role::Other;
        if (user && !text.opaque() && text.lane() == SLUICE_LANE_TEXT) last = text.view();
    }
    return last;
}

}  // namespace

Guard::Guard(std::string_view config, sluice::Host host)
    : Guard(sluice::ConfigObject(config, &host), host,
            readSettings(sluice::ConfigObject(config, &host), guardName(host))) {}

Guard::Guard(const sluice::ConfigObject& config, sluice::Host host, Settings settings)
    : GuardrailBase(host,
                    sluice::GuardScope{true, true, sluice::GuardScope{}.lanes, false, settings.monitors},
                    settings.service.name),
      settings_(std::move(settings)),
      adapter_(makeAdapter(config, host, settings_.service.name)),
      judge_(*adapter_, settings_.cache, saltOf(host), settings_.judge),
      service_(host, settings_.service) {}

Verdict Guard::pre_call(sluice::Request request) {
    const uint32_t how = modes(request);
    const bool comes_back = settings_.restores && (how & SLUICE_GUARD_PRE_CALL);
    if (((how & SLUICE_GUARD_POST_CALL) || comes_back) && request.stream() && !settings_.monitors) {
        sluice::Hold hold;
        // The upstream may pause: what is held waits, up to the request's own deadline.
        hold.max_ms = 3'600'000;
        hold.max_bytes = static_cast<uint32_t>(std::max<size_t>(
            1024 * 1024, 8 * (settings_.stream_chunk_chars + settings_.stream_overlap_chars)));
        constexpr uint32_t kInStreams =
            SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS | SLUICE_LANE_REFUSAL;
        if (!request.rewrite(scope().lanes & kInStreams, hold))
            return request.failed("the stream cannot be subscribed to");
        auto& kept = memory<Streams>(request);
        if (adapter_->wantsAbout() && !kept.prompt) kept.prompt = lastOfUser(request);
    }
    if ((how & SLUICE_GUARD_PRE_CALL) == 0) return Verdict::Continue;
    return examine(request, "pre_call", guard_remote::Side::Request,
                   settings_.monitors ? May::Observe : May::Edit);
}

Verdict Guard::during_call(sluice::Request request) {
    if ((modes(request) & SLUICE_GUARD_DURING_CALL) == 0) return Verdict::Continue;
    return examine(request, "during_call", guard_remote::Side::Request,
                   settings_.monitors ? May::Observe : May::Block);
}

// logging_only waits until here, where it keeps the upstream waiting for nothing.
Verdict Guard::post_call(sluice::Response response) {
    const uint32_t how = modes(response);
    const bool only_told = (how & SLUICE_GUARD_LOGGING_ONLY) != 0;
    if (only_told) (void)examine(response, "logging_only", guard_remote::Side::Request, May::Observe);
    if ((how & SLUICE_GUARD_POST_CALL) == 0 && !only_told) return Verdict::Continue;
    const bool observes = settings_.monitors || (how & SLUICE_GUARD_POST_CALL) == 0;
    const Verdict said = examine(response, only_told ? "logging_only" : "post_call",
                                 guard_remote::Side::Answer, observes ? May::Observe : May::Edit);
    if (said != Verdict::Continue || restore(response)) return said;
    return response.failed("what was masked could not be put back");
}

// False if a text could not be replaced.
bool Guard::restore(const sluice::Response& response) const {
    const auto& names = memory<Streams>(response).names;
    if (names.empty()) return true;
    for (const auto text : sluice::answerTexts(response)) {
        if (text.opaque() || text.sent() || text.readOnly()) continue;
        const bool json = isJson(response, guard_remote::Side::Answer, text.lane());
        std::string out;
        size_t at = 0;
        for (const auto& place : names.placesIn(text.view())) {
            out.append(text.view().substr(at, place.begin - at))
                .append(json ? escaped(*place.original) : *place.original);
            at = place.end;
        }
        if (at > 0 && !text.replace(out.append(text.view().substr(at)))) return false;
    }
    return true;
}

bool Guard::answersJson(const sluice::Request& request) const {
    int& known = memory<Streams>(request).json_answer;
    if (known < 0) {
        known = 0;
        for (const char* member : {"response_format", "text", "output_format"}) {
            const auto wish = request.member(member);
            if (wish && wish->find("\"json_") != std::string_view::npos) known = 1;
        }
    }
    return known == 1;
}

bool Guard::isJson(const sluice::Request& request, guard_remote::Side side, uint32_t lane) const {
    if (lane == SLUICE_LANE_TOOL_ARGS) return true;
    return side == guard_remote::Side::Answer && lane == SLUICE_LANE_TEXT && answersJson(request);
}

std::deque<Guard::Item> Guard::itemsOf(const sluice::Request& request, guard_remote::Side side,
                                       const sluice::Texts& all) const {
    const bool watched = !scope().observes && (modes(request) & SLUICE_GUARD_POST_CALL);  // by on_stream
    std::deque<Item> items;
    for (const auto text : all) {
        if ((text.sent() && watched) || text.opaque() || (text.lane() & scope().lanes) == 0) continue;
        items.push_back({text, std::nullopt});
        // Escapes must hide nothing. What a service edits has to be JSON before and after, so it sees it as
        // it is.
        if (adapter_->yields() != Yields::Edits && isJson(request, side, text.lane()))
            items.back().json = sluice::ScanView::json({}, text.view(), false, true);
    }
    return items;
}

About Guard::aboutOf(const sluice::Request& request, guard_remote::Side side) const {
    About about;
    about.side = side;
    about.wishes = wishes(request);
    if (!adapter_->wantsAbout()) return about;
    about.call_id = request.callId();
    about.user = request.user();
    about.team = request.team();
    about.key_id = request.keyId();
    about.organization = request.organization();
    about.end_user = request.endUser();
    for (const auto [name, value] : request.headers())
        about.headers.emplace_back(std::string(name), std::string(value));
    if (side == guard_remote::Side::Request) {
        about.body = request.body();
        return about;
    }
    auto& kept = memory<Streams>(request);
    if (!kept.prompt) kept.prompt = lastOfUser(request);
    about.prompt = *kept.prompt;
    return about;
}

std::vector<Judgement> Guard::ask(const sluice::Request& request, const About& about,
                                  const std::vector<Piece>& pieces) {
    HostCaller caller(service_, request);
    Judge::Counts counts;
    auto judgements = judge_.all(caller, about, pieces, &counts);
    if (counts.asked > 0) service_.worked();
    auto& kept = memory<Streams>(request);
    kept.asked += counts.asked;
    kept.known += counts.known;
    for (const auto& judgement : judgements) note(request, judgement);
    tell(request, "texts_asked", std::to_string(kept.asked));
    tell(request, "texts_known", std::to_string(kept.known));
    return judgements;
}

void Guard::note(const sluice::Request& request, const Judgement& judgement) const {
    if (!judgement.blocked && judgement.found.empty() && !judgement.edited) return;
    auto& counts = request.state<PerRequest>().counts;
    if (judgement.found.empty()) {
        for (const auto& label : judgement.labels) ++counts[label];
        if (judgement.labels.empty()) ++counts[judgement.blocked ? "blocked" : "edited"];
    }
    for (const auto& one : judgement.found) ++counts[one.entity];
}

Verdict Guard::examine(const sluice::Request& request, std::string_view phase, guard_remote::Side side,
                       May may) {
    const auto all = side == guard_remote::Side::Request
                         ? sluice::texts(request)
                         : sluice::answerTexts(sluice::Response(request.raw()));
    if (!all.known()) return request.notScanned("this host does not tell the texts");
    const auto items = itemsOf(request, side, all);
    std::vector<Piece> pieces;
    for (const auto& item : items) {
        const auto role = side == guard_remote::Side::Answer ? "assistant" : nameOf(item.text.role());
        pieces.push_back({item.json ? item.json->text() : item.text.view(), role});
    }
    try {
        auto about = aboutOf(request, side);
        if (adapter_->wantsAbout() && side == guard_remote::Side::Answer)
            about.body = sluice::Response(request.raw()).responseBody();
        return apply(request, items, ask(request, about, pieces), side, may);
    } catch (const Unasked& e) {
        return may == May::Observe ? Verdict::Continue : request.notScanned(e.what());
    } catch (const Unusable& e) {
        return failed(request, phase, e, may);
    }
}

Verdict Guard::failed(const sluice::Request& request, std::string_view phase, const Unusable& why, May may) {
    const bool goes_on = may == May::Observe || settings_.goesOn(why.kind);
    service_.failed(phase, why, goes_on);
    tell(request, "not_scanned", sluice::jsonQuoted(why.what()));
    (void)request.setAttribute("guard." + name() + ".not_scanned", std::string(phase) + ": " + why.what());
    return goes_on ? Verdict::Continue : request.notScanned(why.what());
}

Verdict Guard::block(const sluice::Request& request, const Judgement& judgement) const {
    std::string labels;
    for (const auto& label : judgement.labels) labels += (labels.empty() ? "" : ", ") + label;
    sluice::Refusal why;
    why.message = judgement.reason.empty() ? std::string_view("Violated guardrail policy") : judgement.reason;
    why.code = "content_blocked";
    why.category = name();
    why.internal_reason = labels;
    return request.block(why);
}

// `names`: what is masked gets a name and comes back in the answer.
bool Guard::edit(const sluice::Request& request, const Item& item, const Judgement& judgement,
                 bool names) const {
    if (judgement.edited) return item.text.replace(*judgement.edited);
    const auto text = item.json ? item.json->text() : item.text.view();
    auto& kept = memory<Streams>(request).names;
    const auto by = [&](const Found& one) {
        return names ? kept.nameFor(one, text.substr(one.begin, one.end - one.begin)) : one.by;
    };
    std::string changed;
    size_t at = 0;
    for (const auto& one : judgement.found) {
        size_t begin = one.begin, end = one.end;
        if (!item.json) {
            changed.append(text.substr(at, begin - at)).append(by(one));
            at = end;
            continue;
        }
        const auto& shown = *item.json;
        if (!shown.together(begin, end)) return false;
        shown.widen(begin, end);
        if (at > 0 && shown.at(begin) < at) continue;  // of the same number
        changed.append(item.text.view().substr(at, shown.at(begin) - at)).append(shown.fit(by(one), begin));
        at = shown.at(end);
    }
    changed.append(item.text.view().substr(at));
    return item.text.replace(changed);
}

Verdict Guard::apply(const sluice::Request& request, const std::deque<Item>& items,
                     std::vector<Judgement> judgements, guard_remote::Side side, May may) const {
    if (may == May::Observe) return Verdict::Continue;
    for (const auto& judgement : judgements) {
        if (judgement.blocked) return block(request, judgement);
    }
    const bool answer = side == guard_remote::Side::Answer;
    for (size_t i = 0; i < items.size(); ++i) {
        auto& judgement = judgements[i];
        const auto text = items[i].json ? items[i].json->text() : items[i].text.view();
        if (answer) memory<Streams>(request).names.spare(judgement.found, text);
        if (judgement.found.empty() && !judgement.edited) continue;
        if (may == May::Edit && edit(request, items[i], judgement, settings_.restores && !answer)) continue;
        judgement.reason = "The content would have to be changed by a guardrail, which is not possible here";
        return block(request, judgement);
    }
    return Verdict::Continue;
}

}  // namespace guard_remote
