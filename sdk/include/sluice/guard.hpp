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

#include <sluice/content.hpp>
#include <sluice/text.hpp>

namespace sluice {

enum class GuardAction {
    Mask,     // puts mask(found) in its place; what cannot be changed is blocked
    Block,    // refuses the request or the answer, ends the stream before the text has gone
    Observe,  // only notes it in the record
};

struct GuardPolicy {
    std::string_view name;  // in attributes and messages; a literal
    GuardAction action = GuardAction::Mask;
    bool requests = true;
    bool answers = true;
    uint32_t lanes = SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS | SLUICE_LANE_REFUSAL;
    bool needs_all = false;  // what cannot be read (images, sound, tokens) is reported as not scanned
};

class TextGuard {
public:
    TextGuard(Host host, GuardPolicy policy) : policy_(policy) {
        if (!host.find<sluice_host_content>(SLUICE_HOST_CONTENT_ID))
            throw ConfigError("this gateway is too old: it has no " SLUICE_HOST_CONTENT_ID);
    }
    virtual ~TextGuard() = default;

    /// Where in the text it is: ascending, without overlap. Called on many threads at once.
    virtual std::vector<Span> find(std::string_view text) const = 0;
    /// Bytes of the longest span that find can return: what a stream holds back. Longer ones may slip through
    /// a stream in pieces.
    virtual size_t longest() const { return 256; }
    /// What is put in the place of a span.
    virtual std::string mask(std::string_view /*found*/) const { return "[REDACTED]"; }
    /// What the client is told when it is refused.
    virtual Refusal refusal() const {
        Refusal why;
        why.message = "The content was blocked by a guardrail";
        why.code = "content_blocked";
        why.category = policy_.name;
        return why;
    }

    bool wants(std::string_view hook) const {
        if (hook == "on_stream") return policy_.answers && policy_.action != GuardAction::Observe;
        return hook == "post_call" ? policy_.answers : policy_.answers || policy_.requests;
    }

    Verdict pre_call(Request request) {
        // Observing needs no say in the stream: its whole text comes to post_call.
        const bool watch = policy_.answers && request.stream() && policy_.action != GuardAction::Observe;
        if (watch && !subscribe(request)) return Verdict::Failed;
        return policy_.requests ? scan(request, texts(request)) : Verdict::Continue;
    }

    Verdict on_stream(Stream stream) {
        size_t release = 0;
        const auto window = stream.window();
        const auto found = scanner().find(window, stream.ended(), release);
        if (!found.empty()) note(stream);
        for (const auto& span : found) {
            const auto text = window.substr(span.begin, span.end - span.begin);
            if (policy_.action == GuardAction::Block || !stream.replace(span.begin, text.size(), mask(text)))
                return stream.abort(refusal());
        }
        return stream.release(release);
    }

    Verdict post_call(Response response) {
        return policy_.answers ? scan(response, answerTexts(response)) : Verdict::Continue;
    }

    const GuardPolicy& policy() const { return policy_; }

private:
    WindowScanner scanner() const {
        return {[this](std::string_view text) { return find(text); }, longest()};
    }

    bool subscribe(const Request& request) const {
        return policy_.action == GuardAction::Mask ? request.rewrite(policy_.lanes)
                                                   : request.gate(policy_.lanes);
    }

    void note(const Request& request) const {
        (void)request.setAttribute("guard." + std::string(policy_.name), "found");
    }

    Verdict scan(const Request& request, const Texts& all) const {
        if (!all.known()) return request.notScanned("this host does not tell the texts");
        bool blocked = false;
        std::string unread;
        for (const auto text : all) {
            const bool seen = text.sent() && policy_.action != GuardAction::Observe;  // by on_stream
            if (seen || (text.lane() & policy_.lanes) == 0) continue;
            if (text.opaque()) {
                if (unread.empty()) unread = text.where();
            } else {
                blocked |= !handle(request, text);
            }
        }
        if (blocked) return request.block(refusal());
        if (policy_.needs_all && !unread.empty()) return request.notScanned("no text: " + unread);
        return Verdict::Continue;
    }

    // False if the text must not go on.
    bool handle(const Request& request, const Text& text) const {
        const auto found = find(text.view());
        if (found.empty()) return true;
        note(request);
        if (policy_.action != GuardAction::Mask) return policy_.action == GuardAction::Observe;
        std::string masked;
        size_t at = 0;
        for (const auto& span : found) {
            masked.append(text.view().substr(at, span.begin - at));
            masked.append(mask(text.view().substr(span.begin, span.end - span.begin)));
            at = span.end;
        }
        masked.append(text.view().substr(at));
        return text.replace(masked);
    }

    GuardPolicy policy_;
};

}  // namespace sluice
