// What a caller says about its trace, in LiteLLM's words (docs/observability/langfuse_integration.md):
// members of `metadata`, in the record as metadata.requester_metadata, and fields langfuse_… of the request,
// in the record as the attributes langfuse.… that notes.h leaves.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/node.h"

namespace callback_langfuse {

constexpr std::array<std::string_view, 20> kControls{"trace_id",
                                                     "existing_trace_id",
                                                     "update_trace_keys",
                                                     "trace_name",
                                                     "session_id",
                                                     "trace_user_id",
                                                     "trace_version",
                                                     "trace_release",
                                                     "trace_metadata",
                                                     "generation_name",
                                                     "generation_id",
                                                     "version",
                                                     "release",
                                                     "prompt",
                                                     "prompt_name",
                                                     "prompt_version",
                                                     "tags",
                                                     "mask_input",
                                                     "mask_output",
                                                     "parent_observation_id"};

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
    /// trace_metadata, likewise.
    std::vector<std::pair<std::string, std::string>> ofTrace() const;
    /// update_trace_keys: does a trace that is there already get this one?
    bool updates(std::string_view key) const;
    /// `prompt`, {"name", "version"}, or prompt_name and prompt_version. Empty, and 0: there is none.
    std::pair<std::string, int64_t> prompt() const;

private:
    exporters::Node attributes_, requester_, record_;
};

bool isControl(std::string_view name);

}  // namespace callback_langfuse
