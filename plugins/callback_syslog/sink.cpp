#include "sink.h"

namespace callback_syslog {

void SyslogSink::encode(const exporters::Node& record, std::string_view /*raw*/,
                        std::vector<std::string>& items) const {
    std::string message = messageOf(record, options_);
    if (framing_ == Framing::Counted) message.insert(0, std::to_string(message.size()) + " ");
    items.push_back(std::move(message));
}

exporters::Outgoing SyslogSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                         const exporters::Destination& to) const {
    exporters::Outgoing frames{to.url, "text/plain", {}, {}};
    for (size_t i = begin; i < end; ++i) frames.body += items[i];
    return frames;
}

}  // namespace callback_syslog
