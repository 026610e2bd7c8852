#include "config/read_listen.h"

#include <unistd.h>

#include <array>
#include <limits>

#include "base/text.h"

namespace sluice::config {
namespace {

struct Limit32 {
    std::string_view name;
    uint32_t base::Limits::*field;
    uint32_t min;
};

// Zero is allowed where it means "never" or "none".
constexpr std::array kLimits32{
    Limit32{"target_bytes_max", &base::Limits::target_bytes_max, 64},
    Limit32{"head_bytes_max", &base::Limits::head_bytes_max, 256},
    Limit32{"head_fields_max", &base::Limits::head_fields_max, 1},
    Limit32{"field_bytes_max", &base::Limits::field_bytes_max, 64},
    Limit32{"head_timeout_ms", &base::Limits::head_timeout_ms, 1},
    Limit32{"body_timeout_ms", &base::Limits::body_timeout_ms, 1},
    Limit32{"keepalive_timeout_ms", &base::Limits::keepalive_timeout_ms, 1},
    Limit32{"request_timeout_ms", &base::Limits::request_timeout_ms, 1},
    Limit32{"write_timeout_ms", &base::Limits::write_timeout_ms, 1},
    Limit32{"connections_max", &base::Limits::connections_max, 1},
    Limit32{"connections_per_address_max", &base::Limits::connections_per_address_max, 1},
    Limit32{"fibers_max", &base::Limits::fibers_max, 1},
    Limit32{"sse_event_bytes_max", &base::Limits::sse_event_bytes_max, 1024},
    Limit32{"sse_comment_interval_ms", &base::Limits::sse_comment_interval_ms, 0},
    Limit32{"stream_timeout_ms", &base::Limits::stream_timeout_ms, 1},
    Limit32{"connect_timeout_ms", &base::Limits::connect_timeout_ms, 1},
    Limit32{"upstream_timeout_ms", &base::Limits::upstream_timeout_ms, 1},
    Limit32{"upstream_idle_max", &base::Limits::upstream_idle_max, 0},
    Limit32{"upstream_idle_per_host_max", &base::Limits::upstream_idle_per_host_max, 0},
    Limit32{"upstream_spare_per_host", &base::Limits::upstream_spare_per_host, 0},
    Limit32{"upstream_idle_timeout_ms", &base::Limits::upstream_idle_timeout_ms, 1},
    Limit32{"record_queue_max", &base::Limits::record_queue_max, 1},
    Limit32{"offload_queue_max", &base::Limits::offload_queue_max, 1},
    Limit32{"drain_timeout_ms", &base::Limits::drain_timeout_ms, 0},
    Limit32{"stall_warn_ms", &base::Limits::stall_warn_ms, 1},
};

void readLimits(const Tree& tree, base::Limits& limits, Section& parent, Faults& faults) {
    Section section(tree, parent.mapping("limits"), childPath(parent.path(), "limits"), faults);
    for (const auto& row : kLimits32) {
        if (const auto value =
                section.whole(row.name, "a whole number", row.min, std::numeric_limits<uint32_t>::max())) {
            limits.*row.field = static_cast<uint32_t>(*value);
        }
    }
    constexpr uint64_t kHuge = 1ull << 40;
    limits.body_bytes_max =
        section.whole("body_bytes_max", "bytes", 1, kHuge).value_or(limits.body_bytes_max);
    limits.bodies_in_flight_bytes_max = section.whole("bodies_in_flight_bytes_max", "bytes", 1, kHuge)
                                            .value_or(limits.bodies_in_flight_bytes_max);
    limits.response_bytes_max =
        section.whole("response_bytes_max", "bytes", 1024, kHuge).value_or(limits.response_bytes_max);
    section.warnUnknown();
}

void readTls(const Tree& tree, Listen& listen, Section& parent, Faults& faults) {
    Section section(tree, parent.mapping("tls"), childPath(parent.path(), "tls"), faults);
    if (!section.present()) return;
    // "key" names a file here, but its name makes it a secret: the tree keeps the path out of sight.
    listen.tls_certificate = section.text("certificate_file", "the path of a PEM file").value_or("");
    listen.tls_key = section.text("key_file", "the path of a PEM file").value_or("");
    if (listen.tls_certificate.empty())
        section.fault("certificate_file", "nothing", "the path of a PEM file");
    if (listen.tls_key.empty()) section.fault("key_file", "nothing", "the path of a PEM file");
    for (const auto& [key, file] :
         {std::pair{"certificate_file", listen.tls_certificate}, std::pair{"key_file", listen.tls_key}}) {
        if (!file.empty() && ::access(file.c_str(), R_OK) != 0)
            section.fault(key, "the file " + base::jsonQuoted(file) + " cannot be read",
                          "a readable PEM file");
    }
    section.warnUnknown();
}

}  // namespace

bool readAddress(std::string_view text, Listen& listen) {
    const size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    const auto port = base::parseDecimal(text.substr(colon + 1));
    if (!port || *port > 65535) return false;
    std::string_view address = text.substr(0, colon);
    const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    if (bracketed) address = address.substr(1, address.size() - 2);
    constexpr std::string_view kAllowed =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_%";
    if (address.find_first_not_of(bracketed ? "0123456789abcdefABCDEF:.%" : kAllowed) !=
        std::string_view::npos)
        return false;
    listen.port = static_cast<uint16_t>(*port);
    if (!address.empty()) listen.address = address == "localhost" ? "127.0.0.1" : std::string(address);
    return true;
}

void readListen(const Tree& tree, Listen& listen, Section& root, Faults& faults) {
    const Json* value = root.any("listen");
    if (value && value->is_string()) {
        if (!readAddress(value->get<std::string>(), listen))
            root.fault("listen", describe(*value), "ADDRESS:PORT or a mapping");
        return;
    }
    Section section(tree, value, "listen", faults);
    listen.address = section.text("address", "an IP address").value_or(listen.address);
    listen.port = static_cast<uint16_t>(section.whole("port", "a port", 0, 65535).value_or(listen.port));
    listen.workers =
        static_cast<uint32_t>(section.whole("workers", "a number of event loops", 0, 256).value_or(0));
    readTls(tree, listen, section, faults);
    readLimits(tree, listen.limits, section, faults);
    section.warnUnknown();
}

}  // namespace sluice::config
