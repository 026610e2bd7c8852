#include "account/record_content.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json_writer.h"
#include "base/name_set.h"
#include "llm/json_parser.h"
#include "llm/stream_texts.h"

namespace sluice::account {
namespace {

constexpr size_t kContentMax = 1024 * 1024;
constexpr size_t kMetadataMax = 16 * 1024;
constexpr size_t kParameterMax = 512;

// Of chat, completions, embeddings, messages, responses, images and speech. Nothing that holds what was said.
constexpr base::NameSet kParameters{std::array<std::string_view, 22>{"dimensions",
                                                                     "encoding_format",
                                                                     "frequency_penalty",
                                                                     "logprobs",
                                                                     "max_completion_tokens",
                                                                     "max_tokens",
                                                                     "n",
                                                                     "parallel_tool_calls",
                                                                     "presence_penalty",
                                                                     "quality",
                                                                     "reasoning",
                                                                     "reasoning_effort",
                                                                     "seed",
                                                                     "service_tier",
                                                                     "size",
                                                                     "stream",
                                                                     "temperature",
                                                                     "thinking",
                                                                     "tool_choice",
                                                                     "top_k",
                                                                     "top_p",
                                                                     "voice"}};

std::string parametersOf(const llm::Body& body) {
    std::string out;
    base::JsonWriter w(out);
    for (const auto& [name, json, file, again] : body.members()) {
        if (file || again || json.size() > kParameterMax) continue;
        if (!kParameters.has(name)) continue;
        if (out.empty()) w.beginObject();
        w.foreignKey(name).raw(json);
    }
    if (!out.empty()) w.endObject();
    return out;
}

std::string askedContent(const llm::Body& body) {
    std::string out;
    for (const char* member : {"messages", "input", "prompt", "query"}) {
        const auto found = body.member(member);
        if (!found) continue;
        if (found->size() > kContentMax) return {};
        out = *found;
        break;
    }
    for (const char* member : {"system", "instructions"}) {
        const auto system = body.member(member);
        if (!system || out.empty() || system->size() > kContentMax) continue;
        const std::string first = "{\"role\":\"system\",\"content\":" + std::string(*system) + "}";
        const bool list = out.front() == '[';
        const bool none = list && out.find_first_not_of(" \t\r\n", 1) == out.rfind(']');
        out = "[" + first + (none ? "" : ",") +
              (list ? out.substr(1) : "{\"role\":\"user\",\"content\":" + out + "}]");
    }
    return out;
}

std::string streamedContent(const std::map<uint32_t, std::string>& lanes) {
    std::string out;
    base::JsonWriter w(out);
    w.beginObject().key("choices").beginArray().beginObject();
    w.key("index").number(uint64_t{0}).key("message").beginObject().key("role").text("assistant");
    for (const auto& [lane, name] : {std::pair<uint32_t, const char*>{llm::kLaneText, "content"},
                                     {llm::kLaneReasoning, "reasoning_content"},
                                     {llm::kLaneRefusal, "refusal"},
                                     {llm::kLaneToolArgs, "tool_arguments"}}) {
        const auto said = lanes.find(lane);
        if (said == lanes.end()) continue;
        if (said->second.size() > kContentMax) return {};
        w.foreignKey(name).text(said->second);
    }
    w.endObject().endObject().endArray().endObject();
    return out;
}

// An answer stands in the record as it is: what is no JSON must not get there.
std::string answeredContent(Said& said) {
    if (!said.lanes.empty()) return streamedContent(said.lanes);
    if (said.answer.empty() || said.answer.size() > kContentMax) return {};
    return llm::parseJson(said.answer).error() == simdjson::SUCCESS ? std::move(said.answer) : std::string();
}

void readParameters(Record& record, const llm::Body& body) {
    for (const char* name : {"metadata", "litellm_metadata"}) {
        const auto found = body.member(name);
        if (!found || found->empty() || found->front() != '{' || found->size() > kMetadataMax) continue;
        record.metadata = *found;
        break;
    }
    record.parameters = parametersOf(body);
    if (body.isTrue("no-log")) record.attributes.emplace_back("litellm.no_log", "true");
}

}  // namespace

void workOut(Record& record) {
    Said said = std::exchange(record.said, {});  // once: what is empty now must not take its place
    const llm::Body& body = said.asked;
    if (said.parameters) readParameters(record, body);
    if (!said.content) return;
    record.messages = askedContent(body);
    record.response = answeredContent(said);
}

}  // namespace sluice::account
