// Who changed what: a document of the kind "audit" in the same write as the change itself
// (docs.litellm.ai/docs/proxy/multiple_admins).
#include <array>

#include "documents.h"
#include "json_text.h"

namespace admin_api {
namespace {

constexpr size_t kValueBytesMax = 64 * 1024;  // of what was there and of what is there
constexpr size_t kWriteMax = 1000;            // documents of one write

// A document may have 4 MiB, and its trace holds two of them: one that is large leaves the names of its
// members.
Json shortened(const Json& value) {
    const std::string text = textOf(value);
    if (text.size() <= kValueBytesMax) return value;
    Json names = Json::array();
    for (const auto& [name, member] : value.items()) {
        if (names.size() < 100) names.push_back(name);
    }
    return {
        {"left_out", "too large for the audit log"}, {"bytes", text.size()}, {"members", std::move(names)}};
}

}  // namespace

// Ids are in the order of time.
std::string Documents::auditId() const {
    std::array<char, 40> id{};
    std::snprintf(id.data(), id.size(), "%013lld-%016llx", static_cast<long long>(host_.wallMs()),
                  static_cast<unsigned long long>(host_.random()));
    return id.data();
}

Change Documents::auditOf(const Change& change, const std::string& action, const std::string& who) const {
    const std::string id = auditId();
    const auto before = find(change.kind, change.id);
    return {"audit", id,
            Json{{"id", id},
                 {"updated_at", host_.wallMs()},
                 {"changed_by", who},
                 {"action", action},
                 {"table_name", change.kind},
                 {"object_id", change.id},
                 {"before_value", before ? shortened(before->value) : Json()},
                 {"updated_values", change.value ? shortened(*change.value) : Json()}},
            SLUICE_STORE_ANY};
}

void Documents::write(std::vector<Change> changes, const std::string& action, const std::string& who) {
    for (size_t i = 0, count = audit_ ? changes.size() : 0; i < count; ++i)
        changes.push_back(auditOf(changes[i], action, who));
    commit(changes);
}

void Documents::writeMany(const std::vector<Change>& changes, const std::string& action,
                          const std::string& who, const Json& words) {
    for (size_t i = 0; i < changes.size(); i += kWriteMax) {
        std::vector<Change> piece(
            changes.begin() + static_cast<std::ptrdiff_t>(i),
            changes.begin() + static_cast<std::ptrdiff_t>(std::min(i + kWriteMax, changes.size())));
        const std::string id = auditId();
        Json trace{{"id", id},
                   {"updated_at", host_.wallMs()},
                   {"changed_by", who},
                   {"action", action},
                   {"table_name", piece.front().kind},
                   {"object_id", std::to_string(piece.size()) + " of them"},
                   {"before_value", Json()},
                   {"updated_values", words}};
        if (audit_) piece.push_back({"audit", id, std::move(trace), SLUICE_STORE_ANY});
        commit(piece);
    }
}

// The store has no other way to ask for documents than to watch their kind: it tells of all there are before
// watch() returns, and the watch ends at once. What it tells of meanwhile, on a thread of its own, is newer.
void Documents::readAll(const char* kind, const std::function<void(std::string_view json)>& visit) const {
    struct Reading {
        std::mutex mutex;
        bool over = false;
        const std::function<void(std::string_view json)>* visit;
    } reading;
    reading.visit = &visit;
    const int64_t id = store_->watch(store_self_, sluice::str(kind), &reading,
                                     [](void* sink, const sluice_document* document) {
                                         auto& r = *static_cast<Reading*>(sink);
                                         const std::lock_guard lock(r.mutex);
                                         if (!r.over && !document->removed)
                                             (*r.visit)(sluice::view(document->json));
                                     });
    {
        const std::lock_guard lock(reading.mutex);
        reading.over = true;
    }
    if (id <= 0) throw Refused(503, "no_db_connection", "The store cannot be read");
    store_->unwatch(store_self_, id);
}

}  // namespace admin_api
