// What a record says, in the terms of Langfuse's data model (langfuse.com/docs/observability/data-model),
// before it is written for one API or the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controls.h"
#include "exporters/node.h"

namespace callback_langfuse {

struct Facts {
    explicit Facts(const exporters::Node& the_record);

    const exporters::Node record;
    const Controls controls;
    std::string record_id;  // the gateway's own, never twice
    /// As the caller named it, or empty: then the trace is this record's alone.
    std::string named_trace;
    bool into_existing = false;  // the trace has a name, an input, … already
    /// Whether its input and output become the trace's.
    bool gives_input = true, gives_output = true;
    std::string trace_name, user, session, generation_name, parent, version, release;
    std::string prompt_name;
    int64_t prompt_version = 0;  // 0: not known
    std::vector<std::string> tags;
    std::string model, level, status_message;
    double start = 0, first_token = 0, end = 0;  // seconds since the Unix epoch; 0: none
    std::string input, output;                   // JSON, or empty
    std::string usage, cost;                     // JSON objects
    /// For the metadata of the generation: names and JSON or text.
    std::vector<std::pair<std::string, std::string>> metadata, trace_metadata;

    /// The ids that both APIs use: texts of hexadecimal digits, the same for the same record however often it
    /// is sent.
    std::string traceHex() const;                      // 32
    std::string spanHex(std::string_view what) const;  // 16
    std::string uuid(std::string_view what) const;     // as RFC 9562, version 8, writes them
    std::string parentHex() const;                     // 16, or empty
    std::string generationHex() const;                 // 16

private:
    void readTrace();
    void readUsage();
    void readMetadata();
};

/// A guardrail, the way to a deployment, an attempt or a cache's answer, as a span below the generation or
/// below another one of these.
struct Part {
    std::string what;   // "guardrail-0": for its id
    std::string below;  // another one's `what`; empty: the generation
    std::string type;   // "guardrail" or "span"
    std::string name, level, status_message;
    double start = 0, end = 0;
    std::vector<std::pair<std::string, std::string>> metadata;
};
std::vector<Part> partsOf(const Facts& facts);

/// 1: it let the request pass. 0: it did not.
struct ScoreFact {
    std::string what, name, comment;
    int value = 1;
};
std::vector<ScoreFact> scoresOf(const Facts& facts);

}  // namespace callback_langfuse
