// Which records go where, and with what taken out: the configuration, and what keys and teams say for
// themselves.
#pragma once

#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sluice/plugin.hpp>

#include "options.h"
#include "rules.h"

namespace exporters {

/// Where one record goes.
struct Ticket {
    std::shared_ptr<const Destination> to;
    uint8_t redact = 0;  // kHideMessages, kHideKeyInfo
};

/// [any]
class Policy {
public:
    /// `names`: of the callback. `usual`: the configured destination; null: only keys and teams have one.
    Policy(const Options& options, std::vector<std::string> names, const Sink& sink,
           std::shared_ptr<const Destination> usual, std::function<void(const std::string&)> warn);
    Policy(const Policy&) = delete;
    Policy& operator=(const Policy&) = delete;

    /// A document of the store: of a key or a team. [control]
    void learn(const sluice_document& document);
    /// Those of the key count before those of the team, and both before the configuration; a key or team that
    /// turns something off wins over all. A request can turn off what the configuration has turned on, and
    /// the other way round; what a key or team hides stays hidden. Empty: the record is not for this
    /// exporter.
    std::vector<Ticket> judge(const sluice_record& record) const;
    /// Of all keys and teams that have one, and the configured one.
    std::vector<std::shared_ptr<const Destination>> destinations() const;

private:
    using Found = std::shared_ptr<const Rules>;
    Found find(const char* kind, std::string_view id) const;
    Found shownRules(const sluice_record& record) const;
    /// What the request itself has said.
    struct Wishes {
        bool off = false, hide = false, show = false;
    };
    Wishes wishesOf(const sluice_record& record) const;

    const Options& options_;
    const std::vector<std::string> names_;
    const Sink& sink_;
    const std::shared_ptr<const Destination> usual_;
    const std::function<void(const std::string&)> warn_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<std::string, Found> rules_;  // guarded by mutex_: "key:…", "team:…"; few have any
};

}  // namespace exporters
