// Is an address inside of a network? CIDR, RFC 4632 and RFC 4291 section 2.3.
#pragma once

#include <string_view>

namespace accounts {

/// `network`: an address, or a network as "10.0.0.0/8", "2001:db8::/32". False too if either is none. An IPv4
/// address that is mapped into IPv6 is that IPv4 address.
bool contains(std::string_view network, std::string_view address);

}  // namespace accounts
