#include "book.h"

namespace limits {
namespace {

using Json = nlohmann::json;

constexpr size_t kMadeMax = 200'000;  // holders by default that are kept

struct KindInfo {
    const char* document;   // kind in the store
    const char* scope;      // LiteLLM's name for it in messages and headers
    const char* dimension;  // of the store's reports; empty: they do not know it
};
constexpr KindInfo kInfo[kKinds]{
    {"key", "api_key", "key_id"}, {"team", "team", "team"},
    {"user", "user", "user"},     {"organization", "organization", "organization"},
    {"project", "project", ""},   {"customer", "end_user", "end_user"},
    {"tag", "tag", "tag"}};

const KindInfo& info(Kind kind) { return kInfo[static_cast<size_t>(kind)]; }

Whose whoseOf(Kind kind, const std::string& id) {
    if (*info(kind).dimension == 0) return {false, {}};
    return {true, {{info(kind).dimension, id}}};
}

std::string memberName(std::string_view team, std::string_view user) {
    return std::string(team) + '\x1f' + std::string(user);
}

// Of what cannot be understood: nothing is let through rather than everything.
accounts::Limits nothing() {
    accounts::Limits none;
    none.rpm = 0;
    return none;
}

bool hasBudget(const Holder& holder) {
    return std::any_of(holder.rules.begin(), holder.rules.end(),
                       [](const auto& rule) { return rule->what == What::Spend; });
}

}  // namespace

Book::Book(sluice::Host host, const Options& options) : host_(host), options_(options), watcher_(host) {
    if (!options.everything.empty()) {
        Holder all = makeHolder("proxy", "all", options.everything, {});
        budgets_ = hasBudget(all);
        everything_ = std::make_shared<const Holder>(std::move(all));
    }
    for (const auto& [name, limits] : options.tags) put({Kind::Tag, name}, {limits, ""});
}

void Book::follow() {
    if (!watcher_.open(options_.store)) {
        if (!options_.store.empty())
            throw sluice::ConfigError("there is no store named \"" + options_.store + "\"");
        return;  // limits of the configuration alone
    }
    watcher_.watch("budget", [this](const sluice_document& document) { takeBudget(document); });
    for (size_t i = 0; i < kKinds; ++i) {
        const auto kind = static_cast<Kind>(i);
        watcher_.watch(info(kind).document,
                       [this, kind](const sluice_document& document) { take(kind, document); });
    }
}

void Book::refuse(const sluice_document& document, const std::string& fault) const {
    host_.error("limits of the " + std::string(sluice::view(document.kind)) + " " +
                std::string(sluice::view(document.id).substr(0, 12)) +
                "… in the store are of no use, so it may use nothing: " + fault);
}

void Book::take(Kind kind, const sluice_document& document) {
    const Holds whose{kind, std::string(sluice::view(document.id))};
    if (document.removed) return forget(whose);
    const Json json = accounts::limitMembers(sluice::view(document.json));
    std::string fault;
    auto limits = accounts::readLimits(json, fault);
    if (limits && kind == Kind::Team) takeMembers(whose.second, json, fault);
    if (!limits || !fault.empty()) {
        refuse(document, fault);
        return put(whose, {nothing(), ""});
    }
    if (kind == Kind::Customer && limits->budget_id.empty()) limits->budget_id = options_.customer_budget_id;
    const auto project = json.find("project_id");
    const bool named = project != json.end() && project->is_string();
    put(whose, {std::move(*limits), named ? project->get<std::string>() : ""});
}

void Book::takeMembers(const std::string& team, const Json& document, std::string& fault) {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& user : known_members_[team]) members_.remove(memberName(team, user));
        known_members_.erase(team);
        common_.erase(team);
    }
    for (const auto& member : accounts::readMembers(document, fault)) {
        if (!member.user.empty()) {
            (void)newMember(team, member.user, member.limits);
            continue;
        }
        const std::lock_guard lock(mutex_);
        common_[team] = member.limits;
        if (member.limits.budget.max_pico >= 0) budgets_ = true;
        any_members_ = true;
    }
}

