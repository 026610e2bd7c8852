#include "characters.h"

#include <algorithm>
#include <map>

namespace guard_remote {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

size_t characters(std::string_view text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

size_t characterBegin(std::string_view text, size_t at) {
    at = std::min(at, text.size());
    while (at > 0 && at < text.size() && continues(text[at])) --at;
    return at;
}

size_t firstCharacters(std::string_view text, size_t count) {
    size_t at = 0;
    while (at < text.size() && count > 0) {
        ++at;
        while (at < text.size() && continues(text[at])) ++at;
        --count;
    }
    return at;
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos; }

std::optional<size_t> CharacterIndex::byteOf(size_t character) const {
    // Places are found once, in order; from the nearest one it is less than a stride.
    while (!whole_ && known_.size() <= character / kStride) {
        const auto rest = text_.substr(known_.back());
        const size_t bytes = firstCharacters(rest, kStride);
        whole_ = characters(rest.substr(0, bytes)) < kStride;
        if (!whole_) known_.push_back(known_.back() + bytes);
    }
    return fromNearest(character);
}

std::optional<size_t> CharacterIndex::fromNearest(size_t character) const {
    const size_t place = std::min(character / kStride, known_.size() - 1);
    const auto rest = text_.substr(known_[place]);
    const size_t more = character - place * kStride;
    if (more > rest.size()) return std::nullopt;
    const size_t bytes = firstCharacters(rest, more);
    if (bytes == rest.size() && characters(rest) < more) return std::nullopt;
    return known_[place] + bytes;
}

void settle(std::vector<Found>& found) {
    std::vector<Found> all = std::move(found);
    std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
        if (a.score != b.score) return a.score > b.score;
        return a.end - a.begin > b.end - b.begin;
    });
    std::map<size_t, Found> kept;  // by where they begin
    for (const auto& one : all) {
        size_t from = one.begin;
        auto next = kept.upper_bound(from);
        if (next != kept.begin()) from = std::max(from, std::prev(next)->second.end);
        while (from < one.end) {
            const size_t to = next == kept.end() ? one.end : std::min(one.end, next->first);
            if (from < to) {
                Found part = one;
                part.begin = from;
                part.end = to;
                kept.emplace(from, std::move(part));
            }
            if (next == kept.end()) break;
            from = std::max(to, next->second.end);
            ++next;
        }
    }
    found.clear();
    for (auto& [begin, one] : kept) found.push_back(std::move(one));
}

std::string masked(std::string_view text, const std::vector<Found>& found) {
    std::string out;
    size_t at = 0;
    for (const auto& one : found) {
        out.append(text.substr(at, one.begin - at)).append(one.by);
        at = one.end;
    }
    return out.append(text.substr(at));
}

}  // namespace guard_remote
