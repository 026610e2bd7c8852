// Entries of model_list and guardrails that stand in the store, sealed: read, written, and followed.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "accounts/watcher.h"
#include "seal.h"

namespace config_api {

using Json = nlohmann::ordered_json;

/// A request cannot be carried out; nothing has changed.
class Refused : public std::runtime_error {
public:
    Refused(uint32_t status, const std::string& message) : std::runtime_error(message), status_(status) {}
    uint32_t status() const { return status_; }

private:
    uint32_t status_;
};

/// Kinds of documents, and the sections that they are entries of.
constexpr const char* kModel = "model";          // model_list
constexpr const char* kGuardrail = "guardrail";  // guardrails

class Entries {
public:
    explicit Entries(sluice::Host host);

    /// `salt_key`: empty: nothing can be written, and what is there cannot be read. [control]
    void open(std::string_view store, std::string_view salt_key);
    /// Why nothing can be changed; empty if it can.
    const std::string& closed() const { return closed_; }

    std::optional<Json> find(const std::string& kind, const std::string& id) const;
    /// Of what is there, SLUICE_STORE_NONE if nothing is. Ask before find(): what changes between is noticed.
    uint64_t version(const std::string& kind, const std::string& id) const;
    /// In the order of their ids.
    std::vector<std::pair<std::string, Json>> all(const std::string& kind) const;

    /// Puts one there, or takes it away; waits for the disk on the offload pool, then has the gateway reload.
    /// Throws Refused; if the gateway leaves the entry out, everything is as it was before. [loop] [may-wait]
    /// `expected`: the version that it is to follow; Refused with 409 if somebody else was faster.
    void put(const sluice::Request& request, const std::string& kind, const std::string& id,
             const Json& entry, uint64_t expected);
    void remove(const sluice::Request& request, const std::string& kind, const std::string& id);

private:
    struct Document {
        std::string json;  // of the entry, opened
        uint64_t version;
    };
    using Key = std::pair<std::string, std::string>;  // kind, id

    void take(const char* kind, const sluice_document& document);
    void write(const sluice::Request& request, const Key& key, const std::optional<std::string>& entry,
               uint64_t expected = SLUICE_STORE_ANY);
    std::string reload(const sluice::Request& request, const std::string& label);
    void requireOpen() const;

    sluice::Host host_;
    const sluice_host_admin* admin_;
    const sluice_host_offload* offload_;
    std::optional<Seal> seal_;
    std::string closed_;
    mutable std::mutex mutex_;
    std::map<Key, Document> documents_;  // guarded by mutex_
    std::atomic<int> own_{0};            // changes of this instance that are on their way
    std::atomic<bool> following_{false};
    accounts::Watcher watcher_;  // last: nobody is told any more when the rest goes
};

/// Is the entry kept, but not to serve?
bool isBlocked(const Json& entry);

/// How an entry is called in faults: model_info.id, or guardrail_name.
std::string labelOf(const std::string& kind, const Json& entry);

}  // namespace config_api
