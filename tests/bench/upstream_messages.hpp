// What the fake upstream says, in the shapes of OpenAI's chat completions API
// (https://platform.openai.com/docs/api-reference/chat and /chat-streaming). Every string here is ready for
// the wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

// What the paced upstream has done so far, for GET /health.
struct UpstreamCounts {
    std::uint64_t completions = 0;
    std::uint64_t waiting = 0;  // completions asked for whose --delay-ms is not over
    std::uint64_t streams_open = 0;
    std::uint64_t streams_finished = 0;
    std::uint64_t streams_cancelled = 0;  // the other side left before the end
};

// Whether a request body asks for `"<name>":true`, with or without one space after the colon. A plain search:
// inside a JSON string the quotes would be escaped, so a prompt cannot trip it.
bool asksFor(std::string_view body, std::string_view name);

// The whole answer to a request that does not stream, about 350 bytes of JSON. Lives as long as the program.
std::string_view completionResponse();

// The head of a stream, without body bytes. Lives as long as the program.
std::string_view streamHead();

// Appends chunk `number` (counted from 1) to `out`, framed as one HTTP chunk.
void appendChunk(std::string& out, std::uint64_t number);

// Appends the finish_reason chunk, the usage chunk if asked for, [DONE] and the end of the body.
void appendStreamEnd(std::string& out, std::uint64_t chunks, bool with_usage);

// An answer of `status` with `body`, as JSON.
std::string smallResponse(std::string_view status, std::string_view body);

std::string healthResponse(const UpstreamCounts& counts);

}  // namespace sluice::bench
