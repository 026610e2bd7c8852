// Just enough JSON for a plugin, without a library: checks a text, writes a string, and finds, sets and
// removes the top-level members of an object while every other byte stays as it is.
//
//   std::string question = R"({"model":)" + sluice::jsonQuoted(request.model()) + "}";
//   sluice::JsonObject answer(result.body);
//   if (answer.textOf("verdict") == "bad") …
#pragma once

#include <optional>
#include <vector>

#include <sluice/json_reader.hpp>

namespace sluice {

/// `text` as a JSON string, quotes and all. What is no UTF-8 becomes U+FFFD, byte by byte.
inline std::string jsonQuoted(std::string_view text);

/// The text of an object, a request's body for instance, and its top-level members. What is no JSON object
/// has no members.
class JsonObject {
public:
    JsonObject() = default;
    explicit JsonObject(std::string_view text) { assign(text); }

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
    /// Their names, in the order of the text.
    std::vector<std::string_view> names() const {
        std::vector<std::string_view> names;
        for (const auto& m : members_) names.push_back(m.name);
        return names;
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
            text_.insert(open, jsonQuoted(name) + ":" + std::string(json) + (members_.empty() ? "" : ","));
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

namespace detail {

// Bytes of the UTF-8 character at the beginning of `text` (RFC 3629); 0 if there is none.
inline size_t characterAt(std::string_view text) {
    const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
    for (size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const bool too_long = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool no_character = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
    return too_long || no_character ? 0 : size;
}

}  // namespace detail

inline std::string jsonQuoted(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = "\"";
    while (!text.empty()) {
        const size_t size = detail::characterAt(text);
        const auto c = static_cast<unsigned char>(text[0]);
        if (size == 0) {
            out += "\xEF\xBF\xBD";
        } else if (c < 0x20) {
            out += "\\u00";
            out += kDigits[c >> 4];
            out += kDigits[c & 15];
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out + "\"";
}

}  // namespace sluice
