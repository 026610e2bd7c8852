// Reading JSON from its beginning to its end, without a library and without a tree. Most plugins want
// sluice/json.hpp or sluice/config.hpp instead.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// Reads one JSON text from its beginning (RFC 8259). Each function leaves the position behind what it read.
/// Constant where the text is: a manifest is read while its plugin is compiled.
class JsonReader {
public:
    explicit constexpr JsonReader(std::string_view text)
        : text_(text), data_(text.data()), size_(text.size()) {}

    constexpr size_t at() const { return at_; }
    constexpr bool done() {
        space();
        return at_ == size_;
    }
    constexpr bool take(char c) {
        space();
        if (at_ == size_ || data_[at_] != c) return false;
        ++at_;
        return true;
    }

    constexpr bool value(int depth = 0) {
        space();
        if (at_ == size_ || depth > kDepthMax) return false;
        switch (data_[at_]) {
            case '{':
                return object(depth + 1);
            case '[':
                return array(depth + 1);
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }

    /// A string as it is written, between its quotes: escapes are not resolved.
    constexpr bool raw(std::string_view& out) {
        space();
        const size_t begin = at_;
        if (!string()) return false;
        out = text_.substr(begin + 1, at_ - begin - 2);
        return true;
    }
    /// A string; its text goes to `out`, if that is asked for.
    constexpr bool string(std::string* out = nullptr) {
        if (!take('"')) return false;
        for (;;) {
            const size_t begin = at_;
            // One statement: compilers count them where they evaluate constants.
            while (at_ < size_ && data_[at_] != '"' && data_[at_] != '\\' &&
                   static_cast<unsigned char>(data_[at_]) >= 0x20)
                ++at_;
            if (out) out->append(data_ + begin, at_ - begin);
            if (at_ == size_) return false;
            const char c = data_[at_++];
            if (c == '"') return true;
            if (c != '\\' || !escape(out)) return false;
        }
    }

private:
    constexpr void space() {
        while (at_ < size_ &&
               (data_[at_] == ' ' || data_[at_] == '\t' || data_[at_] == '\r' || data_[at_] == '\n'))
            ++at_;
    }
    constexpr bool word(std::string_view wanted) {
        const bool found = text_.substr(at_, wanted.size()) == wanted;
        at_ += found ? wanted.size() : 0;
        return found;
    }
    constexpr bool object(int depth) {
        ++at_;
        if (take('}')) return true;
        do {
            if (!string() || !take(':') || !value(depth)) return false;
        } while (take(','));
        return take('}');
    }
    constexpr bool array(int depth) {
        ++at_;
        if (take(']')) return true;
        do {
            if (!value(depth)) return false;
        } while (take(','));
        return take(']');
    }
    constexpr bool digits() {
        const size_t end = std::min(text_.find_first_not_of("0123456789", at_), size_);
        const bool any = end > at_;
        at_ = end;
        return any;
    }
    constexpr bool number() {
        (void)word("-");
        if (!word("0") && !digits()) return false;
        if (word(".") && !digits()) return false;
        if (word("e") || word("E")) {
            if (!word("+")) (void)word("-");
            return digits();
        }
        return true;
    }

    constexpr bool escape(std::string* out) {
        if (at_ == size_) return false;
        const char c = data_[at_++];
        if (c != 'u') {
            const size_t which = kLetters.find(c);
            if (which == std::string_view::npos) return false;
            if (out) out->push_back(kMeanings[which]);
            return true;
        }
        uint32_t code = 0;
        if (!hex(code)) return false;
        if (code >= 0xD800 && code < 0xE000) {  // half of a character: the other half has to follow
            uint32_t low = 0;
            if (code >= 0xDC00 || !word("\\u") || !hex(low) || low < 0xDC00 || low >= 0xE000) return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        if (out) append(*out, code);
        return true;
    }
    constexpr bool hex(uint32_t& code) {
        for (int i = 0; i < 4; ++i, ++at_) {
            const size_t digit = at_ < size_ ? kDigits.find(data_[at_]) : std::string_view::npos;
            if (digit == std::string_view::npos) return false;
            code = code * 16 + static_cast<uint32_t>(digit > 15 ? digit - 6 : digit);
        }
        return true;
    }
    static void append(std::string& out, uint32_t code) {
        const auto tail = [&](int shift) { out.push_back(static_cast<char>(0x80 | (code >> shift & 0x3F))); };
        if (code < 0x80) return out.push_back(static_cast<char>(code));
        if (code < 0x800) {
            out.push_back(static_cast<char>(0xC0 | code >> 6));
        } else if (code < 0x10000) {
            out.push_back(static_cast<char>(0xE0 | code >> 12));
            tail(6);
        } else {
            out.push_back(static_cast<char>(0xF0 | code >> 18));
            tail(12);
            tail(6);
        }
        tail(0);
    }

    static constexpr int kDepthMax = 256;  // hooks run on small stacks, and this is recursive
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    static constexpr std::string_view kDigits = "0123456789abcdefABCDEF";

    std::string_view text_;
    const char* data_;
    size_t size_;
    size_t at_ = 0;
};

constexpr bool isJson(std::string_view text) {
    JsonReader reader(text);
    return reader.value() && reader.done();
}

}  // namespace sluice
