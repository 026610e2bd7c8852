#include "lexicon.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "chars.h"
#include "reader.h"
#include "texts.h"

namespace injection {
namespace {

[[noreturn]] void bad(std::string_view what, std::string_view found) {
    throw std::runtime_error(std::string(what) + ": " + std::string(found));
}

// Cuts `text` up to `stop` off its front.
std::string_view cut(std::string_view& text, char stop) {
    const auto end = std::min(text.find(stop), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

std::string rot13(std::string_view word) {
    std::string out(word);
    for (char& c : out) c = static_cast<char>((c - 'a' + 13) % 26 + 'a');
    return out;
}

bool plain(std::string_view word) {
    return std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// "end/,s" as "end" and "ends".
std::vector<std::string> forms(std::string_view spec) {
    const auto base = cut(spec, '/');
    if (spec.empty()) return {std::string(base)};
    std::vector<std::string> out;
    for (bool more = true; more;) {
        more = spec.find(',') != std::string_view::npos;
        out.push_back(std::string(base) + std::string(cut(spec, ',')));
    }
    return out;
}

template <class Lines>
void eachLine(std::string_view text, Lines lines) {
    while (!text.empty()) {
        const auto line = cut(text, '\n');
        if (!line.empty() && line.front() != '#') lines(line);
    }
}

std::string_view entityOf(std::string_view letter) {
    if (letter == "P") return "PROMPT_INJECTION";
    if (letter == "J") return "JAILBREAK";
    if (letter == "L") return "SYSTEM_PROMPT_LEAK";
    bad("patterns.txt: the entity is P, J or L, not", letter);
}

}  // namespace

Lexicon::Lexicon(std::string_view words, std::string_view patterns) {
    grow(8192);
    eachLine(words, [this](std::string_view line) { readWords(line); });
    eachLine(patterns, [this](std::string_view line) { readPattern(line); });
    for (auto& meaning : meanings_) {
        std::sort(meaning.elements.rbegin(), meaning.elements.rend());
        meaning.elements.erase(std::unique(meaning.elements.begin(), meaning.elements.end()),
                               meaning.elements.end());
    }
}

const Lexicon& Lexicon::builtin() {
    static const Lexicon lexicon(kWords, kPatterns);
    return lexicon;
}

// The table is of a fixed size: at 8192 slots, a few thousand words leave it half empty.
void Lexicon::grow(size_t slots) {
    slots_.assign(slots, {});
    mask_ = slots - 1;
}

// Where the hash stands, or is to stand.
size_t Lexicon::slot(uint32_t hash) const {
    size_t at = hash & mask_;
    while (slots_[at].meaning >= 0 && slots_[at].hash != hash) at = (at + 1) & mask_;
    return at;
}

Meaning& Lexicon::meaning(uint32_t hash) {
    const size_t at = slot(hash);
    if (slots_[at].meaning < 0) {
        if (++used_ * 2 > slots_.size()) bad("words.txt", "too many words");
        slots_[at] = {hash, static_cast<int32_t>(meanings_.size())};
        meanings_.emplace_back().hash = hash;
    }
    return meanings_[static_cast<size_t>(slots_[at].meaning)];
}

// A word that is a disguise of another one, unless it is a word itself.
void Lexicon::alias(uint32_t hash, uint32_t of) {
    const size_t at = slot(hash);
    if (slots_[at].meaning >= 0) return;
    if (++used_ * 2 > slots_.size()) bad("words.txt", "too many words");
    slots_[at] = {hash, slots_[slot(of)].meaning};
}

void Lexicon::readWords(std::string_view line) {
    const auto whole = line;
    const auto head = cut(line, ':');
    const auto blank = head.find(' ');
    if (blank == std::string_view::npos || line.empty()) bad("words.txt: no class", whole);
    const auto sign = head.substr(blank + 1);
    const auto index = static_cast<uint16_t>(classes_.size());
    classes_.push_back({std::string(head.substr(0, blank)), sign.front()});
    members_.emplace_back();
    const auto add = [&](std::string_view word) {
        const auto hash = hashOf(word);
        noteBeginnings(word);
        auto& classes = meaning(hash).classes;
        if (!classes.empty() && classes.back() == index) return;
        classes.push_back(index);
        members_.back().push_back(hash);
    };
    while (!line.empty()) {
        const auto spec = cut(line, ' ');
        for (const auto& word : spec.empty() ? std::vector<std::string>{} : forms(spec)) {
            add(word);
            if (sign.size() < 2 || word.size() < 6 || !plain(word)) continue;
            alias(hashOf(rot13(word)), hashOf(word));
            alias(hashOf(std::string(word.rbegin(), word.rend())), hashOf(word));
        }
    }
}

void Lexicon::noteBeginnings(std::string_view word) {
    uint32_t hash = kHashSeed;
    for (size_t at = 0; at < word.size();) {
        const Char c = charAt(word, at);
        if (c.kind != Kind::Ideograph) return;
        hash = hashed(hash, c.raw);
        at += c.bytes;
        if (at < word.size()) beginnings_[hash % kBeginnings] = true;
    }
}

size_t Lexicon::classIndex(std::string_view name) const {
    for (size_t i = 0; i < classes_.size(); ++i)
        if (classes_[i].name == name) return i;
    bad("no class of words", name);
}

size_t Lexicon::groupIndex(std::string_view name) const {
    const auto found = std::find(groups_.begin(), groups_.end(), name);
    if (found == groups_.end()) bad("no group of patterns", name);
    return static_cast<size_t>(found - groups_.begin());
}

// One alternative after the other: <class>, or a word as it stands.
void Lexicon::element(std::string_view text, uint16_t index) {
    while (!text.empty()) {
        const auto part = cut(text, '|');
        // "<|" is a word, too: what is cut off is its bar.
        if (part == "<" && text.empty()) {
            meaning(kMarkBar).elements.push_back(index);
        } else if (part.size() > 2 && part.front() == '<' && part.back() == '>') {
            for (const auto hash : members_[classIndex(part.substr(1, part.size() - 2))])
                meaning(hash).elements.push_back(index);
        } else {
            meaning(markOrWord(part)).elements.push_back(index);
        }
    }
}

void Lexicon::readPattern(std::string_view line) {
    const auto group = std::string(cut(line, ' '));
    const auto strength = cut(line, ' ');
    Pattern pattern;
    const auto known = std::find(groups_.begin(), groups_.end(), group);
    pattern.group = static_cast<uint16_t>(known - groups_.begin());
    if (known == groups_.end()) groups_.push_back(group);
    int tenths = 0;
    if (strength.size() != 3) bad("patterns.txt: no strength", strength);
    std::from_chars(strength.data() + 2, strength.data() + 3, tenths);
    pattern.strength = static_cast<float>(tenths) / 10;
    pattern.entity = entityOf(cut(line, ':'));
    Element next{static_cast<uint16_t>(patterns_.size()), 0, true, false};
    while (!line.empty()) {
        const auto part = cut(line, ' ');
        if (part.empty()) continue;
        if (part.substr(0, 2) == "..") {
            std::from_chars(part.data() + 2, part.data() + part.size(), next.gap);
            continue;
        }
        element(part, static_cast<uint16_t>(elements_.size()));
        elements_.push_back(next);
        next.first = false;
        next.gap = 0;
    }
    if (next.first) bad("patterns.txt: no elements", group);
    elements_.back().last = true;
    patterns_.push_back(pattern);
}

}  // namespace injection
