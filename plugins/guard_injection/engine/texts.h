// The files of this directory that are built in, see CMakeLists.txt.
#pragma once

#include <cstddef>
#include <string_view>

namespace injection {

extern const std::string_view kWords;     // words.txt
extern const std::string_view kPatterns;  // patterns.txt
extern const std::string_view kModel;     // model.bin

}  // namespace injection
