// Writing a plugin: a class with the hooks it wants, and one macro.
//
//   struct Hello {
//       Hello(std::string_view config_json, sluice::Host host);  // throw sluice::ConfigError to refuse
//       sluice::Verdict pre_call(sluice::Request request);       // any subset of the hooks below
//   };
//   SLUICE_PLUGIN(Hello, R"({"id":"hello","version":"1.0.0","abi":1,"interfaces":["sluice.hooks/1"]})")
//
// Hooks, found at compile time; a hook that is not there costs nothing. All but on_complete return Verdict:
//
//   on_request(Request)    authenticate(Request)    authorize(Request)    pre_call(Request)
//   cache_lookup(Request)  route(Request, const sluice_candidates&)       during_call(Request)
//   on_upstream_request(Attempt)   on_upstream_response(Response)         on_attempt_end(Attempt)
//   on_stream(Stream)      post_call(Response)      on_response(Response)
//   void on_complete(const sluice_record&)
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
// An object is shared by all loops: hooks of different requests run at the same time on different threads.
// Exceptions stop in the trampolines and count as a failed hook.
#pragma once

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <type_traits>

#include <sluice/request.hpp>

namespace sluice {

/// A route of the plugin's own; `flags` are SLUICE_ROUTE_*. The texts must outlive the plugin's object.
struct Route : sluice_route {
    Route(std::string_view method, std::string_view path, uint32_t flags = 0)
        : sluice_route{sizeof(sluice_route), flags, str(method), str(path)} {}
};

}  // namespace sluice

namespace sluice::detail {

inline void report(std::string_view text, char* error, size_t capacity, size_t* size) {
    *size = std::min(text.size(), capacity);
    std::memcpy(error, text.data(), *size);
}

// Runs `make`, turning what it throws into a status and a text.
template <class Make>
sluice_status guarded(Make&& make, char* error, size_t capacity, size_t* size) noexcept {
    try {
        make();
        return SLUICE_OK;
    } catch (const ConfigError& e) {
        report(e.message(), error, capacity, size);
    } catch (const std::exception& e) {
        report(e.what(), error, capacity, size);
    } catch (...) {
        report("unknown exception", error, capacity, size);
    }
    return SLUICE_E_INVALID;
}

template <class Call>
sluice_verdict verdictOf(Call&& call) noexcept {
    try {
        return static_cast<sluice_verdict>(call());
    } catch (...) {
        return SLUICE_FAILED;
    }
}

#define SLUICE_DETAIL_HOOK(name, Arg)                                                                \
    template <class T, class = void>                                                                 \
    struct Has_##name : std::false_type {};                                                          \
    template <class T>                                                                               \
    struct Has_##name<T, std::void_t<decltype(&T::name)>> : std::true_type {};                       \
    template <class T>                                                                               \
    constexpr sluice_hook name##Hook() {                                                             \
        if constexpr (Has_##name<T>::value) {                                                        \
            return [](sluice_instance* self, sluice_ctx* ctx, void* state) -> sluice_verdict {       \
                return verdictOf([&] { return reinterpret_cast<T*>(self)->name(Arg(ctx, state)); }); \
            };                                                                                       \
        } else {                                                                                     \
            return nullptr;                                                                          \
        }                                                                                            \
    }

SLUICE_DETAIL_HOOK(on_request, Request)
SLUICE_DETAIL_HOOK(authenticate, Request)
SLUICE_DETAIL_HOOK(authorize, Request)
SLUICE_DETAIL_HOOK(pre_call, Request)
SLUICE_DETAIL_HOOK(cache_lookup, Request)
SLUICE_DETAIL_HOOK(during_call, Request)
SLUICE_DETAIL_HOOK(on_upstream_request, Attempt)
SLUICE_DETAIL_HOOK(on_upstream_response, Response)
SLUICE_DETAIL_HOOK(on_attempt_end, Attempt)
SLUICE_DETAIL_HOOK(post_call, Response)
SLUICE_DETAIL_HOOK(on_response, Response)
#undef SLUICE_DETAIL_HOOK

#define SLUICE_DETAIL_MEMBER(name)          \
    template <class T, class = void>        \
    struct Has_##name : std::false_type {}; \
    template <class T>                      \
    struct Has_##name<T, std::void_t<decltype(&T::name)>> : std::true_type {};
