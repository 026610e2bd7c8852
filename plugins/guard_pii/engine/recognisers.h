// The recognisers that are more than a shape. Each is called at a place where something made it likely, looks
// at a bounded number of bytes around it, and adds what it finds to the pass. [any]
#pragma once

#include <cstddef>

#include "pass.h"
#include "shape.h"

namespace pii {

/// Bytes of the longest e-mail address and bare value; longer ones are taken up to here, or not at all.
inline constexpr size_t kValueMax = 128;
/// Bytes of an address (URL): what is behind them is not part of the finding.
inline constexpr size_t kUrlMax = 512;

/// At '@'.
void findEmail(Pass& pass, size_t at);
/// At the ':' of "://".
void findUrl(Pass& pass, size_t colon);
/// At a '.' between letters or digits: names of hosts, and addresses without scheme. Returns where the name
/// ends.
size_t findDomain(Pass& pass, size_t dot);
/// At a ':' with hexadecimal digits or another ':' beside it. Returns where the run of such characters ends.
size_t findIpv6(Pass& pass, size_t colon);

/// At the beginning of a word that has a digit; `end` is the end of the word.
void findIpv4(Pass& pass, size_t begin);
void findMac(Pass& pass, size_t begin);
void findCrypto(Pass& pass, size_t begin, size_t end);
void findPhone(Pass& pass, size_t begin);
void findDate(Pass& pass, size_t begin);
void findAge(Pass& pass, size_t begin, size_t end);
void findGermanPlate(Pass& pass, size_t begin, size_t end);
/// Licences of Washington before 2018, whose short names are filled with '*'.
void findStarred(Pass& pass, size_t begin);
void findIban(Pass& pass, const Run& run);
/// Values of fixed shape that begin where the run does.
void findShapes(Pass& pass, const ShapeIndex& shapes, const Run& run, bool glued);

/// Is [begin, end) a part of what looks like the name or the host of an e-mail address?
bool insideEmail(std::string_view text, size_t begin, size_t end);
/// Is it a part of a decimal number?
bool insideNumber(std::string_view text, size_t begin, size_t end);

/// Is it a top-level domain? `label` in lower case. Source: IANA's root zone database, 2026.
bool isTopLevel(std::string_view label);
/// One whose names people write without "www.", and which is no word and no ending of a file.
bool isCommonTopLevel(std::string_view label);

}  // namespace pii
