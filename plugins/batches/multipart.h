// multipart/form-data (RFC 7578 over RFC 2046, 5.1.1): the parts of an upload.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace batches {

/// `content` is borrowed from the body.
struct Part {
    std::string name, filename;
    std::string_view content;
};

/// The parts, in order. Throws Refused (400) for what is no form.
std::vector<Part> readForm(std::string_view content_type, std::string_view body);
/// The first part of that name, or null.
const Part* partNamed(const std::vector<Part>& parts, std::string_view name);

}  // namespace batches