template <class T, class = void>
struct HasPerRequest : std::false_type {};
template <class T>
struct HasPerRequest<T, std::void_t<typename T::PerRequest>> : std::true_type {};

SLUICE_DETAIL_MEMBER(route)
SLUICE_DETAIL_MEMBER(on_stream)
SLUICE_DETAIL_MEMBER(on_complete)
SLUICE_DETAIL_MEMBER(pick)
SLUICE_DETAIL_MEMBER(handle)
SLUICE_DETAIL_MEMBER(export_state)
SLUICE_DETAIL_MEMBER(prepare)
SLUICE_DETAIL_MEMBER(serve)
#undef SLUICE_DETAIL_MEMBER

template <class T>
const sluice_hooks* hooksOf() {
    static const sluice_hooks table = [] {
        sluice_hooks h{};
        h.size = sizeof h;
        h.on_request = on_requestHook<T>();
        h.authenticate = authenticateHook<T>();
        h.authorize = authorizeHook<T>();
        h.pre_call = pre_callHook<T>();
        h.cache_lookup = cache_lookupHook<T>();
        h.during_call = during_callHook<T>();
        h.on_upstream_request = on_upstream_requestHook<T>();
        h.on_upstream_response = on_upstream_responseHook<T>();
        h.on_attempt_end = on_attempt_endHook<T>();
        h.post_call = post_callHook<T>();
        h.on_response = on_responseHook<T>();
        if constexpr (HasPerRequest<T>::value) {
            h.request_begin = [](sluice_instance*, sluice_ctx*) -> void* {
                return std::make_unique<typename T::PerRequest>().release();
            };
            h.request_end = [](sluice_instance*, void* state) {
                const std::unique_ptr<typename T::PerRequest> dies(
                    static_cast<typename T::PerRequest*>(state));
            };
        }
        if constexpr (Has_route<T>::value) {
            h.route = [](sluice_instance* self, sluice_ctx* ctx, void* state,
                         const sluice_candidates* c) -> sluice_verdict {
                return verdictOf([&] { return reinterpret_cast<T*>(self)->route(Request(ctx, state), *c); });
            };
        }
        if constexpr (Has_on_stream<T>::value) {
            h.on_stream = [](sluice_instance* self, sluice_ctx* ctx, void* state,
                             const sluice_stream_event* e, sluice_stream_action* a) -> sluice_verdict {
                return verdictOf(
                    [&] { return reinterpret_cast<T*>(self)->on_stream(Stream(ctx, state, *e, *a)); });
            };
        }
        if constexpr (Has_on_complete<T>::value) {
            h.on_complete = [](sluice_instance* self, const sluice_record* record) {
                (void)verdictOf([&] {
                    reinterpret_cast<T*>(self)->on_complete(*record);
                    return Verdict::Continue;
                });
            };
        }
        return h;
    }();
    return &table;
}

template <class T>
const sluice_router* routerOf() {
    if constexpr (Has_pick<T>::value) {
        static const sluice_router table{
            sizeof(sluice_router), 0,
            [](sluice_instance* self, sluice_ctx* ctx, const sluice_candidates* c) -> int32_t {
                try {
                    return reinterpret_cast<T*>(self)->pick(Request(ctx), *c);
                } catch (...) {
                    return SLUICE_E_INTERNAL;
                }
            }};
        return &table;
    } else {
        return nullptr;
    }
}

template <class Call>
sluice_status statusOf(Call&& call) noexcept {
    try {
        return call();
    } catch (...) {
        return SLUICE_E_INTERNAL;
    }
}

// A deployment of a provider, with the URL that the host copies from it.
template <class T>
struct DeploymentHolder {
    DeploymentHolder(T& plugin, const sluice_deployment_config& config)
        : deployment(plugin, config, base_url) {}
    std::string base_url;
    typename T::Deployment deployment;
};

