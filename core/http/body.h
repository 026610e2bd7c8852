// Takes a body apart as it arrives: none, counted, chunked, or until the connection closes. Strict (RFC 9112
// section 7.1); how it ended is said, never guessed from the end of the input.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/head.h"

namespace sluice::http {

/// How a message ended.
enum class End { NotYet, Ok, Truncated, Cancelled, Error };
const char* name(End end);

class BodyDecoder {
public:
    enum class Step { NeedMore, Data, Done, Fault };

    void start(Framing framing, uint64_t content_length);

    /// Looks at `in` once. `consumed` bytes are used up; Data comes with a piece of the body that is a part
    /// of them.
    Step next(std::string_view in, size_t& consumed, std::string_view& data);

    /// The input has ended. Ok if a body of this framing may end here.
    End atEof() const;
    std::string_view fault() const { return fault_; }

private:
    enum class State { Size, Data, DataEnd, Trailer, Done, Counted, UntilClose };

    Step line(std::string_view in, size_t& consumed);
    bool readSize(std::string_view text);
    bool readTrailer(std::string_view text);
    Step fail(std::string_view reason);

    State state_ = State::Done;
    uint64_t left_ = 0;       // of the chunk or of the counted body
    size_t line_bytes_ = 0;   // of the lines since the last data: bounds extensions and trailers
    std::string_view fault_;  // static text
};

}  // namespace sluice::http
