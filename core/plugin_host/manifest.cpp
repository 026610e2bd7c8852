#include "plugin_host/manifest.h"

#include <fstream>
#include <sstream>

#include "sluice/entry.h"

namespace sluice::host {

using base::Code;
using config::Json;

namespace {

std::vector<std::string> texts(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? std::vector<std::string>() : found->get<std::vector<std::string>>();
}

}  // namespace

base::Result<Manifest> parseManifest(std::string_view json) {
    // The section may be padded with NULs.
    json = json.substr(0, json.find('\0'));
    const Json root = Json::parse(json, nullptr, false);
    if (!root.is_object()) return base::gatewayError(Code::Malformed, "the manifest is not a JSON object");
    Manifest manifest;
    try {
        manifest.id = root.at("id").get<std::string>();
        manifest.version = root.at("version").get<std::string>();
        if (!root.at("abi").is_number_integer())
            return base::gatewayError(Code::Unsupported, "the manifest's abi is no whole number");
        manifest.abi = root.at("abi").get<int>();
        manifest.interfaces = texts(root, "interfaces");
        manifest.strategies = texts(root, "strategies");
        manifest.callbacks = texts(root, "callbacks");
        manifest.config_schema = root.value("config_schema", Json::object());
        if (!manifest.config_schema.is_object())
            return base::gatewayError(Code::Malformed, "the manifest's config_schema is no object");
        manifest.description = root.value("description", "");
        manifest.blocking = root.value("blocking", false);
        const Json providers = root.value("providers", Json::object());
        for (const auto& [name, provider] : providers.items()) manifest.providers[name] = provider;
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
    const std::string image = bytes.str();
    const auto section = elfSection(image, SLUICE_MANIFEST_SECTION);
    if (!section) return base::gatewayError(section.error().code, path + ": " + section.error().message);
    auto manifest = parseManifest(*section);
    if (!manifest) return base::gatewayError(manifest.error().code, path + ": " + manifest.error().message);
    return manifest;
}

}  // namespace sluice::host
