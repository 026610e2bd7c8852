#include "shared_aws/xml.h"

#include <array>
#include <charconv>
#include <utility>

namespace s3::xml {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

void appendUtf8(std::string& out, uint32_t code) {
    const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | ((code >> 18) & 7));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

// "amp", "#65", "#x41". False: it is none.
bool appendEntity(std::string& out, std::string_view name) {
    for (const auto& [known, c] : kNamed) {
        if (name != known) continue;
        out += c;
        return true;
    }
    if (name.size() < 2 || name[0] != '#') return false;
    const bool hex = name[1] == 'x';
    uint32_t code = 0;
    const char* end = name.data() + name.size();
    const auto read = std::from_chars(name.data() + (hex ? 2 : 1), end, code, hex ? 16 : 10);
    if (read.ec != std::errc() || read.ptr != end || code > 0x10FFFF) return false;
    appendUtf8(out, code);
    return true;
}

}  // namespace

std::optional<std::string_view> element(std::string_view text, std::string_view name, size_t& from) {
    const std::string open = "<" + std::string(name);
    const std::string close = "</" + std::string(name) + ">";
    for (size_t at = text.find(open, from); at != std::string_view::npos; at = text.find(open, at + 1)) {
        const size_t behind = at + open.size();
        if (behind >= text.size() || (text[behind] != '>' && text[behind] != ' ')) continue;
        const size_t begin = text.find('>', behind);
        if (begin == std::string_view::npos) break;
        const size_t end = text.find(close, begin);
        if (end == std::string_view::npos) break;
        from = end + close.size();
        return text.substr(begin + 1, end - begin - 1);
    }
    return std::nullopt;
}

std::string textOf(std::string_view text, std::string_view name) {
    size_t from = 0;
    const auto found = element(text, name, from);
    return found ? unescaped(*found) : std::string();
}

std::string unescaped(std::string_view text) {
    constexpr size_t kLongest = 10;
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        const size_t end = text[i] == '&' ? text.find(';', i) : std::string_view::npos;
        const bool entity = end != std::string_view::npos && end - i <= kLongest &&
                            appendEntity(out, text.substr(i + 1, end - i - 1));
        if (entity)
            i = end;
        else
            out += text[i];
    }
    return out;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        size_t i = 0;
        while (i < kNamed.size() && kNamed[i].second != c) ++i;
        if (i < kNamed.size())
            out.append("&").append(kNamed[i].first).append(";");
        else if (static_cast<unsigned char>(c) < 0x20)
            out.append("&#").append(std::to_string(static_cast<int>(c))).append(";");
        else
            out += c;
    }
    return out;
}

}  // namespace s3::xml
