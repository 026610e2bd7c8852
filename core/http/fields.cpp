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

// Are sixteen bytes all of a-z, 0-9, hyphen and underscore, as in most names? Compilers make the processor's
// own vectors of these.
bool isPlainName16(const char* text) {
    using Bytes = signed char __attribute__((vector_size(16)));
    Bytes x;
    std::memcpy(&x, text, sizeof x);
    const Bytes plain = ((x >= 'a') & (x <= 'z')) | ((x >= '0') & (x <= '9')) | (x == '-') | (x == '_');
    std::array<uint64_t, 2> halves;
    std::memcpy(halves.data(), &plain, sizeof plain);
    return (halves[0] & halves[1]) == UINT64_MAX;
}

// The last sixteen bytes may have been looked at before.
bool isPlainName(std::string_view text) {
    constexpr size_t kStep = 16;
    if (text.size() < kStep) return false;
    for (size_t at = 0; at + kStep < text.size(); at += kStep) {
        if (!isPlainName16(text.data() + at)) return false;
    }
    return isPlainName16(text.data() + text.size() - kStep);
}

bool isFieldByte(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 0x20 && u != 0x7f) || u == '\t';
}

bool allFieldBytes(std::string_view text) {
    for (const char c : text) {
        if (!isFieldByte(c)) return false;
    }
    return true;
}

}  // namespace

bool isToken(std::string_view text) {
    if (isPlainName(text)) return true;
    bool all = !text.empty();
    for (const char c : text) all &= kTchar[static_cast<unsigned char>(c)];
    return all;
}

bool isFieldValue(std::string_view text) {
    while (text.size() >= 8) {
        uint64_t word;
        std::memcpy(&word, text.data(), 8);
        if (hasControl8(word) && !allFieldBytes(text.substr(0, 8))) return false;
        text.remove_prefix(8);
    }
    return allFieldBytes(text);
}

bool listContains(std::string_view list, std::string_view token) {
    for (const auto element : base::split(list, ',')) {
        if (base::iequals(base::trimmed(element), token)) return true;
    }
    return false;
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
    if (!names_.mayHave(name)) return std::nullopt;
    for (const auto& field : list_) {
        if (base::iequals(field.name, name)) return field.value;
    }
    return std::nullopt;
}

size_t Fields::count(std::string_view name) const {
    if (!names_.mayHave(name)) return 0;
    return static_cast<size_t>(std::count_if(list_.begin(), list_.end(),
                                             [&](const Field& f) { return base::iequals(f.name, name); }));
}

bool Fields::add(std::string_view name, std::string_view value) {
    if (!isToken(name) || !isFieldValue(value)) return false;
    append(name, value);
    return true;
}

void Fields::append(std::string_view name, std::string_view value) {
    if (list_.size() == list_.capacity()) list_.reserve(std::max<size_t>(32, 2 * list_.size()));
    names_.add(name);
    char* const at = texts_.room(name.size() + value.size());
    std::copy(value.begin(), value.end(), std::copy(name.begin(), name.end(), at));
    list_.push_back({{at, name.size()}, {at + name.size(), value.size()}});
}

bool Fields::set(std::string_view name, std::string_view value) {
    if (!isToken(name) || !isFieldValue(value)) return false;
    const bool may_be_there = names_.mayHave(name);
    const auto first = may_be_there
                           ? std::find_if(list_.begin(), list_.end(),
                                          [&](const Field& f) { return base::iequals(f.name, name); })
                           : list_.end();
    if (first == list_.end()) {
        append(name, value);
        return true;
    }
    char* const at = texts_.room(value.size());
    std::copy(value.begin(), value.end(), at);
    first->value = {at, value.size()};
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
    names_.clear();
    texts_.clear();
}

char* Fields::Texts::room(size_t size) {
    constexpr size_t kBlock = 1024;
    if (size > left_) {
        left_ = std::max(kBlock, size);
        at_ = blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(left_)).get();
    }
    left_ -= size;
    return std::exchange(at_, at_ + size);
}

void Fields::Texts::clear() {
    blocks_.clear();
    at_ = nullptr;
    left_ = 0;
}

}  // namespace sluice::http
