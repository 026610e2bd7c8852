// The configuration of an instance, read once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/plugin.hpp>

namespace callout_http {

enum class Phase : uint32_t { PreCall, DuringCall, PostCall, OnStream, OnComplete };

/// As it stands in the configuration and in the questions: "pre_call".
std::string_view name(Phase phase);
/// "text", "reasoning", "tool_args", "refusal"; empty for any other lane.
std::string_view laneName(uint32_t lane);

struct Options {
    std::string url;
    uint32_t timeout_ms = 1000;
    bool open = false;  // a question that got no usable answer does not stop the request
    size_t max_body_bytes = 0;
    std::vector<std::pair<std::string, std::string>> headers;  // with secrets in them: never log
    std::vector<std::string> include_headers;                  // lower case
    uint32_t phases = 0;
    uint32_t lanes = 0;
    sluice::Grain grain = sluice::Grain::Sentence;

    bool asks(std::string_view hook) const;
    bool asks(Phase phase) const { return (phases & (1u << static_cast<uint32_t>(phase))) != 0; }
};

/// Throws ConfigError for what the schema cannot see.
Options readOptions(std::string_view config_json, const sluice::Host& host);

}  // namespace callout_http
