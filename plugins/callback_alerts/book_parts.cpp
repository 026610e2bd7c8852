// What a budget of a part needs: who was touched by a request, which keys a project has.
#include <algorithm>

#include "book.h"

namespace alerts {
namespace {

constexpr size_t kTouchedMax = 100'000, kProjectKeysMax = 100'000;
constexpr int kRounds = 3;  // the books are some moments behind the records

// The dimension of the store's reports; projects have none, so nothing of theirs can be asked for by model.
std::string dimensionOf(const std::string& kind) {
    if (kind == "key") return "key_id";
    if (kind == "customer") return "end_user";
    return kind == "project" ? "" : kind;
}

// Of a record's attributes: `tags` is a list as a text.
std::vector<std::string> tagsOf(const sluice_record& record) {
    const auto attributes = sluice::view(record.attributes);
    if (attributes.find("\"tags\"") == std::string_view::npos) return {};
    const Json all = Json::parse(attributes, nullptr, false);
    if (!all.is_object() || !all.contains("tags") || !all["tags"].is_string()) return {};
    const Json list = Json::parse(all["tags"].get_ref<const std::string&>(), nullptr, false);
    std::vector<std::string> tags;
    for (const auto& tag : list.is_array() ? list : Json::array()) {
        if (tag.is_string()) tags.push_back(tag.get<std::string>());
    }
    return tags;
}

}  // namespace

Shares Book::Entry::shares() const {
    return {account, dimensionOf(account.kind), limits.models, members, limits.spend_from_ms};
}

// Under mutex_.
void Book::noteProject(const std::string& key, const Json& document) {
    const auto found = document.is_object() ? document.find("project_id") : document.end();
    const bool named = document.is_object() && found != document.end() && found->is_string();
    const std::string project = named ? found->get<std::string>() : std::string();
    if (project.empty()) {
        project_of_.erase(key);  // what it has spent until now stays the project's
        return;
    }
    const auto before = project_of_.find(key);
    if (before != project_of_.end() && before->second != project) projects_[before->second].erase(key);
    project_of_[key] = project;
    auto& keys = projects_[project];
    if (keys.size() < kProjectKeysMax) keys.insert(key);
}

// Under mutex_.
void Book::touch(Id id) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || touched_.size() >= kTouchedMax || !found->second.counts) return;
    touched_[std::move(id)] = kRounds;
}

void Book::touched(const sluice_record& record) {
    if (record.cost_pico_usd <= 0) return;
    const std::pair<const char*, sluice_str> all[]{{"key", record.key_id},
                                                   {"user", record.user},
                                                   {"team", record.team},
                                                   {"organization", record.organization},
                                                   {"customer", record.end_user}};
    const auto tags = any_tags_.load(std::memory_order_relaxed) ? tagsOf(record) : std::vector<std::string>();
    const std::lock_guard lock(mutex_);
    spent_ = true;
    for (const auto& [kind, id] : all) {
        if (id.len > 0) touch({kind, std::string(sluice::view(id))});
    }
    for (const auto& tag : tags) touch({"tag", tag});
    if (const auto found = project_of_.find(std::string(sluice::view(record.key_id)));
        found != project_of_.end())
        touch({"project", found->second});
}

// The sum of what its keys have spent.
bool Book::checkProject(const Entry& entry, int64_t now_ms, const Raise& raise) {
    BudgetState state = stateOf(entry, now_ms);
    if (state.max_pico < 0 && state.soft_pico < 0) return true;
    std::vector<std::string> keys;
    {
        const std::lock_guard lock(mutex_);
        const auto found = projects_.find(entry.account.id);
        if (found != projects_.end()) keys.assign(found->second.begin(), found->second.end());
    }
    const int64_t since = std::max(state.period.start_ms, entry.limits.spend_from_ms);
    for (size_t from = 0; from < keys.size(); from += kValuesMax) {
        const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(from);
        const auto end = keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), from + kValuesMax));
        const auto sums = spend_.since("key_id", since, {begin, end});
        if (!sums) return false;
        for (const auto& [key, sum] : *sums) state.spent_pico += sum.pico;
    }
    if (entry.limits.spend_from_ms > state.period.start_ms) state.spent_pico += entry.limits.spend_base_pico;
    if (auto alert = judge(entry.account, state, now_ms, options_.budget_ttl_ms, calendar_))
        raise(std::move(*alert));
    return true;
}

bool Book::checkParts(const Entry& entry, int64_t now_ms, const Raise& raise) {
    if (entry.account.kind == "project") return checkProject(entry, now_ms, raise);
    const Shares shares = entry.shares();
    const auto email = [this](const std::string& user) {
        const std::lock_guard lock(mutex_);
        const auto found = emails_.find(user);
        return found == emails_.end() ? std::string() : found->second;
    };
    return !shares.any() ||
           checkShares(shares, spend_, now_ms, options_.budget_ttl_ms, calendar_, email, raise);
}

}  // namespace alerts
