#include "outcome.h"

#include <sluice/json.hpp>

namespace batches {
namespace {

// The library takes a NUL for the end of the text; in JSON there is none.
bool isJson(const std::string& body) { return body.find('\0') == std::string::npos && Json::accept(body); }

std::string jsonText(std::string_view text) { return sluice::jsonQuoted(text); }

// An end of line inside of JSON is space between its parts: in texts it is escaped.
std::string onOneLine(std::string_view json) {
    std::string out(json);
    for (char& c : out) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return out;
}

uint64_t count(const Json& usage, const char* name, const char* other) {
    for (const char* member : {name, other}) {
        const auto found = usage.find(member);
        if (found != usage.end() && found->is_number_unsigned()) return found->get<uint64_t>();
    }
    return 0;
}

Json detailsOf(const Json& usage, const char* name, const char* other) {
    for (const char* member : {name, other}) {
        const auto found = usage.find(member);
        if (found != usage.end() && found->is_object()) return *found;
    }
    return Json::object();
}

Usage usageOf(const std::string& body) {
    const sluice::JsonObject object(body);
    const auto member = object.member("usage");
    const Json usage = member ? Json::parse(*member, nullptr, false) : Json();
    Usage out;
    if (!usage.is_object()) return out;
    out.input = count(usage, "prompt_tokens", "input_tokens");
    out.output = count(usage, "completion_tokens", "output_tokens");
    const Json in = detailsOf(usage, "prompt_tokens_details", "input_tokens_details");
    const Json answered = detailsOf(usage, "completion_tokens_details", "output_tokens_details");
    out.cached = count(in, "cached_tokens", "cached_tokens");
    out.reasoning = count(answered, "reasoning_tokens", "reasoning_tokens");
    return out;
}

// Money that is used up does not come back in the time of a batch.
bool isBudget(const std::string& body) {
    const Json error = Json::parse(body, nullptr, false);
    return error.is_object() && error.contains("error") && error["error"].is_object() &&
           error["error"].value("type", Json()) == "budget_exceeded";
}

Result::Next nextOf(const Answer& answer) {
    if (answer.fault == Answer::Fault::TooLarge) return Result::Next::Done;
    if (answer.fault != Answer::Fault::None) return Result::Next::Again;
    if (answer.status == 429) return isBudget(answer.body) ? Result::Next::Done : Result::Next::Limited;
    return answer.status >= 500 || answer.status == 408 ? Result::Next::Again : Result::Next::Done;
}

struct Fault {
    const char* code = nullptr;
    const char* message = "";
};

// What is no answer that could be passed on.
Fault faultOf(const Answer& answer, bool json) {
    switch (answer.fault) {
        case Answer::Fault::Unreachable:
            return {"request_failed", "The gateway did not answer this request."};
        case Answer::Fault::Timeout:
            return {"request_timeout", "This request was not answered in time."};
        case Answer::Fault::TooLarge:
            return {"answer_too_large", "The answer is larger than answer_bytes_max allows."};
        case Answer::Fault::None:
            break;
    }
    if (answer.content_type.rfind("text/event-stream", 0) == 0)
        return {"stream_not_allowed", "The answer is a stream; a line is answered whole."};
    if (!json && answer.status < 300) return {"invalid_answer", "The answer is no JSON."};
    return {};
}

// The body as JSON, whatever it is.
std::string bodyOf(const Answer& answer, bool json) {
    if (json) return onOneLine(answer.body);
    return R"({"error":{"message":)" + jsonText(std::string_view(answer.body).substr(0, 2000)) +
           R"(,"type":"api_error","param":null,"code":")" + std::to_string(answer.status) + R"("}})";
}

std::string anthropicLine(const std::string& custom_id, const std::string& result) {
    return R"({"custom_id":)" + jsonText(custom_id) + R"(,"result":)" + result + "}";
}

std::string anthropicError(const char* type, std::string_view message) {
    return R"({"type":"errored","error":{"type":"error","error":{"type":")" + std::string(type) +
           R"(","message":)" + jsonText(message) + "}}}";
}

// {"type":"error","error":{…}}, as the front door answers it; anything else is put into that shape.
std::string anthropicErrored(const Answer& answer, bool json) {
    const sluice::JsonObject body(json ? answer.body : std::string());
    if (body.textOf("type") == "error") return R"({"type":"errored","error":)" + onOneLine(answer.body) + "}";
    return anthropicError("api_error", "The answer had the status " + std::to_string(answer.status));
}

}  // namespace

std::string unansweredLine(Kind kind, const std::string& id, const std::string& custom_id, const char* code,
                           const char* type, const std::string& message) {
    if (kind == Kind::Anthropic) {
        const bool errored = std::string_view(type) == "errored";
        return anthropicLine(custom_id, errored ? anthropicError("api_error", message)
                                                : R"({"type":")" + std::string(type) + R"("})");
    }
    return R"({"id":)" + jsonText(id) + R"(,"custom_id":)" + jsonText(custom_id) +
           R"(,"response":null,"error":{"code":")" + code + R"(","message":)" + jsonText(message) + "}}";
}

Result resultOf(Kind kind, const Answer& answer, const std::string& id, const std::string& custom_id) {
    Result result;
    result.next = nextOf(answer);
    const bool json = answer.fault == Answer::Fault::None && isJson(answer.body);
    if (const Fault fault = faultOf(answer, json); fault.code) {
        result.json = unansweredLine(kind, id, custom_id, fault.code, "errored", fault.message);
        return result;
    }
    const bool ok = answer.status >= 200 && answer.status < 300;
    if (ok) {
        result.outcome = Journal::Outcome::Output;
        result.usage = usageOf(answer.body);
    }
    if (kind == Kind::Anthropic) {
        result.json =
            anthropicLine(custom_id, ok ? R"({"type":"succeeded","message":)" + onOneLine(answer.body) + "}"
                                        : anthropicErrored(answer, json));
        return result;
    }
    result.json = R"({"id":)" + jsonText(id) + R"(,"custom_id":)" + jsonText(custom_id) +
                  R"(,"response":{"status_code":)" + std::to_string(answer.status) + R"(,"request_id":)" +
                  jsonText(answer.request_id) + R"(,"body":)" + bodyOf(answer, json) + R"(},"error":null})";
    return result;
}

}  // namespace batches
