#include "plugin_host/manifest.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "plugin_host/hook_names.h"
#include "sluice/entry.h"

namespace sluice::host {

using base::Code;
using config::Json;

namespace {

constexpr size_t kDepthMax = 64;  // the tree is taken apart by recursion

std::vector<std::string> texts(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? std::vector<std::string>() : found->get<std::vector<std::string>>();
}

base::Error malformed(const std::string& what) {
    return base::gatewayError(Code::Malformed, "the manifest cannot be used: " + what);
}

bool isCapability(std::string_view name) {
    constexpr std::string_view kSecrets = "secrets:";
    if (name.substr(0, kSecrets.size()) == kSecrets) return name.size() > kSecrets.size();
    return name == "net" || name == "kv" || name == "raw_bytes" || name == "admin" || name == "routing";
}

// What is wrong with the list of hooks; empty if nothing is.
std::string faultOf(const std::optional<std::vector<std::string>>& hooks) {
    const auto& known = hookNames();
    for (const auto& hook : hooks.value_or(std::vector<std::string>())) {
        if (std::find(known.begin(), known.end(), hook) != known.end()) continue;
        std::string all;
        for (const auto name : known) all += (all.empty() ? "" : ", ") + std::string(name);
        return "there is no hook \"" + hook + "\"; there are " + all;
    }
    return {};
}

}  // namespace

base::Result<Manifest> parseManifest(std::string_view json) {
    // The section may be padded with NULs.
    json = json.substr(0, json.find('\0'));
    if (base::nestedBeyond(json, kDepthMax)) return malformed("it is nested too deeply");
    const Json root = Json::parse(json, nullptr, false);
    if (!root.is_object()) return base::gatewayError(Code::Malformed, "the manifest is not a JSON object");
    Manifest manifest;
    try {
        manifest.id = root.at("id").get<std::string>();
        manifest.version = root.at("version").get<std::string>();
        if (!root.at("abi").is_number_integer()) return malformed("abi is no whole number");
        if (manifest.id.empty()) return malformed("id is empty");
        manifest.abi = root.at("abi").get<int>();
        manifest.interfaces = texts(root, "interfaces");
        if (root.contains("hooks")) manifest.hooks = texts(root, "hooks");
        if (const auto fault = faultOf(manifest.hooks); !fault.empty()) return malformed(fault);
        manifest.strategies = texts(root, "strategies");
        manifest.callbacks = texts(root, "callbacks");
        manifest.guardrails = texts(root, "guardrails");
        manifest.caches = texts(root, "caches");
        manifest.capabilities = texts(root, "capabilities");
        for (const auto& capability : manifest.capabilities) {
            if (!isCapability(capability))
                return malformed("there is no capability \"" + capability +
                                 "\"; there are net, kv, raw_bytes, admin and secrets:NAME");
        }
        manifest.config_schema = root.value("config_schema", Json::object());
        if (!manifest.config_schema.is_object()) return malformed("config_schema is no object");
        manifest.description = root.value("description", "");
        manifest.unloadable = root.value("unloadable", false);
        manifest.blocking = root.value("blocking", false);
        const auto record = root.value("record", "json");
        if (record != "json" && record != "fields" && record != "content")
            return malformed("record is \"" + record + "\"; there are json, fields and content");
        manifest.record_fields = record == "fields";
        manifest.record_content = record == "content";
        const Json providers = root.value("providers", Json::object());
        if (!providers.is_object()) return malformed("providers is no object");
        for (const auto& [name, provider] : providers.items()) {
            if (!provider.is_object()) return malformed("a provider is no object");
            manifest.providers[name] = provider;
        }
        const Json activated_by = root.value("activated_by", Json::object());
        for (const auto& [path, key] : activated_by.items())
            manifest.activated_by[path] = key.get<std::string>();
    } catch (const nlohmann::json::exception& e) {
        return base::gatewayError(Code::Malformed, std::string("the manifest is incomplete: ") + e.what());
    }
    if (manifest.abi != SLUICE_ABI_MAJOR) {
        return base::gatewayError(Code::Unsupported, "the plugin speaks ABI " + std::to_string(manifest.abi) +
                                                         ", this gateway speaks " +
                                                         std::to_string(SLUICE_ABI_MAJOR));
    }
    return manifest;
}

base::Result<Manifest> readManifest(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return base::gatewayError(Code::NotFound, path + ": cannot be read");
    std::stringstream bytes;
    bytes << in.rdbuf();
    return manifestOf(path, bytes.str());
}

base::Result<Manifest> manifestOf(const std::string& path, std::string_view image) {
    const auto section = elfSection(image, SLUICE_MANIFEST_SECTION);
    if (!section) return base::gatewayError(section.error().code, path + ": " + section.error().message);
    auto manifest = parseManifest(*section);
    if (!manifest) return base::gatewayError(manifest.error().code, path + ": " + manifest.error().message);
    return manifest;
}

}  // namespace sluice::host
