#include "llm/stream_reader.h"

#include <utility>

#include "base/text.h"
#include "llm/json_index.h"
#include "llm/json_parser.h"

namespace sluice::llm {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;

namespace {

std::string_view text(const element& object, const char* name) {
    std::string_view value;
    return object[name].get(value) == SUCCESS ? value : std::string_view();
}

}  // namespace

bool StreamReader::complete() const {
    switch (operation_) {
        case Operation::Chat:
        case Operation::Completions:
            return terminal_ || !finish_reason_.empty();
        case Operation::Responses:
        case Operation::Messages:
            return terminal_;
        default:
            return true;
    }
}

StreamReader::Kind StreamReader::read(const SseEvent& event, bool decode) {
    const bool empty = !event.has_data || event.data.empty();
    if (!decode) return empty ? Kind::Normal : parse(event.data, nullptr);
    texts_.clear();
    known_ = false;
    if (empty) return Kind::Normal;
    if (failed_) return parse(event.data, &texts_);
    known_ = pattern_.match(event.data);
    if (known_) return Kind::Normal;
    const Kind kind = parse(event.data, &texts_);
    // The first of a stream is unlike those that follow, and often the only one whose texts are wanted.
    if (std::exchange(begun_, true) && kind == Kind::Normal) pattern_.learn(event.data, texts_);
    return kind;
}

StreamReader::Kind StreamReader::parse(std::string_view data, std::vector<EventText>* texts) {
    if (base::trimmed(data) == "[DONE]") {
        terminal_ = true;
        return Kind::Terminal;
    }
    element root;
    if (parseJson(data).get(root) != SUCCESS)
        // Numbers beyond 64 bits are JSON, but nobody can look into the event then: not for those who must.
        return !texts && isJson(data) ? Kind::Normal : Kind::Malformed;
    if (!root.is_object()) return Kind::Normal;
    news_ = false;
    const Kind kind = readObject(root, texts);
    if (texts) locateTexts(data, *texts);
    if (texts && everywhere_) collectRest(data, *texts);
    if (texts && (news_ || failed_)) texts->push_back({.lane = kLaneMeta, .text = std::string(data)});
    return kind;
}

StreamReader::Kind StreamReader::readObject(const element& root, std::vector<EventText>* texts) {
    if (dialect_ == Dialect::OpenAI) return readChat(root, texts);
    if (texts) collectTexts(root, dialect_, *texts);
    const bool responses = dialect_ == Dialect::OpenAIResponses;
    element error;
    if (text(root, "type") == "error" &&
        (responses || (root["error"].get(error) == SUCCESS && !error.is_null()))) {
        failed_ = true;
        return Kind::Failure;
    }
    return responses ? readResponses(root) : readMessages(root);
}

void StreamReader::take(const element& usage) {
    mergeUsage(usage, dialect_, usage_);
    news_ = true;
}

void StreamReader::finish(std::string_view reason) {
    finish_reason_ = reason;
    news_ = true;
}

// An event has few members: looking at each once is cheaper than asking for those that count.
StreamReader::Kind StreamReader::readChat(const element& root, std::vector<EventText>* texts) {
    element usage;
    array choices;
    bool fails = false, has_usage = false, has_choices = false;
    for (const auto [key, value] : simdjson::dom::object(root)) {
        if (key == "choices") {
            has_choices = has_choices || value.get(choices) == SUCCESS;
        } else if (key == "error") {
            fails = !value.is_null();
        } else if (key == "usage" && value.is_object()) {
            has_usage = true;
            usage = value;
        }
    }
    if (texts && has_choices) collectChoices(choices, *texts);
    if (fails) {
        failed_ = true;
        return Kind::Failure;
    }
    if (has_usage) take(usage);
    if (!has_choices) return Kind::Normal;
    for (const element choice : choices) {
        const auto reason = text(choice, "finish_reason");
        if (!reason.empty()) finish(reason);
    }
    return has_usage && choices.size() == 0 ? Kind::UsageOnly : Kind::Normal;
}

// platform.openai.com/docs/api-reference/responses-streaming
StreamReader::Kind StreamReader::readResponses(const element& root) {
    const auto type = text(root, "type");
    if (type == "response.completed" || type == "response.incomplete" || type == "response.failed") {
        element response, usage;
        if (root["response"].get(response) == SUCCESS) {
            if (response["usage"].get(usage) == SUCCESS) take(usage);
            finish(text(response, "status"));
        }
        terminal_ = true;
        failed_ = type == "response.failed";
        return failed_ ? Kind::Failure : Kind::Terminal;
    }
    return Kind::Normal;
}

// docs.anthropic.com/en/docs/build-with-claude/streaming
StreamReader::Kind StreamReader::readMessages(const element& root) {
    const auto type = text(root, "type");
    element part, usage;
    if (type == "message_start" && root["message"].get(part) == SUCCESS) {
        if (part["usage"].get(usage) == SUCCESS) take(usage);
    } else if (type == "message_delta") {
        if (root["usage"].get(usage) == SUCCESS) take(usage);
        if (root["delta"].get(part) == SUCCESS) {
            // A later delta may bring usage alone.
            if (const auto reason = text(part, "stop_reason"); !reason.empty()) finish(reason);
        }
    } else if (type == "message_stop") {
        terminal_ = true;
        return Kind::Terminal;
    }
    return Kind::Normal;
}

}  // namespace sluice::llm
