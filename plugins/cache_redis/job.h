// Commands that belong together: they go to one server in one go, and end together.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reply.h"
#include "slots.h"

namespace cache_redis {

/// How it ended: with a reply to each command; without, because a server is away; or too late to be of use.
enum class End { Answered, Away, Late };

/// Two connections a server: what somebody waits for is not behind large values.
enum Lane : uint8_t { kReads, kWrites, kLanes };

struct Job {
    using Words = std::vector<std::string>;

    Lane lane = kReads;
    int slot = -1;  // of its keys; -1: it is for `place`
    Place place;
    bool sentinel = false;  // `place` is a sentinel
    bool patient = false;   // waits while a server is away, and is sent again; else it ends
    std::vector<Words> commands;
    int64_t expires_ms = 0;  // not 0: until then in milliseconds is sent as the last word
    /// Once, on the engine's thread.
    std::function<void(End, std::vector<Reply>&)> done;

    // The engine's.
    std::vector<Reply> replies;
    int64_t since_ms = 0, again_ms = 0;
    size_t skipped = 0;  // replies to ASKING
    int tries = 0;
    bool asking = false;
};
using JobPtr = std::unique_ptr<Job>;

/// Milliseconds of a clock that does not go back.
int64_t clockMs();

}  // namespace cache_redis
