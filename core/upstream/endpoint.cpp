#include "upstream/endpoint.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <fmt/format.h>

namespace sluice::upstream {

using base::Code;

namespace {

// As a message may quote it: without a user's password, and without the query, where keys stand.
std::string shown(std::string_view url) {
    const size_t scheme = url.find("://");
    const size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    const size_t at = url.substr(begin, end - begin).rfind('@');
    std::string text(url.substr(0, begin));
    if (at == std::string_view::npos) {
        text += url.substr(begin, url.find('?', begin) - begin);
    } else {
        text.append("***").append(url.substr(begin + at, url.find('?', begin + at) - begin - at));
    }
    return url.find('?') == std::string_view::npos ? text : text + "?…";
}

// Poco quotes what it stumbles over, which may be part of a password.
base::Error noUrl(std::string_view url, const Poco::Exception& e) {
    const bool secret = url.find('@') != std::string_view::npos;
    return base::gatewayError(Code::InvalidArgument, fmt::format("\"{}\" is not a URL: {}", shown(url),
                                                                 secret ? e.what() : e.displayText()));
}

base::Result<Endpoint> fromUri(const Poco::URI& uri, std::string_view text) {
    const auto wrong = [&](const char* why) {
        return base::gatewayError(Code::InvalidArgument,
                                  fmt::format("\"{}\" is not a usable URL: {}", shown(text), why));
    };
    Endpoint endpoint;
    if (uri.getScheme() != "http" && uri.getScheme() != "https")
        return wrong("it must start with http:// or https://");
    if (uri.getHost().empty()) return wrong("it names no host");
    if (!uri.getUserInfo().empty()) return wrong("user and password do not belong into a URL");
    if (uri.getPort() == 0) return wrong("it names port 0");
    endpoint.tls = uri.getScheme() == "https";
    endpoint.host = uri.getHost();
    endpoint.port = uri.getPort();
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + endpoint.host + "]" : endpoint.host;
    const bool usual = endpoint.port == (endpoint.tls ? 443 : 80);
    endpoint.host_field = usual ? host : fmt::format("{}:{}", host, endpoint.port);
    endpoint.key = fmt::format("{}://{}:{}", uri.getScheme(), host, endpoint.port);
    return endpoint;
}

// Path and query as they stand there: Poco takes a path's escapes out and puts fewer of them back, and a
// signature covers the bytes. Nothing if there is something in it that a request line does not take.
std::optional<std::string> targetOf(std::string_view url) {
    url = url.substr(0, url.find('#'));
    const size_t begin = url.find_first_of("/?", url.find("://") + 3);
    if (begin == std::string_view::npos) return "/";
    const auto text = url.substr(begin);
    constexpr std::string_view kUnwise = "\"<>\\^`{|}";  // RFC 3986 has no place for them
    const auto isDigit = [&](size_t i) {
        return i < text.size() && std::isxdigit(static_cast<unsigned char>(text[i]));
    };
    for (size_t i = 0; i < text.size(); ++i) {
        const bool plain =
            text[i] > 0x20 && text[i] < 0x7F && kUnwise.find(text[i]) == std::string_view::npos;
        if (!plain || (text[i] == '%' && !(isDigit(i + 1) && isDigit(i + 2)))) return std::nullopt;
    }
    return text.front() == '/' ? std::string(text) : "/" + std::string(text);
}

}  // namespace

base::Result<Endpoint> Endpoint::parse(std::string_view url) {
    try {
        const Poco::URI uri{std::string(url)};
        auto endpoint = fromUri(uri, url);
        if (!endpoint) return endpoint;
        if (!uri.getRawQuery().empty())
            return base::gatewayError(Code::InvalidArgument,
                                      fmt::format("\"{}\": a base URL has no query", shown(url)));
        endpoint->base_path = uri.getPathEtc();
        while (!endpoint->base_path.empty() && endpoint->base_path.back() == '/')
            endpoint->base_path.pop_back();
        return endpoint;
    } catch (const Poco::Exception& e) {
        return noUrl(url, e);
    }
}

base::Result<Url> Url::parse(std::string_view url) {
    try {
        const Poco::URI uri{std::string(url)};
        auto endpoint = fromUri(uri, url);
        if (!endpoint) return endpoint.error();
        std::string target = targetOf(url).value_or(uri.getPathEtc());
        if (target.empty() || target.front() != '/') target = std::string(1, '/').append(target);
        return Url{std::move(*endpoint), std::move(target)};
    } catch (const Poco::Exception& e) {
        return noUrl(url, e);
    }
}

}  // namespace sluice::upstream
