#include "book.h"

#include <algorithm>

#include "accounts/entity.h"
#include "text.h"

namespace alerts {
namespace {

constexpr size_t kChangesMax = 1'000, kTouchedMax = 100'000;
constexpr int64_t kDayMs = 86'400'000;

struct Kind {
    const char* document;
    const char* dimension;  // of the store's reports; empty: they do not know it
    const char* created;    // types of alerts; null: none
    const char* updated;
    const char* deleted;
};
constexpr Kind kKinds[]{
    {"user", "user", "new_internal_user", "internal_user_updated", "internal_user_deleted"},
    {"team", "team", "new_team_created", "team_updated", "team_deleted"},
    {"key", "key_id", "new_virtual_key_created", "virtual_key_updated", "virtual_key_deleted"},
    {"organization", "organization", nullptr, nullptr, nullptr},
    {"customer", "end_user", nullptr, nullptr, nullptr},
    {"project", "", nullptr, nullptr, nullptr},
    {"tag", "tag", nullptr, nullptr, nullptr}};

const Kind* kindOf(std::string_view document) {
    const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                    [&](const Kind& kind) { return document == kind.document; });
    return found == std::end(kKinds) ? nullptr : found;
}

std::string textOf(const Json& json, const char* member) {
    const auto found = json.find(member);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int64_t timeOf(const Json& json, const char* member) {
    const auto found = json.find(member);
    return found == json.end() ? 0 : accounts::readTime(*found).value_or(0);
}

Account accountOf(const std::string& kind, const std::string& id, const Json& json) {
    Account account{kind, id, {}, {}, {}, {}};
    for (const char* alias :
         {"key_alias", "team_alias", "user_alias", "organization_alias", "project_alias", "alias"}) {
        if (account.alias.empty()) account.alias = textOf(json, alias);
    }
    account.email = textOf(json, "user_email");
    if (kind == "key") {
        account.user = textOf(json, "user_id");
        account.team = textOf(json, "team_id");
    }
    return account;
}

bool hasBudget(const accounts::Limits& limits) {
    return limits.budget.max_pico >= 0 || limits.budget.soft_pico >= 0;
}

}  // namespace

void Book::follow(accounts::Watcher& watcher) {
    // What is there already is no news.
    auto replaying = std::make_shared<std::atomic<bool>>(true);
    const auto take = [this, replaying](const sluice_document& document) { learn(document, !*replaying); };
    watcher.watch("budget", take);
    for (const auto& kind : kKinds) watcher.watch(kind.document, take);
    *replaying = false;
}

void Book::learn(const sluice_document& document, bool news) {
    const std::string kind(sluice::view(document.kind)), id(sluice::view(document.id));
    const Json json = document.removed ? Json() : Json::parse(sluice::view(document.json), nullptr, false);
    std::string fault;
    auto limits = accounts::readLimits(json, fault).value_or(accounts::Limits{});
    const std::lock_guard lock(mutex_);
    if (kind == "budget") {
        if (document.removed)
            budgets_.erase(id);
        else
            budgets_[id] = std::move(limits);
        return;
    }
    const uint64_t hash = std::hash<std::string>()(kind + '\x1f' + id);
    const bool known = known_.count(hash) > 0;
    auto found = entries_.find({kind, id});
    Entry entry;
    entry.account = json.is_object()          ? accountOf(kind, id, json)
                    : found != entries_.end() ? found->second.account
                                              : Account{kind, id, {}, {}, {}, {}};
    if (news) noteChange(document, entry.account, known);
    if (found != entries_.end() && found->second.expires_ms > 0)
        expiring_.erase({found->second.expires_ms, id});
    if (document.removed) {
        known_.erase(hash);
        if (kind == "key") noteProject(id, json);
        entries_.erase({kind, id});
        touched_.erase({kind, id});
        return;
    }
    known_.insert(hash);
    if (kind == "user" && !entry.account.email.empty()) emails_[id] = entry.account.email;
    entry.limits = std::move(limits);
    if (kind == "team") entry.members = accounts::readMembers(json, fault);
    if (kind == "key") noteProject(id, json);
    entry.expires_ms = kind == "key" && json.is_object() ? timeOf(json, "expires") : 0;
    entry.created_ms = json.is_object() ? timeOf(json, "created_at") : 0;
    entry.counts = hasBudget(entry.limits) || !entry.limits.budget_id.empty() || entry.shares().any();
    if (kind == "tag" && entry.counts) any_tags_ = true;
    const bool of_use = entry.counts || entry.expires_ms > 0 || (kind != "key" && kind != "customer");
    if (entry.expires_ms > 0) expiring_.insert({entry.expires_ms, id});
    if (of_use)
        entries_[{kind, id}] = std::move(entry);
    else
        entries_.erase({kind, id});
    if (news && of_use && touched_.size() < kTouchedMax)
        touched_[{kind, id}] = 1;  // its budget may be another one
}

// Under mutex_.
void Book::noteChange(const sluice_document& document, const Account& account, bool known) {
    const Kind* kind = kindOf(account.kind);
    if (!kind || !kind->created || changes_.size() >= kChangesMax) return;
    if (document.removed && !known) return;
    const char* type = document.removed ? kind->deleted : known ? kind->updated : kind->created;
    if (options_.types.count(type) == 0) return;
    Alert alert;
    alert.type = type;
    alert.group = account.group();
    alert.level = Level::Info;
    alert.title = std::string(document.removed ? "Deleted: " : known ? "Changed: " : "New: ") + account.kind;
    alert.who = account.text();
    if (!account.user.empty()) alert.facts.push_back({"User", account.user});
    if (!account.team.empty()) alert.facts.push_back({"Team", account.team});
    alert.subject = account.id + "|" + std::to_string(document.version);
    alert.window_ms = 1'000;
    changes_.push_back(std::move(alert));
}

std::string Book::nameOf(const std::string& kind, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find({kind, id});
    return found == entries_.end() || found->second.account.alias.empty() ? id : found->second.account.alias;
}

// Those whose books are to be read now, with what their budget says and whom to write to.
std::vector<Book::Entry> Book::take(int64_t now_ms) {
    std::vector<Entry> due;
    const std::lock_guard lock(mutex_);
    const auto add = [&](const Entry& entry) {
        due.push_back(entry);
        Entry& it = due.back();
        const auto budget = budgets_.find(it.limits.budget_id);
        if (budget != budgets_.end()) it.limits.inherit(budget->second);
        const auto email = emails_.find(it.account.user);
        if (it.account.email.empty() && email != emails_.end()) it.account.email = email->second;
        if (!hasBudget(it.limits) && !it.shares().any()) due.pop_back();
    };
    if (now_ms >= all_ms_) {
        all_ms_ = now_ms + options_.check_all_ms;
        spent_ = true;
        for (const auto& [id, entry] : entries_) add(entry);
    } else {
        for (const auto& [id, rounds] : touched_) {
            if (const auto found = entries_.find(id); found != entries_.end()) add(found->second);
        }
    }
    for (auto at = touched_.begin(); at != touched_.end();)
        at = --at->second <= 0 ? touched_.erase(at) : std::next(at);
    return due;
}

BudgetState Book::stateOf(const Entry& entry, int64_t now_ms) const {
    const auto& limits = entry.limits;
    BudgetState state;
    state.max_pico = limits.budget.max_pico;
    if (state.max_pico >= 0 && now_ms < limits.extra_until_ms) state.max_pico += limits.extra_pico;
    state.soft_pico = limits.budget.soft_pico;
    state.period = calendar_.period(limits.budget.duration, now_ms);
    return state;
}

bool Book::check(int64_t now_ms, const Raise& raise) {
    std::vector<Alert> changes;
    {
        const std::lock_guard lock(mutex_);
        changes.swap(changes_);
    }
    for (auto& change : changes) raise(std::move(change));
    checkExpiry(now_ms, raise);
    if (options_.types.count("budget_alerts") == 0) return true;
    bool spent = false;
    auto entries = take(now_ms);
    {
        const std::lock_guard lock(mutex_);
        std::swap(spent, spent_);
    }
    const bool answered = checkBudgets(now_ms, std::move(entries), raise);
    return (!spent || checkProxy(now_ms, raise)) && answered;
}

// One question for each dimension and beginning, in parts.
bool Book::checkBudgets(int64_t now_ms, std::vector<Entry> entries, const Raise& raise) {
    std::map<std::pair<std::string, int64_t>, std::vector<const Entry*>> questions;
    for (const auto& entry : entries) {
        if (!checkParts(entry, now_ms, raise)) return false;
        if (!hasBudget(entry.limits) || entry.account.kind == "project") continue;
        const int64_t since = std::max(stateOf(entry, now_ms).period.start_ms, entry.limits.spend_from_ms);
        questions[{entry.account.kind, since}].push_back(&entry);
    }
    for (const auto& [about, asked] : questions) {
        for (size_t from = 0; from < asked.size(); from += kValuesMax) {
            const size_t end = std::min(asked.size(), from + kValuesMax);
            std::vector<std::string> values;
            for (size_t i = from; i < end; ++i) values.push_back(asked[i]->account.id);
            const auto sums = spend_.since(kindOf(about.first)->dimension, about.second, values);
            if (!sums) return false;
            for (size_t i = from; i < end; ++i) {
                const Entry& entry = *asked[i];
                BudgetState state = stateOf(entry, now_ms);
                const auto sum = sums->find(entry.account.id);
                state.spent_pico = sum == sums->end() ? 0 : sum->second.pico;
                if (entry.limits.spend_from_ms > state.period.start_ms)
                    state.spent_pico += entry.limits.spend_base_pico;
                if (auto alert = judge(entry.account, state, now_ms, options_.budget_ttl_ms, calendar_))
                    raise(std::move(*alert));
            }
        }
    }
    return true;
}

bool Book::checkProxy(int64_t now_ms, const Raise& raise) {
    if (options_.proxy.max_pico < 0 && options_.proxy.soft_pico < 0) return true;
    BudgetState state;
    state.max_pico = options_.proxy.max_pico;
    state.soft_pico = options_.proxy.soft_pico;
    state.period = calendar_.period(options_.proxy.duration, now_ms);
    const auto sums = spend_.since("model_group", state.period.start_ms);
    if (!sums) return false;
    for (const auto& [model, sum] : *sums) state.spent_pico += sum.pico;
    const Account all{"proxy", "", {}, {}, {}, {}};
    if (auto alert = judge(all, state, now_ms, options_.budget_ttl_ms, calendar_)) raise(std::move(*alert));
    return true;
}

void Book::checkExpiry(int64_t now_ms, const Raise& raise) {
    if (options_.types.count("key_expiry") == 0) return;
    std::vector<Entry> due;
    {
        const std::lock_guard lock(mutex_);
        const auto end = expiring_.lower_bound({now_ms + options_.soon_ms, ""});
        for (auto at = expiring_.lower_bound({now_ms - kDayMs, ""}); at != end; ++at) {
            if (const auto found = entries_.find({"key", at->second}); found != entries_.end())
                due.push_back(found->second);
        }
    }
    for (const auto& entry : due) {
        // Keys that are made for hours come and go, and of the others the last quarter is soon enough.
        const int64_t life = entry.created_ms > 0 ? entry.expires_ms - entry.created_ms : INT64_MAX;
        if (life < kDayMs || entry.expires_ms - now_ms > life / 4) continue;
        const bool over = entry.expires_ms <= now_ms;
        Alert alert;
        alert.type = "key_expiry";
        alert.event = over ? "key_expired" : "key_expires_soon";
        alert.group = "key";
        alert.level = Level::Warning;
        alert.title = over ? "A key has expired" : "A key expires soon";
        alert.who = entry.account.text();
        alert.facts.push_back({over ? "Expired" : "Expires", calendar_.text(entry.expires_ms)});
        if (!entry.account.user.empty()) alert.facts.push_back({"User", entry.account.user});
        if (!entry.account.team.empty()) alert.facts.push_back({"Team", entry.account.team});
        alert.advice = over ? "Requests with it get 401. Make a new key, or extend this one with /key/update."
                            : "Make a new key, or extend this one with /key/update.";
        alert.subject = entry.account.id + "|" + std::to_string(entry.expires_ms);
        alert.window_ms = options_.soon_ms + 2 * kDayMs;
        alert.lasting = true;
        alert.state = true;
        alert.members = {{"token", entry.account.id}, {"key_alias", entry.account.alias}};
        raise(std::move(alert));
    }
}

}  // namespace alerts
