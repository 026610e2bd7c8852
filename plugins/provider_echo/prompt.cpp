#include "prompt.h"

#include "words.h"

namespace provider_echo {
namespace {

Fault missing(const std::string& param) { return {"Missing required parameter: '" + param + "'.", param}; }

// Content is a text, or a list of parts of which the texts count: text, input_text, output_text.
std::string textOf(const Json& content) {
    if (content.is_string()) return content.get<std::string>();
    std::string joined;
    if (!content.is_array()) return joined;
    for (const auto& part : content) {
        const std::string text = part.is_string() ? part.get<std::string>() : textAt(part, "text");
        if (text.empty()) continue;
        if (!joined.empty()) joined += '\n';
        joined += text;
    }
    return joined;
}

// The three ways to hand in a tool's result: a role, an item of Responses, a part of an Anthropic message.
bool isToolResult(const Json& message) {
    if (textAt(message, "role") == "tool" || textAt(message, "type") == "function_call_output") return true;
    const Json& content = member(message, "content");
    if (!content.is_array()) return false;
    for (const auto& part : content) {
        if (textAt(part, "type") == "tool_result") return true;
    }
    return false;
}

void readList(const Json& messages, Prompt& prompt) {
    for (const auto& message : messages) {
        const std::string said = textOf(member(message, "content"));
        prompt.words += countWords(said);
        if (textAt(message, "role") == "user" && !isToolResult(message)) prompt.heard = said;
    }
    prompt.answers_tool = isToolResult(messages.back());
}

void readLimit(const Json& limit, Prompt& prompt) {
    if (limit.is_number_integer() && limit > 0) prompt.words_max = limit.get<uint64_t>();
}

bool isList(const Json& value) { return value.is_array() && !value.empty(); }

}  // namespace

std::optional<Fault> readChat(const Json& body, Prompt& prompt) {
    const Json& messages = member(body, "messages");
    if (!isList(messages)) return missing("messages");
    readList(messages, prompt);
    readLimit(member(body, "max_tokens"), prompt);
    readLimit(member(body, "max_completion_tokens"), prompt);
    return std::nullopt;
}

std::optional<Fault> readCompletion(const Json& body, Prompt& prompt) {
    const Json& given = member(body, "prompt");
    if (!given.is_string() && !isList(given)) return missing("prompt");
    const Json& last = given.is_string() ? given : given.back();
    // Lists of tokens say nothing to an echo.
    prompt.heard = last.is_string() ? last.get<std::string>() : "tokens";
    prompt.words = countWords(textOf(given));
    readLimit(member(body, "max_tokens"), prompt);
    return std::nullopt;
}

std::optional<Fault> readResponses(const Json& body, Prompt& prompt) {
    const Json& input = member(body, "input");
    if (!input.is_string() && !isList(input)) return missing("input");
    if (input.is_string()) {
        prompt.heard = input.get<std::string>();
        prompt.words = countWords(prompt.heard);
    } else {
        readList(input, prompt);
    }
    prompt.words += countWords(textAt(body, "instructions"));
    readLimit(member(body, "max_output_tokens"), prompt);
    return std::nullopt;
}

std::optional<Fault> readMessages(const Json& body, bool counting, Prompt& prompt) {
    const Json& messages = member(body, "messages");
    if (!isList(messages)) return Fault{"messages: Field required", "messages"};
    const Json& limit = member(body, "max_tokens");
    if (!counting && limit.is_null()) return Fault{"max_tokens: Field required", "max_tokens"};
    readList(messages, prompt);
    prompt.words += countWords(textOf(member(body, "system")));
    readLimit(limit, prompt);
    return std::nullopt;
}

}  // namespace provider_echo
