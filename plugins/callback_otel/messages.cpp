#include "messages.h"

#include <string>
#include <utility>

namespace callback_otel {

using exporters::Node;
using nlohmann::json;

namespace {

// As deep as a record may be: what nests further is no JSON to a Reader.
json treeOf(const Node& node) {
    json tree = json::parse(node.json(), nullptr, false);
    return tree.is_discarded() ? json() : tree;
}

json textPart(std::string_view text) { return {{"type", "text"}, {"content", text}}; }

// Arguments are JSON as a text in chat; an object says more. A client may nest them as deep as it likes.
json argumentsOf(const Node& arguments) {
    if (!arguments.isText()) return treeOf(arguments);
    exporters::Reader reader;
    const Node parsed = reader.read(arguments.text());
    return parsed.object() ? treeOf(parsed) : json(arguments.text());
}

json callPart(const Node& id, const Node& name, const Node& arguments) {
    return {{"type", "tool_call"},
            {"id", id.text()},
            {"name", name.text()},
            {"arguments", argumentsOf(arguments)}};
}

json resultPart(const Node& id, const Node& result) {
    return {{"type", "tool_call_response"}, {"id", id.text()}, {"response", treeOf(result)}};
}

// What the conventions have no part for goes as it is, with its type.
json otherPart(const Node& part) {
    json tree = treeOf(part);
    if (!tree.is_object()) return {{"type", "data"}, {"content", std::move(tree)}};
    if (!tree.contains("type") || !tree["type"].is_string()) tree["type"] = "data";
    return tree;
}

json partOf(const Node& part) {
    if (part.isText()) return textPart(part.text());
    const auto type = part["type"].text();
    if (part["text"].isText() && (type.empty() || type.find("text") != std::string_view::npos))
        return textPart(part["text"].text());
    if (type == "tool_use") return callPart(part["id"], part["name"], part["input"]);
    if (type == "function_call") return callPart(part["call_id"], part["name"], part["arguments"]);
    if (type == "tool_result") return resultPart(part["tool_use_id"], part["content"]);
    if (type == "function_call_output") return resultPart(part["call_id"], part["output"]);
    if (type == "thinking") return {{"type", "reasoning"}, {"content", part["thinking"].text()}};
    return otherPart(part);
}

void addParts(json& parts, const Node& message) {
    const Node content = message["content"];
    if (message["role"].text() == "tool" && content.there())
        parts.push_back(resultPart(message["tool_call_id"], content));
    else if (content.isText())
        parts.push_back(textPart(content.text()));
    else
        content.each([&](const Node& part) { parts.push_back(partOf(part)); });
    for (const char* name : {"reasoning_content", "refusal"}) {
        const auto text = message[name].text();
        if (text.empty()) continue;
        parts.push_back(
            {{"type", std::string_view(name) == "refusal" ? "refusal" : "reasoning"}, {"content", text}});
    }
    message["tool_calls"].each([&](const Node& call) {
        const Node function = call["function"];
        parts.push_back(callPart(call["id"], function["name"], function["arguments"]));
    });
    // Of a stream the gateway has kept what was said, and not by which tool.
    if (const auto arguments = message["tool_arguments"]; arguments.there())
        parts.push_back(callPart({}, {}, arguments));
}

// `node`: a message, an item of Responses, or a text.
void addTo(json& parts, const Node& node) {
    const size_t before = parts.size();
    if (node.object()) addParts(parts, node);
    const bool said_nothing = node["content"].there() || node["tool_calls"].there() || node["role"].there();
    if (parts.size() == before && !said_nothing) parts.push_back(partOf(node));
}

json messageOf(const Node& node, const char* otherwise) {
    json parts = json::array();
    addTo(parts, node);
    const auto role = node["role"].text();
    return {{"role", role.empty() ? otherwise : role}, {"parts", std::move(parts)}};
}

void finish(json& message, std::string_view reason, std::string_view otherwise) {
    message["finish_reason"] = !reason.empty() ? reason : !otherwise.empty() ? otherwise : "unknown";
}

}  // namespace

json inputMessages(const Node& asked) {
    json all = json::array();
    if (asked.array())
        asked.each([&](const Node& one) { all.push_back(messageOf(one, "user")); });
    else if (asked.there())
        all.push_back(messageOf(asked, "user"));
    return all;
}

json outputMessages(const Node& answered, std::string_view finish_reason) {
    json all = json::array();
    if (answered["choices"].array()) {
        answered["choices"].each([&](const Node& choice) {
            json one = messageOf(choice["message"].there() ? choice["message"] : choice, "assistant");
            finish(one, choice["finish_reason"].text(), finish_reason);
            all.push_back(std::move(one));
        });
    } else if (answered["output"].array()) {
        json one{{"role", "assistant"}, {"parts", json::array()}};
        answered["output"].each([&](const Node& item) { addTo(one["parts"], item); });
        finish(one, answered["status"].text(), finish_reason);
        all.push_back(std::move(one));
    } else if (answered["content"].array() || answered["text"].isText()) {
        json one = messageOf(answered, "assistant");
        finish(one, answered["stop_reason"].text(), finish_reason);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace callback_otel
