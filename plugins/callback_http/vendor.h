// A receiver as a file describes it, so that the next one needs no code:
//
//   description, callbacks, example   for the manifest
//   options        what its configuration has: {NAME: {description, variable: an environment variable that
//   counts
//                  if the configuration says nothing, default, required, secret}}
//   url, headers   with {{NAME}} of options; a field with one that is empty is left out. An option base_url
//   is a
//                  URL without a slash at its end
//   format, envelope, template        as callback_http has them; {{config.NAME}} is an option that is no
//   secret items_max      records of a request callback_vars  {WORD: NAME}: what a key or team with an
//   account of its own may say, and which option it is
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "exporters/exporter.h"
#include "exporters/trace_notes.h"

namespace callback_http {

/// Throws sluice::ConfigError. [control]
exporters::Setup vendorSetup(const nlohmann::json& vendor, const nlohmann::json& config,
                             const sluice::Host& host);

/// What the plugins that vendor.cmake makes are.
class VendorPlugin : public exporters::Exporter {
public:
    VendorPlugin(std::string_view vendor, std::string_view config, const sluice::Host& host)
        : VendorPlugin(nlohmann::json::parse(vendor), nlohmann::json::parse(config), host) {}

    sluice::Verdict on_request(sluice::Request request) {
        exporters::noteTraceFields(request);
        return sluice::Verdict::Continue;
    }
    sluice::Verdict cache_lookup(sluice::Request request) {
        exporters::noteTraceMetadata(request);
        return sluice::Verdict::Continue;
    }

private:
    VendorPlugin(const nlohmann::json& vendor, const nlohmann::json& config, const sluice::Host& host)
        : Exporter(config, host, vendorSetup(vendor, config, host)) {}
};

}  // namespace callback_http
