// A text as a scanner is shown it: plain text as it is; of JSON (arguments of tools, structured answers) what
// its strings say, without escapes, every byte knowing where in the JSON it stands. For guardrail.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class ScanView {
public:
    /// `context` is what stood before the window, shown but not to be changed.
    static ScanView plain(std::string_view context, std::string_view window) {
        ScanView view;
        view.text_.reserve(context.size() + window.size());
        view.text_.append(context).append(window);
        view.from_ = context.size();
        view.end_ = window.size();
        return view;
    }
    /// `context` as text() had it; `in_string`: the window begins inside of a string. What an escape at the
    /// end of the window stands for is not known yet, unless the text has `ended`: it is left out.
    static ScanView json(std::string_view context, std::string_view window, bool in_string, bool ended) {
        ScanView view;
        view.text_ = context;
        view.from_ = context.size();
        view.json_ = true;
        view.in_string_ = in_string;
        view.text_.reserve(context.size() + window.size());
        view.marks_.reserve(window.size() + 1);
        view.read(window, ended);
        return view;
    }

    std::string_view text() const { return text_; }
    size_t from() const { return from_; }
    bool isJson() const { return json_; }
    /// Bytes of the window that text() stands for.
    size_t end() const { return end_; }
    /// Where in the window byte `i` of the text stands, from() or later.
    size_t at(size_t i) const { return json_ ? marks_[i - from_] & kOffset : i - from_; }
    /// Is byte `i`, or what stands in its place, inside of a string of the JSON?
    bool inString(size_t i) const { return json_ && (marks_[i - from_] & kInside) != 0; }
    /// Do the bytes [begin, end) belong to one string, or to one value outside of strings?
    bool together(size_t begin, size_t end) const {
        if (!json_) return true;
        for (size_t i = begin; i < end; ++i) {
            if (marks_[i - from_] & kQuote) return false;
            if (inString(i) != inString(begin)) return false;
        }
        return true;
    }
    /// What `text` has to look like in the place of [begin, end): escaped inside of a string, a string of its
    /// own in the place of a number.
    std::string fit(std::string_view text, size_t begin) const {
        if (!json_) return std::string(text);
        std::string out = escaped(text);
        return inString(begin) ? out : "\"" + out + "\"";
    }
    /// A number that a finding is part of: replacing half of it would leave no JSON.
    void widen(size_t& begin, size_t& end) const {
        if (!json_ || inString(begin)) return;
        const auto literal = [this](size_t i) { return !inString(i) && isOfNumber(text_[i]); };
        while (begin > from_ && literal(begin - 1)) --begin;
        while (end < text_.size() && literal(end)) ++end;
    }

    static bool isOfNumber(char c) {
        return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    }

private:
    static constexpr uint32_t kInside = 1u << 31, kQuote = 1u << 30, kOffset = kQuote - 1;

    void read(std::string_view window, bool ended) {
        size_t i = 0;
        while (i < window.size()) {
            const char c = window[i];
            if (in_string_ && c == '\\') {
                const size_t used = escape(window, i, ended);
                if (used == 0) break;
                i += used;
                continue;
            }
            const bool quote = c == '"';
            put(i, c, quote);
            if (quote) in_string_ = !in_string_;
            ++i;
        }
        end_ = i;
        marks_.push_back(static_cast<uint32_t>(i) | (in_string_ ? kInside : 0));
    }

    void put(size_t at, char c, bool quote = false) {
        marks_.push_back(static_cast<uint32_t>(at) | (in_string_ ? kInside : 0) | (quote ? kQuote : 0));
        text_.push_back(c);
    }

    // The bytes of the window that the escape at `i` takes; 0: more has to come.
    size_t escape(std::string_view window, size_t i, bool ended) {
        if (i + 1 >= window.size()) {
            if (!ended) return 0;
            put(i, '\\');
            return 1;
        }
        const char kind = window[i + 1];
        if (kind == 'u') return unicode(window, i, ended);
        constexpr std::string_view kKinds = "nrtbf", kMeanings = "\n\r\t\b\f";
        const size_t known = kKinds.find(kind);
        put(i, known == std::string_view::npos ? kind : kMeanings[known]);
        return 2;
    }

    size_t unicode(std::string_view window, size_t i, bool ended) {
        uint32_t code = 0;
        if (!hex(window, i + 2, code)) {
            if (!ended && window.size() < i + 6) return 0;
            put(i, '\\');
            return 1;
        }
        if (code >= 0xD800 && code < 0xDC00) {
            uint32_t low = 0;
            if (!ended && window.size() < i + 12 && couldBePair(window.substr(i + 6))) return 0;
            if (window.substr(i + 6, 2) == "\\u" && hex(window, i + 8, low) && low >= 0xDC00 &&
                low < 0xE000) {
                utf8(i, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
                return 12;
            }
        }
        utf8(i, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
        return 6;
    }

    static bool couldBePair(std::string_view rest) {
        return rest.empty() || rest == "\\" || rest.substr(0, 2) == "\\u";
    }

    static bool hex(std::string_view window, size_t at, uint32_t& code) {
        if (window.size() < at + 4) return false;
        for (size_t k = at; k < at + 4; ++k) {
            const char c = window[k];
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) return false;
            code = code * 16 + static_cast<uint32_t>(digit);
        }
        return true;
    }

    void utf8(size_t at, uint32_t code) {
        const auto byte = [&](uint32_t b) { put(at, static_cast<char>(b)); };
        if (code < 0x80) return byte(code);
        if (code < 0x800) {
            byte(0xC0 | code >> 6);
        } else {
            if (code < 0x10000) {
                byte(0xE0 | code >> 12);
            } else {
                byte(0xF0 | code >> 18);
                byte(0x80 | (code >> 12 & 0x3F));
            }
            byte(0x80 | (code >> 6 & 0x3F));
        }
        byte(0x80 | (code & 0x3F));
    }

    static std::string escaped(std::string_view text) {
        constexpr char kHex[] = "0123456789abcdef";
        std::string out;
        out.reserve(text.size() + 2);
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (byte < 0x20) {
                out += "\\u00";
                out += kHex[byte >> 4];
                out += kHex[byte & 15];
            } else {
                out += c;
            }
        }
        return out;
    }

    std::string text_;
    size_t from_ = 0, end_ = 0;
    bool json_ = false, in_string_ = false;
    std::vector<uint32_t> marks_;  // of the window's bytes in text_, and one for its end
};

}  // namespace sluice
