// The files of data/, compiled in. Their sources and licences: data/README.md.
#pragma once

#include <string_view>

namespace pii::names::data {

// Lists: one entry a line, folded, sorted.
std::string_view given();
std::string_view family();
std::string_view places();
std::string_view countries();
std::string_view nationalities();
std::string_view streets();
std::string_view orgSuffixes();
std::string_view orgWords();
std::string_view titles();
std::string_view words();
std::string_view common();
std::string_view particles();
std::string_view companies();
std::string_view telling();

/// The trained weights; see model.h.
std::string_view model();

}  // namespace pii::names::data
