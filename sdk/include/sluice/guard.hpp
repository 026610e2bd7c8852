// A guardrail in one method: say what is to be found in a text, and the same finding works on requests, on
// whole answers and on streams, in every dialect and every lane.
//
//   class Codenames : public sluice::TextGuard {
//   public:
//       Codenames(std::string_view, sluice::Host host) : TextGuard(host, {"codenames"}) {}
//       std::vector<sluice::Span> find(std::string_view text) const override { … }
//   };
//   SLUICE_PLUGIN(Codenames, R"({…,"interfaces":["sluice.hooks/1"]})")
//
// It has the hooks pre_call, on_stream and post_call.
#pragma once

#include <sluice/guardrail.hpp>
#include <sluice/text.hpp>

namespace sluice {

struct GuardPolicy {
    std::string_view name;  // in attributes and messages; a literal
    GuardAction action = GuardAction::Mask;
    bool requests = true;
    bool answers = true;
    uint32_t lanes = SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS | SLUICE_LANE_REFUSAL;
    bool needs_all = false;  // what cannot be read (images, sound, tokens) is reported as not scanned
};

class TextGuard : public GuardrailBase {
public:
    TextGuard(Host host, GuardPolicy policy)
        : GuardrailBase(host, scopeOf(policy), policy.name), policy_(policy), finder_(*this) {}

    /// Where in the text it is: ascending, without overlap. Called on many threads at once.
    virtual std::vector<Span> find(std::string_view text) const = 0;
    /// Bytes of the longest span that find can return: what a stream holds back. Longer ones may slip through
    /// a stream in pieces. 0: there is no such bound, and a stream waits for its end, or for the bounds of
    /// Hold.
    virtual size_t longest() const { return 256; }
    /// What is put in the place of a span.
    virtual std::string mask(std::string_view /*found*/) const { return "[REDACTED]"; }
    /// What the client is told when it is refused.
    virtual Refusal refusal() const { return GuardrailBase::refusalOf({}); }

    Verdict pre_call(Request request) { return guardRequest(request); }
    Verdict on_stream(Stream stream) { return guardStream(stream); }
    Verdict post_call(Response response) { return guardAnswer(response); }

    const GuardPolicy& policy() const { return policy_; }

    // --- GuardrailBase ---
    const Scanner* scanner(const Request& /*request*/, const Place& /*place*/) const override {
        return &finder_;
    }
    GuardAction action(const Finding& /*finding*/, const Place& /*place*/) const override {
        return policy_.action;
    }
    std::string replacement(const Request& /*request*/, const Finding& /*finding*/,
                            std::string_view found) const override {
        return mask(found);
    }
    Refusal refusalOf(const Finding& /*finding*/) const override { return refusal(); }

private:
    class Finder : public Scanner {
    public:
        explicit Finder(const TextGuard& guard) : guard_(guard) {}
        void find(std::string_view text, size_t from, std::vector<Finding>& found) const override {
            for (const auto& span : guard_.find(text.substr(from)))
                found.push_back({from + span.begin, from + span.end, guard_.policy_.name, 1});
        }
        size_t longest() const override { return guard_.longest(); }
        size_t lookBehind() const override { return 0; }
        size_t lookAhead() const override { return 0; }

    private:
        const TextGuard& guard_;
    };

    static GuardScope scopeOf(const GuardPolicy& policy) {
        GuardScope scope;
        scope.requests = policy.requests;
        scope.answers = policy.answers;
        scope.lanes = policy.lanes;
        scope.needs_all = policy.needs_all;
        scope.observes = policy.action == GuardAction::Observe;
        return scope;
    }

    GuardPolicy policy_;
    Finder finder_;
};

}  // namespace sluice
