#include "documents.h"

#include <deque>

#include "fields.h"
#include "json_text.h"

namespace admin_api {
namespace {

Links linksOf(const Json& value) {
    return {textIn(value, "key_alias"),        textIn(value, "user_id"),    textIn(value, "team_id"),
            textIn(value, "organization_id"),  textIn(value, "project_id"), textIn(value, "budget_id"),
            textsIn(value, "access_group_ids")};
}

}  // namespace

// LiteLLM's lists: members_with_roles of a team, and its older admins and members; members of an
// organisation.
std::vector<std::pair<std::string, std::string>> membersOf(const Json& group) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& user : textsIn(group, "members")) all.emplace_back(user, "user");
    for (const char* list : {"members_with_roles", "members"}) {
        if (!isSet(group, list) || !group[list].is_array()) continue;
        for (const auto& member : group[list]) {
            if (!member.is_object()) continue;
            const auto role =
                textIn(member, "role").empty() ? textIn(member, "user_role") : textIn(member, "role");
            all.emplace_back(textIn(member, "user_id"), role);
        }
    }
    for (const auto& user : textsIn(group, "admins")) all.emplace_back(user, "admin");
    return all;
}

void Documents::follow(std::string_view store, std::initializer_list<const char*> kinds) {
    if (!watcher_.open(store))
        throw sluice::ConfigError(
            "there is no store to write to, or more than one: list store_sqlite under "
            "`plugins`, and name it in `store` if there are several");
    store_ = watcher_.store();
    store_self_ = watcher_.owner();
    for (const char* kind : kinds)
        watcher_.watch(kind, [this](const sluice_document& document) { take(document); });
}

void Documents::take(const sluice_document& document) {
    const std::string kind(sluice::view(document.kind)), id(sluice::view(document.id));
    std::string text(sluice::view(document.json));
    const Json value = Json::parse(text, nullptr, false);
    const std::lock_guard lock(mutex_);
    Kind& all = kinds_[kind];
    if (const auto old = all.find(id); old != all.end() && (kind == "team" || kind == "organization"))
        forget(kind, id, Json::parse(old->second.text, nullptr, false));
    if (document.removed) {
        all.erase(id);
        return;
    }
    if (kind == "team" || kind == "organization") remember(kind, id, value);
    all[id] = {std::move(text), document.version, linksOf(value)};
}

void Documents::forget(const std::string& kind, const std::string& id, const Json& value) {
    Members& members = members_[kind];
    for (const auto& [user, role] : membersOf(value)) {
        const auto found = members.find(user);
        if (found == members.end()) continue;
        found->second.erase(id);
        if (found->second.empty()) members.erase(found);
    }
}

// Somebody who is named twice has the last role.
void Documents::remember(const std::string& kind, const std::string& id, const Json& value) {
    for (const auto& [user, role] : membersOf(value)) {
        if (!user.empty()) members_[kind][user][id] = role;
    }
}

std::optional<Document> Documents::find(const std::string& kind, const std::string& id) const {
    std::string text;
    uint64_t version = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto all = kinds_.find(kind);
        if (all == kinds_.end()) return std::nullopt;
        const auto found = all->second.find(id);
        if (found == all->second.end()) return std::nullopt;
        text = found->second.text;
        version = found->second.version;
    }
    return Document{Json::parse(text, nullptr, false), version};  // reading takes its time
}

bool Documents::has(const std::string& kind, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto all = kinds_.find(kind);
    return all != kinds_.end() && all->second.count(id) > 0;
}

std::vector<std::string> Documents::ids(
    const std::string& kind,
    const std::function<bool(const std::string& id, const Links& links)>& fits) const {
    std::vector<std::string> out;
    const std::lock_guard lock(mutex_);
    const auto all = kinds_.find(kind);
    if (all == kinds_.end()) return out;
    for (const auto& [id, entry] : all->second) {
        if (fits(id, entry.links)) out.push_back(id);
    }
    return out;
}

Memberships Documents::membershipsOf(const std::string& kind, const std::string& user) const {
    const std::lock_guard lock(mutex_);
    const auto members = members_.find(kind);
    if (members == members_.end()) return {};
    const auto found = members->second.find(user);
    return found == members->second.end() ? Memberships() : found->second;
}

// Before start() has found one there is none.
void Documents::requireStore() const {
    if (!store_) throw Refused(503, "no_db_connection", "There is no store");
}

void Documents::commit(const std::vector<Change>& changes) {
    requireStore();
    std::deque<std::string> texts;
    std::vector<sluice_change> rows;
    for (const Change& change : changes) {
        texts.push_back(change.value ? textOf(*change.value) : "");
        rows.push_back({sizeof(sluice_change), change.value ? 0u : 1u, sluice::str(change.kind),
                        sluice::str(change.id), sluice::str(texts.back()), change.expected});
    }
    uint64_t version = 0;
    switch (store_->write(store_self_, rows.data(), rows.size(), &version)) {
        case SLUICE_OK:
            return;
        case SLUICE_E_CONFLICT:
            throw Refused(409, "conflict_error",
                          "It has been changed, or is there already: read it and try again");
        case SLUICE_E_INVALID:
            throw badRequest("The store does not take this: an id is too long, or the values are too large");
        default:
            throw Refused(503, "no_db_connection", "The store cannot be written to; nothing was changed");
    }
}

Json Documents::report(const Json& question) const {
    requireStore();
    const std::string text = question.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string answer;
    const auto status = store_->report(
        store_self_, sluice::str(text), &answer,
        [](void* sink, sluice_str piece) { static_cast<std::string*>(sink)->append(sluice::view(piece)); });
    Json json = readExact(answer);
    if (status == SLUICE_OK && json.is_object()) return json;
    if (status == SLUICE_E_INVALID && json.is_object())
        throw badRequest(json.value("error", "The question is not understood"));
    throw Refused(503, "no_db_connection", "The store cannot be read");
}

}  // namespace admin_api
