// A message of syslog (RFC 5424), out of a record. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exporters/node.h"

namespace callback_syslog {

enum class Format {
    Text,  // one line for people; what machines read is the structured data
    Json,  // the record, without what was said
};

struct MessageOptions {
    int facility = 16;          // local0
    std::string hostname, app;  // HOSTNAME and APP-NAME, as they go out
    std::string process;        // PROCID
    std::string sd_id;          // "sluice@32473"; empty: no structured data
    Format format = Format::Text;
    /// Of a message: what RFC 5424 (6.1) wants every receiver to take is 480, what it should take 2,048.
    size_t bytes_max = 8'192;
};

/// Without its framing. Never a prompt, an answer, or a text that an upstream has written. If it would be
/// longer than bytes_max, JSON becomes text, and text is cut.
std::string messageOf(const exporters::Node& record, const MessageOptions& options);

/// Printable ASCII without spaces, of at most that many bytes; "-" (NILVALUE) if nothing is left.
std::string headerText(std::string_view text, size_t bytes_max);
/// The inside of PARAM-VALUE (6.3.3): control characters become spaces.
std::string paramText(std::string_view text);
/// JSON in which everything but ASCII is \u….
std::string asciiJson(std::string_view json);

/// PRI's facility by name (RFC 5424, 6.2.1; names of POSIX); -1: there is none.
int facilityOf(std::string_view name);

}  // namespace callback_syslog
