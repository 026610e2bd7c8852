#include "question.h"

#include <array>

#include <nlohmann/json.hpp>

namespace callout_http {
namespace {

using Json = nlohmann::ordered_json;

// Field values and paths need not be UTF-8; what is not is replaced instead of refused.
std::string textOf(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// The body as it is. It is embedded, so it must be JSON: what is not would say something else to the service.
std::string_view embeddable(std::string_view body, const Options& options) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (body.size() > options.max_body_bytes) throw Unasked("too_large");
    if (body.substr(0, kByteOrderMark.size()) == kByteOrderMark) body.remove_prefix(kByteOrderMark.size());
    if (body.empty()) return "null";
    if (!Json::accept(body.begin(), body.end())) throw Unasked("unsupported_body");
    return body;
}

std::string withMember(std::string object, std::string_view name, std::string_view json) {
    object.pop_back();
    return object.append(",\"").append(name).append("\":").append(json).append("}");
}

Json endOf(const sluice::Stream& stream) {
    constexpr std::array<const char*, 4> kEnds{"ok", "truncated", "cancelled", "error"};
    if (!stream.ended()) return nullptr;
    const auto end = static_cast<size_t>(stream.end() - SLUICE_END_OK);
    return end < kEnds.size() ? kEnds[end] : "error";
}

}  // namespace

Question::Question(Phase phase) {
    text_.append(R"({"schema":"sluice.callout/1","phase":")").append(name(phase)).append("\"");
}

void Question::add(std::string_view name, std::string_view json) {
    text_.append(",\"").append(name).append("\":").append(json);
}

std::string aboutRequest(const sluice::Request& request, const sluice_host_request& table,
                         const Options& options) {
    const auto said = [&](uint32_t what) { return sluice::view(table.text(request.raw(), what)); };
    Json headers = Json::object();
    for (const auto& field : options.include_headers) {
        if (const auto value = request.header(field)) headers[field] = *value;
    }
    return textOf(Json{{"call_id", request.callId()},
                       {"route", request.route()},
                       {"model", request.model()},
                       {"tenant", request.tenant()},
                       {"user", request.user()},
                       {"team", said(SLUICE_REQUEST_TEAM)},
                       {"key_id", request.keyId()},
                       {"client", request.client()},
                       {"stream", request.stream()},
                       {"headers", headers}});
}

std::string wholeRequest(const sluice::Request& request, const sluice_host_request& table,
                         const Options& options) {
    const auto body = request.body();
    return withMember(aboutRequest(request, table, options), "body", embeddable(body, options));
}

std::string aboutResponse(const sluice::Response& response, const Options& options) {
    std::string about = textOf(Json{{"status", response.status()}});
    const auto body = response.responseBody();
    Json lanes = Json::object();
    size_t bytes = 0;
    for (const uint32_t lane :
         {SLUICE_LANE_TEXT, SLUICE_LANE_REASONING, SLUICE_LANE_TOOL_ARGS, SLUICE_LANE_REFUSAL}) {
        const auto text = response.laneText(lane);
        bytes += text.size();
        if (!text.empty()) lanes[std::string(laneName(lane))] = text;
    }
    // A stream has no body of its own: what it said stands in its lanes.
    if (lanes.empty()) return withMember(std::move(about), "body", embeddable(body, options));
    if (bytes > options.max_body_bytes) throw Unasked("too_large");
    return withMember(std::move(about), "lanes", textOf(lanes));
}

std::string aboutStream(const sluice::Stream& stream) {
    return textOf(Json{{"lane", laneName(stream.lane())},
                       {"choice", stream.choice() & 0xFFFFu},
                       {"part", stream.choice() >> 16},
                       {"window", stream.window()},
                       {"text", stream.text()},
                       {"end", endOf(stream)}});
}

}  // namespace callout_http
