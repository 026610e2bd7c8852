// What the answer to a line means: done, and what to write down, or to be tried again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal.h"
#include "records.h"

namespace batches {

/// What came back from the gateway's own front door.
struct Answer {
    enum class Fault { None, Unreachable, Timeout, TooLarge };
    Fault fault = Fault::None;
    int status = 0;
    std::string content_type, request_id, body;
    int64_t retry_after_ms = 0;  // 0: the answer did not say
};

struct Result {
    enum class Next { Done, Again, Limited };  // Limited: 429, tried until the batch expires
    Next next = Next::Done;
    Journal::Outcome outcome = Journal::Outcome::Error;
    std::string json;  // one line; of Again and Limited what is written if nothing better comes
    Usage usage;
};

/// id: of the line within the gateway, "batch_req_…".
Result resultOf(Kind kind, const Answer& answer, const std::string& id, const std::string& custom_id);

/// A line that has not been answered, and will not be. code, for OpenAI's: "batch_expired". type, for
/// Anthropic's: "expired", "canceled", "errored".
std::string unansweredLine(Kind kind, const std::string& id, const std::string& custom_id, const char* code,
                           const char* type, const std::string& message);

}  // namespace batches
