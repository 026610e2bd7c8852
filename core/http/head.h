// Request and response heads as strict RFC 9112 messages, and the parsers that make them. What is ambiguous
// is refused: a head that two implementations could read differently never gets past here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "http/fields.h"

namespace sluice::http {

/// How the length of a body is known (RFC 9112 section 6.3).
enum class Framing { None, Length, Chunked, UntilClose };

struct RequestHead {
    std::string raw;  // owns the text that the views show
    std::string_view method;
    std::string_view target;
    std::string_view path;   // of the target, without query; "*" for OPTIONS *
    std::string_view query;  // without the question mark
    int minor = 1;           // HTTP/1.minor; 1 also for later minors
    Fields fields;
    Framing framing = Framing::None;
    uint64_t content_length = 0;
    bool keep_alive = true;
    bool expect_continue = false;
};

struct ResponseHead {
    std::string raw;
    int minor = 1;
    int status = 0;
    Fields fields;
    Framing framing = Framing::None;
    uint64_t content_length = 0;
    bool keep_alive = true;
};

/// What is wrong with a head and the status that says so: 400, 414, 417, 431, 501 or 505.
struct HeadFault {
    int status = 0;
    std::string_view reason;  // static text
};

enum class Parse { NeedMore, Done, Fault };

/// Finds and checks the lines of a head while it arrives; each byte is looked at once.
class HeadLines {
public:
    enum class Kind { Request, Response };
    HeadLines(Kind kind, const base::Limits& limits) : kind_(kind), limits_(limits) {}

    /// `buffer` starts at the head and only grows from call to call.
    Parse feed(std::string_view buffer);
    const HeadFault& fault() const { return fault_; }
    size_t size() const { return next_; }  // bytes of the head, after Done

    /// Positions in the buffer, which may move between calls.
    struct Span {
        uint32_t at = 0;
        uint32_t size = 0;
        std::string_view in(std::string_view buffer) const { return buffer.substr(at, size); }
    };
    struct Line {
        Span name;
        Span value;
    };
    const Span& startLine() const { return start_line_; }
    const std::vector<Line>& fields() const { return fields_; }
    void reset();

private:
    Parse fail(int status, std::string_view reason);
    Parse addLine(std::string_view buffer, size_t begin, size_t end);
    Parse tooLong(std::string_view buffer);

    Kind kind_;
    const base::Limits& limits_;
    size_t next_ = 0;      // start of the next line
    size_t searched_ = 0;  // no line feed before this
    bool has_start_ = false;
    Span start_line_;
    std::vector<Line> fields_;
    HeadFault fault_;
};

/// Fills `head` from checked lines; `buffer` holds the head. Status 0 if all is well.
HeadFault readRequestHead(std::string_view buffer, const HeadLines& lines, RequestHead& head);
/// `request_method` matters because HEAD and CONNECT change the framing.
HeadFault readResponseHead(std::string_view buffer, const HeadLines& lines, std::string_view request_method,
                           ResponseHead& head);

}  // namespace sluice::http
