#include "gateway/event_edits.h"

#include <algorithm>

#include "base/text.h"
#include "llm/json_index.h"
#include "llm/stream_texts.h"

namespace sluice::gateway {

void EventEdits::put(size_t begin, size_t end, bool json, std::string_view now) {
    if (end == 0) return;
    const auto value = data_.substr(begin, end - begin);
    if (json ? value == now : llm::isLiteralOf(value, now)) return;
    if (!json) {
        edits_.push_back({begin, end, base::jsonQuoted(now)});
    } else {
        // What was JSON and is not any more would break the event: better nothing than that.
        edits_.push_back({begin, end, llm::isJson(now) ? std::string(now) : "null"});
    }
}

void EventEdits::scrub(size_t begin, size_t end, std::string_view json) {
    if (end > 0) edits_.push_back({begin, end, std::string(json)});
}

// Of two that overlap the outer one counts: it stands for all that is in it.
std::string EventEdits::woven() {
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::string out;
    out.reserve(data_.size() + 64);
    size_t at = 0;
    for (const Edit& edit : edits_) {
        if (edit.begin < at) continue;
        out.append(data_.substr(at, edit.begin - at)).append(edit.json);
        at = edit.end;
    }
    return out.append(data_.substr(at));
}

std::string withData(std::string_view raw, std::string_view data) {
    std::string out;
    out.reserve(raw.size() + data.size());
    bool written = false;
    while (!raw.empty()) {
        const size_t end = std::min(raw.find_first_of("\r\n"), raw.size());
        const bool both = raw.substr(end, 2) == "\r\n";
        const std::string_view line = raw.substr(0, end);
        const std::string_view ending = raw.substr(end, both ? 2 : 1);
        raw.remove_prefix(std::min(raw.size(), end + ending.size()));
        // A stream may begin with a byte order mark: the event's data stands behind it all the same.
        const std::string_view field = line.substr(line.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0);
        const bool is_data = field.substr(0, 4) == "data" && (field.size() == 4 || field[4] == ':');
        if (!is_data) {
            // Behind a CR it would be the other half of a line's end, and the event would have none.
            if (line.empty() && ending == "\n" && !out.empty() && out.back() == '\r') out += '\n';
            out.append(line).append(ending);
            continue;
        }
        if (written) continue;
        written = true;
        for (size_t at = 0; at <= data.size();) {  // a JSON text over several lines needs as many data lines
            const size_t stop = std::min(data.find('\n', at), data.size());
            out.append("data: ").append(data.substr(at, stop - at)).append(ending);
            at = stop + 1;
        }
    }
    return out;
}

}  // namespace sluice::gateway
