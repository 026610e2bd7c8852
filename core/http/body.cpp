#include "http/body.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"

namespace sluice::http {
namespace {

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = base::lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// *( ";" BWS name [ "=" ( token / quoted-string ) ] ): looked at so that nothing can hide in it, then
// ignored.
bool isExtension(std::string_view text) {
    while (!text.empty()) {
        if (text.front() != ';') return false;
        text = base::trimmed(text.substr(1));
        const size_t stop = std::min(text.find_first_of(";="), text.size());
        if (!isToken(text.substr(0, stop))) return false;
        text.remove_prefix(stop);
        if (text.empty() || text.front() == ';') continue;
        text.remove_prefix(1);
        if (!text.empty() && text.front() == '"') {
            const size_t close = text.find('"', 1);
            if (close == std::string_view::npos || !isFieldValue(text.substr(1, close - 1))) return false;
            text.remove_prefix(close + 1);
        } else {
            const size_t end = std::min(text.find(';'), text.size());
            if (!isToken(text.substr(0, end))) return false;
            text.remove_prefix(end);
        }
    }
    return true;
}

// Fields that change how a message is read or who sent it must not come after it (RFC 9110 section 6.5.1).
bool isForbiddenTrailer(std::string_view name) {
    static constexpr std::array<std::string_view, 12> kForbidden{"content-length",
                                                                 "transfer-encoding",
                                                                 "host",
                                                                 "authorization",
                                                                 "content-type",
                                                                 "content-encoding",
                                                                 "cookie",
                                                                 "expect",
                                                                 "te",
                                                                 "connection",
                                                                 "proxy-authorization",
                                                                 "trailer"};
    return std::any_of(kForbidden.begin(), kForbidden.end(), [&](auto f) { return base::iequals(f, name); });
}

}  // namespace

const char* name(End end) {
    switch (end) {
        case End::NotYet:
            return "not_yet";
        case End::Ok:
            return "end_ok";
        case End::Truncated:
            return "end_truncated";
        case End::Cancelled:
            return "end_cancelled";
        case End::Error:
            return "end_error";
    }
    return "end_error";
}

void BodyDecoder::start(Framing framing, uint64_t content_length) {
    left_ = content_length;
    line_bytes_ = 0;
    fault_ = {};
    switch (framing) {
        case Framing::None:
            state_ = State::Done;
            break;
        case Framing::Length:
            state_ = content_length ? State::Counted : State::Done;
            break;
        case Framing::Chunked:
            state_ = State::Size;
            break;
        case Framing::UntilClose:
            state_ = State::UntilClose;
            break;
    }
}

BodyDecoder::Step BodyDecoder::fail(std::string_view reason) {
    fault_ = reason;
    return Step::Fault;
}

BodyDecoder::Step BodyDecoder::next(std::string_view in, size_t& consumed, std::string_view& data) {
    consumed = 0;
    if (state_ == State::Done) return Step::Done;
    if (in.empty()) return Step::NeedMore;
    if (state_ == State::UntilClose) {
        data = in;
        consumed = in.size();
        return Step::Data;
    }
    if (state_ != State::Data && state_ != State::Counted) return line(in, consumed);
    data = in.substr(0, static_cast<size_t>(std::min<uint64_t>(left_, in.size())));
    consumed = data.size();
    left_ -= data.size();
    if (left_ == 0) state_ = state_ == State::Counted ? State::Done : State::DataEnd;
    return Step::Data;
}

BodyDecoder::Step BodyDecoder::line(std::string_view in, size_t& consumed) {
    const size_t max = state_ == State::Trailer ? base::kTrailerBytesMax : base::kChunkExtensionBytesMax;
    const size_t lf = in.find('\n');
    if (state_ == State::DataEnd && (in[0] != '\r' || (in.size() > 1 && in[1] != '\n'))) {
        return fail("a chunk is longer than its size says");
    }
    if (lf == std::string_view::npos) {
        if (line_bytes_ + in.size() > max) return fail("a chunk line is too long");
        return Step::NeedMore;
    }
    if (lf == 0 || in[lf - 1] != '\r') return fail("a chunk line ends with a bare line feed");
    const std::string_view text = in.substr(0, lf - 1);
    consumed = lf + 1;
    line_bytes_ += consumed;
    if (line_bytes_ > max) return fail("a chunk line is too long");
    switch (state_) {
        case State::Size:
            if (!readSize(text)) return fail("malformed chunk size");
            break;
        case State::DataEnd:
            state_ = State::Size;
            break;
        case State::Trailer:
            if (text.empty()) {
                state_ = State::Done;
                return Step::Done;
            }
            if (!readTrailer(text)) return fail("malformed or forbidden trailer field");
            break;
        case State::Data:
        case State::Done:
        case State::Counted:
        case State::UntilClose:
            break;
    }
    if (state_ == State::Size) line_bytes_ = 0;
    return Step::NeedMore;
}

bool BodyDecoder::readSize(std::string_view text) {
    uint64_t size = 0;
    size_t digits = 0;
    while (digits < text.size() && hexValue(text[digits]) >= 0) {
        if (digits == 15) return false;  // 60 bits: more is not a size but an attack
        size = size * 16 + static_cast<uint64_t>(hexValue(text[digits++]));
    }
    if (digits == 0 || !isExtension(text.substr(digits))) return false;
    left_ = size;
    state_ = size == 0 ? State::Trailer : State::Data;
    if (size != 0) line_bytes_ = 0;
    return true;
}

bool BodyDecoder::readTrailer(std::string_view text) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view name = text.substr(0, colon);
    return isToken(name) && isFieldValue(text.substr(colon + 1)) && !isForbiddenTrailer(name);
}

End BodyDecoder::atEof() const {
    return state_ == State::Done || state_ == State::UntilClose ? End::Ok : End::Truncated;
}

}  // namespace sluice::http
