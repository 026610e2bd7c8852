// The recorded provider streams of data/sse as byte streams, and what a reader should find in them, computed
// the slow way.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "llm/stream_reader.h"

namespace sluice::test {

struct Recording {
    std::string id;
    std::string provider;
    std::vector<std::string>
        chunks;          // the data of each event; empty for streams that are recorded as they are
    std::string stream;  // LF line ends
    llm::Operation operation = llm::Operation::Chat;
    bool known = false;  // operation is one whose dialect we speak
};

/// data/sse/provider_chunks.jsonl, each chunk as `data: CHUNK` and a blank line, and
/// data/sse/anthropic_streams.jsonl as they are. Nothing if a file is missing.
std::optional<std::vector<Recording>> recordings();

/// The chunks as events with these line ends.
std::string rendered(const std::vector<std::string>& chunks, std::string_view line_end);

/// What came out of a stream.
struct Heard {
    std::string text, reasoning, tool_args, refusal;
    bool operator==(const Heard&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Heard& heard);

}  // namespace sluice::test
