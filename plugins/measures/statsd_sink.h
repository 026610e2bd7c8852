// Records as lines of StatsD (github.com/statsd/statsd/blob/master/docs/metric_types.md) or DogStatsD
// (docs.datadoghq.com/developers/dogstatsd/datagram_shell), as many in a datagram as fit.
#pragma once

#include <memory>
#include <string>

#include "datagrams.h"
#include "exporters/path.h"
#include "exporters/sink.h"
#include "measures.h"
#include "tags.h"

namespace measures {

/// Plain      PREFIX NAME.VALUE.VALUE:1|c      values of the tags in their order, "none" for what is missing;
///                                              times are timers, in milliseconds
/// Dog        PREFIX NAME:1|c|#tag:value,…      times are distributions, in seconds
enum class Flavour { Plain, Dog };

// docs.datadoghq.com/developers/dogstatsd/high_throughput: what a frame of Ethernet holds, and what the
// agent reads from a unix socket at once.
constexpr size_t kUdpBytes = 1'432;
constexpr size_t kUnixBytes = 8'192;

struct StatsdOptions {
    Flavour flavour = Flavour::Plain;
    std::string prefix;
    std::string always;  // tags of all lines: "env:prod,version:1"; Dog only
    size_t datagram_bytes = kUdpBytes;
};

/// Each line is an item, so that a datagram that the kernel does not take is sent again without those before
/// it.
class StatsdSink final : public exporters::Sink {
public:
    StatsdSink(StatsdOptions options, std::shared_ptr<const Tagger> tagger)
        : options_(std::move(options)), tagger_(std::move(tagger)) {}

    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t bytesMax() const override { return options_.datagram_bytes; }

private:
    const StatsdOptions options_;
    const std::shared_ptr<const Tagger> tagger_;
};

/// The transport that goes with it: a request is a datagram.
exporters::Send datagramSend(DatagramAddress to);

}  // namespace measures
