// Where a request belongs, as its caller says it: a session, a trace, a parent. Records do not have the
// caller's `metadata`, so what counts is left in attributes, caller_NAME, which they do have.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "node.h"

namespace exporters {

/// Members of `metadata`; the first two are the fields x-litellm-trace-id and x-litellm-session-id as well
/// (docs/proxy/request_headers.md), which count more.
constexpr std::array<std::string_view, 4> kTraceNotes{"trace_id", "session_id", "parent_id", "run_name"};

void noteTraceFields(const sluice::Request& request);
/// Where the body is known; not in pre_call, or the record would list the plugin with the guardrails.
void noteTraceMetadata(const sluice::Request& request);

/// What was noted; empty if nothing was.
std::string_view traceNote(const Node& record, std::string_view name);

}  // namespace exporters
