// Putting other texts into an event of a stream: every byte that is not one of them stays as it came.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "llm/stream_texts.h"

namespace sluice::gateway {

class EventEdits {
public:
    /// `data` is the event's, JSON; borrowed.
    explicit EventEdits(std::string_view data) : data_(data) {}

    /// `now` takes the place of `text`, if it is another one.
    void put(const llm::EventText& text, std::string_view now);
    /// What repeats other texts says nothing any more.
    void scrub(const llm::EventText& text);
    bool none() const { return edits_.empty(); }
    /// The data with all of them.
    std::string woven();

private:
    struct Edit {
        size_t begin, end;
        std::string json;
    };
    void add(std::string_view value, std::string json);

    std::string_view data_;
    std::vector<Edit> edits_;
};

/// The event with other data in the place of its own; other lines stay.
std::string withData(std::string_view raw, std::string_view data);

}  // namespace sluice::gateway
