// A guardrail: what its scanners find is masked, blocked or noted, in requests, whole answers and streams, in
// every dialect and lane, in the modes that the configuration names. See docs/guardrails.md.
//
//   class Pii : public sluice::Guardrail {
//   public:
//       Pii(std::string_view config, sluice::Host host) : Guardrail(host), scanner_(…) {}
//       const sluice::Scanner* scanner(const sluice::Request&, const Place&) const override { return
//       &scanner_; } sluice::GuardAction action(const sluice::Finding&, const Place&) const override { … }
//   };
//   SLUICE_PLUGIN(Pii, R"({…,"interfaces":["sluice.hooks/1"],"guardrails":["pii"],
//     "hooks":["pre_call","during_call","on_stream","post_call"]})")
//
// With one kind of finding and nothing else to say: TextGuard (sluice/guard.hpp).
#pragma once

#include <sluice/content.hpp>
#include <sluice/json.hpp>
#include <sluice/scan_view.hpp>
#include <sluice/scanner.hpp>

#include <algorithm>
#include <map>
#include <memory>

namespace sluice {

enum class GuardAction {
    Mask,     // puts replacement() in its place; what cannot be changed is blocked
    Block,    // refuses the request or the answer, ends the stream before the text has gone
    Observe,  // only notes it in the record
};

/// What a guardrail looks at.
struct GuardScope {
    bool requests = true;
    bool answers = true;
    uint32_t lanes = SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS | SLUICE_LANE_REFUSAL |
                     SLUICE_LANE_META;
    bool needs_all = false;  // what cannot be read (images, sound, tokens) is reported as not scanned
    bool observes = false;   // nothing is ever changed or blocked: streams need not wait
};

/// All of a guardrail but its hooks, which have other names here.
class GuardrailBase {
public:
    enum class Side { Request, Answer };

    /// Where a text stands.
    struct Place {
        Side side;
        uint32_t lane;           // SLUICE_LANE_*
        Role role;               // of answers: Assistant
        std::string_view where;  // "messages[0].content"; empty in streams
    };

    /// What a guardrail keeps for one request: derive from it, and make it in remember().
    struct Memory {
        virtual ~Memory() = default;
    };

    struct PerRequest {
        struct Channel {
            uint32_t lane, choice;
            std::string context;  // of what has been released, as the scanner was shown it
            bool in_string = false;
        };
        std::vector<Channel> channels;
        std::map<std::string, size_t, std::less<>> counts;     // findings by entity
        std::map<std::string, std::string, std::less<>> told;  // further members of the report
        std::unique_ptr<Memory> memory;
        int json_answer = -1;  // 1: the answer's text is JSON; -1: not looked yet
    };

    /// `name`: in the record and in messages; empty: guardrail_name of the configuration.
    explicit GuardrailBase(Host host, GuardScope scope = {}, std::string_view name = {})
        : scope_(scope), host_(host), name_(name) {
        if (!host.find<sluice_host_content>(SLUICE_HOST_CONTENT_ID))
            throw ConfigError("this gateway is too old: it has no " SLUICE_HOST_CONTENT_ID);
        table_ = host.find<sluice_host_guard>(SLUICE_HOST_GUARD_ID);
        if (table_ && name_.empty()) name_ = view(table_->name(host.raw()));
    }
    virtual ~GuardrailBase() = default;
    GuardrailBase(const GuardrailBase&) = delete;
    GuardrailBase& operator=(const GuardrailBase&) = delete;

    // --- what a guardrail says; called on many threads at once ---

    /// What looks at texts of this place; null: nobody does.
    virtual const Scanner* scanner(const Request& request, const Place& place) const = 0;
    virtual GuardAction action(const Finding& /*finding*/, const Place& /*place*/) const {
        return GuardAction::Mask;
    }
    /// What is put in the place of a finding.
    virtual std::string replacement(const Request& /*request*/, const Finding& /*finding*/,
                                    std::string_view /*found*/) const {
        return "[REDACTED]";
    }
    /// What the client is told when that is blocked.
    virtual Refusal refusalOf(const Finding& /*finding*/) const {
        Refusal why;
        why.message = "The content was blocked by a guardrail";
        why.code = "content_blocked";
        why.category = name_;
        return why;
    }
    /// A decision over all texts of one side, before they are scanned: Continue, request.block(…),
    /// request.notScanned(…). Of a stream after its end; to stop it earlier, see judgeStream. [may-wait]
    virtual Verdict judge(const Request& /*request*/, Side /*side*/, const Texts& /*texts*/) const {
        return Verdict::Continue;
    }
    /// A further decision over a window of a stream, before it is scanned: Continue, or stream.abort(…).
    /// [may-wait]
    virtual Verdict judgeStream(const Stream& /*stream*/) const { return Verdict::Continue; }
    virtual std::unique_ptr<Memory> remember() const { return nullptr; }

