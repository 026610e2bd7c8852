// platform.openai.com/docs/api-reference/responses-streaming
#include "form_dialects.h"

namespace cache {
namespace {

class Stream {
public:
    void add(const char* type, Json data) {
        Json event = {{"type", type}, {"sequence_number", number_++}};
        for (auto& [name, value] : data.items()) event[name] = std::move(value);
        addEvent(out_, type, event);
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
    size_t number_ = 0;
};

void addPart(Stream& stream, const Json& at, const Json& part) {
    const auto type = textIn(part, "type");
    const bool text = type == "output_text";
    const auto with = [&](Json more) {
        Json event = at;
        for (auto& [name, value] : more.items()) event[name] = std::move(value);
        return event;
    };
    Json begin = part;
    if (text) {
        begin["text"] = "";
        begin["annotations"] = Json::array();
    }
    stream.add("response.content_part.added", with({{"part", begin}}));
    if (text) {
        stream.add("response.output_text.delta",
                   with({{"delta", part.at("text")}, {"logprobs", Json::array()}}));
        size_t i = 0;
        for (const auto& one : part.value("annotations", Json::array()))
            stream.add("response.output_text.annotation.added",
                       with({{"annotation_index", i++}, {"annotation", one}}));
        stream.add("response.output_text.done",
                   with({{"text", part.at("text")}, {"logprobs", Json::array()}}));
    } else if (type == "refusal") {
        stream.add("response.refusal.delta", with({{"delta", part.at("refusal")}}));
        stream.add("response.refusal.done", with({{"refusal", part.at("refusal")}}));
    }
    stream.add("response.content_part.done", with({{"part", part}}));
}

void addItem(Stream& stream, size_t index, const Json& item) {
    const auto type = textIn(item, "type");
    Json begin = item;
    if (type == "message") begin["content"] = Json::array();
    if (type == "function_call") begin["arguments"] = "";
    if (begin.contains("status")) begin["status"] = "in_progress";
    stream.add("response.output_item.added", {{"output_index", index}, {"item", begin}});
    const auto id = textIn(item, "id");
    if (type == "message") {
        size_t part = 0;
        for (const auto& one : item.at("content"))
            addPart(stream, {{"item_id", id}, {"output_index", index}, {"content_index", part++}}, one);
    } else if (type == "function_call") {
        stream.add("response.function_call_arguments.delta",
                   {{"item_id", id}, {"output_index", index}, {"delta", item.at("arguments")}});
        stream.add("response.function_call_arguments.done",
                   {{"item_id", id}, {"output_index", index}, {"arguments", item.at("arguments")}});
    }
    stream.add("response.output_item.done", {{"output_index", index}, {"item", item}});
}

}  // namespace

std::string responseStream(const Json& answer) {
    Stream stream;
    Json begin = answer;
    begin["status"] = "in_progress";
    begin["output"] = Json::array();
    begin["usage"] = nullptr;
    stream.add("response.created", {{"response", begin}});
    stream.add("response.in_progress", {{"response", begin}});
    size_t index = 0;
    for (const auto& item : answer.at("output")) addItem(stream, index++, item);
    const bool incomplete = textIn(answer, "status") == "incomplete";
    stream.add(incomplete ? "response.incomplete" : "response.completed", {{"response", answer}});
    return stream.take();
}

// Its last event holds all of it.
Json wholeResponse(const std::vector<Json>& events) {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
        const auto type = textIn(*event, "type");
        if (type == "response.completed" || type == "response.incomplete") return event->at("response");
    }
    return {};
}

}  // namespace cache
