// What a plugin says about itself, read from the ELF section ".sluice.manifest" without running any of its
// code.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/tree.h"

namespace sluice::host {

struct Manifest {
    std::string id;  // "com.acme.pii" or, for what ships with Sluice, the name of the file
    std::string version;
    int abi = 0;  // major
    std::vector<std::string> interfaces;
    /// The hooks it has, if it says so. The SDK holds the class against them, the validator the table.
    std::optional<std::vector<std::string>> hooks;
    config::Json config_schema = config::Json::object();
    /// Providers of litellm_params.model that it serves, each with {"api_key_env", "api_base_env"}, both
    /// optional.
    std::map<std::string, config::Json> providers;
    std::vector<std::string> strategies;  // names of router_settings.routing_strategy
    std::vector<std::string> callbacks;   // names of litellm_settings.callbacks
    std::vector<std::string> guardrails;  // kinds: names of litellm_params.guardrail of `guardrails`
    std::vector<std::string> caches;      // types of litellm_settings.cache_params that it keeps answers in
    /// Keys of the configuration that call for an instance of this plugin: path → key of its own
    /// configuration.
    std::map<std::string, std::string> activated_by;
    /// What it asks for beyond the request at hand: "net" (sluice.host.http), "kv"
    /// (sluice.host.kv), "raw_bytes" (of images and files), "admin" (sluice.host.admin),
    /// "routing" (sluice.host.deployments), "secrets:NAME".
    std::vector<std::string> capabilities;
    std::string description;
    bool unloadable = false;      // nothing of it is in use once its instances have gone: it may be unmapped
    bool blocking = false;        // its hooks may block: they run on the offload pool
    bool record_fields = false;   // its on_complete does without the record's JSON
    bool record_content = false;  // it wants what was asked and answered in it
};

/// Reads the manifest of the library at `path`. Errors name the file and what is wrong with it.
base::Result<Manifest> readManifest(const std::string& path);
/// The same from the bytes of the library; `path` is for the errors.
base::Result<Manifest> manifestOf(const std::string& path, std::string_view image);
base::Result<Manifest> parseManifest(std::string_view json);

/// The bytes of a section of an ELF-64 image; NotFound or Malformed otherwise. Every offset is checked.
base::Result<std::string_view> elfSection(std::string_view image, std::string_view name);

}  // namespace sluice::host
