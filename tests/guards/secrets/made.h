// Secrets made while the tests run: none stands in the repository.
#pragma once

#include <guard_secrets/engine/checksum.h>
#include <guard_secrets/engine/scanner.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace made {

inline constexpr std::string_view kHex = "0123456789abcdef", kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                                  kAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                                  kBase64 =
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using Random = std::mt19937;

inline std::string some(Random& random, std::string_view alphabet, size_t size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += alphabet[random() % alphabet.size()];
    return text;
}

/// Text that a shape matches: each item with its least number of bytes, those without end with 40 more.
inline std::string shaped(Random& random, std::string_view shape) {
    std::string text;
    while (!shape.empty()) {
        const auto end = std::min(shape.find(' '), shape.size());
        const auto item = shape.substr(0, end);
        shape.remove_prefix(std::min(end + 1, shape.size()));
        if (item[0] == '=') {
            text += item.substr(1);
            continue;
        }
        size_t size = static_cast<size_t>(std::atoi(std::string(item.substr(1)).c_str()));
        if (item.back() == '+') size += 40;
        const char kind = item[0];
        text += some(random,
                     kind == 'h' || kind == 'x'   ? kHex
                     : kind == 'd'                ? std::string_view("0123456789")
                     : kind == 'H'                ? std::string_view("0123456789ABCDEF")
                     : kind == 'l'                ? std::string_view("abcdefghijklmnopqrstuvwxyz")
                     : kind == 'a'                ? std::string_view("abcdefghijklmnopqrstuvwxyz0123456789")
                     : kind == 'A'                ? std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
                     : kind == 'b' || kind == 'B' ? kBase64
                                                  : kAlnum,
                     size);
    }
    return text;
}

inline std::vector<secrets::Format> formats() {
    std::vector<secrets::Format> all;
    for (const auto table :
         {secrets::cloudFormats(), secrets::forgeFormats(), secrets::serviceFormats(), secrets::aiFormats()})
        all.insert(all.end(), table.begin(), table.end());
    return all;
}

inline std::string token(Random& random, const secrets::Format& format) {
    auto body = shaped(random, format.shape);
    if (format.check == secrets::Check::Crc && body.size() == 36)
        body = body.substr(0, 30) + secrets::checksumOf(std::string_view(body).substr(0, 30));
    const auto front =
        format.check == secrets::Check::Before15 ? some(random, kAlnum, 14) + "." : std::string();
    return front + std::string(format.prefix) + body;
}

/// A block of PEM: header, lines of 64, end.
inline std::string pem(Random& random, std::string_view kind, size_t size, std::string_view newline = "\n") {
    auto text = "-----BEGIN " + std::string(kind) + "-----" + std::string(newline);
    const auto body = some(random, kBase64, size);
    for (size_t i = 0; i < body.size(); i += 64) text += body.substr(i, 64) + std::string(newline);
    return text + "-----END " + std::string(kind) + "-----";
}

inline std::vector<sluice::Finding> found(std::string_view text, const secrets::SecretScanner& scanner) {
    std::vector<sluice::Finding> all;
    scanner.find(text, 0, all);
    return all;
}
inline std::vector<sluice::Finding> found(std::string_view text) {
    static const secrets::SecretScanner scanner;
    return found(text, scanner);
}

/// The text with each finding as <ENTITY>, and nothing for what continues one.
inline std::string marked(std::string_view text, const std::vector<sluice::Finding>& all) {
    std::string out;
    size_t at = 0;
    for (const auto& one : all) {
        out += text.substr(at, one.begin - at);
        if (!secrets::SecretScanner::continues(one.entity)) out += "<" + std::string(one.entity) + ">";
        at = one.end;
    }
    return out + std::string(text.substr(at));
}
inline std::string marked(std::string_view text) { return marked(text, found(text)); }

}  // namespace made
