// What the configuration says about the payload and its signature.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/sink.h"
#include "template.h"

namespace callback_http {

enum class Format { JsonArray, Ndjson, Single };

struct Options {
    Format format = Format::JsonArray;
    /// Of one record; none: the record as it is.
    std::optional<Template> payload;
    /// JSON around the list of a json_array, cut where the list stands. Both empty: nothing is around it.
    std::string before, after;
    /// Empty: requests are not signed.
    std::string signing_key;
    std::string url;
    /// Records of a request.
    size_t items_max = SIZE_MAX;
    /// The account of a key or team, from its callback_vars. Null: there are none.
    std::function<std::shared_ptr<const exporters::Destination>(const nlohmann::json& vars)> own;
};

/// Where the list of records stands in the JSON of an envelope.
void readEnvelope(const nlohmann::json& envelope, Options& options);

/// Throws sluice::ConfigError.
Options optionsOf(const nlohmann::json& config, const sluice::Host& host);

}  // namespace callback_http
