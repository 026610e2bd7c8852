#include "statsd_sink.h"

#include <array>
#include <cerrno>
#include <charconv>

namespace measures {
namespace {

// Without an exponent, which not every server reads.
std::string numberOf(double value) {
    std::array<char, 400> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
    return {digits.data(), end.ptr};
}

std::string dogTags(const std::string& always, const std::vector<Tag>& tags) {
    std::string text = always;
    for (const auto& [name, value] : tags) {
        if (value.empty()) continue;
        if (!text.empty()) text += ',';
        text += name + ":" + value;
    }
    return text.empty() ? text : "|#" + text;
}

std::string plainTags(const std::vector<Tag>& tags) {
    std::string text;
    for (const auto& [name, value] : tags) text += "." + (value.empty() ? "none" : plainText(value, "_-"));
    return text;
}

}  // namespace

void StatsdSink::encode(const exporters::Node& record, std::string_view /*raw*/,
                        std::vector<std::string>& items) const {
    const auto tags = tagger_->tagsOf(record);
    const bool dog = options_.flavour == Flavour::Dog;
    const std::string behind_name = dog ? "" : plainTags(tags);
    const std::string behind_value = dog ? dogTags(options_.always, tags) : "";
    for (const Measure& measure : measuresOf(record)) {
        const bool time = measure.kind == Kind::Seconds;
        std::string line = options_.prefix + std::string(measure.name) + behind_name + ":";
        line += numberOf(time && !dog ? measure.value * 1000 : measure.value);
        line += !time ? "|c" : dog ? "|d" : "|ms";
        items.push_back(line + behind_value + "\n");
    }
}

exporters::Outgoing StatsdSink::assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                         const exporters::Destination& to) const {
    exporters::Outgoing datagram{to.url, "text/plain", {}, {}};
    for (size_t i = begin; i < end; ++i) datagram.body += items[i];
    datagram.body.pop_back();
    return datagram;
}

exporters::Send datagramSend(DatagramAddress to) {
    auto socket = std::make_shared<Datagrams>(std::move(to));
    return [socket](const exporters::Outgoing& datagram, std::chrono::milliseconds timeout) {
        const int error = socket->send(datagram.body, timeout);
        // One that is too long for the way will never go.
        return exporters::Answer{error == 0 ? 200 : error == EMSGSIZE ? 413 : 0, "", ""};
    };
}

}  // namespace measures
