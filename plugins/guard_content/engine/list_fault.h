// A list that cannot be read: which file, which line, what was found, what is allowed.
#pragma once

#include <stdexcept>
#include <string>

namespace guard_content {

class ListFault : public std::runtime_error {
public:
    /// `line` counts from 1; 0: the file as a whole.
    ListFault(const std::string& file, size_t line, const std::string& what)
        : std::runtime_error(file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what) {}
};

/// The bytes of a file, of at most 16 MB. Throws ListFault. [control]
std::string readListFile(const std::string& path);

}  // namespace guard_content
