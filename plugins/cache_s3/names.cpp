#include "names.h"

#include <algorithm>

#include <sluice/sluice.h>

namespace cache_s3 {
namespace {

constexpr std::string_view kEnd = ".cache";
constexpr size_t kNameMax = 1024;

bool isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

std::string nameBegin(std::string_view path, std::string_view key) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string name(path);
    for (const char c : key) {
        if (isPlain(c)) {
            name += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        name += '_';
        name += kDigits[byte >> 4];
        name += kDigits[byte & 15];
    }
    return name;
}

std::string nameOf(std::string_view path, std::string_view key) {
    const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (key.empty() || key.size() > SLUICE_CACHE_KEY_MAX || !printable) return {};
    std::string name = nameBegin(path, key).append(kEnd);
    return name.size() <= kNameMax ? name : std::string();
}

bool isOurs(std::string_view path, std::string_view name) {
    if (name.size() <= path.size() + kEnd.size() || name.substr(0, path.size()) != path ||
        name.substr(name.size() - kEnd.size()) != kEnd)
        return false;
    name = name.substr(path.size(), name.size() - path.size() - kEnd.size());
    return std::all_of(name.begin(), name.end(), [](char c) { return isPlain(c) || c == '_'; });
}

}  // namespace cache_s3
