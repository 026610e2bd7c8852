// Which columns of LiteLLM's tables mean something here, and what they hold.
#pragma once

#include <string_view>
#include <vector>

namespace accounts {

enum class ColumnType { Text, Number, Whole, Flag, Texts, Object, List, Time };

struct Column {
    const char* name;
    ColumnType type;
    const char* becomes = nullptr;  // the document's member; null: the same
};

struct ImportTable {
    std::string_view name, kind;
    const char* id;
    std::vector<Column> columns;
};

const std::vector<ImportTable>& importTables();

}  // namespace accounts
