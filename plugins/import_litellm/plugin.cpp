// POST /key/import: rows of LiteLLM's tables become documents of the store. Keys come as their hashes, so the
// ones that clients hold go on working. Its hooks may block: they wait for the store.
#include <array>
#include <cstdio>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/plugin.hpp>

#include "accounts/directory.h"
#include "accounts/import.h"
#include "accounts/postgres.h"

namespace import_litellm {

using accounts::ImportedRow;
using Json = nlohmann::ordered_json;

constexpr size_t kBatch = 500;        // documents of one write
constexpr size_t kRowsShown = 1'000;  // of those with something to say

struct Asked {
    std::string table;
    std::vector<nlohmann::json> rows;
    bool dry_run = false, overwrite = false;
};

struct Refused {
    uint32_t status;
    std::string message;
};

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : host_(host),
          directory_(host),
          store_name_(nlohmann::json::parse(config_json).value("store", "")),
          routes_{{"POST", "/key/import", SLUICE_ROUTE_ADMIN}} {}

    void start() {
        directory_.follow(store_name_, false);
        const auto found = host_.service(SLUICE_STORE_ID, store_name_);
        store_ = static_cast<const sluice_store*>(found->table);
        store_self_ = found->owner;
    }

    const std::vector<sluice::Route>& routes() const { return routes_; }

    sluice::Verdict handle(sluice::Request request, uint32_t) {
        try {
            const Json answer = import(read(request.body()), std::string(request.user()));
            return request.respond(200, "application/json",
                                   answer.dump(-1, ' ', false, Json::error_handler_t::replace));
        } catch (const Refused& refused) {
            const Json error{{"error",
                              {{"message", refused.message},
                               {"type", refused.status == 503 ? "no_db_connection" : "bad_request_error"},
                               {"param", nullptr},
                               {"code", std::to_string(refused.status)}}}};
            return request.respond(refused.status, "application/json",
                                   error.dump(-1, ' ', false, Json::error_handler_t::replace));
        }
    }

private:
    static Asked read(std::string_view body) {
        const auto json = nlohmann::json::parse(body, nullptr, false);
        if (!json.is_object()) throw Refused{400, "The body is no JSON object"};
        Asked asked;
        for (const auto& [name, value] : json.items()) {
            const bool flag = name == "dry_run" || name == "overwrite";
            const bool fits = flag             ? value.is_boolean()
                              : name == "rows" ? value.is_array()
                                               : value.is_string();
            if (!flag && name != "rows" && name != "table" && name != "csv")
                throw Refused{422, name.substr(0, 100) +
                                       ": found a member that is not known here; allowed: table, "
                                       "rows, csv, dry_run, overwrite"};
            if (!fits)
                throw Refused{422, name + ": found " + value.type_name() + "; allowed: " +
                                       (flag             ? "true or false"
                                        : name == "rows" ? "a list of objects"
                                                         : "a text")};
        }
        asked.table = json.value("table", "");
        if (accounts::kindOfTable(asked.table).empty())
            throw Refused{422, "table: found " + nlohmann::json(asked.table.substr(0, 60)).dump() +
                                   "; allowed: " + accounts::importedTables()};
        if (json.contains("rows") == json.contains("csv"))
            throw Refused{422, "rows, csv: expected one of them"};
        asked.dry_run = json.value("dry_run", false);
        asked.overwrite = json.value("overwrite", false);
        if (json.contains("rows")) asked.rows = json["rows"].get<std::vector<nlohmann::json>>();
        if (!json.contains("csv")) return asked;
        std::string fault;
        auto rows = accounts::readCsv(json["csv"].get_ref<const std::string&>(), fault);
        if (!rows) throw Refused{422, "csv: " + fault};
        asked.rows = std::move(*rows);
        return asked;
    }

    Json import(const Asked& asked, const std::string& who) {
        std::vector<ImportedRow> rows;
        std::set<std::string> seen, ignored;
        for (const auto& row : asked.rows) {
            rows.push_back(accounts::importRow(asked.table, row));
            ImportedRow& out = rows.back();
            ignored.insert(out.ignored.begin(), out.ignored.end());
            if (out.skipped.empty()) out.skipped = unknownOwner(out);
            if (out.skipped.empty() && !seen.insert(out.id).second) out.skipped = "it is there twice";
        }
        if (!asked.dry_run) {
            for (size_t i = 0; i < rows.size(); i += kBatch)
                writeBatch(rows, i, std::min(rows.size(), i + kBatch), asked.overwrite);
        }
        Json answer = report(asked, rows);
        answer["ignored_columns"] = ignored;
        if (!asked.dry_run && answer["imported"] > 0) writeAudit(answer, who);
        return answer;
    }

