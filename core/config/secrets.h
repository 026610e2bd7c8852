// The secrets of a configuration. Everywhere else a secret is a handle, {"$secret":"HANDLE"}, which may be
// printed.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "base/secret.h"

namespace sluice::config {

class Secrets {
public:
    /// Keeps the text and returns its handle as JSON. `path` names it in messages.
    nlohmann::json keep(std::string_view path, std::string text, bool structured = false);
    /// Was it a list or a mapping in the configuration? Such a thing is nobody's key.
    bool structured(std::string_view handle) const;

    /// Null if there is none of that handle. It stays where it is. [any]
    const base::Secret* find(std::string_view handle) const;

    /// The handle in `value`, if it is one.
    static std::optional<std::string> handleOf(const nlohmann::json& value);

private:
    // Entries of a store are kept while instances that have started reveal theirs.
    std::shared_ptr<std::shared_mutex> mutex_ = std::make_shared<std::shared_mutex>();
    std::unordered_map<std::string, base::Secret> by_handle_;
    std::unordered_set<std::string> structured_;
};

/// Does a key of this name hold a secret? api_key, password, …_token, …_secret and the like.
bool isSecretKey(std::string_view key);

}  // namespace sluice::config
