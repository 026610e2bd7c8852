// The options of a cache that serves: as the file has them, and over that what admins have changed while it
// runs (POST /cache/settings). Changes are a document in a store, sluice.store/1, as models and guardrails of
// config_api are: they outlive a restart, and other gateways with the same store follow within about a
// second. Where answers are kept, and with which secrets, is not changed here but in the file.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "options.h"

namespace cache {

class Live {
public:
    /// `config`: of the plugin. Throws sluice::ConfigError.
    explicit Live(std::string_view config);
    ~Live();
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    /// As they are now; what it returns lives as long as this does. [any]
    const Options& now() const { return *now_.load(std::memory_order_acquire); }

    /// Finds the store and follows it, if there is one. [control]
    void open(const sluice::Host& host);
    /// Why nothing can be changed; empty if it can. [any]
    const std::string& closed() const { return closed_; }

    /// What admins have changed, as they said it. [any]
    nlohmann::json changes() const;
    struct Merged {
        nlohmann::json changes;
        uint64_t expected = 0;  // the version that they were made of
        std::string why;        // what is wrong, with the path of the key and what is allowed; empty: nothing
    };
    /// The changes, with these over them: null takes one back. [any]
    Merged merged(const nlohmann::json& more) const;
    /// Into the store, and into use. SLUICE_E_CONFLICT if somebody else was faster. [offload]
    sluice_status write(const Merged& merged);

private:
    void take(const sluice_document& document);
    std::unique_ptr<const Options> optionsWith(const nlohmann::json& changes, std::string& why) const;

    const nlohmann::json config_;
    std::atomic<const Options*> now_;
    const sluice_store* store_ = nullptr;
    sluice_instance* owner_ = nullptr;
    int64_t watch_ = 0;
    std::string closed_ = "there is no store, or more than one";
    std::function<void(const std::string&)> warn_;
    mutable std::mutex mutex_;
    // Guarded by mutex_. Older ones stay: a request that waits may still look at one of them.
    std::deque<std::unique_ptr<const Options>> all_;
    nlohmann::json changes_ = nlohmann::json::object();
    uint64_t version_ = 0;  // of them in the store
};

/// The keys that can be changed, each with what is allowed: [{"field_name", "field_type", "allowed"}, …].
nlohmann::json changeableFields();

}  // namespace cache
