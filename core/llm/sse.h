// Cuts a byte stream into server-sent events (WHATWG HTML, section 9.2.6) without changing a byte: an event
// is handed on as it came, terminator included. Lines may end with LF, CRLF or CR.
#pragma once

#include <string>
#include <string_view>

namespace sluice::llm {

struct SseEvent {
    std::string_view raw;   // all of its bytes, the blank line included
    std::string_view data;  // its data lines joined by LF; empty for a comment
    std::string_view name;  // of its event line; empty if none
    bool has_data = false;
};

class SseSplitter {
public:
    explicit SseSplitter(size_t event_bytes_max) : max_(event_bytes_max) {}

    /// The next piece of the stream. Borrowed until next() has returned false. Call next() until then before
    /// the next feed.
    void feed(std::string_view piece);

    /// The next complete event; its views live until the next call of feed or next.
    bool next(SseEvent& event);

    /// Bytes of an event that is not complete yet: more than nothing at the end of a stream means that it was
    /// cut.
    bool hasPartial() const { return !pending_.empty(); }
    std::string_view partial() const { return pending_; }
    /// An event is larger than allowed; the stream cannot go on.
    bool tooLarge() const { return too_large_ || pending_.size() > max_; }

private:
    size_t findEnd(std::string_view text);
    void parse(std::string_view raw, SseEvent& event);

    size_t max_;
    std::string_view piece_;  // not looked at yet
    std::string pending_;     // an event that has come in part
    std::string taken_;       // the last event, if it was put together from parts
    std::string joined_;      // data of several lines
    bool too_large_ = false;
    bool at_start_ = true;    // of the stream: a byte order mark may stand here
    size_t scanned_ = 0;      // no event ends before this
    bool line_empty_ = true;  // nothing stands on the current line yet
};

}  // namespace sluice::llm
