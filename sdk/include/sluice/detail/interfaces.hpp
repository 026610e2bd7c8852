// From a class to the other interfaces: router, provider, endpoint, state; and its making and unmaking. Not
// for plugins.
#pragma once

#include <sluice/detail/hooks.hpp>
#include <sluice/detail/roles.hpp>

namespace sluice {

/// A route of the plugin's own; `flags` are SLUICE_ROUTE_*. The texts must outlive the plugin's object.
struct Route : sluice_route {
    Route(std::string_view its_method, std::string_view its_path, uint32_t its_flags = 0)
        : sluice_route{sizeof(sluice_route), its_flags, str(its_method), str(its_path)} {}
};

}  // namespace sluice

namespace sluice::detail {

template <class T>
const sluice_router* routerOf() {
    if constexpr (has_pick<T>) {
        static const sluice_router table{
            sizeof(sluice_router), 0,
            [](sluice_instance* self, sluice_ctx* ctx, const sluice_candidates* c) -> int32_t {
                return statusOf(ctx, [&] { return reinterpret_cast<T*>(self)->pick(Request(ctx), *c); });
            }};
        return &table;
    } else {
        return nullptr;
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
    if constexpr (has_prepare<T>) {
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
                return statusOf(ctx, [&] {
                    return reinterpret_cast<T*>(self)->prepare(
                        reinterpret_cast<DeploymentHolder<T>*>(d)->deployment, Attempt(ctx));
                });
            };
            if constexpr (has_serve<T>) {
                p.serve = [](sluice_instance* self, sluice_deployment* d, sluice_ctx* ctx) {
                    return statusOf(ctx, [&] {
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
    if constexpr (has_handle<T>) {
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
                    ctx, [&] { return reinterpret_cast<T*>(self)->handle(Request(ctx, state), route); });
            }};
        return &table;
    } else {
        return nullptr;
    }
}

template <class T>
const sluice_state* stateOf() {
    if constexpr (has_export_state<T>) {
        static const sluice_state table{
            sizeof(sluice_state), 0,
            [](sluice_instance* self, void* sink, void (*write)(void*, sluice_str)) -> sluice_status {
                return statusOf(nullptr, [&]() -> sluice_status {
                    write(sink, str(reinterpret_cast<T*>(self)->export_state()));
                    return SLUICE_OK;
                });
            },
            [](sluice_instance* self, sluice_str bytes) -> sluice_status {
                return statusOf(nullptr, [&]() -> sluice_status {
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
const sluice_start* startOf() {
    if constexpr (has_start<T>) {
        static const sluice_start table{
            sizeof(sluice_start), 0,
            [](sluice_instance* self, char* error, size_t capacity, size_t* size) -> sluice_status {
                return guarded([&] { reinterpret_cast<T*>(self)->start(); }, error, capacity, size);
            }};
        return &table;
    } else {
        return nullptr;
    }
}

template <class T>
const sluice_models* modelsOf() {
    if constexpr (has_model_group<T>) {
        static const sluice_models table{
            sizeof(sluice_models), 0,
            [](sluice_instance* self, sluice_str name, const sluice_candidate* const* all, size_t count) {
                (void)statusOf(nullptr, [&]() -> sluice_status {
                    reinterpret_cast<T*>(self)->model_group(view(name), Deployments(all, count));
                    return SLUICE_OK;
                });
            }};
        return &table;
    } else {
        return nullptr;
    }
}

// static const void* T::interface(std::string_view id)
template <class T, class = void>
struct OffersInterfaces : std::false_type {};
template <class T>
struct OffersInterfaces<T, std::void_t<decltype(T::interface(std::string_view()))>> : std::true_type {};

template <class T>
const void* interfaceOf(std::string_view id) {
    static_assert(checkRoles<T>());
    if (id == SLUICE_HOOKS_ID) return hooksOf<T>();
    if (id == SLUICE_ROUTER_ID) return routerOf<T>();
    if (id == SLUICE_PROVIDER_ID) return providerOf<T>();
    if (id == SLUICE_ENDPOINT_ID) return endpointOf<T>();
    if (id == SLUICE_STATE_ID) return stateOf<T>();
    if (id == SLUICE_START_ID) return startOf<T>();
    if (id == SLUICE_MODELS_ID) return modelsOf<T>();
    if constexpr (OffersInterfaces<T>::value) return T::interface(id);
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
    if constexpr (has_closing<T>)
        (void)statusOf(nullptr, [&] {
            dies->closing();
            return SLUICE_OK;
        });
}

}  // namespace sluice::detail
