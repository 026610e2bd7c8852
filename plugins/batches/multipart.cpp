#include "multipart.h"

#include <algorithm>

#include "refused.h"

namespace batches {
namespace {

constexpr size_t kPartsMax = 32;
constexpr size_t kHeadMax = 8 * 1024;

[[noreturn]] void refuse(const std::string& what) { throw Refused(400, "invalid_form", what); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

size_t findAnyCase(std::string_view text, std::string_view wanted) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    const auto found = std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same);
    return found == text.end() ? std::string_view::npos : static_cast<size_t>(found - text.begin());
}

// `name` of `; name="a"; filename=b`. Browsers write a quote as %22 (RFC 7578, 2), others with a backslash.
std::string parameter(std::string_view field, std::string_view name) {
    for (size_t at = field.find(';'); at != std::string_view::npos;) {
        size_t begin = field.find_first_not_of(" \t", at + 1);
        if (begin == std::string_view::npos) return {};
        const size_t equals = field.find('=', begin);
        if (equals == std::string_view::npos) return {};
        const auto found = field.substr(begin, equals - begin);
        std::string value;
        size_t i = equals + 1;
        if (i < field.size() && field[i] == '"') {
            for (++i; i < field.size() && field[i] != '"'; ++i) {
                if (field[i] == '\\' && i + 1 < field.size()) ++i;
                value += field[i];
            }
            at = field.find(';', i);
        } else {
            at = field.find(';', i);
            value = field.substr(i, at == std::string_view::npos ? at : at - i);
            while (!value.empty() && value.back() == ' ') value.pop_back();
        }
        if (found.size() == name.size() && findAnyCase(found, name) == 0) return value;
    }
    return {};
}

void readHead(std::string_view head, Part& part) {
    if (head.size() > kHeadMax) refuse("A part of the form has a head of more than 8 KiB");
    constexpr std::string_view kField = "content-disposition:";
    for (size_t at = 0; at < head.size();) {
        const size_t end = std::min(head.find("\r\n", at), head.size());
        const auto line = head.substr(at, end - at);
        if (line.size() > kField.size() && findAnyCase(line.substr(0, kField.size()), kField) == 0) {
            part.name = parameter(line, "name");
            part.filename = parameter(line, "filename");
        }
        at = end + 2;
    }
    if (part.name.empty()) refuse("A part of the form has no name");
}

}  // namespace

std::vector<Part> readForm(std::string_view content_type, std::string_view body) {
    if (findAnyCase(content_type, "multipart/form-data") != 0)
        refuse("content-type: found another one; allowed: multipart/form-data");
    const std::string boundary = parameter(content_type, "boundary");
    if (boundary.empty() || boundary.size() > 70) refuse("content-type: the boundary is missing");
    const std::string between = "\r\n--" + boundary;
    std::vector<Part> parts;
    // The first one may stand at the very beginning, without an end of line before it.
    const bool first = body.substr(0, between.size() - 2) == std::string_view(between).substr(2);
    size_t at = first ? between.size() - 2 : body.find(between);
    if (at == std::string_view::npos) refuse("The form has no part");
    if (!first) at += between.size();
    while (body.substr(at, 2) != "--") {
        if (parts.size() == kPartsMax) refuse("The form has more than 32 parts");
        const size_t line_end = body.find("\r\n", at);
        const size_t head_end = body.find("\r\n\r\n", at);
        if (line_end == std::string_view::npos || head_end == std::string_view::npos)
            refuse("A part of the form is cut off");
        Part part;
        if (head_end > line_end) readHead(body.substr(line_end + 2, head_end - line_end - 2), part);
        if (part.name.empty()) refuse("A part of the form has no name");
        const size_t begin = head_end + 4;
        // An empty part: its boundary's end of line is that of the head.
        const size_t end = body.find(between, begin - 2);
        if (end == std::string_view::npos) refuse("A part of the form is cut off");
        part.content = end < begin ? std::string_view() : body.substr(begin, end - begin);
        parts.push_back(std::move(part));
        at = end + between.size();
    }
    return parts;
}

const Part* partNamed(const std::vector<Part>& parts, std::string_view name) {
    for (const auto& part : parts) {
        if (part.name == name) return &part;
    }
    return nullptr;
}

}  // namespace batches
