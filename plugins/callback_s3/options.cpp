#include "options.h"

namespace callback_s3 {
namespace {

using Json = nlohmann::json;

// A number in LiteLLM's words counts before ours, whose default the host has filled in.
void rename(Json& config, const char* from, const char* to, double least, double most) {
    const auto found = config.find(from);
    if (found == config.end() || found->is_null()) return;
    const double value = found->is_number() ? found->get<double>() : 0;
    if (value < least || value > most)
        throw sluice::ConfigError(std::string(from) + ": found another value; allowed: a number as of " + to);
    config[to] = *found;
}

bool flagOf(const Json& config, const char* key) {
    const auto found = config.find(key);
    return found != config.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

Json merged(const Json& given) {
    Json config = given;
    if (const auto params = given.find("s3_callback_params"); params != given.end() && params->is_object()) {
        for (const auto& [key, value] : params->items()) {
            if (key.rfind("s3_", 0) != 0)
                throw sluice::ConfigError("s3_callback_params." + key +
                                          ": found an unknown key; allowed: s3_…");
            if (!config.contains(key) && !value.is_null()) config[key] = value;
        }
    }
    rename(config, "s3_batch_size", "batch_size", 1, 10'000);
    rename(config, "s3_flush_interval", "flush_interval_s", 0.01, 3'600);
    return config;
}

Options optionsOf(const Json& config) {
    Options options;
    options.batches = config.value("object", "batch") == "batch";
    options.gzip = config.value("gzip", options.batches);
    options.team_prefix = flagOf(config, "s3_use_team_prefix");
    options.key_prefix = flagOf(config, "s3_use_key_prefix");
    options.prompts_only = flagOf(config, "s3_log_prompts_only");
    if (flagOf(config, "s3_strip_base64_files"))
        throw sluice::ConfigError(
            "s3_strip_base64_files: found true, which is not supported; allowed: false");
    return options;
}

std::shared_ptr<const BucketDestination> destinationOf(const Json& config, const sluice::Host& host,
                                                       bool variables) {
    auto to = std::make_shared<BucketDestination>();
    to->store = s3::storeOf(config, host, variables);
    to->url = to->store.bucket->place().origin;
    to->id =
        exporters::destinationId(to->store.google ? "gcs" : "s3", to->store.identity + " " + to->store.path);
    return to;
}

}  // namespace callback_s3
