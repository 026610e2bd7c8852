#include "try_plugin.h"

#include <nlohmann/json.hpp>

namespace sluice::abi_test {
namespace {

using Json = nlohmann::json;
using testing::FakeCandidates;
using testing::FakeHost;
using testing::FakePlugin;
using testing::FakeRequest;
using testing::Outcome;

constexpr const char* kText = "Grüße. The secret of ann@example.com is sk-live-0123456789abcdefghij. End.";

void require(bool holds, const std::string& why) {
    if (!holds) throw std::runtime_error(why);
}
void works(const Outcome& outcome, const char* what) {
    require(!outcome.failed(), std::string(what) + ": " + outcome.reason());
}

FakePlugin load(FakeHost& host, const sluice_entry& entry, const std::string& config) {
    try {
        return host.load(entry, config);
    } catch (const std::runtime_error& e) {
        throw Refused(e.what());
    }
}

// What the host would hand to create: an example of the schema, defaults filled in.
Json configOf(const Json& manifest) {
    const Json schema = manifest.value("config_schema", Json::object());
    Json config = schema.contains("examples") ? schema["examples"][0] : Json::object();
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, property] : properties.items()) {
        if (!config.contains(name) && property.contains("default")) config[name] = property["default"];
    }
    return config;
}

FakeRequest requestFor(FakeHost& host, bool stream) {
    FakeRequest request = host.request(
        Json{{"model", "m"}, {"stream", stream}, {"messages", {{{"role", "user"}, {"content", "hello"}}}}}
            .dump());
    // For stream_probe, and for plugins that look at headers.
    request.withHeader("x-stream", "redact:secret").withHeader("authorization", "Bearer sk-nobody");
    return request;
}

void before(FakePlugin& plugin, FakeRequest& request) {
    works(plugin.onRequest(request), "on_request");
    works(plugin.authenticate(request), "authenticate");
    works(plugin.authorize(request), "authorize");
    works(plugin.preCall(request), "pre_call");
    works(plugin.cacheLookup(request), "cache_lookup");
    FakeCandidates candidates{{"one", 1, 1, 1, 1}, {"two"}};
    works(plugin.route(request, candidates), "route");
    const int32_t picked = plugin.pick(request, candidates);
    require(picked >= 0 || picked == SLUICE_E_UNSUPPORTED, "pick: " + std::to_string(picked));
    works(plugin.duringCall(request), "during_call");
    works(plugin.onUpstreamRequest(request), "on_upstream_request");
}

void after(FakePlugin& plugin, FakeRequest& request) {
    works(plugin.onUpstreamResponse(request), "on_upstream_response");
    works(plugin.onAttemptEnd(request), "on_attempt_end");
    works(plugin.postCall(request), "post_call");
    works(plugin.onResponse(request), "on_response");
    plugin.onComplete(request.record());
}

void hooks(FakeHost& host, FakePlugin& plugin) {
    for (const bool stream : {false, true}) {
        FakeRequest request = requestFor(host, stream);
        before(plugin, request);
        request.withResponse(200, stream ? "" : R"({"choices":[{"message":{"content":"hello"}}]})");
        if (stream) {
            auto passing = host.stream(request);
            passing.run(kText, 7);
            require(!passing.aborted(), "on_stream: " + request.blockMessage() + request.notScannedReason());
        }
        after(plugin, request);
        request.end();
        require(plugin.openStates() == 0, "a state was begun and did not end");
    }
}

void routes(FakeHost& host, FakePlugin& plugin) {
    for (const auto& route : plugin.routes()) {
        const FakeRequest request =
            host.request().withMethod(view(route.method)).withPath(view(route.path)).withIdentity({"key"});
        const Outcome outcome = plugin.handle(request);
        // A route may be there to give no answer, as one of the keeper's.
        if (outcome.reason() != "the plugin gave no answer") works(outcome, "handle");
    }
}

void providers(FakeHost& host, FakePlugin& plugin, const Json& names) {
    for (const auto& [name, about] : names.items()) {
        const auto deployment =
            plugin.open(name, "m", R"({"api_key":"k","api_base":"http://127.0.0.1:9/v1","api_version":"1"})");
        FakeRequest request = requestFor(host, false);
        auto prepared = plugin.prepare(deployment, request);
        if (prepared == SLUICE_E_UNSUPPORTED)
            prepared = plugin.prepare(deployment, request.withRoute("messages"));
        require(prepared == SLUICE_OK, "prepare of " + name + ": " + std::to_string(prepared));
        const auto served = plugin.serve(deployment, request);
        require(served == SLUICE_OK || served == SLUICE_E_UNSUPPORTED, "serve: " + std::to_string(served));
    }
}

}  // namespace

void tryPlugin(FakeHost& host, const sluice_entry& entry, const std::string& config) {
    const Json manifest = Json::parse(view(entry.describe()));
    host.capabilities = {"net", "admin"};
    host.http.answer("http://", {200, R"({"verdict":"continue"})"});
    FakePlugin plugin = load(host, entry, config.empty() ? configOf(manifest).dump() : config);
    hooks(host, plugin);
    routes(host, plugin);
    providers(host, plugin, manifest.value("providers", Json::object()));
    host.advance(60'000);  // its timers
    if (const auto state = plugin.exportState(); !state.empty())
        require(plugin.importState(state), "it does not take its own state");
}

}  // namespace sluice::abi_test
