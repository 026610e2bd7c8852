#include "documents.h"

#include <array>
#include <ctime>

namespace admin_api {

Documents::~Documents() {
    for (const Watch& watch : watches_) store_->unwatch(store_self_, watch.id);
}

void Documents::follow(std::string_view store, std::initializer_list<const char*> kinds) {
    const auto found = host_.service(SLUICE_STORE_ID, store);
    if (!found)
        throw sluice::ConfigError(
            "there is no store to write to, or more than one: list store_sqlite under "
            "`plugins`, and name it in `store` if there are several");
    store_ = static_cast<const sluice_store*>(found->table);
    store_self_ = found->owner;
    for (const char* kind : kinds) {
        watches_.push_back({this, 0});
        Watch& watch = watches_.back();
        watch.id = store_->watch(store_self_, sluice::str(kind), &watch,
                                 [](void* sink, const sluice_document* document) {
                                     static_cast<Watch*>(sink)->documents->take(*document);
                                 });
        if (watch.id > 0) continue;
        watches_.pop_back();
        throw sluice::ConfigError(std::string("the store cannot be read: documents of the kind ") + kind);
    }
}

void Documents::take(const sluice_document& document) {
    const std::lock_guard lock(mutex_);
    Kind& kind = kinds_[std::string(sluice::view(document.kind))];
    const std::string id(sluice::view(document.id));
    if (document.removed) {
        kind.erase(id);
    } else {
        kind[id] = {std::string(sluice::view(document.json)), document.version};
    }
}

std::optional<Document> Documents::find(const std::string& kind, const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto all = kinds_.find(kind);
    if (all == kinds_.end()) return std::nullopt;
    const auto found = all->second.find(id);
    if (found == all->second.end()) return std::nullopt;
    return Document{Json::parse(found->second.text, nullptr, false), found->second.version};
}

std::vector<std::pair<std::string, std::string>> Documents::texts(const std::string& kind) const {
    std::vector<std::pair<std::string, std::string>> out;
    const std::lock_guard lock(mutex_);
    const auto all = kinds_.find(kind);
    if (all == kinds_.end()) return out;
    out.reserve(all->second.size());
    for (const auto& [id, entry] : all->second) out.emplace_back(id, entry.text);
    return out;
}

// docs.litellm.ai/docs/proxy/multiple_admins: who changed which row, what stood there and what stands there
// now.
Change Documents::auditOf(const Change& change, const std::string& action, const std::string& who) const {
    const int64_t now = host_.wallMs();
    std::array<char, 40> id{};
    std::snprintf(id.data(), id.size(), "%013lld-%016llx", static_cast<long long>(now),
                  static_cast<unsigned long long>(host_.random()));
    const auto before = find(change.kind, change.id);
    return {"audit", id.data(),
            Json{{"id", id.data()},
                 {"updated_at", now},
                 {"changed_by", who},
                 {"action", action},
                 {"table_name", change.kind},
                 {"object_id", change.id},
                 {"before_value", before ? before->value : Json()},
                 {"updated_values", change.value.value_or(Json())}},
            SLUICE_STORE_ANY};
}

void Documents::write(std::vector<Change> changes, const std::string& action, const std::string& who) {
    for (size_t i = 0, count = changes.size(); i < count; ++i)
        changes.push_back(auditOf(changes[i], action, who));
    std::deque<std::string> texts;
    std::vector<sluice_change> rows;
    for (const Change& change : changes) {
        texts.push_back(change.value ? change.value->dump(-1, ' ', false, Json::error_handler_t::replace)
                                     : "");
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
    const std::string text = question.dump();
    std::string answer;
    const auto status = store_->report(
        store_self_, sluice::str(text), &answer,
        [](void* sink, sluice_str piece) { static_cast<std::string*>(sink)->append(sluice::view(piece)); });
    Json json = Json::parse(answer, nullptr, false);
    if (status == SLUICE_OK && json.is_object()) return json;
    if (status == SLUICE_E_INVALID && json.is_object())
        throw badRequest(json.value("error", "The question is not understood"));
    throw Refused(503, "no_db_connection", "The store cannot be read");
}

}  // namespace admin_api
