// Records as Langfuse takes them: over OTLP, over the older ingestion API, and scores of guardrails one by
// one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "exporters/json_text.h"
#include "exporters/sink.h"
#include "exporters/span.h"
#include "facts.h"

namespace callback_langfuse {

/// An account: where, and with which keys.
struct Account {
    std::string host;  // http(s)://host[:port], no slash at its end
    std::string public_key, secret_key;
};

/// `name`: of the spool, one for each of the APIs. `path`: of the API.
std::shared_ptr<const exporters::Destination> destinationOf(const Account& account, const char* name,
                                                            const char* path);

/// For callback_vars of keys and teams; shared by the sinks.
using OwnAccounts = std::function<std::shared_ptr<const exporters::Destination>(const nlohmann::json&)>;

struct Common {
    std::string environment, release;  // of all traces; may be empty
    OwnAccounts own;
};

/// POST /api/public/otel/v1/traces
class OtelSink final : public exporters::Sink {
public:
    explicit OtelSink(Common common);
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t refused(const exporters::Answer& answer) const override;
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override;

private:
    const Common common_;
    exporters::Attributes resource_;
};

/// POST /api/public/ingestion: servers before Langfuse v4.
class IngestionSink final : public exporters::Sink {
public:
    explicit IngestionSink(Common common) : common_(std::move(common)) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t bytesMax() const override { return 3'000'000; }  // the API takes 3.5 MB
    size_t refused(const exporters::Answer& answer) const override;
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override;

private:
    const Common common_;
};

/// POST /api/public/scores, one each: OTLP has none.
class ScoreSink final : public exporters::Sink {
public:
    explicit ScoreSink(Common common) : common_(std::move(common)) {}
    void encode(const exporters::Node& record, std::string_view raw,
                std::vector<std::string>& items) const override;
    exporters::Outgoing assemble(const std::vector<std::string>& items, size_t begin, size_t end,
                                 const exporters::Destination& to) const override;
    size_t itemsMax() const override { return 1; }
    std::shared_ptr<const exporters::Destination> own(const nlohmann::json& vars) const override;

private:
    const Common common_;
};

/// The trace's id as a text: what the caller has named, or what OTLP would have.
void writeScore(exporters::JsonText& out, const Facts& facts, const ScoreFact& score,
                const std::string& trace, const std::string& observation);

}  // namespace callback_langfuse
