// The members of a class that make it a router, a provider, an endpoint or a keeper of state. Not for
// plugins.
#pragma once

#include <sluice/candidates.hpp>
#include <sluice/detail/hook_list.hpp>

namespace sluice::detail {

template <class T, class = void>
struct DeploymentOf {
    using type = Nothing;
};
template <class T>
struct DeploymentOf<T, std::void_t<typename T::Deployment>> {
    using type = typename T::Deployment;
};

template <class T>
using Deployment = typename DeploymentOf<T>::type;

// each(name, result, arguments…) of the class T
#define SLUICE_DETAIL_ROLES(each)                                                                   \
    each(pick, int32_t, sluice::Request, const sluice_candidates&)                                  \
        each(handle, sluice::Verdict, sluice::Request, uint32_t) each(export_state, std::string)    \
            each(import_state, bool, std::string_view)                                              \
                each(prepare, sluice_status, Deployment<T>&, sluice::Attempt)                       \
                    each(serve, sluice_status, Deployment<T>&, sluice::Attempt) each(closing, void) \
                        each(start, void) each(model_group, void, std::string_view, sluice::Deployments)

// has_x: the host can call it. function_x: there is a function of that name, whatever it looks like; a member
// that holds something is none.
#define SLUICE_DETAIL_TRAITS(name, Result, ...)                                                       \
    template <class T, class Args, class = void>                                                      \
    struct Has_##name : std::false_type {};                                                           \
    template <class T, class... Args>                                                                 \
    struct Has_##name<T, Types<Args...>,                                                              \
                      std::void_t<decltype(std::declval<T&>().name(std::declval<Args>()...))>>        \
        : std::is_convertible<decltype(std::declval<T&>().name(std::declval<Args>()...)), Result> {}; \
    template <class T, class = void>                                                                  \
    struct Function_##name : std::false_type {};                                                      \
    template <class T>                                                                                \
    struct Function_##name<T, std::void_t<decltype(&T::name)>>                                        \
        : std::is_member_function_pointer<decltype(&T::name)> {};                                     \
    template <class T>                                                                                \
    inline constexpr bool function_##name = Function_##name<T>::value;                                \
    template <class T>                                                                                \
    inline constexpr bool has_##name = Has_##name<T, Types<__VA_ARGS__>>::value&& function_##name<T>;
SLUICE_DETAIL_ROLES(SLUICE_DETAIL_TRAITS)
#undef SLUICE_DETAIL_TRAITS

template <class T>
constexpr bool checkRoles() {
#define SLUICE_DETAIL_CHECK(name, Result, ...)          \
    static_assert(has_##name<T> || !function_##name<T>, \
                  #name " has another signature than: " #Result " " #name "(" #__VA_ARGS__ ")");
    SLUICE_DETAIL_ROLES(SLUICE_DETAIL_CHECK)
#undef SLUICE_DETAIL_CHECK
    static_assert(has_export_state<T> == has_import_state<T>, "export_state and import_state go together");
    return true;
}

}  // namespace sluice::detail
