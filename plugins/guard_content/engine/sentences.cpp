#include "sentences.h"

#include <algorithm>

namespace guard_content {

namespace {

bool white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The full stops of Chinese and Japanese, and the danda, are three bytes each: 。 ！ ？ ।
bool wideStop(std::string_view three) {
    return three == "\xE3\x80\x82" || three == "\xEF\xBC\x81" || three == "\xEF\xBC\x9F" ||
           three == "\xE0\xA5\xA4";
}

}  // namespace

void Sentences::look() {
    known_ = true;
    for (size_t i = 0; i < text_.size(); ++i) {
        const char c = text_[i];
        if (c > '?' || (c > '.' && c != '?')) continue;
        const char next = i + 1 < text_.size() ? text_[i + 1] : ' ';
        const bool stop = (c == '.' || c == '!' || c == '?') && white(next);
        const bool paragraph = c == '\n' && next == '\n';
        const bool wide = static_cast<unsigned char>(c) >= 0xE0 && wideStop(text_.substr(i, 3));
        if (stop || paragraph || wide) ends_.push_back(static_cast<uint32_t>(i));
    }
}

bool Sentences::same(size_t a, size_t b) {
    if (!known_) look();
    const auto after = [this](size_t at) { return std::upper_bound(ends_.begin(), ends_.end(), at); };
    return after(a) == after(b);
}

}  // namespace guard_content
