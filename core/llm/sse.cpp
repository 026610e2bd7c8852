#include "llm/sse.h"

#include <algorithm>

namespace sluice::llm {
namespace {

// The first CR or LF; the end of the text if there is none. Two memchr: find_first_of would look at each byte
// anew.
size_t lineEnd(std::string_view text, size_t from) {
    const size_t lf = std::min(text.find('\n', from), text.size());
    return std::min(text.substr(0, lf).find('\r', from), lf);
}

}  // namespace

void SseSplitter::feed(std::string_view piece) { piece_ = piece; }

// Position behind the blank line that ends the first event in `text`, or npos. Goes on at scanned_.
size_t SseSplitter::findEnd(std::string_view text) {
    size_t at = scanned_;
    while (at < text.size()) {
        const size_t line = line_empty_ ? at : lineEnd(text, at);
        if (line == text.size()) {
            at = line;
            break;
        }
        if (text[line] != '\r' && text[line] != '\n') {  // the first byte of a line
            line_empty_ = false;
            at = line + 1;
            continue;
        }
        if (text[line] == '\r' && line + 1 == text.size()) {
            at = line;  // CR or CRLF? The next byte tells
            break;
        }
        const size_t after = line + (text[line] == '\r' && text[line + 1] == '\n' ? 2 : 1);
        if (line_empty_) {
            scanned_ = 0;
            return after;
        }
        line_empty_ = true;
        at = after;
    }
    scanned_ = at;
    return std::string_view::npos;
}

bool SseSplitter::next(SseEvent& event) {
    taken_.clear();
    if (pending_.empty()) {
        if (piece_.empty()) return false;
        const size_t end = findEnd(piece_);
        if (end != std::string_view::npos) {
            parse(piece_.substr(0, end), event);
            piece_.remove_prefix(end);
            return !too_large_;
        }
        pending_.assign(piece_);
        piece_ = {};
        return false;
    }
    if (piece_.empty()) return false;
    const size_t before = pending_.size();
    pending_.append(piece_);
    const size_t end = findEnd(pending_);
    if (end == std::string_view::npos) {
        piece_ = {};
        return false;
    }
    piece_.remove_prefix(end - before);
    pending_.resize(end);
    taken_.swap(pending_);
    pending_.clear();
    parse(taken_, event);
    return !too_large_;
}

void SseSplitter::parse(std::string_view raw, SseEvent& event) {
    event = {};
    event.raw = raw;
    size_t data_lines = 0;
    std::string_view rest = raw;
    if (at_start_ && rest.substr(0, 3) == "\xef\xbb\xbf") rest.remove_prefix(3);
    at_start_ = false;
    too_large_ = raw.size() > max_;
    while (!rest.empty()) {
        const size_t end = lineEnd(rest, 0);
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(rest.size(), end + 1));
        const size_t colon = std::min(line.find(':'), line.size());
        const std::string_view field = line.substr(0, colon);
        std::string_view value = line.substr(std::min(line.size(), colon + 1));
        if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        if (field == "event") {
            event.name = value;
        } else if (field == "data") {
            event.has_data = true;
            if (data_lines++ == 0) {
                event.data = value;
            } else {
                if (data_lines == 2) joined_.assign(event.data);
                joined_.append("\n").append(value);
                event.data = joined_;
            }
        }
    }
}

}  // namespace sluice::llm
