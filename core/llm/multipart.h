// multipart/form-data (RFC 7578): where its parts stand, so that a field can be read or replaced.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace sluice::llm {

struct FormPart {
    std::string name;
    bool file = false;   // has a filename: content is not text for us
    std::string quoted;  // the content as a JSON string, for fields that are not files
    size_t begin = 0;    // of the delimiter line
    size_t value_begin = 0;
    size_t value_end = 0;
    size_t end = 0;  // begin of the next delimiter line
};

class Multipart {
public:
    /// Malformed if the boundary is missing or the text is not closed by it. At most 256 parts.
    static base::Result<Multipart> read(std::string_view text, std::string_view content_type);

    const std::vector<FormPart>& parts() const { return parts_; }
    const FormPart* find(std::string_view name) const;
    const std::string& delimiter() const { return delimiter_; }  // "--" boundary

private:
    std::vector<FormPart> parts_;
    std::string delimiter_;
};

}  // namespace sluice::llm
