// What the routes have in common: who asks, with which credential, queries, bodies, times and errors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/plugin.hpp>

#include "records.h"
#include "refused.h"
#include "run.h"

namespace batches {

/// Whose files and batches a caller sees: those of the tenant, or, without one, of the key.
std::string ownerOf(const sluice::Request& request);
/// The fields of a request that its batch's lines are sent with: who asks, the dialect's versions, and the
/// gateway's own wishes (x-litellm-…).
Credentials credentialsOf(const sluice::Request& request);
/// Throws Refused: 400 for a request that a line of a batch has made.
void refuseRecursion(const sluice::Request& request);

/// ?name=value, decoded; empty if it is not there.
std::string queryOf(const sluice::Request& request, std::string_view name);
/// A whole number within bounds. Throws Refused.
size_t limitOf(const sluice::Request& request, size_t otherwise, size_t most);
/// What stands behind `prefix` in the path, up to `ending`. Throws Refused: 404.
std::string idOf(std::string_view path, std::string_view folder, std::string_view ending);

/// The body as an object. Throws Refused.
Json objectOf(const sluice::Request& request);

/// Of `all`, newest first: those behind `after`, at most `limit`; and whether there are more. An id that is
/// not there is like the end.
template <class T>
std::pair<std::vector<T>, bool> page(std::vector<T> all, const std::string& after, size_t limit) {
    size_t at = 0;
    if (!after.empty()) {
        while (at < all.size() && all[at].id != after) ++at;
        ++at;
    }
    std::vector<T> out;
    for (; at < all.size() && out.size() < limit; ++at) out.push_back(std::move(all[at]));
    return {std::move(out), at < all.size()};
}

sluice::Verdict answerJson(const sluice::Request& request, uint32_t status, const Json& body);
/// In the shape of the dialect.
sluice::Verdict answerError(const sluice::Request& request, Kind kind, const Refused& why);

/// Seconds since 1970, or null for 0.
Json seconds(int64_t ms);
/// "2026-11-21T17:00:35.123Z" (RFC 3339), or null for 0.
Json rfc3339(int64_t ms);

}  // namespace batches
