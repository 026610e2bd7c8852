#include "usage_batch.h"

#include <sqlite3.h>

#include <memory>
#include <new>

namespace store_sqlite {
namespace {

struct Table {
    sqlite3_vtab base;
    const UsageBatch* batch;
};

struct Cursor {
    sqlite3_vtab_cursor base;
    size_t at;
};

const std::vector<CallRow>& rowsOf(sqlite3_vtab_cursor* cursor) {
    return reinterpret_cast<Table*>(cursor->pVtab)->batch->rows;
}
size_t& placeOf(sqlite3_vtab_cursor* cursor) { return reinterpret_cast<Cursor*>(cursor)->at; }

int connect(sqlite3* raw, void* batch, int, const char* const*, sqlite3_vtab** out, char**) {
    const int code = sqlite3_declare_vtab(raw, "CREATE TABLE x (call_key, mark, call_id)");
    if (code != SQLITE_OK) return code;
    std::unique_ptr<Table> table(new (std::nothrow) Table{{}, static_cast<const UsageBatch*>(batch)});
    if (!table) return SQLITE_NOMEM;
    *out = &table.release()->base;
    return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
    const std::unique_ptr<Table> ends(reinterpret_cast<Table*>(table));
    return SQLITE_OK;
}

// Read from the first row to the last, whatever is asked: statements put it into the outer loop.
int bestIndex(sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; }

int open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
    std::unique_ptr<Cursor> cursor(new (std::nothrow) Cursor{});
    if (!cursor) return SQLITE_NOMEM;
    *out = &cursor.release()->base;
    return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
    const std::unique_ptr<Cursor> ends(reinterpret_cast<Cursor*>(cursor));
    return SQLITE_OK;
}

int begin(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
    placeOf(cursor) = 0;
    return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
    ++placeOf(cursor);
    return SQLITE_OK;
}

int atEnd(sqlite3_vtab_cursor* cursor) { return placeOf(cursor) >= rowsOf(cursor).size() ? 1 : 0; }

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* out, int which) {
    const CallRow& row = rowsOf(cursor)[placeOf(cursor)];
    if (row.call_id.empty())
        sqlite3_result_null(out);
    else if (which == 2)
        sqlite3_result_text64(out, row.call_id.data(), row.call_id.size(), SQLITE_STATIC, SQLITE_UTF8);
    else
        sqlite3_result_int64(out, which == 0 ? row.call_key : row.mark);
    return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(placeOf(cursor));
    return SQLITE_OK;
}

// Without xCreate it is there for who asks by its name, and in no schema.
sqlite3_module moduleOf() {
    sqlite3_module module{};
    module.xConnect = connect;
    module.xBestIndex = bestIndex;
    module.xDisconnect = disconnect;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = begin;
    module.xNext = next;
    module.xEof = atEnd;
    module.xColumn = column;
    module.xRowid = rowid;
    return module;
}

}  // namespace

UsageBatch::UsageBatch(Connection& connection) {
    static const sqlite3_module kModule = moduleOf();
    connection.addModule("usage_batch", kModule, this);
}

}  // namespace store_sqlite