    // A key of a team that is not there would have no limits of a team.
    std::string unknownOwner(const ImportedRow& row) const {
        if (row.kind != "key") return {};
        struct Owner {
            const char *member, *table;
            const accounts::Directory::Groups& known;
        };
        for (const Owner& owner :
             {Owner{"team_id", "LiteLLM_TeamTable", directory_.teams()},
              {"organization_id", "LiteLLM_OrganizationTable", directory_.organizations()},
              {"project_id", "LiteLLM_ProjectTable", directory_.projects()}}) {
            const auto id = row.document.value(owner.member, "");
            if (!id.empty() && !owner.known.find(id))
                return std::string(owner.member) + ": it is not in the store; import " + owner.table +
                       " first";
        }
        return {};
    }

    sluice_status write(const std::vector<const ImportedRow*>& rows, bool overwrite) {
        std::deque<std::string> texts;
        std::vector<sluice_change> changes;
        for (const ImportedRow* row : rows) {
            texts.push_back(row->document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
            changes.push_back({sizeof(sluice_change), 0, sluice::str(row->kind), sluice::str(row->id),
                               sluice::str(texts.back()), overwrite ? SLUICE_STORE_ANY : SLUICE_STORE_NONE});
        }
        uint64_t version = 0;
        return changes.empty() ? SLUICE_OK
                               : store_->write(store_self_, changes.data(), changes.size(), &version);
    }

    // All at once; if one of them is there already, one by one.
    void writeBatch(std::vector<ImportedRow>& rows, size_t from, size_t to, bool overwrite) {
        std::vector<const ImportedRow*> fine;
        for (size_t i = from; i < to; ++i) {
            if (rows[i].skipped.empty()) fine.push_back(&rows[i]);
        }
        const auto together = write(fine, overwrite);
        if (together == SLUICE_OK) return;
        if (together == SLUICE_E_UNAVAILABLE)
            throw Refused{503, "The store cannot be written to; rows before row " + std::to_string(from + 1) +
                                   " are in it"};
        for (size_t i = from; i < to; ++i) {
            if (!rows[i].skipped.empty()) continue;
            const auto status = write({&rows[i]}, overwrite);
            if (status == SLUICE_E_CONFLICT)
                rows[i].skipped = "it is in the store already; overwrite: true replaces it";
            if (status != SLUICE_OK && status != SLUICE_E_CONFLICT)
                rows[i].skipped = "the store does not take it";
        }
    }

    static Json report(const Asked& asked, const std::vector<ImportedRow>& rows) {
        Json list = Json::array();
        size_t skipped = 0;
        for (size_t i = 0; i < rows.size(); ++i) {
            skipped += rows[i].skipped.empty() ? 0 : 1;
            if ((rows[i].skipped.empty() && rows[i].notes.empty()) || list.size() >= kRowsShown) continue;
            Json row{{"row", i + 1}, {"id", rows[i].id.substr(0, 100)}};
            if (!rows[i].skipped.empty()) row["skipped"] = rows[i].skipped;
            if (!rows[i].notes.empty()) row["notes"] = rows[i].notes;
            list.push_back(std::move(row));
        }
        return {{"table", asked.table},     {"kind", accounts::kindOfTable(asked.table)},
                {"dry_run", asked.dry_run}, {"imported", rows.size() - skipped},
                {"skipped", skipped},       {"rows", std::move(list)}};
    }

    // One for the whole import: a million traces would say no more.
    void writeAudit(const Json& answer, const std::string& who) {
        const int64_t now = host_.wallMs();
        std::array<char, 40> id{};
        std::snprintf(id.data(), id.size(), "%013lld-%016llx", static_cast<long long>(now),
                      static_cast<unsigned long long>(host_.random()));
        const Json audit{{"id", id.data()},
                         {"updated_at", now},
                         {"changed_by", who},
                         {"action", "imported"},
                         {"table_name", answer["kind"]},
                         {"object_id", ""},
                         {"before_value", nullptr},
                         {"updated_values", {{"table", answer["table"]}, {"imported", answer["imported"]}}}};
        const std::string text = audit.dump();
        const sluice_change change{sizeof change,        0,
                                   sluice::str("audit"), sluice::str(id.data()),
                                   sluice::str(text),    SLUICE_STORE_ANY};
        uint64_t version = 0;
        if (store_->write(store_self_, &change, 1, &version) != SLUICE_OK)
            host_.warn("the trace of an import could not be written");
    }

    sluice::Host host_;
    accounts::Directory directory_;
    const std::string store_name_;
    const sluice_store* store_ = nullptr;
    sluice_instance* store_self_ = nullptr;
    std::vector<sluice::Route> routes_;
};

}  // namespace import_litellm

SLUICE_PLUGIN(import_litellm::Plugin, R"({
  "id": "import_litellm",
  "version": "0.1.0",
  "abi": 1,
  "description": "Takes over keys, teams, users, organisations, budgets from LiteLLM's tables",
  "interfaces": ["sluice.endpoint/1", "sluice.start/1"],
  "blocking": true,
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "",
                "description": "id of the instance that keeps them; may be left out if there is one store"}
    }
  }
})")
