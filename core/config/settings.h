// The configuration as the gateway uses it: values, checked, with defaults filled in. Immutable once loaded.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "config/guardrail.h"
#include "config/policies.h"
#include "config/routing.h"
#include "config/tree.h"

namespace sluice::config {

/// Where and how to listen; section `listen`, or --listen ADDR:PORT.
struct Listen {
    std::string address = "127.0.0.1";
    uint16_t port = 4000;
    uint32_t workers = 0;         // event loops; 0 = one a core
    std::string tls_certificate;  // PEM file with the chain; empty = plain HTTP
    std::string tls_key;          // PEM file
    base::Limits limits;
};

/// One entry of model_list.
struct Deployment {
    std::string model_name;  // model group; may hold wildcards
    std::string id;          // model_info.id, or SHA-256 of the parameters
    std::string provider;    // "openai" of "openai/gpt-4o"; empty if the model is "*"
    std::string model;       // "gpt-4o"; may hold wildcards
    Json params;             // litellm_params, secrets as handles
    Json info;               // model_info
    Json body_defaults;      // OpenAI parameters of litellm_params: sent where the client gives none
    double weight = -1, rpm = -1, tpm = -1, order = -1;  // -1 = not set
    uint32_t timeout_ms = 0;                             // 0 = the gateway's default, also below
    uint32_t stream_timeout_ms = 0;
    std::optional<uint32_t> num_retries;       // once this deployment has failed; goes before the group's
    std::optional<uint32_t> cooldown_ms;       // cooldown_time; goes before a Retry-After
    std::optional<uint32_t> max_parallel;      // max_parallel_requests
    double input_cost = -1, output_cost = -1;  // USD a token, of litellm_params or model_info; -1 = not set
    uint32_t max_input_tokens = 0;             // of model_info; 0 = not known
    std::string path;                          // "model_list[0]", for messages
};

struct ModelAlias {
    std::string model;
    bool hidden = false;  // not in /v1/models
};

/// What an instance of a plugin applies to. An empty list means all.
struct Scope {
    std::vector<std::string> tenants;
    std::vector<std::string> routes;
    std::vector<std::string> models;
};

/// What of the answer waits for a during_call hook.
enum class Gate { FirstByte, End, None };

enum class FailMode { Default, Closed, Open };

/// One entry of `plugins`, or an instance that another section implies.
struct PluginInstance {
    std::string id;
    std::string plugin;  // name of the .so without suffix
    Json config = Json::object();
    Scope scope;
    int64_t order = 0;  // lower runs first; equal ones in the order of the file
    FailMode on_error = FailMode::Default;
    FailMode on_timeout = FailMode::Default;
    std::optional<std::vector<std::string>> grants;  // capabilities; nothing said: all but "admin"
    uint32_t breaker_failures = 10;                  // failed hooks in a row that stop the calls; 0 = never
    uint32_t breaker_pause_ms = 10'000;
    Gate gate = Gate::FirstByte;         // of during_call
    uint32_t timeout_ms = 0;             // of one hook; 0 = the request's deadline
    std::shared_ptr<const Guard> guard;  // of `guardrails`; null for all others
    std::string path;                    // "plugins[2]", for messages
};

/// `plugin_trust`: which libraries may be loaded at all, beside the checks of owner and mode.
struct Trust {
    std::map<std::string, std::vector<std::string>>
        allow;  // name of the plugin → SHA-256 of its files; empty: any
    bool require_signature = false;
    std::vector<std::string>
        signers;  // Ed25519 public keys, base64; one of them must have signed FILE.so.sig
};

struct Settings {
    Listen listen;
    Trust trust;
    std::vector<Deployment> model_list;
    std::map<std::string, ModelAlias> aliases;
    std::vector<PluginInstance> plugins;
    std::vector<PluginInstance> guardrails;  // their plugins are found by kind, in the plan
    Policies policies;
    std::vector<std::string> plugin_dirs;  // of `plugin_dirs`; empty = beside the program
    Routing routing;
    uint32_t max_parallel = 0;       // global_max_parallel_requests: of the whole process; 0 = no limit
    uint32_t probe_interval_ms = 0;  // health_check_interval, if background_health_checks; 0 = no probes
    uint32_t warm_connections = 0;   // warm_up_connections, ours: opened to each upstream host by each loop
    std::string ca_file;             // authorities for upstream TLS; empty = the system's
    bool json_logs = false;
    bool verbose = false;
    std::string redact_logs;              // name of a guardrail; empty: none
    bool record_content = true;           // unless turn_off_message_logging
    bool forward_client_headers = false;  // x-* of the client go upstream
    Tree tree;                            // everything, for plugins that other sections imply
};

/// Builds the settings from a tree. With errors in `faults` they must not be used.
Settings readSettings(Tree tree, Faults& faults);

/// readTree and readSettings in one.
Settings loadSettings(const std::string& file, const Environment& environment, Faults& faults);

}  // namespace sluice::config
