// Putting other texts into an event of a stream: every byte that is not one of them stays as it came.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::gateway {

class EventEdits {
public:
    /// `data` is the event's, JSON; borrowed.
    explicit EventEdits(std::string_view data) : data_(data) {}

    /// `now` takes the place of the text whose JSON stands there, if it is another one. `json`: the text is
    /// that JSON itself. Nothing stands at 0.
    void put(size_t begin, size_t end, bool json, std::string_view now);
    /// What repeats other texts says nothing any more.
    void scrub(size_t begin, size_t end, std::string_view json);
    bool none() const { return edits_.empty(); }
    /// The data with all of them.
    std::string woven();

private:
    struct Edit {
        size_t begin, end;
        std::string json;
    };

    std::string_view data_;
    std::vector<Edit> edits_;
};

/// The event with other data in the place of its own; other lines stay.
std::string withData(std::string_view raw, std::string_view data);

}  // namespace sluice::gateway
