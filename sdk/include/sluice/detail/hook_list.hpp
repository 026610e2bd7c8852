// The hooks of sluice/hooks.h by name, with what each must look like; and, for a class, which of them it has.
// Not for plugins.
#pragma once

#include <type_traits>
#include <utility>

#include <sluice/request.hpp>

// each(name, result, arguments…), in the order of sluice_hooks.
#define SLUICE_DETAIL_HOOKS(each)                                                                           \
    each(on_request, sluice::Verdict, sluice::Request) each(authenticate, sluice::Verdict, sluice::Request) \
        each(authorize, sluice::Verdict, sluice::Request) each(pre_call, sluice::Verdict, sluice::Request)  \
            each(cache_lookup, sluice::Verdict, sluice::Request)                                            \
                each(route, sluice::Verdict, sluice::Request, const sluice_candidates&)                     \
                    each(during_call, sluice::Verdict, sluice::Request)                                     \
                        each(on_upstream_request, sluice::Verdict, sluice::Attempt)                         \
                            each(on_upstream_response, sluice::Verdict, sluice::Response)                   \
                                each(on_attempt_end, sluice::Verdict, sluice::Attempt)                      \
                                    each(on_stream, sluice::Verdict, sluice::Stream)                        \
                                        each(post_call, sluice::Verdict, sluice::Response)                  \
                                            each(on_response, sluice::Verdict, sluice::Response)            \
                                                each(on_complete, void, const sluice_record&)
#define SLUICE_DETAIL_HOOK_NAMES                                                                             \
    "on_request, authenticate, authorize, pre_call, cache_lookup, route, during_call, on_upstream_request, " \
    "on_upstream_response, on_attempt_end, on_stream, post_call, on_response, on_complete"

namespace sluice::detail {

enum class Hook : uint32_t {
#define SLUICE_DETAIL_ENUMERATOR(name, ...) name,
    SLUICE_DETAIL_HOOKS(SLUICE_DETAIL_ENUMERATOR)
#undef SLUICE_DETAIL_ENUMERATOR
};

// Does the class have a member of that name, whether or not it can be reached from here? Its name and the one
// of EveryHook meet in NameProbe: &NameProbe::name is ambiguous then.
struct EveryHook {
#define SLUICE_DETAIL_MEMBER(name, ...) int name;
    SLUICE_DETAIL_HOOKS(SLUICE_DETAIL_MEMBER)
#undef SLUICE_DETAIL_MEMBER
};
struct Nothing {};
template <class T>
struct NameProbe : std::conditional_t<std::is_final_v<T>, Nothing, T>, EveryHook {};

template <class... Args>
struct Types {};

// has_x: the host can call it. public_x: it can be named from outside, once. somehow_x: there is something of
// that name, be it private or overloaded.
#define SLUICE_DETAIL_TRAITS(name, Result, ...)                                                 \
    template <class T, class Args, class = void>                                                \
    struct Has_##name : std::false_type {};                                                     \
    template <class T, class... Args>                                                           \
    struct Has_##name<T, Types<Args...>,                                                        \
                      std::enable_if_t<std::is_same_v<Result, decltype(std::declval<T&>().name( \
                                                                  std::declval<Args>()...))>>>  \
        : std::true_type {};                                                                    \
    template <class T, class = void>                                                            \
    struct Public_##name : std::false_type {};                                                  \
    template <class T>                                                                          \
    struct Public_##name<T, std::void_t<decltype(&T::name)>> : std::true_type {};               \
    template <class T, class = void>                                                            \
    struct Somehow_##name : std::true_type {};                                                  \
    template <class T>                                                                          \
    struct Somehow_##name<T, std::void_t<decltype(&NameProbe<T>::name)>> : std::false_type {};  \
    template <class T>                                                                          \
    inline constexpr bool has_##name = Has_##name<T, Types<__VA_ARGS__>>::value;                \
    template <class T>                                                                          \
    inline constexpr bool public_##name = Public_##name<T>::value;                              \
    template <class T>                                                                          \
    inline constexpr bool somehow_##name = Somehow_##name<T>::value;
SLUICE_DETAIL_HOOKS(SLUICE_DETAIL_TRAITS)
#undef SLUICE_DETAIL_TRAITS

}  // namespace sluice::detail
