// The plugin's configuration, key by key, with faults that say where: "patterns[0].action: found …; allowed:
// …". Everything throws sluice::ConfigError. [control]
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rules.h"

namespace guard_content {

/// One value of the configuration, and where it stands. Borrows from the document, which outlives it.
class Setting {
public:
    Setting(const nlohmann::json& value, std::string path) : value_(&value), path_(std::move(path)) {}

    /// A member of an object; nothing if it is not there, or null.
    std::optional<Setting> find(const char* key) const;
    /// The elements of a list; none if this is no list.
    std::vector<Setting> elements() const;
    /// Throws for a member that is none of these.
    void only(std::initializer_list<std::string_view> allowed) const;

    std::string text() const;
    bool flag() const;
    double number() const;
    uint64_t count() const;  // a whole number, not negative
    std::vector<std::string> texts() const;
    Action action() const;

    // The member, or what stands for it.
    std::string text(const char* key, std::string otherwise) const;
    bool flag(const char* key, bool otherwise) const;
    uint64_t count(const char* key, uint64_t otherwise) const;
    std::vector<std::string> texts(const char* key) const;
    std::optional<Action> action(const char* key) const;

    const std::string& path() const { return path_; }
    const nlohmann::json& json() const { return *value_; }
    [[noreturn]] void fail(const std::string& found, const std::string& allowed) const;

private:
    const nlohmann::json* value_;
    std::string path_;
};

}  // namespace guard_content
