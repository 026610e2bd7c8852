#include "checksum.h"

#include <array>
#include <cstring>

namespace ledger {
namespace {

constexpr uint32_t kReflected = 0x82F63B78;  // 0x1EDC6F41 from its other end

constexpr std::array<uint32_t, 256> makeTable() {
    std::array<uint32_t, 256> table{};
    for (uint32_t byte = 0; byte < table.size(); ++byte) {
        uint32_t sum = byte;
        for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ kReflected : sum >> 1;
        table[byte] = sum;
    }
    return table;
}
constexpr auto kTable = makeTable();

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("sse4.2"))) uint32_t byInstruction(std::string_view bytes, uint32_t before) {
    uint64_t sum = static_cast<uint32_t>(~before);
    const char* at = bytes.data();
    size_t left = bytes.size();
    for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t), at += sizeof(uint64_t)) {
        uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        sum = __builtin_ia32_crc32di(sum, word);
    }
    auto rest = static_cast<uint32_t>(sum);
    for (; left > 0; --left, ++at) rest = __builtin_ia32_crc32qi(rest, static_cast<unsigned char>(*at));
    return ~rest;
}
#endif

}  // namespace

uint32_t crc32cByTable(std::string_view bytes, uint32_t before) {
    uint32_t sum = ~before;
    for (const char c : bytes) sum = sum >> 8 ^ kTable[(sum ^ static_cast<unsigned char>(c)) & 0xFF];
    return ~sum;
}

uint32_t crc32c(std::string_view bytes, uint32_t before) {
#if defined(__x86_64__) && defined(__GNUC__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return byInstruction(bytes, before);
#endif
    return crc32cByTable(bytes, before);
}

}  // namespace ledger
