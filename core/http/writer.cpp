#include "http/writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace sluice::http {
namespace {

constexpr size_t kFieldExtra = 4;  // colon, space, line end

char* put(char* at, std::string_view text) { return std::copy(text.begin(), text.end(), at); }

}  // namespace

std::string_view reasonPhrase(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 102:
            return "Processing";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        case 529:
            return "Overloaded";
        default:
            return "Unknown";
    }
}

void appendStatusLine(std::string& out, int status) {
    std::array<char, 4> digits{};
    std::to_chars(digits.data(), digits.data() + 3, status);
    out.append("HTTP/1.1 ")
        .append(digits.data(), 3)
        .append(1, ' ')
        .append(reasonPhrase(status))
        .append("\r\n");
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

void appendField(std::string& out, std::string_view name, uint64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    appendField(out, name, std::string_view(digits.data(), static_cast<size_t>(end - digits.data())));
}

void appendFields(std::string& out, const Fields& fields) {
    size_t size = 0;
    for (const auto& field : fields) size += field.name.size() + field.value.size() + kFieldExtra;
    const size_t before = out.size();
    out.resize(before + size);
    char* at = out.data() + before;
    for (const auto& field : fields) at = put(put(put(put(at, field.name), ": "), field.value), "\r\n");
}

std::string_view dateLine() {
    thread_local std::time_t second = 0;
    thread_local std::array<char, 64> line{};
    thread_local size_t size = 0;
    const std::time_t now = std::time(nullptr);
    if (now != second) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        size = std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        second = now;
    }
    return {line.data(), size};
}

}  // namespace sluice::http
