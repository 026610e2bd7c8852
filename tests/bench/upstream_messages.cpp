#include "upstream_messages.hpp"

#include <charconv>

namespace sluice::bench {
namespace {

constexpr std::string_view kCompletion =
    R"({"id":"chatcmpl-bench000000000000000001","object":"chat.completion","created":1700000000,)"
    R"("model":"gpt-upstream","choices":[{"index":0,"message":{"role":"assistant",)"
    R"("content":"The quick brown fox jumps over the lazy dog.","refusal":null},"logprobs":null,)"
    R"("finish_reason":"stop"}],"usage":{"prompt_tokens":21,"completion_tokens":10,"total_tokens":31},)"
    R"("system_fingerprint":"fp_bench"})";

constexpr std::string_view kChunkStart =
    R"(data: {"id":"chatcmpl-bench000000000000000001","object":"chat.completion.chunk","created":1700000000,)"
    R"("model":"gpt-upstream",)";

void appendFramed(std::string& out, std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const std::string_view part : parts) size += part.size();
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, size, 16).ptr;
    out.append(digits, end).append("\r\n");
    for (const std::string_view part : parts) out.append(part);
    out.append("\r\n");
}

}  // namespace

bool asksFor(std::string_view body, std::string_view name) {
    const std::string quoted = '"' + std::string(name) + "\":";
    return body.find(quoted + "true") != std::string_view::npos ||
           body.find(quoted + " true") != std::string_view::npos;
}

std::string smallResponse(std::string_view status, std::string_view body) {
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nContent-Type: application/json\r\nContent-Length: ");
    text.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return text;
}

std::string_view completionResponse() {
    static const std::string kText = smallResponse("200 OK", kCompletion);
    return kText;
}

std::string_view streamHead() {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
           "Transfer-Encoding: chunked\r\n\r\n";
}

void appendChunk(std::string& out, std::uint64_t number) {
    const std::string_view role = number == 1 ? R"("role":"assistant",)" : "";
    appendFramed(out, {kChunkStart, R"("choices":[{"index":0,"delta":{)", role, R"("content":")",
                       std::to_string(number), R"( "},"logprobs":null,"finish_reason":null}]})", "\n\n"});
}

void appendStreamEnd(std::string& out, std::uint64_t chunks, bool with_usage) {
    appendFramed(
        out, {kChunkStart, R"("choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]})",
              "\n\n"});
    if (with_usage) {
        appendFramed(out,
                     {kChunkStart, R"("choices":[],"usage":{"prompt_tokens":21,"completion_tokens":)",
                      std::to_string(chunks), R"(,"total_tokens":)", std::to_string(21 + chunks), "}}\n\n"});
    }
    appendFramed(out, {"data: [DONE]\n\n"});
    out.append("0\r\n\r\n");
}

std::string healthResponse(const UpstreamCounts& counts) {
    return smallResponse("200 OK", R"({"status":"ok","completions":)" + std::to_string(counts.completions) +
                                       R"(,"waiting":)" + std::to_string(counts.waiting) +
                                       R"(,"streams_open":)" + std::to_string(counts.streams_open) +
                                       R"(,"streams_finished":)" + std::to_string(counts.streams_finished) +
                                       R"(,"streams_cancelled":)" + std::to_string(counts.streams_cancelled) +
                                       "}");
}

}  // namespace sluice::bench
