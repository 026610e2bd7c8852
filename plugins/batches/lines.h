// The lines of a batch: JSON objects, one a line, checked before anything is sent.
//
// OpenAI's:    {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {…}}
// Anthropic's: {"custom_id": "a", "params": {…}}
//
// Sources: platform.openai.com/docs/api-reference/batch, docs.anthropic.com/en/api/creating-message-batches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "records.h"

namespace batches {

/// What OpenAI's lines may be sent to. Each is an operation that core/llm/operation.cpp forwards through the
/// chain of guardrails; s75 compares.
inline constexpr std::array<std::string_view, 5> kEndpoints{
    "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/moderations"};
inline constexpr std::string_view kMessages = "/v1/messages";

bool isEndpoint(std::string_view url);
/// "/v1/chat/completions, /v1/completions, …"
std::string endpointsListed();

struct Line {
    std::string custom_id;
    std::string url;    // empty for Anthropic's
    std::string body;   // JSON, byte for byte as the client wrote it
    std::string model;  // of the body; empty if it names none
};

/// Where a line stands in its file, without the end of line.
struct Place {
    uint64_t offset = 0;
    uint32_t length = 0;
    uint32_t lane = 0;  // position of its model in Index::models
};

struct Index {
    std::vector<Place> places;
    std::vector<std::string> models;
    std::string url;  // of the lines, if all have the same
};

/// One line. `number` counts from 1 and stands in the error. Throws Refused: 400 with what was found and what
/// is allowed.
Line readLine(Kind kind, std::string_view text, size_t number);

/// All lines of a file; empty ones are left out. endpoint: what each url must be; empty: any of kEndpoints.
/// Throws Refused.
Index readLines(Kind kind, std::string_view text, std::string_view endpoint, size_t lines_max);

/// The requests of Anthropic's body, as lines of a file. Throws Refused.
std::string linesOfRequests(std::string_view body);

}  // namespace batches
