// What a caller says about its trace, in LiteLLM's words (docs/observability/langfuse_integration.md):
// members of `metadata` and fields langfuse_… of the request. In the record they stand in
// metadata.requester_metadata and metadata.requester_custom_headers if the gateway writes them, and in the
// attributes langfuse.… that notes.h leaves.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/node.h"

namespace callback_langfuse {

constexpr std::array<std::string_view, 14> kControls{
    "trace_id",      "existing_trace_id", "trace_name",    "session_id",
    "trace_user_id", "generation_name",   "generation_id", "parent_observation_id",
    "trace_version", "trace_release",     "version",       "tags",
    "mask_input",    "mask_output"};

/// Of one record; valid as long as the record.
class Controls {
public:
    explicit Controls(const exporters::Node& record);

    /// Empty if nobody has said so. Numbers and booleans as JSON.
    std::string text(std::string_view name) const;
    bool flag(std::string_view name) const;
    /// Of request, key and team, each once.
    std::vector<std::string> tags() const;
    /// What else the caller has put into `metadata`: name and JSON.
    std::vector<std::pair<std::string, std::string>> others() const;

private:
    exporters::Node metadata_, attributes_, requester_, headers_, record_;
};

bool isControl(std::string_view name);

}  // namespace callback_langfuse
