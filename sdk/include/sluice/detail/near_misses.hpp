// Names that are hardly meant to be anything but a hook, and are none. Not for plugins.
#pragma once

#include <sluice/detail/hook_list.hpp>

// clang-format off
// each(written, meant)
#define SLUICE_DETAIL_NEAR_MISSES(each)                                                                   \
    each(onRequest, on_request) each(OnRequest, on_request) each(onrequest, on_request)                   \
    each(on_requests, on_request) each(on_reqest, on_request)                                             \
    each(authenticated, authenticate) each(Authenticate, authenticate) each(autenticate, authenticate)    \
    each(authentificate, authenticate) each(on_authenticate, authenticate)                                \
    each(authorise, authorize) each(authorized, authorize) each(Authorize, authorize)                     \
    each(autorize, authorize) each(on_authorize, authorize)                                               \
    each(preCall, pre_call) each(PreCall, pre_call) each(precall, pre_call) each(pre_cal, pre_call)       \
    each(pre_calls, pre_call) each(on_pre_call, pre_call)                                                 \
    each(cacheLookup, cache_lookup) each(CacheLookup, cache_lookup) each(cachelookup, cache_lookup)       \
    each(cache_look_up, cache_lookup) each(on_cache_lookup, cache_lookup)                                 \
    each(onRoute, route) each(on_route, route)                                                            \
    each(duringCall, during_call) each(DuringCall, during_call) each(duringcall, during_call)             \
    each(during_cal, during_call) each(during, during_call) each(on_during_call, during_call)             \
    each(onUpstreamRequest, on_upstream_request) each(upstream_request, on_upstream_request)              \
    each(on_upstream_requests, on_upstream_request) each(on_upstream_reqest, on_upstream_request)         \
    each(onUpstreamResponse, on_upstream_response) each(upstream_response, on_upstream_response)          \
    each(on_upstream_responses, on_upstream_response) each(on_upstream_reponse, on_upstream_response)     \
    each(onAttemptEnd, on_attempt_end) each(attempt_end, on_attempt_end) each(on_attempt, on_attempt_end) \
    each(on_attempt_ended, on_attempt_end)                                                                \
    each(onStream, on_stream) each(OnStream, on_stream) each(onstream, on_stream)                         \
    each(on_streams, on_stream) each(on_steam, on_stream) each(on_streaming, on_stream)                   \
    each(on_chunk, on_stream) each(onChunk, on_stream)                                                    \
    each(postCall, post_call) each(PostCall, post_call) each(postcall, post_call)                         \
    each(post_cal, post_call) each(post_calls, post_call) each(on_post_call, post_call)                   \
    each(onResponse, on_response) each(OnResponse, on_response) each(onresponse, on_response)             \
    each(on_responses, on_response) each(on_reponse, on_response)                                         \
    each(onComplete, on_complete) each(OnComplete, on_complete) each(oncomplete, on_complete)             \
    each(on_completed, on_complete) each(on_completion, on_complete) each(on_complet, on_complete)
// clang-format on

namespace sluice::detail {

// A function that can be called from outside; a member that holds something is no hook.
#define SLUICE_DETAIL_TRAIT(written, meant)                       \
    template <class T, class = void>                              \
    struct Wrote_##written : std::false_type {};                  \
    template <class T>                                            \
    struct Wrote_##written<T, std::void_t<decltype(&T::written)>> \
        : std::is_member_function_pointer<decltype(&T::written)> {};
SLUICE_DETAIL_NEAR_MISSES(SLUICE_DETAIL_TRAIT)
#undef SLUICE_DETAIL_TRAIT

}  // namespace sluice::detail
