#include "http/head.h"

#include <algorithm>

#include "base/text.h"

namespace sluice::http {
namespace {

constexpr HeadFault kFine{};

// "HTTP/" DIGIT "." DIGIT: the minor version, -1 if malformed, -2 if another major.
int minorOf(std::string_view version) {
    if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || version[6] != '.') return -1;
    const char major = version[5], minor = version[7];
    if (major < '0' || major > '9' || minor < '0' || minor > '9') return -1;
    return major == '1' ? minor - '0' : -2;
}

bool isTargetByte(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u != 0x7f && c != '#';
}

bool isHost(std::string_view host) {
    return std::all_of(host.begin(), host.end(), [](char c) {
        return isTargetByte(c) && std::string_view("/@?\\\"<>^`{|},").find(c) == std::string_view::npos;
    });
}

void splitPath(std::string_view rest, RequestHead& head) {
    const size_t question = rest.find('?');
    head.path = rest.substr(0, question);
    head.query = question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
}

// RFC 9112 section 3.2: origin-form, absolute-form, asterisk-form; authority-form is for CONNECT, which we
// refuse.
HeadFault readTarget(RequestHead& head) {
    const std::string_view target = head.target;
    if (!std::all_of(target.begin(), target.end(), isTargetByte))
        return {400, "the request target holds a forbidden character"};
    if (head.method == "CONNECT") return {501, "CONNECT is not supported"};
    if (target == "*") {
        if (head.method != "OPTIONS") return {400, "the target * is for OPTIONS only"};
        head.path = target;
        return kFine;
    }
    if (target.front() == '/') {
        splitPath(target, head);
        return kFine;
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!base::istartsWith(target, scheme)) continue;
        const std::string_view rest = target.substr(scheme.size());
        const size_t slash = std::min(rest.find_first_of("/?"), rest.size());
        if (slash == 0 || !isHost(rest.substr(0, slash)))
            return {400, "malformed host in the request target"};
        splitPath(rest.substr(slash), head);
        if (head.path.empty()) head.path = "/";
        return kFine;
    }
    return {400, "malformed request target"};
}

HeadFault readRequestLine(std::string_view line, RequestHead& head) {
    const size_t first = line.find(' ');
    const size_t last = line.rfind(' ');
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    if (head.target.empty() || head.target.find(' ') != std::string_view::npos)
        return {400, "malformed request line"};
    const int minor = minorOf(line.substr(last + 1));
    if (minor == -1) return {400, "malformed HTTP version"};
    if (minor == -2) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    head.minor = std::min(minor, 1);
    return readTarget(head);
}

// One number a message, digits only (RFC 9112 section 6.2 and 6.3).
HeadFault readContentLength(const Fields& fields, uint64_t& length) {
    if (fields.count("content-length") > 1) return {400, "there is more than one Content-Length"};
    const auto value = base::parseDecimal(*fields.find("content-length"));
    if (!value) return {400, "Content-Length is not a plain decimal number"};
    length = *value;
    return kFine;
}

HeadFault readTransferEncoding(const Fields& fields, int minor) {
    if (minor == 0) return {400, "Transfer-Encoding in HTTP/1.0"};
    if (fields.has("content-length")) return {400, "both Content-Length and Transfer-Encoding"};
    const std::string_view value = *fields.find("transfer-encoding");
    if (value.empty()) return {400, "empty Transfer-Encoding"};
    size_t chunked = 0;
    for (const auto element : base::split(value, ',')) {
        const auto coding = base::trimmed(element);
        if (coding.empty()) return {400, "malformed Transfer-Encoding"};
        if (base::iequals(coding, "chunked")) ++chunked;
    }
    if (chunked > 1) return {400, "chunked more than once in Transfer-Encoding"};
    if (fields.count("transfer-encoding") > 1 || !base::iequals(value, "chunked")) {
        return {501, "only the transfer coding chunked is understood"};
    }
    return kFine;
}

