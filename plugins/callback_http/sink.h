// Records as JSON over HTTP, signed if there is a secret.
#pragma once

#include <functional>

#include "exporters/sink.h"
#include "options.h"

namespace callback_http {

class HttpSink final : public exporters::Sink {
public:
    /// `wall_ms`: since the Unix epoch.
    HttpSink(Options options, std::function<int64_t()> wall_ms)
        : options_(std::move(options)), wall_ms_(std::move(wall_ms)) {}

    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    void encodeFor(const exporters::Destination& to, const exporters::Node& record, std::string_view raw,
                   std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t itemsMax() const override { return options_.format == Format::Single ? 1 : options_.items_max; }
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override {
        return options_.own ? options_.own(vars) : nullptr;
    }

private:
    void sign(exporters::Outgoing& request) const;

    const Options options_;
    const std::function<int64_t()> wall_ms_;
};

}  // namespace callback_http
