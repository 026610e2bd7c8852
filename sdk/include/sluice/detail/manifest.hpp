// What the manifest says about hooks, read while the plugin is compiled. Not for plugins.
#pragma once

#include <sluice/detail/hook_list.hpp>
#include <sluice/json_reader.hpp>

namespace sluice::detail {

struct ManifestHooks {
    bool is_object = false;  // the manifest is a JSON object
    bool is_list = true;     // "hooks" is not there, or a list of texts
    bool is_known = true;    // and every text is the name of a hook
    bool listed = false;     // "hooks" is there
    uint32_t names = 0;      // a bit for each Hook

    constexpr bool has(Hook hook) const { return (names >> static_cast<uint32_t>(hook) & 1) != 0; }
};

constexpr void addHook(ManifestHooks& hooks, std::string_view wanted) {
#define SLUICE_DETAIL_FIND(name, ...)                                    \
    if (wanted == #name) {                                               \
        hooks.names |= uint32_t{1} << static_cast<uint32_t>(Hook::name); \
        return;                                                          \
    }
    SLUICE_DETAIL_HOOKS(SLUICE_DETAIL_FIND)
#undef SLUICE_DETAIL_FIND
    hooks.is_known = false;
}

// The value of "hooks". False: it is no list of texts.
constexpr bool readHookNames(JsonReader& reader, ManifestHooks& hooks) {
    hooks.listed = true;
    if (!reader.take('[')) return false;
    if (reader.take(']')) return true;
    do {
        std::string_view name;
        if (!reader.raw(name)) return false;
        addHook(hooks, name);
    } while (reader.take(','));
    return reader.take(']');
}

// One pass, so that a manifest of a hundred kilobytes stays within what compilers evaluate (clang:
// 1,048,576 statements).
constexpr ManifestHooks readManifest(std::string_view json) {
    ManifestHooks hooks;
    JsonReader reader(json);
    bool fine = reader.take('{');
    bool more = fine && !reader.take('}');
    const bool empty = !more;
    while (fine && more) {
        std::string_view key;
        fine = reader.raw(key) && reader.take(':');
        if (fine && key == "hooks") {
            JsonReader list = reader;
            hooks.is_list = readHookNames(list, hooks);
        }
        fine = fine && reader.value();
        more = fine && reader.take(',');
    }
    hooks.is_object = fine && (empty || reader.take('}')) && reader.done();
    return hooks;
}

template <class Manifest>
inline constexpr ManifestHooks manifest_hooks = readManifest(Manifest::text());

}  // namespace sluice::detail
