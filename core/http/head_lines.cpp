#include <cstring>

#include "base/text.h"
#include "http/head.h"

namespace sluice::http {
namespace {

// "GET" SP "/" SP "HTTP/1.1": enough to refuse a wrong start line before the rest has come.
bool plausibleRequestLine(std::string_view line) {
    const size_t first = line.find(' ');
    const size_t last = line.rfind(' ');
    return first != std::string_view::npos && first != last && isToken(line.substr(0, first));
}

}  // namespace

void HeadLines::reset() {
    next_ = searched_ = 0;
    has_start_ = false;
    fields_.clear();
    fault_ = {};
}

Parse HeadLines::fail(int status, std::string_view reason) {
    fault_ = {status, reason};
    return Parse::Fault;
}

Parse HeadLines::feed(std::string_view buffer) {
    for (;;) {
        const auto* found =
            static_cast<const char*>(std::memchr(buffer.data() + searched_, '\n', buffer.size() - searched_));
        if (!found) {
            searched_ = buffer.size();
            return tooLong(buffer);
        }
        const auto lf = static_cast<size_t>(found - buffer.data());
        searched_ = lf + 1;
        if (lf == next_ || buffer[lf - 1] != '\r')
            return fail(400, "a line ends with a bare line feed instead of CRLF");
        const size_t begin = next_;
        next_ = lf + 1;
        if (has_start_ && next_ > limits_.head_bytes_max) return fail(431, "the request head is too large");
        if (begin == lf - 1) {
            if (has_start_) return Parse::Done;
            return fail(400, "an empty line stands before the start line");
        }
        const Parse parsed = addLine(buffer, begin, lf - 1);
        if (parsed != Parse::NeedMore) return parsed;
    }
}

Parse HeadLines::tooLong(std::string_view buffer) {
    const size_t pending = buffer.size() - next_;
    if (!has_start_ && kind_ == Kind::Request && pending > limits_.target_bytes_max + 32ull) {
        return fail(414, "the request target is too long");
    }
    if (pending > limits_.field_bytes_max + 2ull) return fail(431, "a header field is too long");
    if (buffer.size() > limits_.head_bytes_max) return fail(431, "the request head is too large");
    return Parse::NeedMore;
}

Parse HeadLines::addLine(std::string_view buffer, size_t begin, size_t end) {
    const std::string_view line = buffer.substr(begin, end - begin);
    if (!has_start_) {
        has_start_ = true;
        start_line_ = {static_cast<uint32_t>(begin), static_cast<uint32_t>(line.size())};
        if (kind_ == Kind::Request && line.size() > limits_.target_bytes_max + 32ull) {
            return fail(414, "the request target is too long");
        }
        if (kind_ == Kind::Request && !plausibleRequestLine(line)) return fail(400, "malformed request line");
        return Parse::NeedMore;
    }
    if (line.size() > limits_.field_bytes_max) return fail(431, "a header field is too long");
    if (fields_.size() >= limits_.head_fields_max) return fail(431, "there are too many header fields");
    if (line.front() == ' ' || line.front() == '\t')
        return fail(400, "a header field is folded over two lines (obs-fold)");
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return fail(400, "a header line has no colon");
    const std::string_view name = line.substr(0, colon);
    if (!isToken(name)) return fail(400, "a header name holds a character that is not allowed there");
    const std::string_view value = base::trimmed(line.substr(colon + 1));
    if (!isFieldValue(value)) return fail(400, "a header value holds a control character");
    const auto value_at = value.empty() ? end : static_cast<size_t>(value.data() - buffer.data());
    fields_.push_back({{static_cast<uint32_t>(begin), static_cast<uint32_t>(name.size())},
                       {static_cast<uint32_t>(value_at), static_cast<uint32_t>(value.size())}});
    return Parse::NeedMore;
}

}  // namespace sluice::http
