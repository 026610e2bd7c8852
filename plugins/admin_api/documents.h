// The documents of the store for administration: all of them at hand as text, and written with a trace in the
// audit log.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "refused.h"

namespace admin_api {

struct Document {
    Json value;
    uint64_t version = 0;
};

/// One change: the value that is to stand there; nothing: the document goes.
struct Change {
    std::string kind, id;
    std::optional<Json> value;
    uint64_t expected = SLUICE_STORE_ANY;  // version, or SLUICE_STORE_NONE
};

class Documents {
public:
    explicit Documents(sluice::Host host) : host_(host) {}
    ~Documents();
    Documents(const Documents&) = delete;
    Documents& operator=(const Documents&) = delete;

    /// Throws sluice::ConfigError without a store. [control]
    void follow(std::string_view store, std::initializer_list<const char*> kinds);

    std::optional<Document> find(const std::string& kind, const std::string& id) const;
    /// For each document of a kind, by id. `visit(id, value)` returns false to end.
    template <class Visit>
    void each(const std::string& kind, Visit&& visit) const {
        for (const auto& [id, text] : texts(kind)) {
            if (!visit(id, Json::parse(text, nullptr, false))) return;
        }
    }

    /// All or none, and who did what in the audit log. Throws Refused: 409 if somebody else was faster, 503
    /// if the store cannot write.
    void write(std::vector<Change> changes, const std::string& action, const std::string& who);
    /// Throws Refused with the store's words.
    Json report(const Json& question) const;

private:
    struct Entry {
        std::string text;
        uint64_t version;
    };
    using Kind = std::map<std::string, Entry>;
    struct Watch {
        Documents* documents;
        int64_t id;
    };
    std::vector<std::pair<std::string, std::string>> texts(const std::string& kind) const;
    void take(const sluice_document& document);
    Change auditOf(const Change& change, const std::string& action, const std::string& who) const;

    sluice::Host host_;
    const sluice_store* store_ = nullptr;
    sluice_instance* store_self_ = nullptr;
    std::deque<Watch> watches_;  // the store holds pointers to them
    mutable std::mutex mutex_;
    std::map<std::string, Kind> kinds_;  // guarded by mutex_
};

}  // namespace admin_api
