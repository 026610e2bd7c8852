// Where a request belongs, as its caller says it: a session, a trace, a parent; in fields, which are left in
// attributes of the record, caller_NAME, or in `metadata`, which the record has as requester_metadata.
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
/// `metadata` as attributes, too, for templates that read nothing else. Where the body is known; not in
/// pre_call, or the record would list the plugin with the guardrails.
void noteTraceMetadata(const sluice::Request& request);

/// What was noted, else what the caller's `metadata` says; empty if nothing does.
std::string_view traceNote(const Node& record, std::string_view name);

}  // namespace exporters
