#include "form_body.h"

namespace cache {
namespace {

constexpr size_t kPartsMax = 1000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool same(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Takes `; name=value` or `; name="value"` off the front. False if that is not what stands there.
bool takeParameter(std::string_view& rest, std::string_view& name, std::string_view& value) {
    rest = trimmed(rest);
    if (rest.empty() || rest.front() != ';') return false;
    rest = trimmed(rest.substr(1));
    const size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return false;
    name = trimmed(rest.substr(0, equals));
    rest = trimmed(rest.substr(equals + 1));
    if (!rest.empty() && rest.front() == '"') {
        const size_t end = rest.find('"', 1);
        if (end == std::string_view::npos) return false;
        value = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        return value.find('\\') == std::string_view::npos;
    }
    const size_t end = rest.find(';');
    value = trimmed(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    return true;
}

std::string_view boundaryOf(std::string_view content_type) {
    const size_t end = content_type.find(';');
    if (end == std::string_view::npos || !same(trimmed(content_type.substr(0, end)), "multipart/form-data"))
        return {};
    auto rest = content_type.substr(end);
    std::string_view name, value;
    while (takeParameter(rest, name, value)) {
        if (same(name, "boundary")) return value.size() <= 70 ? value : std::string_view();
    }
    return {};
}

bool readDisposition(std::string_view text, FormPart& part) {
    const size_t end = text.find(';');
    if (end == std::string_view::npos || !same(trimmed(text.substr(0, end)), "form-data")) return false;
    auto rest = text.substr(end);
    std::string_view name, value;
    bool named = false;
    while (!trimmed(rest).empty()) {
        if (!takeParameter(rest, name, value)) return false;
        if (same(name, "name") && !named) {
            part.name = value;
            named = true;
        } else if (same(name, "filename") && !part.is_file) {
            part.file = value;
            part.is_file = true;
        } else {
            return false;
        }
    }
    return named;
}

// The lines before the empty one.
bool readHead(std::string_view head, FormPart& part) {
    bool disposed = false;
    while (!head.empty()) {
        const size_t end = head.find("\r\n");
        const auto line = head.substr(0, end);
        head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos) return false;
        const auto name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
        if (same(name, "content-disposition")) {
            if (disposed || !readDisposition(value, part)) return false;
            disposed = true;
        } else if (same(name, "content-type")) {
            part.type = value;
        } else if (same(name, "content-transfer-encoding")) {
            part.encoding = value;
        } else if (!same(name, "content-length")) {
            return false;
        }
    }
    return disposed;
}

}  // namespace

std::optional<std::vector<FormPart>> partsOf(std::string_view body, std::string_view content_type) {
    const auto boundary = boundaryOf(content_type);
    if (boundary.empty()) return std::nullopt;
    const std::string line = "--" + std::string(boundary), between = "\r\n" + line;
    if (body.substr(0, line.size()) != line) return std::nullopt;
    body.remove_prefix(line.size());
    std::vector<FormPart> parts;
    while (body.substr(0, 2) == "\r\n" && parts.size() < kPartsMax) {
        body.remove_prefix(2);
        const size_t head = body.find("\r\n\r\n");
        FormPart part;
        if (head == std::string_view::npos || !readHead(body.substr(0, head), part)) return std::nullopt;
        body.remove_prefix(head + 4);
        const size_t end = body.find(between);
        if (end == std::string_view::npos) return std::nullopt;
        part.bytes = body.substr(0, end);
        body.remove_prefix(end + between.size());
        parts.push_back(part);
    }
    if (body != "--" && body != "--\r\n") return std::nullopt;
    return parts;
}

std::string extensionOf(std::string_view file) {
    const size_t dot = file.rfind('.');
    std::string extension;
    if (dot == std::string_view::npos) return extension;
    for (const char c : file.substr(dot)) extension += lower(c);
    return extension;
}

}  // namespace cache
