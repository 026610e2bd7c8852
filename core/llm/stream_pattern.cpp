#include "llm/stream_pattern.h"

#include <algorithm>

namespace sluice::llm {
namespace {

// Streams in which more changes from event to event: after so many tries they are left alone.
constexpr uint32_t kWastedMax = 16;

// A string literal may hold it as it is.
bool isPlain(std::string_view text) {
    bool escapes = false;
    unsigned char all = 0;
    for (const char c : text) {
        escapes |= static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
        all |= static_cast<unsigned char>(c);
    }
    return !escapes && (all < 0x80 || simdjson::validate_utf8(text.data(), text.size()));
}

// A number as a counter writes it. Longer ones are left to the parser.
bool isCount(std::string_view text) {
    return !text.empty() && text.size() < 10 && (text[0] != '0' || text.size() == 1) &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool StreamPattern::match(std::string_view data) {
    kept_ = false;
    if (gap_count_ == 0) return false;
    const std::string_view mine = data_;
    std::string_view text;
    size_t at = 0, mine_at = 0;
    for (size_t i = 0; i < gap_count_; ++i) {
        Gap& gap = gaps_[i];
        const size_t same = gap.at - mine_at;
        if (data.size() - at <= same || data.substr(at, same) != mine.substr(mine_at, same)) return false;
        at += same;
        mine_at = gap.at + gap.size;
        const bool number = gap.kind == Gap::Kind::Number;
        const size_t end = number ? data.find_first_of(",}", at) : data.find('"', at);
        if (end == std::string_view::npos) return false;
        const auto value = data.substr(at, end - at);
        if (number ? !isCount(value) : !isPlain(value)) {
            kept_ = gap.kind == Gap::Kind::Text;
            return false;
        }
        gap.size_now = value.size();
        if (gap.kind == Gap::Kind::Text) text = value;
        at = end;
    }
    if (text.empty() || data.substr(at) != mine.substr(mine_at)) return false;
    wasted_ = 0;
    place(data, text);
    return true;
}

// What stands behind a gap has moved by what the gap has grown.
void StreamPattern::place(std::string_view data, std::string_view text) {
    for (size_t i = 0; i < texts_.size(); ++i) {
        if (i == text_) continue;
        texts_[i].begin = places_[i].begin;
        texts_[i].end = places_[i].end;
        for (size_t k = 0; k < gap_count_ && gaps_[k].at < places_[i].begin; ++k) {
            texts_[i].begin += gaps_[k].size_now - gaps_[k].size;
            texts_[i].end += gaps_[k].size_now - gaps_[k].size;
        }
    }
    EventText& said = texts_[text_];
    said.text.assign(text);
    said.begin = static_cast<size_t>(text.data() - data.data()) - 1;
    said.end = said.begin + text.size() + 2;
}

void StreamPattern::addGap(Gap::Kind kind, std::string_view data, std::string_view value) {
    const auto at = static_cast<size_t>(value.data() - data.data());
    gaps_[gap_count_++] = {kind, at, value.size(), value.size()};
}

void StreamPattern::learn(std::string_view data, std::span<const EventText> texts) {
    if (kept_ || wasted_ == kWastedMax) return;
    const auto isFixed = [](const EventText& text) { return text.kind == EventText::Kind::Scrub; };
    const auto found = std::find_if_not(texts.begin(), texts.end(), isFixed);
    if (found == texts.end() || !std::all_of(found + 1, texts.end(), isFixed)) return;
    const EventText& only = *found;
    if (only.kind != EventText::Kind::Delta || only.lane == kLaneMeta) return;
    const auto literal = data.substr(only.begin, only.end - only.begin);
    // Only a literal without escapes shows where the text stands.
    if (literal.size() != only.text.size() + 2 || literal.substr(1, only.text.size()) != only.text) return;
    ++wasted_;
    data_.assign(data);
    texts_.assign(texts.begin(), texts.end());
    places_.clear();
    for (const auto& text : texts) places_.push_back({text.begin, text.end});
    text_ = static_cast<size_t>(found - texts.begin());
    gap_count_ = 0;
    addGap(Gap::Kind::Text, data, literal.substr(1, only.text.size()));
    // platform.openai.com/docs/api-reference/responses-streaming: a counter, and padding that hides lengths.
    const auto counter = valueAt(data, JsonPath() / "sequence_number");
    if (isCount(counter)) addGap(Gap::Kind::Number, data, counter);
    const auto padding = valueAt(data, JsonPath() / "obfuscation");
    if (padding.size() > 1 && padding[0] == '"' && isPlain(padding.substr(1, padding.size() - 2)))
        addGap(Gap::Kind::String, data, padding.substr(1, padding.size() - 2));
    std::sort(gaps_.begin(), gaps_.begin() + static_cast<std::ptrdiff_t>(gap_count_),
              [](const Gap& a, const Gap& b) { return a.at < b.at; });
}

}  // namespace sluice::llm
