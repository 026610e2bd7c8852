#include "context.h"

#include <algorithm>
#include <array>

#include "chars.h"

namespace pii {
namespace {

uint32_t hashOf(std::string_view word) {  // FNV-1a
    uint32_t hash = 2166136261U;
    for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash ^ hash >> 15;
}

bool isPart(char c) { return isAlnum(c) || isHigh(c); }
bool isJoiner(char c) { return c == '-' || c == '.' || c == '\''; }

// Lower case for ASCII and for the letters of Latin-1 (U+00C0 to U+00DE). Returns whether there is any
// letter.
bool lowerInto(std::string_view text, std::array<char, ContextWords::kBytes>& out) {
    char before = 0;
    unsigned letters = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        letters |= static_cast<unsigned char>(text[i]) & 0xC0U;
        const bool latin = before == '\xC3' && static_cast<unsigned char>(text[i]) < 0x9F;
        out[i] = latin ? static_cast<char>(text[i] + 0x20) : lower(text[i]);
        before = text[i];
    }
    return letters != 0;
}

}  // namespace

ContextWords::ContextWords() : table_(2048) {
    for (const auto& entity : entities()) add(static_cast<size_t>(entity.kind), entity.context);
}

void ContextWords::add(size_t kind, std::string_view words) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        const auto word = words.substr(0, end);
        words.remove_prefix(std::min(end + 1, words.size()));
        if (word.empty()) continue;
        if (used_ * 2 > table_.size()) grow();
        size_t at = hashOf(word) & (table_.size() - 1);
        while (!table_[at].word.empty() && table_[at].word != word) at = (at + 1) & (table_.size() - 1);
        if (table_[at].word.empty()) {
            table_[at].word = word;
            ++used_;
        }
        table_[at].kinds.set(kind);
    }
}

void ContextWords::grow() {
    std::vector<Entry> old(table_.size() * 2);
    old.swap(table_);
    for (auto& entry : old) {
        if (entry.word.empty()) continue;
        size_t at = hashOf(entry.word) & (table_.size() - 1);
        while (!table_[at].word.empty()) at = (at + 1) & (table_.size() - 1);
        table_[at] = std::move(entry);
    }
}

const KindSet* ContextWords::look(std::string_view word) const {
    size_t at = hashOf(word) & (table_.size() - 1);
    for (; !table_[at].word.empty(); at = (at + 1) & (table_.size() - 1))
        if (table_[at].word == word) return &table_[at].kinds;
    return nullptr;
}

// Korean hangs its particles on a word and Thai writes no spaces: there a word may begin with one of ours.
const KindSet* ContextWords::lookPrefix(std::string_view word) const {
    for (size_t size = word.size(); size >= 6; size -= 3)
        if (const auto* kinds = look(word.substr(0, size))) return kinds;
    return nullptr;
}

Context ContextWords::before(std::string_view text, size_t begin) const {
    Context found;
    const size_t from = begin > kBytes ? begin - kBytes : 0;
    const auto window = text.substr(from, begin - from);
    std::array<char, kBytes> bytes;
    if (!lowerInto(window, bytes)) return found;
    const std::string_view low(bytes.data(), window.size());
    const auto note = [&found, &window](const KindSet* kinds, size_t end) {
        if (!kinds) return;
        found.far |= *kinds;
        if (window.size() - end <= kNear) found.near |= *kinds;
    };
    size_t i = 0;
    if (from > 0)
        while (i < low.size() && (isPart(low[i]) || isJoiner(low[i])))
            ++i;  // may be the end of a longer word
    while (i < low.size()) {
        if (!isLetter(low[i]) && !isHigh(low[i])) {  // our words begin with a letter
            ++i;
            while (isDigit(low[i - 1]) && i < low.size() && isPart(low[i])) ++i;
            continue;
        }
        const size_t whole = i;
        bool joined = false;
        for (;;) {
            const size_t part = i;
            while (i < low.size() && isPart(low[i])) ++i;
            const auto word = low.substr(part, i - part);
            const auto* kinds = look(word);
            if (!kinds && word.size() > 3 && word.back() == 's')
                kinds = look(word.substr(0, word.size() - 1));
            if (!kinds && static_cast<unsigned char>(word[0]) >= 0xE0) kinds = lookPrefix(word);
            note(kinds, i);
            if (i + 1 >= low.size() || !isJoiner(low[i])) break;
            const size_t next = isJoiner(low[i + 1]) ? i + 2 : i + 1;  // "st.-nr"
            if (!isPart(at(low, next))) break;
            joined = true;
            i = next;
        }
        if (joined) note(look(low.substr(whole, i - whole)), i);
    }
    return found;
}

}  // namespace pii