    // --- for guardrails ---

    /// guardrail_name of the configuration.
    const std::string& name() const { return name_; }
    const GuardScope& scope() const { return scope_; }
    const Host& host() const { return host_; }
    template <class T>
    T& memory(const Request& request) const {
        auto& kept = request.state<PerRequest>().memory;
        if (!kept) kept = remember();
        return static_cast<T&>(*kept);
    }
    /// SLUICE_GUARD_…: how this request is guarded.
    uint32_t modes(const Request& request) const {
        return table_ ? table_->modes(request.raw()) : SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_POST_CALL;
    }
    /// extra_body of the request for this guardrail, a JSON object; empty if there is none.
    std::string_view wishes(const Request& request) const {
        return table_ ? view(table_->wishes(request.raw())) : std::string_view();
    }
    /// A further member of the report that the record shows (guardrail_response). No users' text.
    void tell(const Request& request, std::string_view member, std::string_view json) const {
        request.state<PerRequest>().told[std::string(member)] = json;
        report(request);
    }

    bool wants(std::string_view hook) const {
        if (hook == "on_stream") return scope_.answers && !scope_.observes;
        if (hook == "during_call") return scope_.requests;
        return hook == "post_call" ? scope_.answers : scope_.answers || scope_.requests;
    }

    // --- what hooks do ---

    /// pre_call: subscribes to the stream of the answer, scans the request.
    Verdict guardRequest(const Request& request) const {
        const uint32_t how = modes(request);
        const bool streams = scope_.answers && !scope_.observes && request.stream();
        if (streams && (how & SLUICE_GUARD_POST_CALL) && !request.rewrite(scope_.lanes & kStreamed))
            return request.failed("the stream cannot be subscribed to");
        if (!scope_.requests || (how & (SLUICE_GUARD_PRE_CALL | SLUICE_GUARD_LOGGING_ONLY)) == 0)
            return Verdict::Continue;
        return examine(request, Side::Request, texts(request));
    }
    /// during_call: the same texts, but they cannot be changed any more: what would be masked is blocked.
    Verdict guardBeside(const Request& request) const {
        return scope_.requests ? examine(request, Side::Request, texts(request)) : Verdict::Continue;
    }
    /// on_stream
    Verdict guardStream(const Stream& stream) const;
    /// post_call
    Verdict guardAnswer(const Response& response) const {
        return scope_.answers ? examine(response, Side::Answer, answerTexts(response)) : Verdict::Continue;
    }

private:
    static constexpr uint32_t kStreamed =
        SLUICE_LANE_TEXT | SLUICE_LANE_REASONING | SLUICE_LANE_TOOL_ARGS | SLUICE_LANE_REFUSAL;

    struct Change {
        size_t begin, end;  // of the window
        std::string by;
    };

    bool isJson(const Request& request, const Place& place) const;
    Verdict examine(const Request& request, Side side, const Texts& all) const;
    std::optional<Finding> handle(const Request& request, const Place& place, const Text& text) const;
    std::optional<Finding> apply(const Request& request, const Place& place, const ScanView& shown,
                                 const std::vector<Finding>& found, std::vector<Change>& changes) const;
    static PerRequest::Channel& channel(const Stream& stream);
    static size_t certain(const ScanView& shown, const Scanner& scanner, bool ended,
                          std::vector<Finding>& found);
    void report(const Request& request) const;

    GuardScope scope_;
    Host host_;
    std::string name_;
    const sluice_host_guard* table_ = nullptr;
};

/// The base of guardrails: GuardrailBase, and the four hooks.
class Guardrail : public GuardrailBase {
public:
    using GuardrailBase::GuardrailBase;

    Verdict pre_call(Request request) { return guardRequest(request); }
    Verdict during_call(Request request) { return guardBeside(request); }
    Verdict on_stream(Stream stream) { return guardStream(stream); }
    Verdict post_call(Response response) { return guardAnswer(response); }
};

}  // namespace sluice

#include <sluice/detail/guardrail.hpp>

namespace sluice {

/// sluice.scanner/1 of a guardrail T with `const Scanner& scanner() const`: for T::interface().
template <class T>
const sluice_scanner* scannerInterface() {
    static const sluice_scanner table{
        sizeof(sluice_scanner), 0,
        [](sluice_instance* self, sluice_str text, int32_t (*found)(void*, const sluice_finding*),
           void* arg) -> sluice_status {
            std::vector<Finding> all;
            reinterpret_cast<const T*>(self)->scanner().find(view(text), 0, all);
            for (const auto& one : all) {
                const sluice_finding given{sizeof given, 0, one.begin, one.end, str(one.entity), one.score};
                if (found(arg, &given) != 0) break;
            }
            return SLUICE_OK;
        }};
    return &table;
}

}  // namespace sluice
