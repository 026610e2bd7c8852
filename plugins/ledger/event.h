// A completion record as bytes, and back: what the spool keeps of it. Everything the record says but its
// JSON: no prompt and no answer.
//
//   u16 bytes of numbers | numbers | u16 count of texts | u32 length of each | the texts
//
// Little-endian. Later releases append numbers and texts; who does not know them leaves them alone, and what
// an older one did not write is zero or empty. So generations of different releases can read each other's
// spools.
#pragma once

#include <string>
#include <string_view>

#include <sluice/sluice.h>

namespace ledger {

/// Of each text; the store cuts where we do or earlier (docs/store.md). Cut between characters.
constexpr size_t kTextBytesMax = 4'096;
/// Longer attributes are left out as a whole: half of a JSON object is none.
constexpr size_t kAttributesBytesMax = 65'536;

/// The fields that this host's release has, the others as if nothing were known. Borrows the texts.
sluice_record wholeRecord(const sluice_record& given);

/// Appends the event to `out`. `record` is a whole one. One growth of the string, no other allocation. [any]
void encode(const sluice_record& record, std::string& out);

/// False if these bytes are no event. The texts of `out` point into `event`.
bool decode(std::string_view event, sluice_record& out);

}  // namespace ledger
