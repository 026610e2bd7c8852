#include "llm/multipart.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace sluice::llm {

using base::Code;

namespace {

constexpr size_t kPartsMax = 256;
constexpr size_t kBoundaryMax = 70;  // RFC 2046 section 5.1.1

base::Error malformed(const char* what) { return base::clientError(Code::Malformed, what); }

struct Parameter {
    std::string name;  // lower case
    std::string value;
};

// A token, or a quoted string with its escapes undone; nothing if it is neither.
std::optional<std::string> takeValue(std::string_view& rest) {
    std::string value;
    if (rest.empty() || rest.front() != '"') {
        const size_t end = std::min(rest.find(';'), rest.size());
        value = base::trimmed(rest.substr(0, end));
        rest.remove_prefix(end);
        return value.find('"') == std::string::npos ? std::optional(value) : std::nullopt;
    }
    size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        value += rest[at];
    }
    if (at >= rest.size()) return std::nullopt;
    rest = base::trimmed(rest.substr(at + 1));
    return value;
}

// What follows the first semicolon of "form-data; name=\"x\"". Nothing if it can be read in two ways: what
// one reader takes for a name must not be a part of a value for another.
std::optional<std::vector<Parameter>> parameters(std::string_view header) {
    std::vector<Parameter> out;
    std::string_view rest = header.substr(std::min(header.find(';'), header.size()));
    while (!rest.empty()) {
        if (rest.front() != ';') return std::nullopt;
        rest = base::trimmed(rest.substr(1));
        if (rest.empty()) break;
        const size_t equals = rest.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        Parameter parameter{base::lowered(base::trimmed(rest.substr(0, equals))), {}};
        rest = base::trimmed(rest.substr(equals + 1));
        auto value = takeValue(rest);
        if (!value) return std::nullopt;
        for (const auto& other : out) {
            if (other.name == parameter.name) return std::nullopt;
        }
        parameter.value = std::move(*value);
        out.push_back(std::move(parameter));
    }
    return out;
}

std::string_view mainValue(std::string_view header) {
    return base::trimmed(header.substr(0, header.find(';')));
}

// Reads name and file from the part's own head. False if it does not say clearly which field this is.
bool readPartHead(std::string_view head, FormPart& part) {
    size_t dispositions = 0;
    while (!head.empty()) {
        const size_t end = std::min(head.find("\r\n"), head.size());
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(std::min(head.size(), end + 2));
        if (line.find_first_of("\r\n") != std::string_view::npos) return false;
        if (!base::istartsWith(line, "content-disposition:")) continue;
        const std::string_view value = base::trimmed(line.substr(line.find(':') + 1));
        const auto found = parameters(value);
        if (++dispositions > 1 || !found || !base::iequals(mainValue(value), "form-data")) return false;
        for (const auto& parameter : *found) {
            if (parameter.name == "name") part.name = parameter.value;
            if (parameter.name == "filename" || parameter.name == "filename*") part.file = true;
        }
    }
    return dispositions == 1 && !part.name.empty();
}

struct Delimiter {
    size_t at = std::string_view::npos;  // of its two dashes
    bool closing = false;
};

// The next line that is the delimiter and nothing more.
Delimiter nextDelimiter(std::string_view text, const std::string& delimiter, size_t from) {
    for (size_t at = text.find(delimiter, from); at != std::string_view::npos;
         at = text.find(delimiter, at + 1)) {
        const bool starts_line = at == 0 || (at >= 2 && text.substr(at - 2, 2) == "\r\n");
        const std::string_view after = text.substr(at + delimiter.size(), 2);
        if (starts_line && (after == "\r\n" || after == "--")) return {at, after == "--"};
    }
    return {};
}

}  // namespace

base::Result<Multipart> Multipart::read(std::string_view text, std::string_view content_type) {
    const auto type = parameters(content_type);
    Multipart form;
    if (type && base::iequals(mainValue(content_type), "multipart/form-data")) {
        for (const auto& parameter : *type) {
            if (parameter.name == "boundary") form.delimiter_ = "--" + parameter.value;
        }
    }
    if (form.delimiter_.size() < 3 || form.delimiter_.size() > kBoundaryMax + 2) {
        return malformed("the body must be multipart/form-data with a boundary");
    }
    Delimiter here = nextDelimiter(text, form.delimiter_, 0);
    while (here.at != std::string_view::npos && !here.closing) {
        if (form.parts_.size() >= kPartsMax) return malformed("the form has too many parts");
        const size_t head = here.at + form.delimiter_.size() + 2;
        const Delimiter next = nextDelimiter(text, form.delimiter_, head);
        const size_t blank = text.find("\r\n\r\n", head - 2);
        // The line end before a delimiter belongs to it (RFC 2046 section 5.1.1), and is not the head's.
        if (next.at == std::string_view::npos || blank == std::string_view::npos || blank + 6 > next.at)
            return malformed("a part of the form has no head, or is not closed by its boundary");
        FormPart part;
        part.begin = here.at;
        part.value_begin = blank + 4;
        part.value_end = next.at - 2;
        part.end = next.at;
        if (blank < head || !readPartHead(text.substr(head, blank - head), part)) {
            return malformed("a part of the form does not say clearly which field it is");
        }
        if (part.name == "model" && form.find(part.name))
            return malformed("the field \"model\" stands twice in the form");
        if (!part.file)
            part.quoted = base::jsonQuoted(text.substr(part.value_begin, part.value_end - part.value_begin));
        form.parts_.push_back(std::move(part));
        here = next;
    }
    if (here.at == std::string_view::npos || !here.closing)
        return malformed("the form is not closed by its boundary");
    return form;
}

const FormPart* Multipart::find(std::string_view name) const {
    const auto found =
        std::find_if(parts_.begin(), parts_.end(), [&](const FormPart& p) { return p.name == name; });
    return found == parts_.end() ? nullptr : &*found;
}

}  // namespace sluice::llm
