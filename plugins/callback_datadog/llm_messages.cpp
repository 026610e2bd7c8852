#include "llm_messages.h"

#include <string>

namespace callback_datadog {

using exporters::JsonText;
using exporters::Node;

namespace {

// The texts of a message, one below the other: parts of chat and Responses, blocks of Anthropic.
void addTexts(std::string& to, const Node& content) {
    if (content.isText()) {
        if (!to.empty()) to += '\n';
        to.append(content.text());
    }
    content.each([&](const Node& part) { addTexts(to, part.isText() ? part : part["text"]); });
}

void writeCall(JsonText& out, const Node& name, const Node& arguments, const Node& id) {
    out.beginObject().key("name").text(name.text()).key("arguments");
    // An object, or the text if it is none.
    exporters::Reader reader;
    const Node parsed = arguments.isText() ? reader.read(arguments.text()) : arguments;
    if (parsed.object())
        out.raw(parsed.json());
    else
        out.text(arguments.isText() ? std::string(arguments.text()) : arguments.json());
    out.key("tool_id").text(id.text()).key("type").text("function").endObject();
}

bool isCall(const Node& block) { return block["type"].text() == "tool_use"; }

void writeCalls(JsonText& out, const Node& message) {
    const Node content = message["content"];
    bool any = message["tool_calls"].size() > 0;
    content.each([&](const Node& block) { any |= isCall(block); });
    if (!any) return;
    out.key("tool_calls").beginArray();
    message["tool_calls"].each([&](const Node& call) {
        writeCall(out, call["function"]["name"], call["function"]["arguments"], call["id"]);
    });
    content.each([&](const Node& block) {
        if (isCall(block)) writeCall(out, block["name"], block["input"], block["id"]);
    });
    out.endArray();
}

void writeMessage(JsonText& out, const Node& message, std::string_view role) {
    std::string text;
    addTexts(text, message.isText() ? message : message["content"]);
    const bool bare = text.empty() && message.object();
    if (bare) addTexts(text, message["text"]);
    // A result of a tool, and what else has no text where texts are looked for.
    if (text.empty() && message.object() && !message["tool_calls"].there()) text = message.json();
    const auto said = message["role"].text();
    out.beginObject().key("role").text(said.empty() ? role : said).key("content").text(text);
    if (const auto thought = message["reasoning_content"].text(); !thought.empty())
        out.key("reasoning_content").text(thought);
    writeCalls(out, message);
    out.endObject();
}

}  // namespace

void writeAsked(JsonText& out, const Node& asked) {
    out.beginArray();
    if (asked.array())
        asked.each([&](const Node& message) { writeMessage(out, message, "user"); });
    else if (asked.there())
        writeMessage(out, asked, "user");
    out.endArray();
}

void writeAnswered(JsonText& out, const Node& answered) {
    out.beginArray();
    if (answered["choices"].array()) {
        answered["choices"].each([&](const Node& choice) {
            writeMessage(out, choice["message"].there() ? choice["message"] : choice, "assistant");
        });
    } else if (answered["output"].array()) {
        answered["output"].each([&](const Node& item) { writeMessage(out, item, "assistant"); });
    } else if (answered.there()) {
        writeMessage(out, answered, "assistant");
    }
    out.endArray();
}

}  // namespace callback_datadog
