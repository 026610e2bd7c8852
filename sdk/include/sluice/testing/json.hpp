// Just enough JSON for a request's body, without a library: checks a text, and finds, sets and removes the
// top-level members of an object while every other byte stays as it is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

/// Reads one JSON text from its beginning (RFC 8259). Each function leaves the position behind what it read.
class JsonReader {
public:
    explicit JsonReader(std::string_view text) : text_(text) {}

    size_t at() const { return at_; }
    bool done() {
        space();
        return at_ == text_.size();
    }
    bool take(char c) {
        space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool value(int depth = 0) {
        space();
        if (at_ == text_.size() || depth > 1024) return false;
        switch (text_[at_]) {
            case '{':
                return list('}', [&] { return string() && take(':') && value(depth + 1); });
            case '[':
                return list(']', [&] { return value(depth + 1); });
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

    /// A string; its text goes to `out`, if that is asked for.
    bool string(std::string* out = nullptr) {
        if (!take('"')) return false;
        while (at_ < text_.size() && text_[at_] != '"') {
            const char c = text_[at_++];
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\') {
                if (out) out->push_back(c);
            } else if (!escape(out)) {
                return false;
            }
        }
        return at_ < text_.size() && text_[at_++] == '"';
    }

private:
    void space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    bool word(std::string_view wanted) {
        const bool found = text_.substr(at_, wanted.size()) == wanted;
        at_ += found ? wanted.size() : 0;
        return found;
    }
    template <class Item>
    bool list(char close, Item&& item) {
        ++at_;
        if (take(close)) return true;
        do {
            if (!item()) return false;
        } while (take(','));
        return take(close);
    }
    bool digits() {
        const size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
        const bool any = end > at_;
        at_ = end;
        return any;
    }
    bool number() {
        (void)word("-");
        if (!word("0") && !digits()) return false;
        if (word(".") && !digits()) return false;
        if (word("e") || word("E")) {
            if (!word("+")) (void)word("-");
            return digits();
        }
        return true;
    }

    bool escape(std::string* out) {
        static constexpr std::string_view kLetters = "\"\\/bfnrt";
        static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        if (at_ == text_.size()) return false;
        const char c = text_[at_++];
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
    bool hex(uint32_t& code) {
        static constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
        for (int i = 0; i < 4; ++i, ++at_) {
            const size_t digit = at_ < text_.size() ? kDigits.find(text_[at_]) : std::string_view::npos;
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

    std::string_view text_;
    size_t at_ = 0;
};

inline bool isJson(std::string_view text) {
    JsonReader reader(text);
    return reader.value() && reader.done();
}

/// The text of a request's body. What is no JSON object has no members.
class JsonBody {
public:
    const std::string& text() const { return text_; }
    bool object() const { return object_; }

    void assign(std::string_view text) {
        text_ = text;
        index();
    }
    std::optional<std::string_view> member(std::string_view name) const {
        const Member* m = find(name);
        if (!m) return std::nullopt;
        return std::string_view(text_).substr(m->value, m->end - m->value);
    }
    /// The member if it is a string, decoded; empty otherwise.
    std::string textOf(std::string_view name) const {
        std::string out;
        const auto json = member(name);
        return json && JsonReader(*json).string(&out) ? out : std::string();
    }
    bool set(std::string_view name, std::string_view json) {
        if (!object_ || !isJson(json)) return false;
        if (const Member* m = find(name)) {
            text_.replace(m->value, m->end - m->value, json);
        } else {
            const size_t open = text_.find('{') + 1;
            text_.insert(open, quoted(name) + ":" + std::string(json) + (members_.empty() ? "" : ","));
        }
        index();
        return true;
    }
    bool remove(std::string_view name) {
        const Member* m = find(name);
        if (!m) return false;
        const auto i = static_cast<size_t>(m - members_.data());
        const bool last = i + 1 == members_.size();
        const size_t begin = last && i > 0 ? members_[i - 1].end : m->begin;
        text_.erase(begin, (last ? m->end : members_[i + 1].begin) - begin);
        index();
        return true;
    }

private:
    struct Member {
        std::string name;
        size_t begin, value, end;
    };

    static std::string quoted(std::string_view name) {
        std::string out = "\"";
        for (const char c : name) {
            if (c == '"' || c == '\\') out.push_back('\\');
            out.push_back(c);
        }
        return out + "\"";
    }
    const Member* find(std::string_view name) const {
        for (const auto& m : members_) {
            if (m.name == name) return &m;
        }
        return nullptr;
    }
    void index() {
        members_.clear();
        object_ = read();
        if (!object_) members_.clear();
    }
    bool read() {
        JsonReader reader(text_);
        if (!reader.take('{')) return false;
        if (reader.take('}')) return reader.done();
        do {
            Member m;
            m.begin = text_.find('"', reader.at());
            if (!reader.string(&m.name) || !reader.take(':') || find(m.name)) return false;
            m.value = std::min(text_.find_first_not_of(" \t\r\n", reader.at()), text_.size());
            if (!reader.value()) return false;
            m.end = reader.at();
            members_.push_back(std::move(m));
        } while (reader.take(','));
        return reader.take('}') && reader.done();
    }

    std::string text_;
    std::vector<Member> members_;
    bool object_ = false;
};

}  // namespace sluice::testing
