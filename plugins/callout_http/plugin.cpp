#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "answer.h"
#include "options.h"
#include "question.h"
#include "service.h"

namespace callout_http {

using sluice::Verdict;

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : options_(readOptions(config_json, host)),
          service_(host, options_),
          table_(host.find<sluice_host_request>(SLUICE_HOST_REQUEST_ID)) {}

    // Streams are subscribed to in pre_call.
    bool wants(std::string_view hook) const {
        return options_.asks(hook) || (hook == "pre_call" && options_.asks(Phase::OnStream));
    }

    Verdict pre_call(sluice::Request request) {
        if (options_.asks(Phase::OnStream) && request.stream()) {
            sluice::Hold hold;
            hold.grain = options_.grain;
            if (!request.rewrite(options_.lanes, hold)) return Verdict::Failed;
        }
        return asking(Phase::PreCall, request, [&](Question& question) {
            question.add("request", wholeRequest(request, *table_, options_));
            const Answer answer = ask(Phase::PreCall, request, question);
            if (answer.say == Say::Continue) edit(request, answer);
            return verdict(Phase::PreCall, request, answer);
        });
    }

    Verdict during_call(sluice::Request request) {
        return asking(Phase::DuringCall, request, [&](Question& question) {
            question.add("request", wholeRequest(request, *table_, options_));
            return verdict(Phase::DuringCall, request, ask(Phase::DuringCall, request, question));
        });
    }

    Verdict post_call(sluice::Response response) {
        return asking(Phase::PostCall, response, [&](Question& question) {
            question.add("request", wholeRequest(response, *table_, options_));
            question.add("response", aboutResponse(response, options_));
            const Answer answer = ask(Phase::PostCall, response, question);
            if (answer.body && response.stream() && response.responseBody().empty())
                throw Unusable("what has been streamed cannot be replaced");
            if (answer.say == Say::Continue && answer.body && !response.setResponseBody(*answer.body))
                throw Unusable("the body of this answer cannot be replaced");
            return verdict(Phase::PostCall, response, answer);
        });
    }

    // The body of the request has been shown in pre_call and is not repeated for every sentence.
    Verdict on_stream(sluice::Stream stream) {
        if (stream.window().empty()) return Verdict::Continue;
        return asking(Phase::OnStream, stream, [&](Question& question) {
            if (stream.window().size() > options_.max_body_bytes) throw Unasked("too_large");
            question.add("request", aboutRequest(stream, *table_, options_));
            question.add("stream", aboutStream(stream));
            const Answer answer = ask(Phase::OnStream, stream, question);
            if (answer.say != Say::Continue) return verdict(Phase::OnStream, stream, answer);
            const size_t release = releaseOf(answer, stream.window(), stream.ended());
            for (const auto& one : answer.replace) {
                if (!stream.replace(one.start, one.length, one.text)) return Verdict::Failed;
            }
            return stream.release(release);
        });
    }

    // [offload]: the request is over, and nobody waits for an answer. Whatever it says is ignored.
    void on_complete(const sluice_record& record) {
        if (!options_.asks(Phase::OnComplete)) return;
        try {
            Question question(Phase::OnComplete);
            question.add("record", sluice::view(record.json));
            (void)service_.ask(nullptr, std::move(question).text());
            service_.worked();
        } catch (const Unusable& e) {
            service_.failed(Phase::OnComplete, e.what());
        }
    }

private:
    // Here stands what a failure means: an answer that never came is not_scanned, of which on_error decides,
    // unless the configuration says that the service may be missing.
    template <class Act>
    Verdict asking(Phase phase, const sluice::Request& request, Act&& act) {
        if (!options_.asks(phase)) return Verdict::Continue;
        try {
            Question question(phase);
            const Verdict said = act(question);
            service_.worked();
            return said;
        } catch (const Unasked& e) {
            return request.notScanned(e.what());
        } catch (const Unusable& e) {
            service_.failed(phase, e.what());
            if (!options_.open) return request.notScanned(e.what());
            (void)request.setAttribute("callout_http.failure", std::string(name(phase)) + ": " + e.what());
            return Verdict::Continue;
        }
    }

    Answer ask(Phase phase, const sluice::Request& request, Question& question) {
        const std::string text = std::move(question).text();
        Answer answer = readAnswer(service_.ask(request.raw(), text), phase);
        // A request has room for so many; what finds none is lost and does no harm.
        for (const auto& [name, value] : answer.attributes) (void)request.setAttribute(name, value);
        return answer;
    }

    void edit(const sluice::Request& request, const Answer& answer) const {
        for (const auto& member : answer.remove)
            (void)table_->remove_member(request.raw(), sluice::str(member));
        for (const auto& [member, json] : answer.set) {
            if (!request.setMember(member, json)) throw Unusable("the body has no members to be set");
            if (member == "model") (void)request.setModel(answer.model);
        }
    }

    static Verdict verdict(Phase phase, const sluice::Request& request, const Answer& answer) {
        switch (answer.say) {
            case Say::Continue:
                return Verdict::Continue;
            case Say::Respond:
                return request.respond(answer.status ? answer.status : 200, answer.content_type,
                                       *answer.body);
            case Say::NotScanned:
                return request.notScanned(answer.reason.empty() ? "not_scanned" : answer.reason);
            case Say::Refuse:
                break;
        }
        sluice::Refusal why;
        why.message = answer.message.empty() ? "Refused by a guardrail" : std::string_view(answer.message);
        why.code = answer.code;
        why.category = answer.category;
        why.internal_reason = answer.reason;
        why.http_status = answer.status;
        (void)request.block(why);
        return phase == Phase::OnStream ? Verdict::Abort : Verdict::Block;
    }

    const Options options_;
    Service service_;
    const sluice_host_request* table_;
};

}  // namespace callout_http

SLUICE_PLUGIN(callout_http::Plugin, R"({
  "id": "callout_http",
  "version": "0.1.0",
  "abi": 1,
  "description": "Asks a process of yours over HTTP, in JSON, what is to become of a request",
  "interfaces": ["sluice.hooks/1"],
  "capabilities": ["net"],
  "config_schema": {
    "type": "object",
    "examples": [{"url": "http://127.0.0.1:9/", "fail": "open", "phases": ["pre_call", "on_stream"]}],
    "additionalProperties": false,
    "required": ["url"],
    "properties": {
      "url": {"type": "string", "minLength": 1, "description": "where questions are posted to"},
      "phases": {"type": "array", "default": ["pre_call"], "description": "when to ask",
                 "items": {"enum": ["pre_call", "during_call", "post_call", "on_stream", "on_complete"]}},
      "timeout_ms": {"type": "integer", "minimum": 1, "maximum": 600000, "default": 1000,
                     "description": "of one question"},
      "fail": {"enum": ["closed", "open"], "default": "closed",
               "description": "closed: without a usable answer the verdict is not_scanned; open: the request goes on"},
      "headers": {"type": "object", "default": {}, "description": "fields of each question"},
      "include_headers": {"type": "array", "default": [], "items": {"type": "string", "minLength": 1},
                          "description": "fields of the client's request that are passed on"},
      "max_body_bytes": {"type": "integer", "minimum": 1, "maximum": 16777216, "default": 1048576,
                         "description": "larger bodies are not sent: not_scanned"},
      "lanes": {"type": "array", "default": ["text"], "description": "of a stream: what on_stream sees",
                "items": {"enum": ["text", "reasoning", "tool_args", "refusal"]}},
      "granularity": {"enum": ["arrival", "word", "line", "sentence"], "default": "sentence",
                      "description": "how finely on_stream sees a stream"}
    }
  }
})")
