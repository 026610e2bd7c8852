// The parts of a multipart/form-data body (RFC 7578, RFC 2046 5.1), for a key: what is in it, whatever the
// boundary. The gateway has read the form before and refused broken ones; this one is strict on purpose: who
// writes a form in a way that is not understood here in full gets no cached answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cache {

/// Borrowed from the body.
struct FormPart {
    std::string_view name, file, type, encoding;  // file: its name; the last two are header fields
    std::string_view bytes;
    bool is_file = false;
};

/// In the order of the body. Nothing if it is no such form. [any]
std::optional<std::vector<FormPart>> partsOf(std::string_view body, std::string_view content_type);

/// ".mp3" in lower case, or nothing: of a file's name providers look at that only.
std::string extensionOf(std::string_view file);

}  // namespace cache
