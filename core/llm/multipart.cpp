#include "llm/multipart.h"

#include <algorithm>

#include "base/text.h"

namespace sluice::llm {

using base::Code;

namespace {

constexpr size_t kPartsMax = 256;

// The value of parameter `name` in "form-data; name=\"x\"; filename=\"y\"".
std::string_view parameter(std::string_view header, std::string_view name) {
    for (size_t at = header.find(';'); at != std::string_view::npos; at = header.find(';', at + 1)) {
        std::string_view rest = base::trimmed(header.substr(at + 1));
        if (!base::istartsWith(rest, name) || rest.size() <= name.size() || rest[name.size()] != '=')
            continue;
        rest.remove_prefix(name.size() + 1);
        if (!rest.empty() && rest.front() == '"') {
            const size_t close = rest.find('"', 1);
            return close == std::string_view::npos ? std::string_view() : rest.substr(1, close - 1);
        }
        return base::trimmed(rest.substr(0, rest.find(';')));
    }
    return {};
}

base::Error malformed(const char* what) { return base::clientError(Code::Malformed, what); }

// Fills name and file from the part's own header lines.
void readPartHead(std::string_view head, FormPart& part) {
    for (const auto line : base::split(head, '\n')) {
        if (!base::istartsWith(line, "content-disposition:")) continue;
        part.name = std::string(parameter(line, "name"));
        part.file = line.find("filename") != std::string_view::npos;
    }
}

}  // namespace

base::Result<Multipart> Multipart::read(std::string_view text, std::string_view content_type) {
    const std::string_view boundary = parameter(content_type, "boundary");
    if (!base::istartsWith(content_type, "multipart/form-data") || boundary.empty() || boundary.size() > 70) {
        return malformed("the body must be multipart/form-data with a boundary");
    }
    Multipart form;
    form.delimiter_ = "--" + std::string(boundary);
    size_t at = text.find(form.delimiter_);
    while (at != std::string_view::npos) {
        const size_t after = at + form.delimiter_.size();
        if (text.substr(after, 2) == "--") return form;
        const size_t head = text.find("\r\n", after);
        const size_t value = text.find("\r\n\r\n", after);
        if (head == std::string_view::npos || value == std::string_view::npos) break;
        const size_t next = text.find("\r\n" + form.delimiter_, value + 2);
        if (next == std::string_view::npos) break;
        if (form.parts_.size() >= kPartsMax) return malformed("the form has too many parts");
        FormPart part;
        part.begin = at;
        part.value_begin = std::min(value + 4, next);
        part.value_end = next;
        part.end = next + 2;
        readPartHead(text.substr(head, value - head), part);
        if (!part.file)
            part.quoted = base::jsonQuoted(text.substr(part.value_begin, next - part.value_begin));
        if (!part.file && form.find(part.name) && part.name == "model")
            return malformed("the field \"model\" stands twice in the form");
        form.parts_.push_back(std::move(part));
        at = next + 2;
    }
    return malformed("the form is not closed by its boundary");
}

const FormPart* Multipart::find(std::string_view name) const {
    const auto found =
        std::find_if(parts_.begin(), parts_.end(), [&](const FormPart& p) { return p.name == name; });
    return found == parts_.end() ? nullptr : &*found;
}

}  // namespace sluice::llm
