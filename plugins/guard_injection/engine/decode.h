// Texts within texts: base64 and hex.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace injection {

/// The end of the run of base64 or hex digits that begins at `at`. [any]
size_t encodedEnd(std::string_view text, size_t at);

/// What a run of base64 (also the URL's) or hex digits says, if it says something in letters: at least 95 of
/// 100 characters are such as texts have. Empty if not; then only its first bytes have been looked at,
/// mostly. [any]
std::string decoded(std::string_view run);

constexpr size_t kEncodedMin = 20;  // digits: less is no sentence

}  // namespace injection
