#include "pseudonyms.h"

#include <algorithm>

namespace guard_remote {
namespace {

constexpr size_t kMost = 1'000;

}  // namespace

std::string Pseudonyms::nameFor(const Found& found, std::string_view original) {
    const auto [entry, fresh] = names_.try_emplace({found.by, std::string(original)});
    if (!fresh) return entry->second;
    if (originals_.size() >= kMost || found.by.empty()) return entry->second = found.by;
    std::string name = found.by;
    const std::string number = "_" + std::to_string(++counts_[found.by]);
    const bool closed = name.back() == '>' || name.back() == ']' || name.back() == '}';
    name.insert(name.size() - (closed ? 1 : 0), number);
    originals_[name] = original;
    longest_ = std::max(longest_, name.size());
    return entry->second = name;
}

std::vector<Pseudonyms::Place> Pseudonyms::placesIn(std::string_view text) const {
    std::vector<Place> places;
    for (size_t at = 0; at < text.size() && !originals_.empty(); ++at) {
        // Names that begin alike stand together; of two that fit the longer one counts.
        const Place* best = nullptr;
        Place place{at, at, nullptr};
        for (auto one = originals_.lower_bound(std::string(1, text[at]));
             one != originals_.end() && one->first[0] == text[at]; ++one) {
            if (one->first.size() <= place.end - at || text.substr(at, one->first.size()) != one->first)
                continue;
            place = {at, at + one->first.size(), &one->second};
            best = &place;
        }
        if (!best) continue;
        places.push_back(place);
        at = place.end - 1;
    }
    return places;
}

size_t Pseudonyms::safe(std::string_view window, size_t size) const {
    if (originals_.empty()) return size;
    for (size_t at = size > longest_ ? size - longest_ : 0; at < size; ++at) {
        for (auto one = originals_.lower_bound(std::string(1, window[at]));
             one != originals_.end() && one->first[0] == window[at]; ++one) {
            const size_t seen = std::min(one->first.size(), window.size() - at);
            if (at + one->first.size() > size && window.compare(at, seen, one->first, 0, seen) == 0)
                return at;
        }
    }
    return size;
}

void Pseudonyms::spare(std::vector<Found>& found, std::string_view text) const {
    if (originals_.empty() || found.empty()) return;
    const auto places = placesIn(text);
    const auto named = [&](const Found& one) {
        return std::any_of(places.begin(), places.end(), [&](const Place& place) {
            return one.begin < place.end && place.begin < one.end;
        });
    };
    found.erase(std::remove_if(found.begin(), found.end(), named), found.end());
}

}  // namespace guard_remote
