// Texts in gzip's format (RFC 1952), with zlib. [any]
#pragma once

#include <string>
#include <string_view>

namespace exporters {

/// Empty if zlib has no memory for it.
std::string gzipped(std::string_view text);

}  // namespace exporters
