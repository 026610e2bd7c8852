// What finds things in texts: the half of a guardrail that knows nothing of requests. A scanner is given a
// text and says where what is; it can be tested, measured and used (by a guardrail, by a script, over logs)
// alone.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sluice {

/// Something that a scanner has found: bytes [begin, end) of the text, at character boundaries.
struct Finding {
    size_t begin = 0;
    size_t end = 0;
    std::string_view entity;  // "EMAIL_ADDRESS": lives as long as the scanner
    float score = 1;          // 0 to 1: how sure it is
};

class Scanner {
public:
    virtual ~Scanner() = default;

    /// Appends what it finds that begins at or after `from`: ascending, without overlap. Bytes before `from`
    /// are context only: a stream has released them already. Linear in the length of the text; no exceptions
    /// for any bytes, not even for such as are no UTF-8. [any, many threads at once]
    ///
    /// Whether [b, e) is found must depend on the bytes [b - lookBehind(), e + lookAhead()) alone, or what is
    /// found in a stream would depend on how the stream was cut.
    virtual void find(std::string_view text, size_t from, std::vector<Finding>& found) const = 0;

    /// Bytes of the longest finding: a stream holds back that much and lookAhead().
    virtual size_t longest() const { return 128; }
    /// Bytes in front of a finding that may matter ("SSN: " before digits), besides its first boundary.
    virtual size_t lookBehind() const { return 64; }
    /// Bytes behind a finding that may matter; at least 1 if it must not be followed by a letter or digit.
    virtual size_t lookAhead() const { return 1; }
};

}  // namespace sluice
