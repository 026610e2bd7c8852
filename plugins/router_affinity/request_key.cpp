#include "request_key.h"

#include <algorithm>

#include <sluice/json_reader.hpp>

#include "hash.h"

namespace router_affinity {
namespace {

using Text = std::optional<std::string_view>;

// Where dialects keep what the model reads first, in the order in which providers cache it.
constexpr std::string_view kPromptMembers[] = {"system", "instructions", "messages", "prompt", "input"};

Text unlessEmpty(std::string_view text) { return text.empty() ? std::nullopt : Text(text); }

// A top-level member that is a text.
Text bodyText(const sluice::Request& request, std::string_view name) {
    const auto json = request.member(name);
    std::string_view text;
    if (!json || !sluice::JsonReader(*json).raw(text)) return std::nullopt;
    return unlessEmpty(text);
}

Text metadata(const sluice::Request& request, std::string_view name) {
    const auto json = request.member("metadata");
    return json ? textMember(*json, name) : std::nullopt;
}

Text header(const sluice::Request& request, std::string_view name) {
    return unlessEmpty(request.header(name).value_or(""));
}

Text sessionOf(const sluice::Request& request) {
    if (const auto id = header(request, "x-session-id")) return id;
    if (const auto id = header(request, "x-litellm-session-id")) return id;
    if (const auto id = bodyText(request, "prompt_cache_key")) return id;
    return metadata(request, "session_id");
}

Text userOf(const sluice::Request& request) {
    if (const auto id = bodyText(request, "user")) return id;
    if (const auto id = metadata(request, "user_id")) return id;
    for (const auto id : {request.endUser(), request.user(), request.keyId()}) {
        if (!id.empty()) return id;
    }
    return std::nullopt;
}

std::optional<uint64_t> hashOfPrefix(const sluice::Request& request, size_t bytes) {
    uint64_t hash = 0;
    bool any = false;
    for (const auto name : kPromptMembers) {
        const auto json = request.member(name);
        if (!json || bytes == 0) continue;
        const auto head = steadyHead(*json, bytes);
        hash = hashOf(head, hash);
        bytes -= head.size();
        any = true;
    }
    return any ? std::optional<uint64_t>(hash) : std::nullopt;
}

std::optional<uint64_t> keyBy(KeySource source, const sluice::Request& request, size_t prefix_bytes) {
    if (source == KeySource::Prefix) return hashOfPrefix(request, prefix_bytes);
    const auto id = source == KeySource::Session ? sessionOf(request) : userOf(request);
    // A seed of its own: a session and a user of the same name are not the same.
    return id ? std::optional<uint64_t>(hashOf(*id, static_cast<uint64_t>(source) + 1)) : std::nullopt;
}

}  // namespace

std::optional<KeySource> keySourceOf(std::string_view name) {
    if (name == "session") return KeySource::Session;
    if (name == "user") return KeySource::User;
    return name == "prefix" ? std::optional(KeySource::Prefix) : std::nullopt;
}

std::optional<uint64_t> keyOf(const sluice::Request& request, const std::vector<KeySource>& by,
                              size_t prefix_bytes) {
    for (const auto source : by) {
        if (const auto key = keyBy(source, request, prefix_bytes)) return key;
    }
    return std::nullopt;
}

std::string_view steadyHead(std::string_view json, size_t bytes) {
    const auto head = json.substr(0, bytes);
    sluice::JsonReader reader(head);
    if (!reader.take('[')) return head;
    do {
        const size_t begin = reader.at();
        if (!reader.value()) return head;  // the bytes end in the middle of it
        if (textMember(head.substr(begin, reader.at() - begin), "role") == "user")
            return head.substr(0, reader.at());
    } while (reader.take(','));
    return head;
}

std::optional<std::string_view> textMember(std::string_view json, std::string_view name) {
    sluice::JsonReader reader(json);
    if (!reader.take('{')) return std::nullopt;
    std::string_view key, text;
    while (reader.raw(key) && reader.take(':')) {
        if (key == name) return reader.raw(text) ? unlessEmpty(text) : std::nullopt;
        if (!reader.value() || !reader.take(',')) break;
    }
    return std::nullopt;
}

}  // namespace router_affinity
