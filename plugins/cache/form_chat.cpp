// platform.openai.com/docs/api-reference/chat-streaming, and the older completions.
#include <map>

#include "form_dialects.h"

namespace cache {
namespace {

// Everything of an answer that is the same in each of its chunks.
Json chunkOf(const Json& answer, const char* object) {
    Json chunk = Json::object();
    for (const auto& [name, value] : answer.items()) {
        if (name != "choices" && name != "usage" && name != "object") chunk[name] = value;
    }
    chunk["object"] = object;
    return chunk;
}

void addUsage(std::string& out, Json chunk, const Json& answer) {
    if (!answer.contains("usage") || answer["usage"].is_null()) return;
    chunk["choices"] = Json::array();
    chunk["usage"] = answer["usage"];
    addEvent(out, "", chunk);
}

Json deltaOf(const Json& message) {
    Json delta = Json::object();
    for (const auto& [name, value] : message.items()) {
        if (!value.is_null()) delta[name] = value;
    }
    uint32_t i = 0;
    if (delta.contains("tool_calls")) {
        for (auto& call : delta["tool_calls"]) call["index"] = i++;
    }
    return delta;
}

// Tool calls come in pieces, too: what an index has said so far is added to.
void addCalls(Json& message, const Json& calls) {
    Json& all = message["tool_calls"];
    if (!all.is_array()) all = Json::array();
    for (const auto& call : calls) {
        const size_t at = call.value("index", all.size());
        while (all.size() <= at && all.size() < 1024) all.push_back(Json::object());
        Json& into = all.at(at);
        for (const auto& [name, value] : call.items()) {
            if (name == "index" || value.is_null()) continue;
            if (name != "function" && name != "custom") {
                into[name] = value;
                continue;
            }
            Json& inner = into[name];
            for (const auto& [key, text] : value.items()) {
                if ((key == "arguments" || key == "input") && text.is_string())
                    appendText(inner, key.c_str(), text);
                else if (!text.is_null())
                    inner[key] = text;
            }
        }
    }
}

void addDelta(Json& message, const Json& delta) {
    for (const auto& [name, value] : delta.items()) {
        if (value.is_null()) {
            if (!message.contains(name)) message[name] = nullptr;
        } else if (name == "role") {
            message[name] = value;
        } else if (name == "tool_calls") {
            addCalls(message, value);
        } else if (value.is_string()) {
            appendText(message, name.c_str(), value);
        } else if (value.is_array()) {
            Json& all = message[name];
            if (!all.is_array()) all = Json::array();
            for (const auto& one : value) all.push_back(one);
        } else {
            message[name] = value;
        }
    }
}

void addLogprobs(Json& choice, const Json& more) {
    Json& all = choice["logprobs"];
    if (!all.is_object()) {
        all = more;
        return;
    }
    for (const auto& [name, list] : more.items()) {
        if (!list.is_array()) continue;
        if (!all[name].is_array()) all[name] = Json::array();
        for (const auto& one : list) all[name].push_back(one);
    }
}

// The chunks of a stream, put together: choices by their index, anything else as it was said last.
template <class Take>
Json wholeOfChunks(const std::vector<Json>& events, const char* object, Take&& take) {
    Json whole;
    std::map<int64_t, Json> choices;
    for (const auto& event : events) {
        if (!event.is_object() || event.contains("error")) return {};
        for (const auto& [name, value] : event.items()) {
            if (name != "choices" && name != "object" && name != "obfuscation" &&
                !(value.is_null() && whole.is_object() && whole.contains(name)))
                whole[name] = value;
        }
        if (!event.contains("choices") || !event["choices"].is_array()) continue;
        for (const auto& choice : event["choices"]) {
            const int64_t index = choice.value("index", int64_t{0});
            Json& into = choices[index];
            into["index"] = index;
            take(into, choice);
            if (choice.contains("logprobs") && choice["logprobs"].is_object())
                addLogprobs(into, choice["logprobs"]);
            if (choice.contains("finish_reason") && !choice["finish_reason"].is_null())
                into["finish_reason"] = choice["finish_reason"];
        }
    }
    if (choices.empty() || !whole.is_object()) return {};
    whole["object"] = object;
    whole["choices"] = Json::array();
    for (auto& [index, choice] : choices) whole["choices"].push_back(std::move(choice));
    return whole;
}

}  // namespace

std::string chatStream(const Json& answer) {
    std::string out;
    const Json chunk = chunkOf(answer, "chat.completion.chunk");
    for (const auto& choice : answer.at("choices")) {
        Json said = {{"index", choice.value("index", 0)}, {"delta", deltaOf(choice.at("message"))}};
        if (choice.contains("logprobs")) said["logprobs"] = choice["logprobs"];
        said["finish_reason"] = nullptr;
        Json event = chunk;
        event["choices"] = Json::array({said});
        addEvent(out, "", event);
    }
    for (const auto& choice : answer.at("choices")) {
        Json event = chunk;
        event["choices"] = Json::array({{{"index", choice.value("index", 0)},
                                         {"delta", Json::object()},
                                         {"finish_reason", choice.at("finish_reason")}}});
        addEvent(out, "", event);
    }
    addUsage(out, chunk, answer);
    return out + "data: [DONE]\n\n";
}

std::string completionStream(const Json& answer) {
    std::string out;
    const Json chunk = chunkOf(answer, "text_completion");
    for (const auto& choice : answer.at("choices")) {
        (void)choice.at("text");
        Json event = chunk;
        event["choices"] = Json::array({choice});
        addEvent(out, "", event);
    }
    addUsage(out, chunk, answer);
    return out + "data: [DONE]\n\n";
}

Json wholeChat(const std::vector<Json>& events) {
    return wholeOfChunks(events, "chat.completion", [](Json& into, const Json& choice) {
        Json& message = into["message"];
        if (!message.is_object()) message = {{"role", "assistant"}, {"content", nullptr}};
        if (choice.contains("delta") && choice["delta"].is_object()) addDelta(message, choice["delta"]);
    });
}

Json wholeCompletion(const std::vector<Json>& events) {
    return wholeOfChunks(events, "text_completion", [](Json& into, const Json& choice) {
        if (choice.contains("text") && choice["text"].is_string()) appendText(into, "text", choice["text"]);
    });
}

}  // namespace cache
