#include "documents.h"

#include <sluice/sluice.h>

namespace store_sqlite {
bool apply(Connection& connection, const std::vector<Change>& changes, int64_t now_ms, uint64_t& version) {
    auto find = connection.prepare("SELECT version, removed FROM documents WHERE kind = ?1 AND id = ?2");
    auto insert = connection.prepare("INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    auto update = connection.prepare(
        "UPDATE documents SET version = ?1, json = ?2, removed = ?3, changed_ms = ?4 WHERE version = ?5");
    version = lastVersion(connection);
    for (const auto& change : changes) {
        const bool found = find.with(change.kind, change.id).step();
        const int64_t row = found ? find.integer(0) : 0;
        const bool alive = found && find.integer(1) == 0;
        find.rewind();
        const uint64_t current = alive ? static_cast<uint64_t>(row) : SLUICE_STORE_NONE;
        if (change.expected != SLUICE_STORE_ANY && change.expected != current) return false;
        if (change.remove && !alive) continue;  // nothing changes
        ++version;
        const std::string_view json = change.remove ? std::string_view() : change.json;
        const int removed = change.remove ? 1 : 0;
        if (found)
            update.with(version, json, removed, now_ms, row).run();
        else
            insert.with(version, change.kind, change.id, json, removed, now_ms).run();
    }
    connection.prepare("UPDATE counters SET value = ?1 WHERE name = 'version'").with(version).run();
    return true;
}

uint64_t lastVersion(Connection& connection) {
    return static_cast<uint64_t>(connection.value("SELECT value FROM counters WHERE name = 'version'"));
}

void readDocuments(Connection& connection, std::string_view kind, uint64_t after,
                   const std::function<bool(const Document&)>& tell) {
    auto read = connection.prepare(
        "SELECT id, json, version, removed FROM documents INDEXED BY documents_kind "
        "WHERE kind = ?1 AND version > ?2 ORDER BY version");
    read.with(kind, after);
    while (read.step()) {
        const Document document{kind, read.text(0), read.text(1), static_cast<uint64_t>(read.integer(2)),
                                read.integer(3) != 0};
        if (after == 0 && document.removed) continue;
        if (!tell(document)) return;
    }
}

int64_t forgetRemoved(Connection& connection, int64_t before_ms, int64_t most) {
    connection
        .prepare(
            "DELETE FROM documents WHERE version IN (SELECT version FROM documents "
            "WHERE removed = 1 AND changed_ms < ?1 LIMIT ?2)")
        .with(before_ms, most)
        .run();
    return connection.changes();
}

}  // namespace store_sqlite