Book::Found Book::newMember(const std::string& team, const std::string& user,
                            const accounts::Limits& limits) {
    Holder holder =
        makeHolder("team_member", team + ":" + user, limits, {true, {{"team", team}, {"user", user}}});
    const std::lock_guard lock(mutex_);
    if (hasBudget(holder)) budgets_ = true;
    members_.put(memberName(team, user), std::move(holder));
    known_members_[team].insert(user);
    any_members_ = true;
    return members_.find(memberName(team, user));
}

void Book::leaveBudgetLocked(const Holds& whose) {
    const auto known = budget_of_.find(whose);
    if (known == budget_of_.end()) return;
    users_of_budget_[known->second].erase(whose);
    budget_of_.erase(known);
}

void Book::put(const Holds& whose, Own own) {
    const std::lock_guard lock(mutex_);
    leaveBudgetLocked(whose);
    putLocked(whose, own);
    if (own.limits.budget_id.empty()) return;
    budget_of_[whose] = own.limits.budget_id;
    users_of_budget_[own.limits.budget_id][whose] = std::move(own);
}

void Book::putLocked(const Holds& whose, const Own& own) {
    const auto& [kind, id] = whose;
    accounts::Limits limits = own.limits;
    if (const auto budget = by_budget_id_.find(limits.budget_id); budget != by_budget_id_.end())
        limits.inherit(budget->second);
    Holder holder = makeHolder(info(kind).scope, id, limits, whoseOf(kind, id));
    holder.project = own.project;
    if (hasBudget(holder)) budgets_ = true;
    auto& table = holders_[static_cast<size_t>(kind)];
    if (holder.rules.empty() && holder.project.empty()) {
        table.remove(id);
    } else {
        table.put(id, std::move(holder));
    }
}

void Book::forget(const Holds& whose) {
    const std::lock_guard lock(mutex_);
    leaveBudgetLocked(whose);
    holders_[static_cast<size_t>(whose.first)].remove(whose.second);
}

void Book::takeBudget(const sluice_document& document) {
    const std::string id(sluice::view(document.id));
    const std::lock_guard lock(mutex_);
    by_budget_id_.erase(id);
    if (!document.removed) {
        std::string fault;
        auto limits = accounts::readLimits(accounts::limitMembers(sluice::view(document.json)), fault);
        if (!limits) {
            refuse(document, fault);
            limits = nothing();
        }
        by_budget_id_[id] = std::move(*limits);
    }
    const auto users = users_of_budget_.find(id);
    if (users == users_of_budget_.end()) return;
    for (const auto& [whose, own] : users->second) putLocked(whose, own);
}

Book::Found Book::byDefault(Kind kind, std::string_view id) {
    constexpr const char* kNames[kKinds]{"key", "team", "user", "organization", "", "customer", ""};
    const auto found = options_.defaults.find(kNames[static_cast<size_t>(kind)]);
    const bool budget = kind == Kind::Customer && !options_.customer_budget_id.empty();
    if (found == options_.defaults.end() && !budget) return nullptr;
    Own own{found == options_.defaults.end() ? accounts::Limits() : found->second, ""};
    if (budget && own.limits.budget_id.empty()) own.limits.budget_id = options_.customer_budget_id;
    const Holds whose{kind, std::string(id)};
    if (made_.fetch_add(1, std::memory_order_relaxed) < kMadeMax) {
        put(whose, std::move(own));
        return holders_[static_cast<size_t>(kind)].find(whose.second);
    }
    // Counted all the same, but made anew for each request.
    return std::make_shared<const Holder>(
        makeHolder(info(kind).scope, whose.second, own.limits, whoseOf(kind, whose.second)));
}

Book::Found Book::find(Kind kind, std::string_view id) {
    if (id.empty()) return nullptr;
    auto found = holders_[static_cast<size_t>(kind)].find(id);
    return found ? found : byDefault(kind, id);
}

Book::Found Book::member(std::string_view team, std::string_view user) {
    if (!any_members_.load(std::memory_order_relaxed) || team.empty() || user.empty()) return nullptr;
    if (auto listed = members_.find(memberName(team, user))) return listed;
    accounts::Limits limits;
    {
        const std::lock_guard lock(mutex_);
        const auto common = common_.find(std::string(team));
        if (common == common_.end()) return nullptr;
        limits = common->second;
    }
    // One who is not listed: made when first seen, from what holds for all members.
    return newMember(std::string(team), std::string(user), limits);
}

}  // namespace limits
