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

constexpr ManifestHooks readManifest(std::string_view json) {
    ManifestHooks hooks;
    hooks.is_object = isJson(json) && JsonReader(json).take('{');
    JsonReader reader(json);
    if (!hooks.is_object || !reader.take('{') || reader.take('}')) return hooks;
    do {
        std::string_view key;
        if (!reader.raw(key) || !reader.take(':')) return hooks;
        if (key == "hooks") {
            hooks.is_list = readHookNames(reader, hooks);
            return hooks;
        }
        if (!reader.value()) return hooks;
    } while (reader.take(','));
    return hooks;
}

}  // namespace sluice::detail