bool persistent(const Fields& fields, int minor) {
    bool keep = minor >= 1;
    for (const auto& field : fields) {
        if (!base::iequals(field.name, "connection")) continue;
        if (listContains(field.value, "close")) return false;
        if (minor == 0 && listContains(field.value, "keep-alive")) keep = true;
    }
    return keep;
}

HeadFault readHost(const RequestHead& head) {
    const size_t hosts = head.fields.count("host");
    if (hosts > 1) return {400, "there is more than one Host"};
    if (hosts == 0) return head.minor == 0 ? kFine : HeadFault{400, "Host is missing"};
    if (!isHost(*head.fields.find("host"))) return {400, "malformed Host"};
    return kFine;
}

HeadFault readSingletons(RequestHead& head) {
    for (const std::string_view name : {"content-type", "authorization", "expect", "content-encoding"}) {
        if (head.fields.count(name) > 1) return {400, "a field that may stand once is given twice"};
    }
    if (const auto expect = head.fields.find("expect")) {
        if (!base::iequals(*expect, "100-continue")) return {417, "only Expect: 100-continue is understood"};
        head.expect_continue = head.minor >= 1;
    }
    return kFine;
}

void copyFields(const HeadLines& lines, std::string_view raw, Fields& fields) {
    fields.clear();
    for (const auto& line : lines.fields()) fields.addBorrowed(line.name.in(raw), line.value.in(raw));
}

}  // namespace

HeadFault readRequestHead(std::string_view buffer, const HeadLines& lines, RequestHead& head) {
    head.raw.assign(buffer.substr(0, lines.size()));
    head.path = head.query = {};
    head.framing = Framing::None;
    head.content_length = 0;
    head.expect_continue = false;
    copyFields(lines, head.raw, head.fields);
    if (auto fault = readRequestLine(lines.startLine().in(head.raw), head); fault.status) return fault;
    if (auto fault = readHost(head); fault.status) return fault;
    if (head.fields.has("transfer-encoding")) {
        if (auto fault = readTransferEncoding(head.fields, head.minor); fault.status) return fault;
        head.framing = Framing::Chunked;
    } else if (head.fields.has("content-length")) {
        if (auto fault = readContentLength(head.fields, head.content_length); fault.status) return fault;
        head.framing = head.content_length > 0 ? Framing::Length : Framing::None;
    }
    head.keep_alive = persistent(head.fields, head.minor);
    return readSingletons(head);
}

HeadFault readResponseHead(std::string_view buffer, const HeadLines& lines, std::string_view request_method,
                           ResponseHead& head) {
    head.raw.assign(buffer.substr(0, lines.size()));
    head.framing = Framing::UntilClose;
    head.content_length = 0;
    copyFields(lines, head.raw, head.fields);
    const std::string_view line = lines.startLine().in(head.raw);
    const int minor = minorOf(line.substr(0, 8));
    if (minor < 0 || line.size() < 12 || line[8] != ' ' || (line.size() > 12 && line[12] != ' '))
        return {502, "malformed status line"};
    const auto status = base::parseDecimal(line.substr(9, 3));
    if (!status || *status < 100 || *status > 599) return {502, "malformed status code"};
    head.minor = std::min(minor, 1);
    head.status = static_cast<int>(*status);
    head.keep_alive = persistent(head.fields, head.minor);
    if (head.fields.has("transfer-encoding")) {
        if (auto fault = readTransferEncoding(head.fields, head.minor); fault.status)
            return {502, fault.reason};
        head.framing = Framing::Chunked;
    } else if (head.fields.has("content-length")) {
        if (auto fault = readContentLength(head.fields, head.content_length); fault.status)
            return {502, fault.reason};
        head.framing = head.content_length > 0 ? Framing::Length : Framing::None;
    }
    if (request_method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304)
        head.framing = Framing::None;
    if (head.framing == Framing::UntilClose) head.keep_alive = false;
    return kFine;
}

}  // namespace sluice::http
