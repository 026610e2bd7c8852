// What was spent, as the books of the store say it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "accounts/watcher.h"

namespace alerts {

struct Sum {
    int64_t pico = 0;  // 1e-12 USD; INT64_MAX for what is more
    int64_t requests = 0, failed = 0, tokens = 0;
};

class Spend {
public:
    /// Null, as before the start: there is no store. [control]
    void use(const accounts::Watcher* watcher) { watcher_ = watcher; }

    using Sums = std::map<std::string, Sum>;
    /// Since that moment, exact to the millisecond, by the values of a dimension ("key_id", "team", "user",
    /// "organization", "end_user", "tag", "model_group"); all of them without `values`. Nothing if the store
    /// does not answer. [offload]
    std::optional<Sums> since(const std::string& dimension, int64_t since_ms,
                              const std::vector<std::string>& values = {}) const;
    /// From one moment to another: what was spent since the one, less what was spent since the other.
    std::optional<Sums> between(const std::string& dimension, int64_t from_ms, int64_t to_ms) const;

    /// Of one value of a dimension, by another one ("model_group", "user"): whole days (UTC), from that of
    /// the moment on.
    std::optional<Sums> within(const std::string& dimension, const std::string& value, const std::string& by,
                               int64_t since_ms) const;

private:
    std::optional<Sums> ask(const nlohmann::json& question, const std::string& by) const;

    const accounts::Watcher* watcher_ = nullptr;
};

/// The answer to such a question; nothing if it is none.
std::optional<Spend::Sums> readSums(const std::string& answer, const std::string& dimension);

}  // namespace alerts
