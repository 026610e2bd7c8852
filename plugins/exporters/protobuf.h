// Protobuf's wire format (protobuf.dev, "Encoding"): a field is its number and wire type as a varint, then a
// varint (0), eight bytes (1), a length and that many bytes (2), or four bytes (5). [any]
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace exporters::proto {

inline void putVarint(std::string& out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

inline void putTag(std::string& out, unsigned field, unsigned type) { putVarint(out, field << 3 | type); }

/// Little endian, without a tag: also the elements of packed lists.
inline void putEight(std::string& out, uint64_t value) {
    for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

inline uint64_t bitsOf(double value) {
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

/// Strings, bytes, messages, packed lists.
inline void putBytes(std::string& out, unsigned field, std::string_view bytes) {
    putTag(out, field, 2);
    putVarint(out, bytes.size());
    out.append(bytes);
}

/// What protobuf leaves out when it is empty.
inline void putText(std::string& out, unsigned field, std::string_view text) {
    if (!text.empty()) putBytes(out, field, text);
}

inline void putNumber(std::string& out, unsigned field, uint64_t value) {
    putTag(out, field, 0);
    putVarint(out, value);
}

inline void putFixed64(std::string& out, unsigned field, uint64_t value) {
    putTag(out, field, 1);
    putEight(out, value);
}

inline void putDouble(std::string& out, unsigned field, double value) {
    putFixed64(out, field, bitsOf(value));
}

inline void putFixed32(std::string& out, unsigned field, uint32_t value) {
    putTag(out, field, 5);
    for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace exporters::proto
