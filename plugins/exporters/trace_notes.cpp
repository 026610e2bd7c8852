#include "trace_notes.h"

#include <nlohmann/json.hpp>

namespace exporters {
namespace {

constexpr size_t kNoteBytesMax = 200;
constexpr std::string_view kPrefix = "caller_";

void note(const sluice::Request& request, std::string_view name, std::string_view value) {
    const std::string attribute = std::string(kPrefix).append(name);
    if (value.empty() || value.size() > kNoteBytesMax || request.attribute(attribute)) return;
    (void)request.setAttribute(attribute, value);
}

}  // namespace

void noteTraceFields(const sluice::Request& request) {
    if (const auto trace = request.header("x-litellm-trace-id")) note(request, "trace_id", *trace);
    if (const auto session = request.header("x-litellm-session-id")) note(request, "session_id", *session);
}

void noteTraceMetadata(const sluice::Request& request) {
    const auto json = request.member("metadata");
    if (!json || json->size() <= 2) return;
    const auto metadata = nlohmann::json::parse(*json, nullptr, false);
    if (!metadata.is_object()) return;
    for (const auto name : kTraceNotes) {
        const auto found = metadata.find(std::string(name));
        if (found != metadata.end() && found->is_string())
            note(request, name, found->get_ref<const std::string&>());
    }
}

std::string_view traceNote(const Node& record, std::string_view name) {
    const Node metadata = record["metadata"];
    const auto noted = metadata["attributes"][std::string(kPrefix).append(name)].text();
    const auto said = metadata["requester_metadata"][name].text();
    return !noted.empty() || said.size() > kNoteBytesMax ? noted : said;
}

}  // namespace exporters
