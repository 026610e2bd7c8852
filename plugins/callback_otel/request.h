// What spans and log records say of a request: its place in a trace, and its attributes in the words of
// OpenTelemetry's semantic conventions for generative AI. [any]
#pragma once

#include <optional>
#include <string>

#include "exporters/node.h"
#include "exporters/otlp.h"
#include "trace_parent.h"

namespace callback_otel {

/// The attribute in which the request's field `traceparent` stands in the record.
constexpr const char* kTraceParent = "otel.traceparent";
/// And that which the upstream was given.
constexpr const char* kOwnSpan = "otel.span";

/// Where the request belongs: below what the caller has named, and with the ids that the upstream was told
/// of.
struct Place {
    explicit Place(const exporters::Node& record);

    std::optional<Parent> parent;
    std::string trace_id, span_id;
    const Parent* parentOrNull() const { return parent ? &*parent : nullptr; }
};

/// "chat gpt-4o"
std::string requestName(const exporters::Node& record);

void addRequest(exporters::Attributes& to, const exporters::Node& record);

}  // namespace callback_otel
