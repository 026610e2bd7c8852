// redis:// URLs, as the IANA registers them (iana.org/assignments/uri-schemes/prov/redis).
#include <charconv>

#include <sluice/config.hpp>

#include "address.h"

namespace redis_common {
namespace {

[[noreturn]] void refuse(const char* what) {
    throw sluice::ConfigError(
        std::string("url: ") + what +
        "; expected redis://[user:password@]host[:port][/database], rediss:// for TLS, or unix:///path");
}

int numberIn(std::string_view text, int most, const char* what) {
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || value < 0 || value > most) refuse(what);
    return value;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        int byte = 0;
        const bool escape =
            text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
        out += escape ? static_cast<char>(byte) : text[i];
        if (escape) i += 2;
    }
    return out;
}

}  // namespace

std::string placeOf(const std::string& host, int port) {
    const std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return text + ":" + std::to_string(port);
}

Address parseAddress(const std::string& url) {
    Address address;
    std::string_view rest = url;
    const auto starts = [&](std::string_view scheme) {
        if (rest.substr(0, scheme.size()) != scheme) return false;
        rest.remove_prefix(scheme.size());
        return true;
    };
    if (starts("unix://")) {
        address.path = std::string(rest);
        if (address.path.empty() || address.path[0] != '/') refuse("the path of the socket must be absolute");
        address.place = address.path;
        return address;
    }
    address.tls = starts("rediss://");
    if (!address.tls && !starts("redis://")) refuse("its scheme is not known");
    if (const size_t at = rest.rfind('@'); at != std::string_view::npos) {
        const auto who = rest.substr(0, at);
        const size_t colon = who.find(':');
        address.password = decoded(colon == std::string_view::npos ? who : who.substr(colon + 1));
        if (colon != std::string_view::npos) address.user = decoded(who.substr(0, colon));
        rest.remove_prefix(at + 1);
    }
    if (const size_t slash = rest.find('/'); slash != std::string_view::npos) {
        const auto database = rest.substr(slash + 1);
        if (!database.empty()) address.database = numberIn(database, 65535, "the database is no number");
        rest = rest.substr(0, slash);
    }
    const bool bracketed = !rest.empty() && rest[0] == '[';
    const size_t colon = bracketed ? rest.find(':', rest.find(']')) : rest.find(':');
    if (colon != std::string_view::npos)
        address.port = numberIn(rest.substr(colon + 1), 65535, "the port is none");
    std::string_view host = rest.substr(0, colon);
    if (bracketed && host.size() > 2) host = host.substr(1, host.size() - 2);
    if (!host.empty()) address.host = std::string(host);
    address.place = placeOf(address.host, address.port);
    return address;
}

}  // namespace redis_common
