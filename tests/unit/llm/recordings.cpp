#include "llm/recordings.h"

#include "support/test_data.h"

namespace sluice::test {
namespace {

using nlohmann::json;

// Which of our routes could have answered with this stream?
void classify(Recording& recording) {
    if (recording.chunks.empty()) return;
    const auto first = json::parse(recording.chunks.front(), nullptr, false);
    if (!first.is_object()) return;
    const auto type = first.value("type", ""), object = first.value("object", "");
    recording.known = true;
    if (object == "chat.completion.chunk" || (first.contains("choices") && object.empty())) {
        recording.operation = llm::Operation::Chat;
    } else if (object == "text_completion") {
        recording.operation = llm::Operation::Completions;
    } else if (type.compare(0, 9, "response.") == 0) {
        recording.operation = llm::Operation::Responses;
    } else if (type == "message_start") {
        recording.operation = llm::Operation::Messages;
    } else {
        recording.known = false;
    }
}

}  // namespace

std::string rendered(const std::vector<std::string>& chunks, std::string_view line_end) {
    std::string out;
    for (const auto& chunk : chunks) out.append("data: ").append(chunk).append(line_end).append(line_end);
    return out;
}

std::optional<std::vector<Recording>> recordings() {
    const auto providers = testData("sse/provider_chunks.jsonl");
    const auto anthropic = testData("sse/anthropic_streams.jsonl");
    if (!providers || !anthropic) return std::nullopt;
    std::vector<Recording> all;
    for (const auto& row : *providers) {
        Recording recording{row["id"], row["provider"], row["chunks"], {}};
        recording.stream = rendered(recording.chunks, "\n");
        classify(recording);
        all.push_back(std::move(recording));
    }
    for (const auto& row : *anthropic)
        all.push_back({row["id"], "anthropic", {}, row["sse"], llm::Operation::Messages, true});
    return all;
}

std::ostream& operator<<(std::ostream& out, const Heard& heard) {
    return out << "text \"" << heard.text << "\" reasoning \"" << heard.reasoning << "\" tool_args \""
               << heard.tool_args << "\" refusal \"" << heard.refusal << "\"";
}

}  // namespace sluice::test
