// What the configuration says about objects: their names, and what is in them.
#pragma once

#include <string>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/sink.h"
#include "shared_aws/settings.h"

namespace callback_s3 {

struct Options {
    /// An object has a batch of records as lines. False: one record, as LiteLLM writes it.
    bool batches = true;
    bool gzip = true;
    bool team_prefix = false;   // TEAM_ALIAS/ in front of the date
    bool key_prefix = false;    // KEY_ALIAS/ behind that
    bool prompts_only = false;  // without the response
};

/// A bucket with what it takes to sign for it.
struct BucketDestination : exporters::Destination {
    s3::Store store;
};

/// LiteLLM's s3_callback_params, s3_batch_size, s3_flush_interval and the like in the words that all
/// exporters share. gzip is always false there: an object is packed before it is signed. Throws
/// sluice::ConfigError.
nlohmann::json merged(const nlohmann::json& config);
/// Of what merged() gave. Throws sluice::ConfigError.
Options optionsOf(const nlohmann::json& config);
std::shared_ptr<const BucketDestination> destinationOf(const nlohmann::json& config, const sluice::Host& host,
                                                       bool variables);

}  // namespace callback_s3
