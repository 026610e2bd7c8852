#include "accounts/import.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "accounts/digest.h"
#include "accounts/entity.h"
#include "accounts/import_tables.h"
#include "accounts/postgres.h"

namespace accounts {
namespace {

constexpr size_t kIdBytesMax = 512;  // plugin_api/sluice/store.h

const ImportTable* findTable(std::string_view name) {
    for (const auto& table : importTables()) {
        if (table.name == name) return &table;
    }
    return nullptr;
}

// JSON columns come as JSON, as JSON text, and from some versions of LiteLLM as text that holds JSON text.
Json unwrapped(const Json& value) {
    Json inner = value;
    for (int i = 0; i < 2 && inner.is_string(); ++i) {
        Json parsed = Json::parse(inner.get_ref<const std::string&>(), nullptr, false);
        if (parsed.is_discarded()) return inner;
        inner = std::move(parsed);
    }
    return inner;
}

std::optional<Json> toNumber(const Json& value, bool whole) {
    const Json number = value.is_string() ? unwrapped(value) : value;
    if (!number.is_number() || !std::isfinite(number.get<double>())) return std::nullopt;
    if (!whole) return number;
    // bigint: all of its digits count, 9223372036854775807 is what some write for "no limit".
    if (number.is_number_unsigned() && number.get<uint64_t>() > INT64_MAX) return std::nullopt;
    if (number.is_number_integer()) return Json(number.get<int64_t>());
    const double amount = number.get<double>();
    if (amount != std::floor(amount) || std::fabs(amount) > 9e15) return std::nullopt;
    return Json(static_cast<int64_t>(amount));
}

std::optional<Json> toFlag(const Json& value) {
    if (value.is_boolean()) return value;
    if (value == "t" || value == "true") return Json(true);
    if (value == "f" || value == "false") return Json(false);
    return std::nullopt;
}

std::optional<Json> toTexts(const Json& value) {
    Json list = value;
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        const auto array = readPostgresArray(text);
        list = array ? Json(*array) : unwrapped(value);
    }
    if (!list.is_array()) return std::nullopt;
    Json texts = Json::array();
    for (const Json& one : list) {
        if (one.is_null()) continue;
        if (!one.is_string()) return std::nullopt;
        texts.push_back(one);
    }
    return texts;
}

std::optional<Json> toTime(const Json& value) {
    const auto ms = readTime(value);
    if (!ms) return std::nullopt;
    return *ms == 0 ? Json() : Json(utcText(*ms));
}

// Null: there is nothing to say. Nothing: it is not what the column holds.
std::optional<Json> toMember(const Json& value, ColumnType type) {
    if (value.is_null()) return Json();
    switch (type) {
        case ColumnType::Text:
            return value.is_string() ? std::optional(value) : std::nullopt;
        case ColumnType::Number:
            return toNumber(value, false);
        case ColumnType::Whole:
            return toNumber(value, true);
        case ColumnType::Flag:
            return toFlag(value);
        case ColumnType::Texts:
            return toTexts(value);
        case ColumnType::Time:
            return toTime(value);
        case ColumnType::Object:
        case ColumnType::List: {
            Json inner = unwrapped(value);
            const bool fits = type == ColumnType::Object ? inner.is_object() : inner.is_array();
            return fits || inner.is_null() ? std::optional(std::move(inner)) : std::nullopt;
        }
    }
    return std::nullopt;
}

const char* wordFor(ColumnType type) {
    switch (type) {
        case ColumnType::Text:
            return "a text";
        case ColumnType::Number:
            return "a number";
        case ColumnType::Whole:
            return "a whole number";
        case ColumnType::Flag:
            return "t or f";
        case ColumnType::Texts:
            return "an array of texts";
        case ColumnType::Time:
            return "a time";
        case ColumnType::Object:
            return "a JSON object";
        case ColumnType::List:
            return "a JSON list";
    }
    return "";
}

class Converter {
public:
    Converter(const ImportTable& table, const Json& row) : table_(table), row_(row) {
        out_.kind = table.kind;
    }

