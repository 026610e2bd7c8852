// Who changed what: a document of the kind "audit" in the same write as the change itself
// (docs.litellm.ai/docs/proxy/multiple_admins).
#include <array>

#include "documents.h"
#include "json_text.h"

namespace admin_api {
namespace {

constexpr size_t kValueBytesMax = 64 * 1024;  // of what was there and of what is there
constexpr size_t kWriteMax = 1000;            // documents of one write
constexpr int kTriesMax = 20;                 // of all pieces together

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

std::vector<Change> Documents::edited(const std::string& kind, const std::vector<std::string>& ids,
                                      const std::function<void(Json& value)>& edit) const {
    std::vector<Change> changes;
    for (const auto& id : ids) {
        auto document = find(kind, id);
        if (!document || !document->value.is_object()) continue;  // gone meanwhile
        edit(document->value);
        changes.push_back({kind, id, std::move(document->value), document->version});
    }
    return changes;
}

size_t Documents::editAll(const std::string& kind, const std::function<void(Json& value)>& edit,
                          const std::string& who, const Json& words) {
    const auto all = ids(kind, [](const std::string&, const Links&) { return true; });
    size_t count = 0;
    int tries = 0;
    for (size_t i = 0; i < all.size();) {
        const size_t end = std::min(i + kWriteMax, all.size());
        auto changes = edited(
            kind,
            {all.begin() + static_cast<std::ptrdiff_t>(i), all.begin() + static_cast<std::ptrdiff_t>(end)},
            edit);
        const std::string id = auditId();
        Json trace{{"id", id},
                   {"updated_at", host_.wallMs()},
                   {"changed_by", who},
                   {"action", "updated"},
                   {"table_name", kind},
                   {"object_id", std::to_string(changes.size()) + " of them"},
                   {"before_value", Json()},
                   {"updated_values", words}};
        const size_t done = changes.size();
        if (audit_) changes.push_back({"audit", id, std::move(trace), SLUICE_STORE_ANY});
        try {
            commit(changes);
        } catch (const Refused& refused) {
            if (refused.answer().status != 409 || ++tries > kTriesMax) throw;
            continue;
        }
        count += done;
        i = end;
    }
    return count;
}

// The store has no other way to ask for documents than to watch their kind: it tells of all there are before
// watch() returns, and the watch ends at once. What it tells of meanwhile, on a thread of its own, is newer.
void Documents::readAll(const char* kind, const std::function<void(std::string_view json)>& visit) const {
    requireStore();
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
