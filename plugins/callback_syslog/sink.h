// Messages of syslog, framed for what carries them.
#pragma once

#include <string>

#include "exporters/sink.h"
#include "message.h"

namespace callback_syslog {

enum class Framing {
    Datagram,  // one message each (RFC 5426)
    Counted,   // its length in front of it, one after the other (RFC 6587, 3.4.1; RFC 5425, 4.3)
};

class SyslogSink final : public exporters::Sink {
public:
    SyslogSink(MessageOptions options, Framing framing) : options_(std::move(options)), framing_(framing) {}

    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t itemsMax() const override { return framing_ == Framing::Datagram ? 1 : SIZE_MAX; }

private:
    const MessageOptions options_;
    const Framing framing_;
};

}  // namespace callback_syslog
