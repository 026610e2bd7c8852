// Records as objects of a bucket.
//
// The name of an object is made of the first record in it: when it began, and its id. What a receiver has not
// answered for is sent again from that record on, so it replaces the object that may be there already, and no
// record is in two.
#pragma once

#include <functional>

#include "exporters/sink.h"
#include "options.h"

namespace callback_s3 {

class ObjectSink final : public exporters::Sink {
public:
    /// `config`: what merged() gave, for own_hosts; `url`: of the configured store.
    ObjectSink(Options options, sluice::Host host, nlohmann::json config, std::string url)
        : options_(options), host_(host), config_(std::move(config)), url_(std::move(url)) {}

    /// An item is "PREFIX/DATE/\nNAME\nJSON", the first two escaped so that neither has a line break.
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t itemsMax() const override { return options_.batches ? SIZE_MAX : 1; }
    size_t bytesMax() const override { return size_t{64} << 20; }
    bool together(const std::string& one, const std::string& another) const override;
    void judge(exporters::Answer& answer) const override;
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override;

private:
    const Options options_;
    const sluice::Host host_;
    const nlohmann::json config_;
    const std::string url_;
};

/// A part of a key: no '/', no control characters, no "." and "..", at most 256 bytes of UTF-8; longer ones
/// end with a hash instead.
std::string keyPart(std::string_view text);

}  // namespace callback_s3
