#include "edits.h"

#include <array>
#include <optional>

#include <nlohmann/json.hpp>

namespace provider_openai {
namespace {

using Json = nlohmann::ordered_json;  // the client's order of keys is kept

constexpr std::string_view kUserAgent = "sluice/0.1";
// Longer ones are no options but an attack: writing JSON is recursive, and a fiber's stack is small.
constexpr size_t kStreamOptionsBytesMax = 256;
// content-type: the boundary of a multipart body stands in it.
constexpr std::array<std::string_view, 5> kClientFields{"content-type", "accept", "openai-beta",
                                                        "idempotency-key", "user-agent"};

std::string_view otherwise(std::string_view name) {
    if (name == "content-type") return "application/json";
    return name == "user-agent" ? kUserAgent : std::string_view();
}

// stream_options as they are to go on; nothing if they may stay as they are.
std::optional<std::string> withUsage(std::optional<std::string_view> options) {
    constexpr std::string_view kOnlyUsage = R"({"include_usage":true})";
    if (!options || *options == "null") return std::string(kOnlyUsage);
    if (options->size() > kStreamOptionsBytesMax) return std::nullopt;
    Json parsed = Json::parse(*options, nullptr, false);
    if (!parsed.is_object()) return std::nullopt;  // the upstream says better what is wrong with them
    const auto asked = parsed.find("include_usage");
    if (asked != parsed.end() && asked->is_boolean() && asked->get<bool>()) return std::nullopt;
    parsed["include_usage"] = true;
    return parsed.dump();
}

}  // namespace

// A model's name comes from the configuration or from a client's JSON; bytes that are no UTF-8 must not throw
// here.
std::string jsonQuoted(std::string_view text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void copyClientFields(const sluice::Attempt& attempt) {
    for (const auto name : kClientFields) {
        const auto value = attempt.header(name).value_or(otherwise(name));
        if (!value.empty()) (void)attempt.setUpstreamHeader(name, value);
    }
}

bool nameModel(const sluice::Attempt& attempt, std::string_view quoted_model) {
    if (attempt.upstreamMember("model") == quoted_model) return true;
    return attempt.setUpstreamMember("model", quoted_model);
}

bool askForUsage(const sluice::Attempt& attempt) {
    const auto options = withUsage(attempt.upstreamMember("stream_options"));
    if (!options) return true;
    return attempt.setUpstreamMember("stream_options", *options) &&
           attempt.setAttribute("sluice.hide_usage_chunk", "1");
}

}  // namespace provider_openai
