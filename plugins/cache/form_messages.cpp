// docs.anthropic.com/en/docs/build-with-claude/streaming
#include "form_dialects.h"

namespace cache {
namespace {

void addDelta(std::string& out, size_t index, Json delta) {
    addEvent(out, "content_block_delta",
             {{"type", "content_block_delta"}, {"index", index}, {"delta", std::move(delta)}});
}

// A block begins empty, and its deltas fill it; one of an unknown kind comes as it is.
void addBlock(std::string& out, size_t index, const Json& block) {
    const auto type = textIn(block, "type");
    Json begin = block;
    if (type == "text") {
        begin["text"] = "";
        begin.erase("citations");
    } else if (type == "thinking") {
        begin["thinking"] = begin["signature"] = "";
    } else if (type == "tool_use" || type == "server_tool_use") {
        begin["input"] = Json::object();
    }
    addEvent(out, "content_block_start",
             {{"type", "content_block_start"}, {"index", index}, {"content_block", begin}});
    if (type == "text") {
        if (block.contains("citations") && block["citations"].is_array()) {
            for (const auto& citation : block["citations"])
                addDelta(out, index, {{"type", "citations_delta"}, {"citation", citation}});
        }
        addDelta(out, index, {{"type", "text_delta"}, {"text", block.at("text")}});
    } else if (type == "thinking") {
        addDelta(out, index, {{"type", "thinking_delta"}, {"thinking", block.at("thinking")}});
        if (block.contains("signature"))
            addDelta(out, index, {{"type", "signature_delta"}, {"signature", block["signature"]}});
    } else if (begin.contains("input") && begin["input"] != block["input"]) {
        addDelta(out, index, {{"type", "input_json_delta"}, {"partial_json", block["input"].dump()}});
    }
    addEvent(out, "content_block_stop", {{"type", "content_block_stop"}, {"index", index}});
}

void applyDelta(Json& block, std::string& input, const Json& delta) {
    const auto type = textIn(delta, "type");
    if (type == "text_delta") {
        appendText(block, "text", delta.at("text"));
    } else if (type == "thinking_delta") {
        appendText(block, "thinking", delta.at("thinking"));
    } else if (type == "signature_delta") {
        appendText(block, "signature", delta.at("signature"));
    } else if (type == "input_json_delta") {
        input += delta.at("partial_json").get<std::string>();
    } else if (type == "citations_delta") {
        if (!block["citations"].is_array()) block["citations"] = Json::array();
        block["citations"].push_back(delta.at("citation"));
    } else {
        block = nullptr;  // a kind that is not known: it cannot be put together
    }
}

}  // namespace

std::string messageStream(const Json& answer) {
    std::string out;
    Json begin = answer;
    begin["content"] = Json::array();
    begin["stop_reason"] = begin["stop_sequence"] = nullptr;
    addEvent(out, "message_start", {{"type", "message_start"}, {"message", begin}});
    size_t index = 0;
    for (const auto& block : answer.at("content")) addBlock(out, index++, block);
    Json usage = answer.value("usage", Json::object());
    addEvent(out, "message_delta",
             {{"type", "message_delta"},
              {"delta",
               {{"stop_reason", answer.at("stop_reason")},
                {"stop_sequence", answer.value("stop_sequence", Json())}}},
              {"usage", usage}});
    addEvent(out, "message_stop", {{"type", "message_stop"}});
    return out;
}

Json wholeMessage(const std::vector<Json>& events) {
    Json whole;
    std::vector<std::string> inputs;
    for (const auto& event : events) {
        const auto type = textIn(event, "type");
        if (type == "error") return {};
        if (type == "message_start") {
            whole = event.at("message");
            whole["content"] = Json::array();
        } else if (type == "content_block_start") {
            whole.at("content").push_back(event.at("content_block"));
            inputs.emplace_back();
        } else if (type == "content_block_delta") {
            const size_t at = event.at("index").get<size_t>();
            Json& block = whole.at("content").at(at);
            applyDelta(block, inputs.at(at), event.at("delta"));
            if (block.is_null()) return {};
        } else if (type == "message_delta") {
            for (const auto& [name, value] : event.at("delta").items()) whole[name] = value;
            if (event.contains("usage")) {
                for (const auto& [name, value] : event["usage"].items()) whole["usage"][name] = value;
            }
        }
    }
    if (!whole.is_object()) return {};
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (!inputs[i].empty()) whole["content"][i]["input"] = Json::parse(inputs[i]);
    }
    return whole;
}

}  // namespace cache
