#include <atomic>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/load.h"
#include "app/plugin_tools.h"
#include "app/with_generation.h"
#include "base/hash.h"
#include "validator/elf_facts.h"

namespace sluice::app {

using Json = nlohmann::ordered_json;

int inspectPlugin(const std::string& path, bool json) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    const std::string image = bytes.str();
    const auto section = host::elfSection(image, SLUICE_MANIFEST_SECTION);
    const auto manifest = host::manifestOf(path, image);
    const auto facts = validator::readElfFacts(image);
    if (!section || !manifest || !facts) {
        const auto& error = !in         ? base::gatewayError(base::Code::NotFound, path + ": cannot be read")
                            : !manifest ? manifest.error()
                                        : facts.error();
        std::fprintf(stderr, "sluice: %s\n", error.message.c_str());
        return 1;
    }
    std::string_view text = *section;
    text = text.substr(0, text.find('\0'));
    const Json value{{"file", path},
                     {"sha256", base::sha256Hex(image)},
                     {"bytes", image.size()},
                     {"needs", facts->needed},
                     {"manifest", Json::parse(text, nullptr, false)}};
    if (json) {
        fmt::print("{}\n", value.dump(2));
        return 0;
    }
    fmt::print("{} {}\n  {}\n", manifest->id, manifest->version, manifest->description);
    fmt::print("  interfaces    {}\n", fmt::join(manifest->interfaces, ", "));
    if (manifest->hooks) fmt::print("  hooks         {}\n", fmt::join(*manifest->hooks, ", "));
    fmt::print("  capabilities  {}\n", manifest->capabilities.empty()
                                           ? "none"
                                           : fmt::format("{}", fmt::join(manifest->capabilities, ", ")));
    fmt::print("  unloadable    {}\n", manifest->unloadable ? "yes" : "no");
    fmt::print("  sha256        {}\n  bytes         {}\n  needs         {}\n", base::sha256Hex(image),
               image.size(), fmt::join(facts->needed, ", "));
    fmt::print("  configuration\n{}\n", manifest->config_schema.dump(4));
    return 0;
}

namespace {

const char* policy(const config::PluginInstance& settings) {
    if (settings.on_error == config::FailMode::Default) return "as the phase";
    return settings.on_error == config::FailMode::Open ? "open" : "closed";
}

void printPhase(const char* phase, const std::vector<host::HookSlot>& slots) {
    for (const auto& slot : slots) {
        const auto& settings = slot.instance->settings();
        fmt::print("{:<22} {:<20} {:<20} {:>6} {}\n", phase, settings.id, settings.plugin, settings.order,
                   policy(settings));
    }
}

void printChainOf(const host::Chain& chain) {
    fmt::print("{:<22} {:<20} {:<20} {:>6} {}\n", "PHASE", "INSTANCE", "PLUGIN", "ORDER", "ON ERROR");
    printPhase("on_request", chain.on_request);
    printPhase("authenticate", chain.authenticate);
    printPhase("authorize", chain.authorize);
    printPhase("pre_call", chain.pre_call);
    printPhase("cache_lookup", chain.cache_lookup);
    printPhase("route", chain.route);
    printPhase("during_call", chain.during_call);
    printPhase("on_upstream_request", chain.on_upstream_request);
    printPhase("on_upstream_response", chain.on_upstream_response);
    printPhase("on_attempt_end", chain.on_attempt_end);
    printPhase("on_stream", chain.on_stream);
    printPhase("post_call", chain.post_call);
    printPhase("on_response", chain.on_response);
    printPhase("on_complete", chain.on_complete);
}

}  // namespace

int printChain(const std::string& config, const std::vector<std::string>& plugin_dirs,
               const std::string& tenant, const std::string& route) {
    const auto operation = llm::operationNamed(route);
    if (!operation) {
        std::fprintf(stderr,
                     "sluice: there is no route \"%s\"; there are chat, completions, embeddings, responses, "
                     "messages, …\n",
                     route.c_str());
        return 2;
    }
    auto loaded = load(config, plugin_dirs);
    withGeneration(loaded, [&](const gateway::Generation& generation) {
        printChainOf(generation.chains().get(tenant, *operation));
    });
    print(loaded.faults);
    return loaded.faults.hasErrors() ? 1 : 0;
}

}  // namespace sluice::app
