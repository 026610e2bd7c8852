// What an event of a stream says outside of the lanes. The rules are those of whole bodies: a name that is
// not known to steer is content.
#include <algorithm>

#include "llm/content_walk.h"
#include "llm/json_index.h"
#include "llm/stream_texts.h"

namespace sluice::llm {
namespace {

using Kind = EventText::Kind;

struct Span {
    size_t begin, end;
};

// Members of an event that hold a whole answer: what steers at the top of a body steers at the top of these.
bool isAnswer(std::string_view name, std::string_view json) {
    return (name == "response" || name == "message") && json.front() == '{';
}

class Rest {
public:
    Rest(std::string_view data, std::vector<EventText>& texts) : data_(data), texts_(texts) {
        for (const auto& text : texts) {
            if (text.end > 0) known_.push_back({text.begin, text.end});
        }
    }

    void walk(size_t begin, size_t end, bool inner) {
        const auto index = JsonIndex::read(data_.substr(begin, end - begin));
        if (!index) return member("event", begin, end);  // a name stands there twice: nothing steers
        for (const auto& m : index->members()) {
            const size_t from = begin + m.value_begin, to = begin + m.value_end;
            if (!inner && isAnswer(m.name, data_.substr(from, to - from)))
                walk(from, to, true);
            else if (inner || m.name != "obfuscation")  // padding that hides lengths
                member(m.name, from, to);
        }
    }

private:
    void member(std::string_view name, size_t begin, size_t end) {
        found_.clear();
        walkContent(name, data_.substr(begin, end - begin), true, 0, found_);
        for (auto& text : found_) {
            text.begin += begin;
            text.end += begin;
            if (!text.opaque && !text.repeats && !isKnown(text)) add(text);
        }
    }

    bool isKnown(const ContentText& text) const {
        return std::any_of(known_.begin(), known_.end(),
                           [&](const Span& span) { return span.begin < text.end && text.begin < span.end; });
    }

    void add(const ContentText& found) {
        const auto raw = data_.substr(found.begin, found.end - found.begin);
        EventText text;
        text.kind = Kind::Whole;
        text.lane = found.lane == kLaneMeta ? kLaneText : found.lane;
        text.part = 0xffff;
        text.json = raw.front() != '"';
        text.text = text.json ? std::string(raw) : jsonString(raw);
        text.begin = found.begin;
        text.end = found.end;
        if (raw != "{}" && !text.text.empty()) texts_.push_back(std::move(text));
    }

    std::string_view data_;
    std::vector<EventText>& texts_;
    std::vector<Span> known_;
    std::vector<ContentText> found_;
};

}  // namespace

void collectRest(std::string_view data, std::vector<EventText>& texts) {
    Rest(data, texts).walk(0, data.size(), false);
}

}  // namespace sluice::llm
