// CRC-32C, Castagnoli's polynomial: RFC 3720, appendix B.4.
#pragma once

#include <cstdint>
#include <string_view>

namespace ledger {

/// Of `bytes` behind those that gave `before`; 0 where they begin. Uses the processor's instruction where it
/// has one: each event is summed up twice, on its way into the spool and out of it. [any]
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);
/// The same by a table, on every processor.
uint32_t crc32cByTable(std::string_view bytes, uint32_t before = 0);

}  // namespace ledger