    ImportedRow convert() {
        takeId();
        out_.document = Json::object();
        for (const auto& [name, value] : row_.items()) takeColumn(name, value);
        if (out_.kind == "key") finishKey();
        if (out_.kind == "team") finishTeam();
        if (out_.skipped.empty()) {
            if (out_.kind != "key") out_.document[table_.id] = out_.id;
            checkReadable();
        }
        return std::move(out_);
    }

private:
    void skip(const std::string& why) {
        if (out_.skipped.empty()) out_.skipped = why;
    }

    void takeId() {
        const auto found = row_.find(table_.id);
        const bool there =
            found != row_.end() && found->is_string() && !found->get_ref<const std::string&>().empty();
        if (!there) return skip(std::string(table_.id) + ": there is none");
        out_.id = found->get<std::string>();
        if (out_.id.size() > kIdBytesMax) skip(std::string(table_.id) + ": longer than 512 bytes");
    }

    void takeColumn(const std::string& name, const Json& value) {
        if (name == table_.id) return;
        for (const Column& column : table_.columns) {
            if (name != column.name) continue;
            const auto member = toMember(value, column.type);
            if (!member) return skip(name + ": expected " + wordFor(column.type));
            const bool empty =
                member->is_null() || *member == "" || (member->is_structured() && member->empty());
            if (!empty) out_.document[column.becomes ? column.becomes : column.name] = *member;
            return;
        }
        if (!value.is_null()) out_.ignored.push_back(name);
    }

    // Old versions kept keys as they are; ours are their hashes.
    void finishKey() {
        if (out_.id.compare(0, 3, "sk-") == 0) {
            out_.id = Digest(out_.id).hex();
            out_.notes.emplace_back("the key itself was in the table; kept is its hash");
        }
        const auto digest = Digest::fromHex(out_.id);
        if (!digest && out_.skipped.empty()) return skip("token: expected a SHA-256 in hexadecimal digits");
        if (digest) out_.id = digest->hex();
        if (out_.document.value("team_id", "") == "litellm-dashboard")
            skip("a session of LiteLLM's dashboard, no key");
        if (table_.name == "LiteLLM_VerificationToken") return;
        const auto successor = Digest::fromHex(out_.document.value("active_token_id", ""));
        if (!successor) return skip("active_token_id: expected a SHA-256 in hexadecimal digits");
        if (!out_.document.contains("expires")) skip("revoke_at: there is none; the key would live for ever");
    }

    void finishTeam() {
        if (out_.document.contains("model_id") && !out_.document.contains("model_aliases"))
            out_.notes.emplace_back(
                "model_id: its aliases stand in LiteLLM_ModelTable; give them in a column model_aliases");
    }

    void checkReadable() {
        const std::string json = out_.document.dump(-1, ' ', false, Json::error_handler_t::replace);
        std::string fault;
        const bool fine = out_.kind == "key" ? readKey(out_.id, json, fault).has_value()
                                             : readGroup(out_.id, json, fault).has_value();
        if (!fine) skip(fault);
    }

    const ImportTable& table_;
    const Json& row_;
    ImportedRow out_;
};

}  // namespace

std::string_view kindOfTable(std::string_view table) {
    const auto* found = findTable(table);
    return found ? found->kind : std::string_view();
}

std::string importedTables() {
    std::string names;
    for (const auto& table : importTables()) names += (names.empty() ? "" : ", ") + std::string(table.name);
    return names;
}

ImportedRow importRow(std::string_view table, const Json& row) {
    ImportedRow none;
    const auto* found = findTable(table);
    if (!found) none.skipped = "there is no such table here";
    if (found && !row.is_object()) none.skipped = "the row is no object";
    return none.skipped.empty() ? Converter(*found, row).convert() : none;
}

}  // namespace accounts
