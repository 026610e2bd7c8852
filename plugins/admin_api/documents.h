// The documents of the store for administration: all of them at hand as text, and written with a trace in the
// audit log.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sluice/plugin.hpp>

#include "accounts/watcher.h"
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

/// What a document says of others: found without reading its JSON again.
struct Links {
    std::string alias, user, team, organization, project, budget;
    std::vector<std::string> groups;  // access_group_ids
};

/// Whose member a user is, and as what ("admin", "user", "org_admin", …), by the id of the team or the
/// organisation.
using Memberships = std::map<std::string, std::string>;

class Documents {
public:
    explicit Documents(sluice::Host host) : host_(host), watcher_(host) {}
    Documents(const Documents&) = delete;
    Documents& operator=(const Documents&) = delete;

    /// Throws sluice::ConfigError without a store. [control]
    void follow(std::string_view store, std::initializer_list<const char*> kinds);
    /// Without it changes leave no trace.
    void setAudit(bool audit) { audit_ = audit; }

    std::optional<Document> find(const std::string& kind, const std::string& id) const;
    bool has(const std::string& kind, const std::string& id) const;
    /// The ids of those that fit, in their order. `fits` is called under a lock: it must not ask here again.
    std::vector<std::string> ids(
        const std::string& kind,
        const std::function<bool(const std::string& id, const Links& links)>& fits) const;
    /// `kind`: "team" or "organization".
    Memberships membershipsOf(const std::string& kind, const std::string& user) const;

    /// All or none, and who did what in the audit log. Throws Refused: 409 if somebody else was faster, 503
    /// if the store cannot write.
    void write(std::vector<Change> changes, const std::string& action, const std::string& who);
    /// Changes every document of a kind by `edit`: in pieces, each one write with one line in the audit log,
    /// which gets `words`. A piece that somebody else was faster with is done again. How many there were.
    size_t editAll(const std::string& kind, const std::function<void(Json& value)>& edit,
                   const std::string& who, const Json& words);
    /// Throws Refused with the store's words. Money keeps its digits: json_text.h.
    Json report(const Json& question) const;
    /// Tells of every document of a kind there is, the oldest change first, from the disk.
    void readAll(const char* kind, const std::function<void(std::string_view json)>& visit) const;

private:
    struct Entry {
        std::string text;
        uint64_t version;
        Links links;
    };
    using Kind = std::map<std::string, Entry>;
    using Members = std::map<std::string, Memberships>;  // by user
    void take(const sluice_document& document);
    void forget(const std::string& kind, const std::string& id, const Json& value);
    void remember(const std::string& kind, const std::string& id, const Json& value);
    Change auditOf(const Change& change, const std::string& action, const std::string& who) const;
    std::string auditId() const;
    std::vector<Change> edited(const std::string& kind, const std::vector<std::string>& ids,
                               const std::function<void(Json& value)>& edit) const;
    void commit(const std::vector<Change>& changes);
    void requireStore() const;

    sluice::Host host_;
    const sluice_store* store_ = nullptr;
    sluice_instance* store_self_ = nullptr;
    bool audit_ = true;
    mutable std::mutex mutex_;
    std::map<std::string, Kind> kinds_;       // guarded by mutex_
    std::map<std::string, Members> members_;  // by kind; guarded by mutex_
    accounts::Watcher watcher_;               // last: nobody is told any more when the rest goes
};

/// {user, role} of a team's or organisation's lists of members.
std::vector<std::pair<std::string, std::string>> membersOf(const Json& group);

}  // namespace admin_api
