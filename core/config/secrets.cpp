#include "config/secrets.h"

#include <algorithm>
#include <array>
#include <mutex>

#include <fmt/format.h>

#include "base/text.h"

namespace sluice::config {

nlohmann::json Secrets::keep(std::string_view path, std::string text, bool structured) {
    const std::unique_lock lock(*mutex_);
    auto handle = fmt::format("{}#{}", path, by_handle_.size());
    if (structured) structured_.insert(handle);
    by_handle_.emplace(handle, base::Secret(std::move(text)));
    return {{"$secret", handle}};
}

bool Secrets::structured(std::string_view handle) const {
    const std::shared_lock lock(*mutex_);
    return structured_.count(std::string(handle)) > 0;
}

const base::Secret* Secrets::find(std::string_view handle) const {
    const std::shared_lock lock(*mutex_);
    const auto found = by_handle_.find(std::string(handle));
    return found == by_handle_.end() ? nullptr : &found->second;
}

std::optional<std::string> Secrets::handleOf(const nlohmann::json& value) {
    if (!value.is_object() || value.size() != 1) return std::nullopt;
    const auto found = value.find("$secret");
    if (found == value.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

bool isSecretKey(std::string_view key) {
    static constexpr std::array<std::string_view, 8> kEndings{
        "api_key", "_key", "password", "_secret", "_token", "secret", "credentials", "access_key"};
    std::string name = base::lowered(key);
    std::replace(name.begin(), name.end(), '-', '_');
    if (name == "authorization" || name == "proxy_authorization" || name == "cookie") return true;
    const std::string_view price = "per_token";
    if (name.size() >= price.size() && name.compare(name.size() - price.size(), price.size(), price) == 0)
        return false;
    return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) {
        return name.size() >= ending.size() &&
               name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
    });
}

}  // namespace sluice::config
