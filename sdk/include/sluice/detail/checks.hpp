// What the compiler says about a plugin whose hooks would not be called. Not for plugins.
#pragma once

#include <sluice/detail/manifest.hpp>
#include <sluice/detail/near_misses.hpp>

namespace sluice::detail {

/// Hooks that can be named but not called.
template <class T>
constexpr bool checkSignatures() {
#define SLUICE_DETAIL_CHECK(name, Result, ...)        \
    static_assert(has_##name<T> || !public_##name<T>, \
                  "the hook " #name " has another signature than: " #Result " " #name "(" #__VA_ARGS__ ")");
    SLUICE_DETAIL_HOOKS(SLUICE_DETAIL_CHECK)
#undef SLUICE_DETAIL_CHECK
    return true;
}

/// Hooks that the manifest lists are there, and the other way round.
template <class T, class Manifest>
constexpr bool checkListed() {
    constexpr const ManifestHooks& hooks = manifest_hooks<Manifest>;
#define SLUICE_DETAIL_CHECK(name, Result, ...)                                                       \
    static_assert(!hooks.has(Hook::name) || has_##name<T> || somehow_##name<T> || public_##name<T>,  \
                  "the manifest lists the hook " #name                                               \
                  ", but the class has no such member: is it misspelt?");                            \
    static_assert(!hooks.has(Hook::name) || !somehow_##name<T> || has_##name<T> || public_##name<T>, \
                  "the manifest lists the hook " #name                                               \
                  ", but it cannot be called: it has to be public and to be " #Result " " #name      \
                  "(" #__VA_ARGS__ ")");                                                             \
    static_assert(hooks.has(Hook::name) || !has_##name<T>,                                           \
                  "the class has the hook " #name ", but the manifest does not list it in \"hooks\"");
    SLUICE_DETAIL_HOOKS(SLUICE_DETAIL_CHECK)
#undef SLUICE_DETAIL_CHECK
    return true;
}

/// Without a list: names that are nearly one, and hooks that nobody can call.
template <class T>
constexpr bool checkGuesses() {
#define SLUICE_DETAIL_CHECK(name, Result, ...)                                                              \
    static_assert(has_##name<T> || public_##name<T> || !somehow_##name<T>,                                  \
                  "the class has a member " #name                                                           \
                  " that cannot be called as the hook of that name: it has to be public and to be " #Result \
                  " " #name "(" #__VA_ARGS__ ")");
    SLUICE_DETAIL_HOOKS(SLUICE_DETAIL_CHECK)
#undef SLUICE_DETAIL_CHECK
#define SLUICE_DETAIL_CHECK(written, meant)                                                                \
    static_assert(!Wrote_##written<T>::value || has_##meant<T> || somehow_##meant<T> || public_##meant<T>, \
                  "the class has a function " #written ", which is no hook: is it the hook " #meant        \
                  "? If not, list the hooks that there are in the manifest's \"hooks\"");
    SLUICE_DETAIL_NEAR_MISSES(SLUICE_DETAIL_CHECK)
#undef SLUICE_DETAIL_CHECK
    return true;
}

template <class T, class Manifest>
constexpr bool checkPlugin() {
    constexpr const ManifestHooks& hooks = manifest_hooks<Manifest>;
    static_assert(hooks.is_object, "the manifest is no JSON object");
    static_assert(hooks.is_list, "the manifest's \"hooks\" is no list of texts");
    static_assert(
        hooks.is_known,
        "the manifest's \"hooks\" names a hook that does not exist; there are " SLUICE_DETAIL_HOOK_NAMES);
    if constexpr (hooks.listed) {
        return checkListed<T, Manifest>();
    } else {
        return checkGuesses<T>();
    }
}

}  // namespace sluice::detail
