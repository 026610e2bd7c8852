#include "http/fields.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace sluice::http {
namespace {

constexpr std::array<bool, 256> kTchar = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}();

// Does any of eight bytes hold a control character? HTAB counts as one: the caller looks closer.
bool hasControl8(uint64_t x) {
    constexpr uint64_t kOnes = 0x0101010101010101ull;
    constexpr uint64_t kHigh = 0x8080808080808080ull;
    const uint64_t below_space = (x - kOnes * 0x20) & ~x & kHigh;
    const uint64_t del = x ^ (kOnes * 0x7f);
    return (below_space | ((del - kOnes) & ~del & kHigh)) != 0;
}

bool isFieldByte(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 0x20 && u != 0x7f) || u == '\t';
}

}  // namespace

bool isToken(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        if (!kTchar[static_cast<unsigned char>(c)]) return false;
    }
    return true;
}

bool isFieldValue(std::string_view text) {
    while (text.size() >= 8) {
        uint64_t word;
        std::memcpy(&word, text.data(), 8);
        if (hasControl8(word) && !std::all_of(text.begin(), text.begin() + 8, isFieldByte)) return false;
        text.remove_prefix(8);
    }
    return std::all_of(text.begin(), text.end(), isFieldByte);
}

bool listContains(std::string_view list, std::string_view token) {
    for (const auto element : base::split(list, ',')) {
        if (base::iequals(base::trimmed(element), token)) return true;
    }
    return false;
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (const auto& field : list_) {
        if (base::iequals(field.name, name)) return field.value;
    }
    return std::nullopt;
}

size_t Fields::count(std::string_view name) const {
    return static_cast<size_t>(std::count_if(list_.begin(), list_.end(),
                                             [&](const Field& f) { return base::iequals(f.name, name); }));
}

bool Fields::add(std::string_view name, std::string_view value) {
    if (!isToken(name) || !isFieldValue(value)) return false;
    list_.push_back({texts_.keep(name), texts_.keep(value)});
    return true;
}

bool Fields::set(std::string_view name, std::string_view value) {
    if (!isToken(name) || !isFieldValue(value)) return false;
    const auto first =
        std::find_if(list_.begin(), list_.end(), [&](const Field& f) { return base::iequals(f.name, name); });
    if (first == list_.end()) {
        list_.push_back({texts_.keep(name), texts_.keep(value)});
        return true;
    }
    first->value = texts_.keep(value);
    list_.erase(
        std::remove_if(first + 1, list_.end(), [&](const Field& f) { return base::iequals(f.name, name); }),
        list_.end());
    return true;
}

size_t Fields::remove(std::string_view name) {
    return std::erase_if(list_, [&](const Field& f) { return base::iequals(f.name, name); });
}

void Fields::clear() {
    list_.clear();
    texts_.clear();
}

std::string_view Fields::Texts::keep(std::string_view text) {
    constexpr size_t kBlock = 1024;
    if (text.size() > left_) {
        left_ = std::max(kBlock, text.size());
        at_ = blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(left_)).get();
    }
    const std::string_view kept(std::copy(text.begin(), text.end(), at_) - text.size(), text.size());
    at_ += text.size();
    left_ -= text.size();
    return kept;
}

void Fields::Texts::clear() {
    blocks_.clear();
    at_ = nullptr;
    left_ = 0;
}

}  // namespace sluice::http
