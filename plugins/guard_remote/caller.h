// How adapters reach their service: one call over HTTP, within the time that is left for all calls of a hook.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guard_remote {

/// No judgement came: nobody there, too slow, or an answer that cannot be used. what() says why and quotes
/// neither the texts nor the answer.
struct Unusable : std::runtime_error {
    enum class Kind {
        Unreachable,  // no connection, no answer in time, 502, 503, 504
        Refused,      // another status than 200 to 299
        Malformed,    // an answer that is not as documented
    };
    Unusable(Kind why, const std::string& words, int http_status = 0)
        : std::runtime_error(words), kind(why), status(http_status) {}
    Kind kind;
    int status;  // of the answer; 0: there is none, or it is not the matter
};

/// The texts cannot be sent at all: too large. Not the service's fault.
struct Unasked : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A POST. Header names in lower case; content-type is application/json unless it is among them.
struct Call {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;  // with secrets in them: never log
    std::string body;
};

class Caller {
public:
    virtual ~Caller() = default;
    /// The body of an answer with status 200 to 299, until the hook ends. Throws Unusable. [loop] [may-wait]
    virtual std::string_view post(const Call& call) = 0;
    /// Milliseconds since 1970.
    virtual int64_t wallMs() const = 0;
};

}  // namespace guard_remote
