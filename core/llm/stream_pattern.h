// Most events of a stream are the one before but for the text in them. Such an event is known again by its
// bytes: what parsing it would tell is known already.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/prefetch.h"
#include "llm/stream_texts.h"

namespace sluice::llm {

class StreamPattern {
public:
    /// Is `data` the event that was learned but for its text? Otherwise it must be parsed.
    bool match(std::string_view data);
    /// What the event that matched carries. Lives until the next one.
    std::span<const EventText> texts() const { return texts_; }

    /// An event is about to come.
    void prefetch() const {
        base::prefetch(data_.data(), data_.size());
        base::prefetch(texts_.data(), sizeof(EventText) - sizeof(JsonPath));
    }

    /// `data` was parsed, and match() did not know it: it is valid and says nothing but these texts. It is
    /// learned if one of them is a delta and the others, if any, are the same in each event. `texts` say
    /// where they stand.
    void learn(std::string_view data, std::span<const EventText> texts);

private:
    struct Gap {  // a part of data_ that is another one in each event
        enum class Kind { Text, String, Number } kind;
        size_t at, size;  // of a string without its quotes
        size_t size_now;  // in the event at hand
    };
    struct Place {
        size_t begin, end;
    };
    void addGap(Gap::Kind kind, std::string_view data, std::string_view value);
    void place(std::string_view data, std::string_view text);

    std::string data_;              // of the event that was learned
    std::array<Gap, 3> gaps_;       // ascending
    size_t gap_count_ = 0;          // 0: nothing was learned
    std::vector<EventText> texts_;  // what the event at hand carries
    std::vector<Place> places_;     // where that stood in the event that was learned
    size_t text_ = 0;               // which of them is the text
    uint32_t wasted_ = 0;           // times that something was learned since an event matched
    bool kept_ = false;             // the event at hand is like the pattern, but its text needs a parser
};

}  // namespace sluice::llm
