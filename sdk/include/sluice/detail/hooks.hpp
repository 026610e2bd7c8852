// From the hooks of a class to the table of sluice.hooks/1. Not for plugins.
#pragma once

#include <memory>

#include <sluice/detail/checks.hpp>
#include <sluice/detail/contained.hpp>

namespace sluice::detail {

template <class T, class = void>
struct HasPerRequest : std::false_type {};
template <class T>
struct HasPerRequest<T, std::void_t<typename T::PerRequest>> : std::true_type {};

// The hooks that get one view of the request and nothing else.
#define SLUICE_DETAIL_PLAIN(name, View)                                                                \
    if constexpr (has_##name<T>) {                                                                     \
        h.name = [](sluice_instance* self, sluice_ctx* ctx, void* state) -> sluice_verdict {           \
            return verdictOf(ctx, [&] { return reinterpret_cast<T*>(self)->name(View(ctx, state)); }); \
        };                                                                                             \
    }

template <class T>
void addPlainHooks(sluice_hooks& h) {
    SLUICE_DETAIL_PLAIN(on_request, Request)
    SLUICE_DETAIL_PLAIN(authenticate, Request)
    SLUICE_DETAIL_PLAIN(authorize, Request)
    SLUICE_DETAIL_PLAIN(pre_call, Request)
    SLUICE_DETAIL_PLAIN(cache_lookup, Request)
    SLUICE_DETAIL_PLAIN(during_call, Request)
    SLUICE_DETAIL_PLAIN(on_upstream_request, Attempt)
    SLUICE_DETAIL_PLAIN(on_upstream_response, Response)
    SLUICE_DETAIL_PLAIN(on_attempt_end, Attempt)
    SLUICE_DETAIL_PLAIN(post_call, Response)
    SLUICE_DETAIL_PLAIN(on_response, Response)
}
#undef SLUICE_DETAIL_PLAIN

template <class T>
void addState(sluice_hooks& h) {
    if constexpr (HasPerRequest<T>::value) {
        h.request_begin = [](sluice_instance*, sluice_ctx*) -> void* {
            return std::make_unique<typename T::PerRequest>().release();
        };
        h.request_end = [](sluice_instance*, void* state) {
            const std::unique_ptr<typename T::PerRequest> dies(static_cast<typename T::PerRequest*>(state));
        };
    }
}

template <class T, class = void>
struct HasSettled : std::false_type {};
template <class T>
struct HasSettled<T, std::void_t<decltype(&T::on_settled)>> : std::true_type {};

template <class T>
void addSettled(sluice_hooks& h) {
    if constexpr (HasSettled<T>::value) {
        static_assert(HasPerRequest<T>::value, "on_settled(PerRequest&, …) needs a nested type PerRequest");
        h.on_settled = [](sluice_instance* self, void* state, const sluice_settlement* sums) {
            (void)statusOf(nullptr, [&]() -> sluice_status {
                reinterpret_cast<T*>(self)->on_settled(*static_cast<typename T::PerRequest*>(state), *sums);
                return SLUICE_OK;
            });
        };
    }
}

template <class T, class = void>
struct HasAnswer : std::false_type {};
template <class T>
struct HasAnswer<T, std::void_t<decltype(&T::on_answer)>> : std::true_type {};

template <class T>
void addAnswer(sluice_hooks& h) {
    if constexpr (HasAnswer<T>::value) {
        static_assert(HasPerRequest<T>::value, "on_answer(PerRequest&, …) needs a nested type PerRequest");
        h.on_answer = [](sluice_instance* self, void* state, const sluice_answer* answer) {
            (void)statusOf(nullptr, [&]() -> sluice_status {
                reinterpret_cast<T*>(self)->on_answer(*static_cast<typename T::PerRequest*>(state), *answer);
                return SLUICE_OK;
            });
        };
    }
}

template <class T, class = void>
struct HasWants : std::false_type {};
template <class T>
struct HasWants<T, std::void_t<decltype(bool(std::declval<T&>().wants(std::string_view())))>>
    : std::true_type {};

// The number of a phase, as in sluice/hooks.h.
inline std::string_view hookOfPhase(uint32_t phase) {
    switch (phase) {
        case 10:
            return "on_request";
        case 20:
            return "authenticate";
        case 25:
            return "authorize";
        case 30:
            return "pre_call";
        case 38:
            return "cache_lookup";
        case 40:
            return "route";
        case 45:
            return "during_call";
        case 50:
            return "on_upstream_request";
        case 55:
            return "on_upstream_response";
        case 58:
            return "on_attempt_end";
        case 60:
            return "on_stream";
        case 70:
            return "post_call";
        case 75:
            return "on_response";
        case 90:
            return "on_complete";
        default:
            return {};
    }
}

template <class T>
int32_t wanted(sluice_instance* self, uint32_t phase) noexcept {
    const auto hook = hookOfPhase(phase);
    const auto tell = [](std::string_view) {};
    return contained(int32_t{1}, tell, [&]() -> int32_t {
        return hook.empty() || reinterpret_cast<T*>(self)->wants(hook) ? 1 : 0;
    });
}

template <class T>
sluice_hooks makeHooks() {
    sluice_hooks h{};
    h.size = sizeof h;
    addPlainHooks<T>(h);
    addState<T>(h);
    addSettled<T>(h);
    addAnswer<T>(h);
    if constexpr (HasWants<T>::value) h.wants = wanted<T>;
    if constexpr (has_route<T>) {
        h.route = [](sluice_instance* self, sluice_ctx* ctx, void* state,
                     const sluice_candidates* c) -> sluice_verdict {
            return verdictOf(ctx, [&] { return reinterpret_cast<T*>(self)->route(Request(ctx, state), *c); });
        };
    }
    if constexpr (has_on_stream<T>) {
        h.on_stream = [](sluice_instance* self, sluice_ctx* ctx, void* state, const sluice_stream_event* e,
                         sluice_stream_action* a) -> sluice_verdict {
            return verdictOf(
                ctx, [&] { return reinterpret_cast<T*>(self)->on_stream(Stream(ctx, state, *e, *a)); });
        };
    }
    if constexpr (has_on_complete<T>) {
        h.on_complete = [](sluice_instance* self, const sluice_record* record) {
            (void)statusOf(nullptr, [&] {
                reinterpret_cast<T*>(self)->on_complete(*record);
                return SLUICE_OK;
            });
        };
    }
    return h;
}

template <class T>
const sluice_hooks* hooksOf() {
    static_assert(checkSignatures<T>());
    static const sluice_hooks table = makeHooks<T>();
    return &table;
}

}  // namespace sluice::detail
