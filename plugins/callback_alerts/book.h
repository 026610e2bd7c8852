// Keys, teams with their members, users, organisations, customers, projects and tags of the store: their
// budgets, when keys expire, and what is made, changed and taken away.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <sluice/plugin.hpp>

#include "accounts/watcher.h"
#include "budget.h"
#include "shares.h"
#include "spend.h"
#include "types.h"

namespace alerts {

struct BookOptions {
    int64_t budget_ttl_ms = 86'400'000;  // a budget's alert is not told again for that long
    int64_t soon_ms = 7 * 86'400'000;    // before a key expires
    int64_t check_all_ms = 3'600'000;    // how often budgets without traffic are looked at
    accounts::Budget proxy;              // of all requests together
    Types types;
};

class Book {
public:
    Book(const BookOptions& options, const Calendar& calendar, const Spend& spend)
        : options_(options), calendar_(calendar), spend_(spend) {}

    /// Reads what there is, and follows it. [control]
    void follow(accounts::Watcher& watcher);
    /// Somebody has spent something. [any]
    void touched(const sluice_record& record);
    /// What is to be told now. False: the store did not answer. [offload]
    bool check(int64_t now_ms, const Raise& raise);

    /// A name for people: the alias, else the id. [any]
    std::string nameOf(const std::string& kind, const std::string& id) const;
    void learn(const sluice_document& document, bool news);  // [any]

private:
    struct Entry {
        Account account;
        accounts::Limits limits;
        std::vector<accounts::MemberLimits> members;  // of a team
        int64_t expires_ms = 0, created_ms = 0;

        bool counts = false;  // it has a budget, or a part of it has

        Shares shares() const;
    };
    using Id = std::pair<std::string, std::string>;  // kind and id

    void noteChange(const sluice_document& document, const Account& account, bool known);
    void noteProject(const std::string& key, const Json& document);
    void touch(Id id);
    std::vector<Entry> take(int64_t now_ms);
    bool checkBudgets(int64_t now_ms, std::vector<Entry> entries, const Raise& raise);
    bool checkProject(const Entry& entry, int64_t now_ms, const Raise& raise);
    bool checkParts(const Entry& entry, int64_t now_ms, const Raise& raise);
    bool checkProxy(int64_t now_ms, const Raise& raise);
    void checkExpiry(int64_t now_ms, const Raise& raise);
    BudgetState stateOf(const Entry& entry, int64_t now_ms) const;

    static constexpr size_t kValuesMax = 1'000;  // in one question

    const BookOptions options_;
    const Calendar& calendar_;
    const Spend& spend_;

    std::atomic<bool> any_tags_{false};  // with a budget: otherwise nobody need read those of requests

    mutable std::mutex mutex_;
    std::map<Id, Entry> entries_;                              // guarded by mutex_, as is the rest
    std::map<std::string, accounts::Limits> budgets_;          // documents of the kind "budget"
    std::unordered_map<std::string, std::string> emails_;      // of users
    std::set<std::pair<int64_t, std::string>> expiring_;       // when, and which key
    std::unordered_map<std::string, std::string> project_of_;  // of keys
    std::map<std::string, std::set<std::string>> projects_;    // and the keys of projects
    std::unordered_set<uint64_t> known_;                       // hashes of kind and id of all documents
    std::map<Id, int> touched_;                                // and for how many more rounds
    std::vector<Alert> changes_;
    bool spent_ = false;
    int64_t all_ms_ = 0;
};

}  // namespace alerts
