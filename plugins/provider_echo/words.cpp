#include "words.h"

namespace provider_echo {
namespace {

constexpr std::string_view kSpaces = " \t\n\r\f\v";
constexpr size_t kFragmentBytes = 8;

// Where the word ends that begins at or after `from`; npos if there is none.
size_t endOfWord(std::string_view text, size_t from) {
    const size_t start = text.find_first_not_of(kSpaces, from);
    if (start == std::string_view::npos) return start;
    const size_t end = text.find_first_of(kSpaces, start);
    return end == std::string_view::npos ? text.size() : end;
}

bool continuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

uint64_t countWords(std::string_view text) {
    uint64_t count = 0;
    for (size_t at = endOfWord(text, 0); at != std::string_view::npos; at = endOfWord(text, at)) ++count;
    return count;
}

std::vector<std::string_view> pieces(std::string_view text) {
    std::vector<std::string_view> out;
    size_t from = 0;
    for (size_t end = endOfWord(text, 0); end != std::string_view::npos; end = endOfWord(text, end)) {
        out.push_back(text.substr(from, end - from));
        from = end;
    }
    if (from < text.size()) out.push_back(text.substr(from));  // whitespace at the end
    return out;
}

std::vector<std::string_view> fragments(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        size_t end = kFragmentBytes < text.size() ? kFragmentBytes : text.size();
        while (end < text.size() && continuesCharacter(text[end])) ++end;
        out.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

std::string firstWords(std::string_view text, uint64_t count) {
    size_t end = 0;
    for (uint64_t i = 0; i < count; ++i) {
        const size_t next = endOfWord(text, end);
        if (next == std::string_view::npos) return std::string(text);
        end = next;
    }
    return std::string(text.substr(0, end));
}

std::string repeatedTo(std::string_view text, uint64_t count) {
    const uint64_t each = countWords(text);
    std::string out;
    if (each == 0) return out;
    for (; count > each; count -= each) out.append(text).append(" ");
    return out + firstWords(text, count);
}

}  // namespace provider_echo
