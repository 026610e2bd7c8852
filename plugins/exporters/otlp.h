// What the signals of OTLP over HTTP have in common (opentelemetry.io/docs/specs/otlp): attributes, the
// envelope of a request, and what an answer refuses. Protobuf (opentelemetry/proto/common/v1/common.proto),
// or its JSON. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "json_text.h"

namespace exporters {

/// Lists and maps of anything, as they are. What lies deeper than kTreeDepthMax is sent as its JSON text: a
/// receiver that reads protobuf counts three messages a level and gives up at a hundred.
struct Tree {
    nlohmann::json value;
};
constexpr size_t kTreeDepthMax = 16;

using AttributeValue = std::variant<std::string, int64_t, double, bool, std::vector<std::string>, Tree>;

class Attributes {
public:
    /// Texts that are empty, and empty lists, are left out.
    void text(std::string_view key, std::string_view value);
    void texts(std::string_view key, std::vector<std::string> values);
    void integer(std::string_view key, int64_t value) { all_.emplace_back(key, value); }
    void real(std::string_view key, double value) { all_.emplace_back(key, value); }
    void boolean(std::string_view key, bool value) { all_.emplace_back(key, value); }
    void tree(std::string_view key, nlohmann::json value);

    const std::vector<std::pair<std::string, AttributeValue>>& all() const { return all_; }

private:
    std::vector<std::pair<std::string, AttributeValue>> all_;
};

/// As the repeated field `field` of a message.
void putAttributes(std::string& out, unsigned field, const Attributes& attributes);
/// As the member `attributes` of an object.
void writeAttributes(JsonText& out, const Attributes& attributes);
/// AnyValue with a text.
void putTextValue(std::string& out, unsigned field, std::string_view text);

enum class Signal { Traces, Metrics, Logs };

/// "/v1/traces", …
std::string_view otlpPath(Signal signal);

/// A request with items[begin, end). In protobuf an item is field 2 of its scope with tag and length, several
/// of them one after the other; in JSON objects, with commas between them.
std::string otlpBody(Signal signal, bool protobuf, const Attributes& resource,
                     const std::vector<std::string>& items, size_t begin, size_t end);

/// How many spans, data points or log records an answer says were refused.
size_t otlpRejected(Signal signal, bool protobuf, std::string_view answer);

}  // namespace exporters
