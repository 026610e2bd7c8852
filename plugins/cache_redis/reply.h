// What a server answered. Strings may be binary and large: they are moved, not copied.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cache_redis {

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

inline bool isError(const redisReply* reply) { return reply->type == REDIS_REPLY_ERROR; }

/// The text of a string, a status or an error; empty for anything else.
inline std::string_view textOf(const redisReply* reply) {
    const bool text =
        reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS || isError(reply);
    return text ? std::string_view(reply->str, reply->len) : std::string_view();
}

/// The first word of an error: WRONGPASS, OOM, … What follows it may repeat what was sent, passwords too.
inline std::string codeOf(const redisReply* reply) {
    const auto text = textOf(reply).substr(0, 40);
    const std::string_view word = text.substr(0, text.find(' '));
    for (const char c : word) {
        if (c < 'A' || c > 'Z') return "ERR";
    }
    return word.empty() ? "ERR" : std::string(word);
}

/// A command as it is sent. Appends.
inline void encode(const std::vector<std::string_view>& words, std::string& out) {
    out += '*' + std::to_string(words.size()) + "\r\n";
    for (const auto word : words) {
        out += '$' + std::to_string(word.size()) + "\r\n";
        out += word;
        out += "\r\n";
    }
}

}  // namespace cache_redis
