// Writing a plugin: a class with the hooks it wants, and one macro.
//
//   struct Hello {
//       Hello(std::string_view config_json, sluice::Host host);  // throw sluice::ConfigError to refuse
//       sluice::Verdict pre_call(sluice::Request request);       // any subset of the hooks below
//   };
//   SLUICE_PLUGIN(Hello, R"({"id":"hello","version":"1.0.0","abi":1,"interfaces":["sluice.hooks/1"],
//     "hooks":["pre_call"]})")
//
// Hooks are public members with these names, found at compile time; a hook that is not there costs nothing.
// The manifest's "hooks" lists them: a name that is misspelt there or here does not compile. Without that
// list the compiler still knows the commonest slips. All but on_complete return Verdict:
//
//   on_request(Request)    authenticate(Request)    authorize(Request)    pre_call(Request)
//   cache_lookup(Request)  route(Request, const sluice_candidates&)       during_call(Request)
//   on_upstream_request(Attempt)   on_upstream_response(Response)         on_attempt_end(Attempt)
//   on_stream(Stream)      post_call(Response)      on_response(Response)
//   void on_complete(const sluice_record&)
//
// bool wants(std::string_view hook) const, if there is one, says which of its hooks an instance has a use for
// as it is configured; the others are left out of the chains.
//
// A nested type PerRequest, default-constructible, is the plugin's own object for one request:
// request.state<PerRequest>().
//
// A router has      int32_t pick(Request, const sluice_candidates&).
// A provider has    a nested type Deployment, constructible from
//                   (Plugin&, const sluice_deployment_config&, std::string& base_url),
//                   sluice_status prepare(Deployment&, Attempt), and perhaps
//                   sluice_status serve(Deployment&, Attempt).
//
// Own routes: const std::vector<Route>& routes() const, and Verdict handle(Request, uint32_t route).
// State that survives a reload: std::string export_state(), and bool import_state(std::string_view).
//
// void start(), if there is one, is called when all instances of the configuration have been created:
// host.service() finds the interfaces of others there. An interface for others: static const void*
// interface(std::string_view id); the `self` that its functions get is the plugin's object.
//
// void model_group(std::string_view name, sluice::Deployments), if there is one, is told of each model group
// after that, and before anything is served.
//
// void on_settled(PerRequest&, const sluice_settlement&), if there is one, gets what a request has used when
// it is over: for what was reserved for it.
//
// void on_answer(PerRequest&, const sluice_answer&), if there is one, gets the upstream's answer as it came,
// once it is whole: for those who asked for it with Request::keepAnswer in cache_lookup.
//
// void closing(), if there is one, is called before the object is destroyed, when no hook runs any more.
//
// With one method to write: sluice/strategy.hpp (a router), sluice/exporter.hpp (records in batches),
// sluice/provider.hpp (an upstream that speaks OpenAI's dialect). Typed configuration: sluice/config.hpp.
//
// An object is shared by all loops: hooks of different requests run at the same time on different threads.
// Exceptions stop in the trampolines and count as a failed hook; their text goes to the log and the record.
#pragma once

#include <sluice/detail/interfaces.hpp>

/// Defines the plugin's entry and its manifest (a JSON literal, see docs/plugins.md). Once a library.
#define SLUICE_PLUGIN(Type, manifest)                                                               \
    namespace {                                                                                     \
    struct SluiceManifest {                                                                         \
        static constexpr std::string_view text() { return {manifest, sizeof(manifest) - 1}; }       \
    };                                                                                              \
    }                                                                                               \
    static_assert(::sluice::detail::checkPlugin<Type, SluiceManifest>(), "see above");              \
    extern "C" __attribute__((section(".sluice.manifest"), used, visibility("hidden")))             \
    const char sluice_manifest_text[] = manifest;                                                   \
    extern "C" SLUICE_EXPORT const sluice_entry* sluice_plugin_entry_v1(void) {                     \
        static const sluice_entry entry{                                                            \
            sizeof(sluice_entry),                                                                   \
            SLUICE_ABI_MINOR,                                                                       \
            ::sluice::str("sluice-sdk 0.1.0"),                                                      \
            [] {                                                                                    \
                return sluice_str{sluice_manifest_text, sizeof sluice_manifest_text - 1};           \
            },                                                                                      \
            ::sluice::detail::createOf<Type>,                                                       \
            ::sluice::detail::destroyOf<Type>,                                                      \
            [](sluice_str id) { return ::sluice::detail::interfaceOf<Type>(::sluice::view(id)); }}; \
        return &entry;                                                                              \
    }
