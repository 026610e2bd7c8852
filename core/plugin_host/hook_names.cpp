#include "plugin_host/hook_names.h"

namespace sluice::host {

namespace {

struct Row {
    std::string_view name;
    bool (*has)(const sluice_hooks*);
};

#define ROW(hook)                                                                \
    Row {                                                                        \
#hook, [](const sluice_hooks* table) { return SLUICE_HAS(table, hook); } \
    }
constexpr Row kRows[] = {ROW(on_request),     ROW(authenticate),        ROW(authorize),
                         ROW(pre_call),       ROW(cache_lookup),        ROW(route),
                         ROW(during_call),    ROW(on_upstream_request), ROW(on_upstream_response),
                         ROW(on_attempt_end), ROW(on_stream),           ROW(post_call),
                         ROW(on_response),    ROW(on_complete)};
#undef ROW

}  // namespace

const std::vector<std::string_view>& hookNames() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const auto& row : kRows) all.push_back(row.name);
        return all;
    }();
    return names;
}

std::vector<std::string> hooksIn(const sluice_hooks* table) {
    std::vector<std::string> found;
    for (const auto& row : kRows) {
        if (row.has(table)) found.emplace_back(row.name);
    }
    return found;
}

}  // namespace sluice::host
