// What was masked in a request comes back in its answer: each text that is masked gets a name of its own
// ("<PERSON_2>"), the same one wherever it stands, and the answer's names become the texts again.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "judgement.h"

namespace guard_remote {

/// Of one request. What it holds are texts that somebody wanted masked: never log.
class Pseudonyms {
public:
    /// The name for `original`; the plain mask once there are a thousand.
    std::string nameFor(const Found& found, std::string_view original);
    bool empty() const { return originals_.empty(); }

    struct Place {
        size_t begin, end;
        const std::string* original;  // as old as this object
    };
    /// Where names stand: ascending, without overlap.
    std::vector<Place> placesIn(std::string_view text) const;
    /// The most of the first `size` bytes of a window that may go without cutting what is, or may become, a
    /// name.
    size_t safe(std::string_view window, size_t size) const;
    /// Takes out what overlaps a name: that is no personal data any more.
    void spare(std::vector<Found>& found, std::string_view text) const;

private:
    std::map<std::string, std::string> originals_;                      // by name
    std::map<std::pair<std::string, std::string>, std::string> names_;  // by mask and original
    std::map<std::string, size_t> counts_;                              // by mask
    size_t longest_ = 0;
};

}  // namespace guard_remote
