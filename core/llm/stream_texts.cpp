#include "llm/stream_texts.h"

#include <optional>

namespace sluice::llm {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using Kind = EventText::Kind;

namespace {

constexpr uint32_t kSummary = 0x8000u << 16;  // parts of a summary, beside those of the reasoning itself

uint32_t number(const element& value, uint32_t otherwise) {
    uint64_t found = 0;
    return value.get(found) == SUCCESS ? static_cast<uint32_t>(found & 0x7fff) : otherwise;
}

uint32_t index(const element& object, const char* name, uint32_t otherwise = 0) {
    element value;
    return object[name].get(value) == SUCCESS ? number(value, otherwise) : otherwise;
}

std::string_view text(const element& object, const char* name) {
    std::string_view value;
    return object[name].get(value) == SUCCESS ? value : std::string_view();
}

bool member(const element& object, const char* name, element& value) {
    return object[name].get(value) == SUCCESS && !value.is_null();
}

bool object(const element& from, const char* name, element& value) {
    return from[name].get(value) == SUCCESS && value.is_object();
}

bool endsWith(std::string_view word, std::string_view ending) {
    return word.size() > ending.size() && word.substr(word.size() - ending.size()) == ending;
}

class Collector {
public:
    explicit Collector(std::vector<EventText>& out) : out_(out) {}

    /// The string `name` of `from`, if it is one and not empty.
    bool take(Kind kind, uint32_t lane, uint32_t part, const element& from, const JsonPath& path,
              const char* name) {
        return add(kind, lane, part, text(from, name), path, name);
    }
    /// The same if its value has been found already.
    bool takeValue(Kind kind, uint32_t lane, uint32_t part, const element& value, const JsonPath& path,
                   const char* name) {
        std::string_view found;
        return value.get(found) == SUCCESS && add(kind, lane, part, found, path, name);
    }
    void end(uint32_t part) { out_.push_back({.kind = Kind::End, .part = part}); }
    void scrub(const element& from, const JsonPath& path, const char* name, const char* json) {
        element value;
        if (member(from, name, value))
            out_.push_back({.kind = Kind::Scrub, .text = json, .where = path / name});
    }
    void opaque(const JsonPath& where) { out_.push_back({.kind = Kind::Opaque, .where = where}); }

    void chatDelta(const element& delta, const JsonPath& path, uint32_t choice, Kind kind);
    void chatChoice(const element& choice, const JsonPath& path, uint32_t position);
    void responsesItem(const element& item, const JsonPath& path, uint32_t at, Kind kind);
    void responsesParts(const element& item, const char* name, const JsonPath& path, uint32_t at,
                        uint32_t kin, uint32_t lane, Kind kind);

private:
    bool add(Kind kind, uint32_t lane, uint32_t part, std::string_view value, const JsonPath& path,
             const char* name) {
        if (value.empty()) return false;
        out_.push_back(
            {.kind = kind, .lane = lane, .part = part, .text = std::string(value), .where = path / name});
        return true;
    }
    void contentParts(const element& delta, const JsonPath& path, uint32_t choice, Kind kind);
    bool thoughts(const element& delta, const JsonPath& path, uint32_t choice, Kind kind);
    void reasoning(const element& delta, const JsonPath& path, uint32_t choice, Kind kind);
    void toolCalls(const element& delta, const JsonPath& path, uint32_t choice, Kind kind);

