// What of a request makes it belong together with others: its session, its user, or the beginning of its
// prompt, which providers keep in their prompt caches.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <sluice/request.hpp>

namespace router_affinity {

enum class KeySource { Session, User, Prefix };

/// Their names in the configuration; nothing for another name.
std::optional<KeySource> keySourceOf(std::string_view name);

/// Hash of the first source that the request has; nothing if it has none. Allocates nothing. [loop]
std::optional<uint64_t> keyOf(const sluice::Request& request, const std::vector<KeySource>& by,
                              size_t prefix_bytes);

/// The part of a list of messages, or of a prompt, that stays as it is while a conversation goes on: to the
/// end of the first message of the user, at most `bytes`.
std::string_view steadyHead(std::string_view json, size_t bytes);

/// A member of a JSON object that is a text that is not empty, as it is written.
std::optional<std::string_view> textMember(std::string_view json, std::string_view name);

}  // namespace router_affinity
