// The guardrail itself: which texts are judged when, and what becomes of what a service says about them.
#pragma once

#include <deque>
#include <optional>

#include <sluice/guardrail.hpp>

#include "pseudonyms.h"
#include "settings.h"
#include "stream_text.h"

namespace guard_remote {

class Guard final : public sluice::GuardrailBase {
public:
    using Verdict = sluice::Verdict;

    Guard(std::string_view config, sluice::Host host);

    Verdict pre_call(sluice::Request request);
    /// The answer waits for it; what would be masked is blocked.
    Verdict during_call(sluice::Request request);
    Verdict on_stream(sluice::Stream stream);
    Verdict post_call(sluice::Response response);

    // Texts are judged in calls, not by scanners.
    const sluice::Scanner* scanner(const sluice::Request&, const Place&) const override { return nullptr; }
    std::unique_ptr<Memory> remember() const override { return std::make_unique<Streams>(); }

private:
    // What this guardrail keeps of one request.
    struct Streams : Memory {
        std::vector<StreamText> texts;
        Pseudonyms names;
        std::optional<std::string> prompt;
        int json_answer = -1;  // 1: the answer's text is JSON; -1: not looked yet
        size_t asked = 0, known = 0;
    };

    // A text that is judged: as it stands, or what the strings of its JSON say.
    struct Item {
        sluice::Text text;
        std::optional<sluice::ScanView> json;
    };

    enum class May { Edit, Block, Observe };

    Guard(const sluice::ConfigObject& config, sluice::Host host, Settings settings);

    Verdict examine(const sluice::Request& request, std::string_view phase, guard_remote::Side side, May may);
    std::deque<Item> itemsOf(const sluice::Request& request, guard_remote::Side side,
                             const sluice::Texts& all) const;
    Verdict apply(const sluice::Request& request, const std::deque<Item>& items,
                  std::vector<Judgement> judgements, guard_remote::Side side, May may) const;
    bool restore(const sluice::Response& response) const;
    bool edit(const sluice::Request& request, const Item& item, const Judgement& judgement, bool names) const;
    bool answersJson(const sluice::Request& request) const;
    bool isJson(const sluice::Request& request, guard_remote::Side side, uint32_t lane) const;
    About aboutOf(const sluice::Request& request, guard_remote::Side side) const;

    Verdict judged(const sluice::Stream& stream, StreamText& text);
    Verdict release(const sluice::Stream& stream, StreamText& text, StreamText::Outcome outcome) const;

    // Throws Unusable, Unasked.
    std::vector<Judgement> ask(const sluice::Request& request, const About& about,
                               const std::vector<Piece>& pieces);
    Verdict failed(const sluice::Request& request, std::string_view phase, const Unusable& why, May may);
    Verdict block(const sluice::Request& request, const Judgement& judgement) const;
    void note(const sluice::Request& request, const Judgement& judgement) const;

    const Settings settings_;
    const std::unique_ptr<Adapter> adapter_;
    Judge judge_;
    Service service_;
};

}  // namespace guard_remote