template <class T>
const sluice_provider* providerOf() {
    if constexpr (Has_prepare<T>::value) {
        static const sluice_provider table = [] {
            sluice_provider p{};
            p.size = sizeof p;
            p.open = [](sluice_instance* self, const sluice_deployment_config* config,
                        sluice_deployment** out, sluice_upstream* upstream, char* error, size_t capacity,
                        size_t* size) {
                return guarded(
                    [&] {
                        auto holder =
                            std::make_unique<DeploymentHolder<T>>(*reinterpret_cast<T*>(self), *config);
                        upstream->base_url = str(holder->base_url);
                        *out = reinterpret_cast<sluice_deployment*>(holder.release());
                    },
                    error, capacity, size);
            };
            p.close = [](sluice_instance*, sluice_deployment* d) {
                const std::unique_ptr<DeploymentHolder<T>> dies(reinterpret_cast<DeploymentHolder<T>*>(d));
            };
            p.prepare = [](sluice_instance* self, sluice_deployment* d, sluice_ctx* ctx) {
                return statusOf([&] {
                    return reinterpret_cast<T*>(self)->prepare(
                        reinterpret_cast<DeploymentHolder<T>*>(d)->deployment, Attempt(ctx));
                });
            };
            if constexpr (Has_serve<T>::value) {
                p.serve = [](sluice_instance* self, sluice_deployment* d, sluice_ctx* ctx) {
                    return statusOf([&] {
                        return reinterpret_cast<T*>(self)->serve(
                            reinterpret_cast<DeploymentHolder<T>*>(d)->deployment, Attempt(ctx));
                    });
                };
            }
            return p;
        }();
        return &table;
    } else {
        return nullptr;
    }
}

template <class T>
const sluice_endpoint* endpointOf() {
    if constexpr (Has_handle<T>::value) {
        static_assert(sizeof(Route) == sizeof(sluice_route), "an array of one must be an array of the other");
        static const sluice_endpoint table{
            sizeof(sluice_endpoint), 0,
            [](sluice_instance* self, size_t* count) -> const sluice_route* {
                const auto& routes = reinterpret_cast<T*>(self)->routes();
                *count = routes.size();
                return routes.data();
            },
            [](sluice_instance* self, sluice_ctx* ctx, void* state, uint32_t route) -> sluice_verdict {
                return verdictOf(
                    [&] { return reinterpret_cast<T*>(self)->handle(Request(ctx, state), route); });
            }};
        return &table;
    } else {
        return nullptr;
    }
}

template <class T>
const sluice_state* stateOf() {
    if constexpr (Has_export_state<T>::value) {
        static const sluice_state table{
            sizeof(sluice_state), 0,
            [](sluice_instance* self, void* sink, void (*write)(void*, sluice_str)) -> sluice_status {
                return statusOf([&]() -> sluice_status {
                    write(sink, str(reinterpret_cast<T*>(self)->export_state()));
                    return SLUICE_OK;
                });
            },
            [](sluice_instance* self, sluice_str bytes) -> sluice_status {
                return statusOf([&]() -> sluice_status {
                    return reinterpret_cast<T*>(self)->import_state(view(bytes)) ? SLUICE_OK
                                                                                 : SLUICE_E_INVALID;
                });
            }};
        return &table;
    } else {
        return nullptr;
    }
}

template <class T>
const void* interfaceOf(std::string_view id) {
    if (id == SLUICE_HOOKS_ID) return hooksOf<T>();
    if (id == SLUICE_ROUTER_ID) return routerOf<T>();
    if (id == SLUICE_PROVIDER_ID) return providerOf<T>();
    if (id == SLUICE_ENDPOINT_ID) return endpointOf<T>();
    if (id == SLUICE_STATE_ID) return stateOf<T>();
    return nullptr;
}

template <class T>
sluice_status createOf(const sluice_host* host, sluice_str config, sluice_instance** out, char* error,
                       size_t capacity, size_t* size) {
    return guarded(
        [&] {
            tables.fillOnce(Host(host));
            *out =
                reinterpret_cast<sluice_instance*>(std::make_unique<T>(view(config), Host(host)).release());
        },
        error, capacity, size);
}

template <class T>
void destroyOf(sluice_instance* self) {
    const std::unique_ptr<T> dies(reinterpret_cast<T*>(self));
}

}  // namespace sluice::detail

/// Defines the plugin's entry and its manifest (a JSON literal, see docs/plugins.md). Once a library.
#define SLUICE_PLUGIN(Type, manifest)                                                               \
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
