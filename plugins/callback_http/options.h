// What the configuration says about the payload and its signature.
#pragma once

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
};

/// Throws sluice::ConfigError.
Options optionsOf(const nlohmann::json& config, const sluice::Host& host);

}  // namespace callback_http
