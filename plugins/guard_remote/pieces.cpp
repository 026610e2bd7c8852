#include "pieces.h"

#include <algorithm>

#include "characters.h"

namespace guard_remote {
namespace {

std::vector<Part> cut(std::string_view text, size_t index, size_t chars_max, size_t overlap) {
    std::vector<Part> parts;
    if (chars_max == 0 || text.size() <= chars_max) return {{index, 0, text.size()}};
    overlap = std::min(overlap, chars_max / 4);
    size_t begin = 0;
    for (;;) {
        const auto rest = text.substr(begin);
        const size_t room = firstCharacters(rest, chars_max);
        if (room == rest.size()) {
            parts.push_back({index, begin, text.size()});
            return parts;
        }
        const size_t end = cutBefore(text, begin + room / 5 * 4, begin + room);
        parts.push_back({index, begin, end});
        size_t back = end;
        for (size_t i = 0; i < overlap; ++i) back = characterBegin(text, back - 1);
        begin = back;
    }
}

// Behind the last one of a mark in [from, at).
size_t behindLast(std::string_view text, std::string_view mark, size_t from, size_t at) {
    const size_t found = at < mark.size() ? std::string_view::npos : text.rfind(mark, at - mark.size());
    return found == std::string_view::npos || found < from ? 0 : found + mark.size();
}

}  // namespace

size_t cutBefore(std::string_view text, size_t from, size_t at) {
    size_t best = behindLast(text, "\n", from, at);
    if (best > from) return best;
    for (const std::string_view mark : {". ", "! ", "? ", "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F"})
        best = std::max(best, behindLast(text, mark, from, at));
    if (best > from) return best;
    best = behindLast(text, " ", from, at);
    return best > from ? best : characterBegin(text, at);
}

std::vector<Parcel> packed(const std::vector<Piece>& texts, const Bounds& bounds, size_t overlap) {
    std::vector<Parcel> parcels;
    size_t chars = 0;
    for (size_t i = 0; i < texts.size(); ++i) {
        size_t room = bounds.text_chars;
        if (bounds.call_chars > 0 && (room == 0 || room > bounds.call_chars)) room = bounds.call_chars;
        // Two parts of a text are not in one call: some services would take them for two texts that say more.
        bool first = true;
        for (const auto& part : cut(texts[i].text, i, room, overlap)) {
            const size_t size = characters(texts[i].text.substr(part.begin, part.end - part.begin));
            const bool full = parcels.empty() || !first ||
                              (bounds.texts > 0 && parcels.back().size() >= bounds.texts) ||
                              (bounds.call_chars > 0 && chars + size > bounds.call_chars);
            if (full) {
                parcels.emplace_back();
                chars = 0;
            }
            parcels.back().push_back(part);
            chars += size;
            first = false;
        }
    }
    return parcels;
}

void merge(Judgement& whole, std::string_view text, const Part& part, Judgement&& judged) {
    if (judged.blocked && !whole.blocked) {
        whole.blocked = true;
        whole.reason = std::move(judged.reason);
    }
    whole.certain &= judged.certain;
    for (auto& label : judged.labels) {
        if (std::find(whole.labels.begin(), whole.labels.end(), label) == whole.labels.end())
            whole.labels.push_back(std::move(label));
    }
    for (auto& one : judged.found) {
        one.begin += part.begin;
        one.end += part.begin;
        whole.found.push_back(std::move(one));
    }
    if (!judged.edited && !whole.edited) return;
    // Parts come in order: what stands in front of the first edited one has stayed as it was.
    if (!whole.edited) whole.edited = std::string(text.substr(0, part.begin));
    whole.edited->append(judged.edited ? std::string_view(*judged.edited)
                                       : text.substr(part.begin, part.end - part.begin));
}

}  // namespace guard_remote
