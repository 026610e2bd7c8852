// Characters of prompts: forms that look alike, scripts, and a guess at the language.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace lua_policy {

/// Lower case for Latin, Greek and Cyrillic letters; full-width forms as ASCII; Cyrillic and Greek letters
/// that look like Latin ones as those, in words that have Latin letters too; no zero-width characters, soft
/// hyphens and direction marks; every kind of space as one. For matching, not for showing.
std::string fold(std::string_view text);

/// "latin", "cyrillic", "greek", "han", "kana", "hangul", "arabic", "hebrew", "devanagari", "thai", "other",
/// or "none" without letters; with the share of letters that it has.
std::pair<const char*, double> scriptOf(std::string_view text);

/// en, de, fr, es, it, pt, nl by their commonest words; ru, el, zh, ja, ko, ar, he, hi, th by their script.
/// Null if it cannot be told.
const char* languageOf(std::string_view text);

}  // namespace lua_policy
