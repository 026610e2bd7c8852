// Who has which limits: read from the store's documents, found on every request without asking anybody.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "accounts/table.h"
#include "accounts/watcher.h"
#include "options.h"
#include "rule.h"

namespace limits {

/// Whom a request is counted for. The order is the one in which refusals are looked for.
enum class Kind : uint8_t { Key, Team, User, Organization, Project, Customer, Tag };
constexpr size_t kKinds = 7;

class Book {
public:
    using Found = std::shared_ptr<const Holder>;

    Book(sluice::Host host, const Options& options);

    /// Reads all there is and follows the store, if there is one. Throws sluice::ConfigError. [control]
    void follow();
    const accounts::Watcher& watcher() const { return watcher_; }

    /// Null if that one has no limits. [any]
    Found find(Kind kind, std::string_view id);
    /// Of a user inside of a team. [any]
    Found member(std::string_view team, std::string_view user);
    /// Of all requests together; null if there are none.
    const Found& everything() const { return everything_; }
    /// Has anybody a budget?
    bool budgets() const { return budgets_.load(std::memory_order_relaxed); }

private:
    using Table = accounts::Table<std::string, Holder, accounts::TextHash>;
    using Holds = std::pair<Kind, std::string>;  // a holder, by its id
    struct Own {                                 // what a document says, before its budget is asked
        accounts::Limits limits;
        std::string project;
    };

    void take(Kind kind, const sluice_document& document);
    void takeBudget(const sluice_document& document);
    void takeMembers(const std::string& team, const nlohmann::json& document, std::string& fault);
    void put(const Holds& whose, Own own);
    void putLocked(const Holds& whose, const Own& own);
    void leaveBudgetLocked(const Holds& whose);
    void forget(const Holds& whose);
    Found newMember(const std::string& team, const std::string& user, const accounts::Limits& limits);
    void refuse(const sluice_document& document, const std::string& fault) const;
    Found byDefault(Kind kind, std::string_view id);

    sluice::Host host_;
    const Options& options_;
    Found everything_;
    std::array<Table, kKinds> holders_;
    Table members_;
    std::atomic<bool> budgets_{false}, any_members_{false};
    std::atomic<size_t> made_{0};  // by default: clients may choose the names of customers

    std::mutex mutex_;  // of what follows
    std::map<std::string, accounts::Limits> by_budget_id_;
    std::map<std::string, std::map<Holds, Own>> users_of_budget_;
    std::map<Holds, std::string> budget_of_;
    std::map<std::string, accounts::Limits> common_;              // of teams: members who are not listed
    std::map<std::string, std::set<std::string>> known_members_;  // of teams
    accounts::Watcher watcher_;                                   // last: it ends first
};

}  // namespace limits
