#include "gateway/record_content.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "base/name_set.h"
#include "base/text.h"
#include "http/head.h"
#include "llm/json_parser.h"
#include "llm/stream_texts.h"

namespace sluice::gateway {
namespace {

constexpr size_t kContentMax = 1024 * 1024;
constexpr size_t kMetadataMax = 16 * 1024;
constexpr size_t kParameterMax = 512;
constexpr size_t kWishMax = 512;

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
        w.key(name).raw(json);
    }
    if (!out.empty()) w.endObject();
    return out;
}

void noteFields(account::Record& record, const http::Fields& fields) {
    for (const auto& [name, value] : fields) {
        if (name.size() < std::string_view("x-litellm-trace-id").size() || value.size() > kWishMax) continue;
        if (base::iequals(name, "x-litellm-trace-id") && http::isToken(value) && value.size() <= 128)
            record.trace_id = value;
        else if (base::iequals(name, "x-litellm-disable-callbacks"))
            record.attributes.emplace_back("litellm.disabled_callbacks", value);
        else if (base::iequals(name, "litellm-disable-message-redaction") && value == "true")
            record.attributes.emplace_back("litellm.message_redaction", "off");
        else if (base::iequals(name, "litellm-enable-message-redaction") && value == "true")
            record.attributes.emplace_back("litellm.message_redaction", "on");
    }
}

}  // namespace

std::string askedContent(host::RequestState& request) {
    request.contents.settle(request);
    const llm::Body& body = request.body;
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

std::string answeredContent(host::RequestState& request) {
    host::ResponseState& response = request.response;
    if (!response.lanes.empty()) {
        std::string out;
        base::JsonWriter w(out);
        w.beginObject().key("choices").beginArray().beginObject();
        w.key("index").number(uint64_t{0}).key("message").beginObject().key("role").text("assistant");
        for (const auto& [lane, name] : {std::pair<uint32_t, const char*>{llm::kLaneText, "content"},
                                         {llm::kLaneReasoning, "reasoning_content"},
                                         {llm::kLaneRefusal, "refusal"},
                                         {llm::kLaneToolArgs, "tool_arguments"}}) {
            const auto said = response.lanes.find(lane);
            if (said == response.lanes.end()) continue;
            if (said->second.size() > kContentMax) return {};
            w.key(name).text(said->second);
        }
        w.endObject().endObject().endArray().endObject();
        return out;
    }
    request.contents.settle(request);
    if (response.body.empty() || response.body.size() > kContentMax) return {};
    // It stands in the record as it is: what is no JSON must not get there.
    return llm::parseJson(response.body).error() == simdjson::SUCCESS ? response.body : std::string();
}

bool wantsJson(const host::Chain& chain) {
    return std::any_of(chain.on_complete.begin(), chain.on_complete.end(),
                       [](const auto& slot) { return !slot.instance->manifest().record_fields; });
}

void noteAsked(account::Record& record, host::RequestState& request) {
    noteFields(record, request.head->fields);
    // What was refused before anybody was asked has not been looked at by all guardrails.
    if (request.block.set && !request.attempt.deployment) return;
    request.contents.settle(request);
    const llm::Body& body = request.body;
    for (const char* name : {"metadata", "litellm_metadata"}) {
        const auto found = body.member(name);
        if (!found || found->empty() || found->front() != '{' || found->size() > kMetadataMax) continue;
        record.metadata = *found;
        break;
    }
    record.parameters = parametersOf(body);
    if (body.isTrue("no-log")) record.attributes.emplace_back("litellm.no_log", "true");
}

}  // namespace sluice::gateway
