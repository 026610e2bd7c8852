// The configuration of the plugin, read and checked. The keys and defaults stand in README.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/host.hpp>

#include "binding.h"
#include "sandbox/budget.h"

namespace lua_policy {

enum class Mode : uint8_t { Enforce, Shadow, Off };

/// Where http.post may go, by name.
struct NamedUrl {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    uint32_t timeout_ms = 1000;
};

/// How on_chunk sees a stream; what is empty, the script's own `policy` table says.
struct StreamOptions {
    std::optional<std::string> granularity;
    std::optional<std::vector<std::string>> lanes;
    std::optional<uint32_t> window_bytes, overlap_bytes;
};

struct PolicyOptions {
    std::string name;
    std::string source;  // the script's text
    std::string chunk;   // what messages call it: its file, or its name
    Binding bind;
    Mode mode = Mode::Enforce;
    bool mandatory = false;
    bool block_on_error = true, block_on_timeout = true;
    Limits limits;
    std::string params = "{}";  // JSON
    std::map<std::string, NamedUrl, std::less<>> urls;
    StreamOptions stream;
};

struct Options {
    std::vector<PolicyOptions> policies;  // mandatory ones first, else in the order of the configuration
    size_t idle_states_max = 1024;
    std::map<std::string, std::string> scanners;  // name in scripts -> id of the guardrail that lends it
};

/// Throws sluice::ConfigError with the key that is wrong.
Options readOptions(std::string_view json, const sluice::Host& host);

}  // namespace lua_policy
