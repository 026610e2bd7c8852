// What is said to Redis' vector search and what it says, as commands and replies: no connection is needed for
// any of it. RediSearch 2.4 or later (Redis Stack, Redis 8), or Valkey with valkey-search.
// Sources: redis.io/docs/latest/commands/ft.create, ft.search, ft.info, ft.dropindex;
// redis.io/docs/latest/develop/ai/search-and-query/query/vector-search (KNN behind a filter, DIALECT 2) and
// …/advanced-concepts/escaping (tags).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache_redis/reply.h"
#include "semantic/vectors.h"

namespace cache {

using Words = std::vector<std::string>;

/// The names of one index and of what is in it. All keys of an index have the same hash tag, so that they are
/// in one slot of a cluster, and FT.SEARCH of the server that has it sees all of them.
struct RedisNames {
    explicit RedisNames(const std::string& index) : index(index), prefix("{" + index + "}:") {}
    std::string index, prefix;
    /// One for each scope and key: the same answer is one hash.
    std::string hashOf(std::string_view scope, std::string_view key) const;
};

/// As it has to stand between the braces of @field:{…}: everything but letters, digits, underscores and bytes
/// beyond ASCII gets a backslash, so that no text can end the tag or become an operator.
std::string tagLiteral(std::string_view text);
/// The numbers as the index wants them: little-endian, 4 bytes each.
std::string blobOf(const std::vector<float>& vector);

Words createWords(const RedisNames& names, size_t dimensions);
Words infoWords(const RedisNames& names);
/// The `count` nearest of that scope. The server gives up after `timeout_ms`.
Words searchWords(const RedisNames& names, std::string_view scope, const std::vector<float>& vector,
                  size_t count, uint32_t timeout_ms);
/// The hash itself; its time is another command.
Words hashWords(const RedisNames& names, const Answered& one);
Words dropWords(const RedisNames& names, bool with_hashes);

/// The nearest one in an answer to searchWords() that is of that scope and has not expired. Nothing if there
/// is none, or if it is no such answer.
std::optional<Neighbour> nearestIn(const redisReply& reply, std::string_view scope, int64_t now_ms);

/// What an error means for whoever asked.
enum class RedisFault {
    NoModule,   // the server knows no FT.…
    NoIndex,    // it is not there, or not any more
    IsThere,    // FT.CREATE: it is there already
    OtherSize,  // its vectors have another number of dimensions
    Other,
};
RedisFault faultOf(std::string_view error);

/// Empty if an answer to infoWords() describes an index as createWords() makes it; else what is wrong, for
/// the log. Old servers do not say how long the vectors are: that is not held against them.
std::string misfit(const redisReply& info, const RedisNames& names, size_t dimensions);

}  // namespace cache