    std::vector<EventText>& out_;
};

// A list of parts in the place of a text, as Mistral sends it.
void Collector::contentParts(const element& delta, const JsonPath& path, uint32_t choice, Kind kind) {
    array parts, thoughts;
    if (delta["content"].get(parts) != SUCCESS) return;
    uint32_t i = 0;
    for (const element part : parts) {
        const JsonPath here = path / "content" / i++;
        if (!part.is_object()) continue;
        take(kind, kLaneText, choice, part, here, "text");
        if (part["thinking"].get(thoughts) != SUCCESS) continue;
        uint32_t k = 0;
        for (const element thought : thoughts) {
            if (thought.is_object())
                take(kind, kLaneReasoning, choice, thought, here / "thinking" / k, "text");
            ++k;
        }
    }
}

// openrouter.ai/docs/use-cases/reasoning-tokens and LiteLLM's thinking_blocks: lists of thoughts, which say
// the same once more where the thought has a name of its own.
bool Collector::thoughts(const element& delta, const JsonPath& path, uint32_t choice, Kind kind) {
    bool any = false;
    for (const char* name : {"reasoning_details", "thinking_blocks"}) {
        array list;
        if (delta[name].get(list) != SUCCESS) continue;
        uint32_t i = 0;
        for (const element one : list) {
            const JsonPath here = path / name / i;
            const uint32_t part = choice | (index(one, "index", i) + 1) << 16;
            ++i;
            if (!one.is_object()) continue;
            for (const char* member : {"text", "summary", "thinking"})
                any |= take(kind, kLaneReasoning, part, one, here, member);
        }
        if (any) break;
    }
    return any;
}

// Some servers send the same thought under two names, some only under one.
void Collector::reasoning(const element& delta, const JsonPath& path, uint32_t choice, Kind kind) {
    const bool first = take(kind, kLaneReasoning, choice, delta, path, "reasoning_content");
    const bool same = first && text(delta, "reasoning") == text(delta, "reasoning_content");
    const bool second = take(same ? Kind::Echo : kind, kLaneReasoning,
                             first && !same ? choice | 1u << 16 : choice, delta, path, "reasoning");
    if (!first && !second && thoughts(delta, path, choice, kind)) return;
    scrub(delta, path, "reasoning_details", "[]");
    scrub(delta, path, "thinking_blocks", "[]");
}

void Collector::toolCalls(const element& delta, const JsonPath& path, uint32_t choice, Kind kind) {
    element call;
    if (object(delta, "function_call", call))
        take(kind, kLaneToolArgs, choice, call, path / "function_call", "arguments");
    array calls;
    if (delta["tool_calls"].get(calls) != SUCCESS) return;
    uint32_t i = 0;
    for (const element one : calls) {
        const JsonPath here = path / "tool_calls" / i;
        const uint32_t part = choice | index(one, "index", i) << 16;
        if (object(one, "custom", call)) take(kind, kLaneToolArgs, part, call, here / "custom", "input");
        if (object(one, "function", call))
            take(kind, kLaneToolArgs, part, call, here / "function", "arguments");
        ++i;
    }
}

// A delta has few members: looking at each once is cheaper than asking for all that there could be.
void Collector::chatDelta(const element& delta, const JsonPath& path, uint32_t choice, Kind kind) {
    bool thinks = false, calls = false;
    for (const auto [key, value] : simdjson::dom::object(delta)) {
        if (value.is_null()) continue;
        if (key == "content") {
            if (!takeValue(kind, kLaneText, choice, value, path, "content"))
                contentParts(delta, path, choice, kind);
        } else if (key == "refusal") {
            takeValue(kind, kLaneRefusal, choice, value, path, "refusal");
        } else if (key == "audio") {
            if (value.is_object())
                take(kind, kLaneText, choice | 1u << 16, value, path / "audio", "transcript");
        } else if (key.substr(0, 9) == "reasoning" || key == "thinking_blocks") {
            thinks = true;
        } else if (key == "tool_calls" || key == "function_call") {
            calls = true;
        }
    }
    if (thinks) reasoning(delta, path, choice, kind);
    if (calls) toolCalls(delta, path, choice, kind);
}

// platform.openai.com/docs/api-reference/chat-streaming, and the older completions.
void Collector::chatChoice(const element& choice, const JsonPath& path, uint32_t position) {
    if (!choice.is_object()) return;
    std::optional<uint32_t> said;  // it nearly always stands in front
    const auto at = [&] { return said ? *said : index(choice, "index", position); };
    bool ends = false;
    for (const auto [key, value] : simdjson::dom::object(choice)) {
        if (value.is_null()) continue;
        if (key == "index") {
            if (!said) said = number(value, position);
        } else if (key == "delta") {
            if (value.is_object()) chatDelta(value, path / "delta", at(), Kind::Delta);
        } else if (key == "message") {
            if (value.is_object()) chatDelta(value, path / "message", at(), Kind::Repeat);
        } else if (key == "text") {
            takeValue(Kind::Delta, kLaneText, at(), value, path, "text");
        } else if (key == "logprobs") {
            scrub(choice, path, "logprobs", "null");
        } else if (key == "finish_reason") {
            ends = value.is_string() && value.get_string_length().value_unsafe() > 0;
        }
    }
    if (ends) end(at());
}

void Collector::responsesParts(const element& item, const char* name, const JsonPath& path, uint32_t at,
                               uint32_t kin, uint32_t lane, Kind kind) {
    array parts;
    if (item[name].get(parts) != SUCCESS) return;
    uint32_t i = 0;
    for (const element part : parts) {
        const JsonPath here = path / name / i;
        const uint32_t number = at | kin | i++ << 16;
        if (!part.is_object()) continue;
        take(kind, lane, number, part, here, "text");
        take(kind, kLaneRefusal, number, part, here, "refusal");
        take(kind, kLaneText, number, part, here, "transcript");
        scrub(part, here, "logprobs", "[]");
    }
}

// One element of `output`: a message, a thought, or a call of a tool.
void Collector::responsesItem(const element& item, const JsonPath& path, uint32_t at, Kind kind) {
    const bool thought = text(item, "type") == "reasoning";
    responsesParts(item, "content", path, at, 0, thought ? kLaneReasoning : kLaneText, kind);
    responsesParts(item, "summary", path, at, kSummary, kLaneReasoning, kind);
    for (const char* name : {"arguments", "input", "code"}) take(kind, kLaneToolArgs, at, item, path, name);
    element operation;
    if (object(item, "operation", operation))
        take(kind, kLaneToolArgs, at, operation, path / "operation", "diff");
}

// What is left of the type of an event without its ending says which lane its text belongs to. Sound has
// none; what is new is text.
uint32_t responsesLane(std::string_view type) {
    if (type == "response.output_text" || type == "response.audio.transcript" ||
        type == "response.audio_transcript" || type == "response.content_part")
        return kLaneText;
    if (type == "response.refusal") return kLaneRefusal;
    if (type.substr(0, 18) == "response.reasoning") return kLaneReasoning;
    for (const std::string_view ending : {"_arguments", "_code", "_diff", "_input"}) {
        if (endsWith(type, ending)) return kLaneToolArgs;
    }
    return type == "response.audio" || type == "response.output_audio" ? 0 : kLaneText;
}

// platform.openai.com/docs/api-reference/responses-streaming
void responses(const element& root, Collector& collect) {
    const auto type = text(root, "type");
    const JsonPath top;
    const uint32_t item = index(root, "output_index");
    element inner;
    if (object(root, "response", inner)) {
        array output;
        if (inner["output"].get(output) != SUCCESS) return;
        uint32_t i = 0;
        for (const element one : output) {
            collect.responsesItem(one, top / "response" / "output" / i, i, Kind::Repeat);
            ++i;
        }
        return;
    }
    const bool added = endsWith(type, ".added"), done = endsWith(type, ".done");
    const Kind kind = done ? Kind::Repeat : Kind::Delta;
    if (object(root, "item", inner)) {
        collect.responsesItem(inner, top / "item", item, kind);
        if (done) collect.end(item);
        return;
    }
    const size_t ending = done ? 5 : 6;  // ".done", ".delta", ".added"
    if (!done && !added && !endsWith(type, ".delta")) return;
    const uint32_t lane = responsesLane(type.substr(0, type.size() - ending));
    const bool summary = type.find("summary") != std::string_view::npos;
    const uint32_t part =
        item | (summary ? kSummary : 0) | index(root, summary ? "summary_index" : "content_index") << 16;
    if (lane == 0) return collect.opaque(top / "delta");
    if (object(root, "part", inner)) {
        collect.take(kind, text(inner, "type") == "reasoning_text" ? kLaneReasoning : lane, part, inner,
                     top / "part", "text");
        collect.take(kind, kLaneRefusal, part, inner, top / "part", "refusal");
        collect.scrub(inner, top / "part", "logprobs", "[]");
        return;
    }
    for (const char* name : {"delta", "text", "refusal", "transcript", "arguments", "code", "input", "diff"})
        collect.take(kind, lane, part, root, top, name);
    collect.scrub(root, top, "logprobs", "[]");
}

// docs.anthropic.com/en/docs/build-with-claude/streaming
void messages(const element& root, Collector& collect) {
    const auto type = text(root, "type");
    const uint32_t block = index(root, "index");
    const JsonPath top;
    element part;
    const bool start = type == "content_block_start" && object(root, "content_block", part);
    if (start || (type == "content_block_delta" && object(root, "delta", part))) {
        const JsonPath path = top / (start ? "content_block" : "delta");
        collect.take(Kind::Delta, kLaneText, block, part, path, "text");
        collect.take(Kind::Delta, kLaneReasoning, block, part, path, "thinking");
        collect.take(Kind::Delta, kLaneToolArgs, block, part, path, "partial_json");
    } else if (type == "content_block_stop") {
        collect.end(block);
    }
}

}  // namespace

void collectChoices(const array& choices, std::vector<EventText>& out) {
    Collector collect(out);
    uint32_t i = 0;
    for (const element choice : choices) {
        collect.chatChoice(choice, JsonPath() / "choices" / i, i);
        ++i;
    }
}

void collectTexts(const element& root, Dialect dialect, std::vector<EventText>& out) {
    Collector collect(out);
    array choices;
    switch (dialect) {
        case Dialect::OpenAI:
            if (root["choices"].get(choices) == SUCCESS) collectChoices(choices, out);
            return;
        case Dialect::OpenAIResponses:
            return responses(root, collect);
        case Dialect::Anthropic:
            return messages(root, collect);
    }
}

}  // namespace sluice::llm
