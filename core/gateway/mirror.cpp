#include "gateway/mirror.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "http/writer.h"

namespace sluice::gateway {

std::string mirroredHead(const http::RequestHead& head) {
    // Credentials, the request's name, and what describes the message rather than the request.
    constexpr std::array kLeftOut{"authorization",     "x-api-key",
                                  "api-key",           "x-goog-api-key",
                                  "x-litellm-api-key", "cookie",
                                  "x-litellm-call-id", "expect",
                                  "content-length",    "transfer-encoding",
                                  "connection",        "ocp-apim-subscription-key"};
    std::string text(head.method);
    text.append(" ").append(head.path).append(" HTTP/1.1\r\n");
    for (const auto& field : head.fields) {
        if (std::none_of(kLeftOut.begin(), kLeftOut.end(),
                         [&](const char* name) { return base::iequals(field.name, name); }))
            http::appendField(text, field.name, field.value);
    }
    http::appendField(text, "content-length", uint64_t{0});
    return text + "\r\n";
}

http::IoResult MirrorClient::Source::read(char* out, size_t max, base::TimePoint) {
    const size_t bytes = std::min(max, text_.size() - read_);
    if (bytes == 0) return {http::Io::Eof, 0};
    std::memcpy(out, text_.data() + read_, bytes);
    read_ += bytes;
    return {http::Io::Ok, bytes};
}

http::IoResult MirrorClient::Source::write(std::span<const iovec> parts, base::TimePoint) {
    size_t bytes = 0;
    for (const auto& part : parts) bytes += part.iov_len;
    return {http::Io::Ok, bytes};
}

}  // namespace sluice::gateway
