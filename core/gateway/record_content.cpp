#include "gateway/record_content.h"

#include "base/json_writer.h"
#include "llm/json_parser.h"
#include "llm/stream_texts.h"

namespace sluice::gateway {
namespace {

constexpr size_t kContentMax = 1024 * 1024;

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

}  // namespace sluice::gateway
