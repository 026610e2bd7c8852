// LiteLLM's tables as they leave Postgres, made into documents: rows as JSON, or as CSV the way
// `psql -c '\copy "LiteLLM_VerificationToken" to stdout csv header'` writes it. Columns: LiteLLM's
// schema.prisma.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace accounts {

/// Rows of CSV as objects, each value a text, or null for an empty cell without quotes: that is NULL in
/// Postgres' CSV, "" is the empty text. Nothing if it is none; `fault` says in which line.
std::optional<std::vector<nlohmann::json>> readCsv(std::string_view text, std::string& fault);

/// One row, converted; `skipped` says why there is no document.
struct ImportedRow {
    std::string kind, id;
    nlohmann::json document;
    std::string skipped;               // empty: it is fine
    std::vector<std::string> notes;    // what was left behind or changed
    std::vector<std::string> ignored;  // columns that mean nothing here
};

/// Values may be of their own type, or Postgres' texts: t and f, {a,"b c"}, JSON, 2026-01-02 03:04:05.678.
/// Never throws. A document that comes out is one that the readers of accounts/entity.h take.
ImportedRow importRow(std::string_view table, const nlohmann::json& row);

/// The kind of document that a table's rows become; empty if there is none.
std::string_view kindOfTable(std::string_view table);
/// The names of all that are known.
std::string importedTables();

}  // namespace accounts
