// replay and explain: policies and completion records (one JSON a line, as callback_jsonl writes them).
#include <fstream>
#include <map>

#include "tool.h"

namespace lua_policy::tool {
namespace {

using sluice::testing::FakeHost;

// What the record says of policies; an empty list if it says nothing.
json recordedVerdicts(const json& record) {
    for (const char* place : {"metadata", ""}) {
        const json& holder = *place ? (record.contains(place) ? record[place] : record) : record;
        if (!holder.is_object() || !holder.contains("attributes") || !holder["attributes"].is_object())
            continue;
        const auto text = holder["attributes"].find("lua.verdicts");
        if (text == holder["attributes"].end() || !text->is_string()) continue;
        json all = json::parse(text->get<std::string>(), nullptr, false);
        if (all.is_array()) return all;
    }
    return json::array();
}

std::string textAt(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "block(code)", "pass", …
std::string wordOf(const json& verdict) {
    const std::string word = textAt(verdict, "verdict"), code = textAt(verdict, "code");
    return code.empty() ? word : word + "(" + code + ")";
}

std::string recordedWord(const json& record, const std::string& policy) {
    std::string word = "-";
    for (const auto& one : recordedVerdicts(record)) {
        if (textAt(one, "policy") == policy && textAt(one, "hook") == "on_request") word = wordOf(one);
    }
    return word;
}

// The request of a record; null if the record does not keep it.
json requestOf(const json& record) {
    if (!record.contains("messages") || record["messages"].is_null()) return nullptr;
    json body = {{"model", textAt(record, "requested_model")}, {"messages", record["messages"]}};
    if (body["model"] == "") body["model"] = textAt(record, "model_group");
    if (record.contains("model_parameters") && record["model_parameters"].is_object()) {
        for (const auto& [name, value] : record["model_parameters"].items()) body[name] = value;
    }
    return body;
}

class Replayer {
public:
    Replayer(const std::string& script, const json& params)
        : plugin_(host_.load<Plugin>(configOf(script, {{"params", params}}).dump())) {}

    std::string verdict(const json& record, const json& body) {
        nlohmann::ordered_json ordered = body;
        auto request = host_.request(ordered.dump());
        const json meta = record.value("metadata", json::object());
        sluice::testing::Identity who;
        who.key_id = textAt(meta, "user_api_key_hash");
        who.user = textAt(meta, "user_api_key_user_id");
        who.team = textAt(meta, "user_api_key_team_id");
        who.organization = textAt(meta, "user_api_key_org_id");
        who.end_user = textAt(record, "end_user");
        who.tenant = textAt(record, "tenant").empty() ? (who.team.empty() ? who.organization : who.team)
                                                      : textAt(record, "tenant");
        request.withIdentity(who);
        if (const auto route = textAt(record, "route"); !route.empty()) request.withRoute(route);
        (void)plugin_.preCall(request);
        const json all = verdictsOf(request);
        return all.empty() ? "-" : wordOf(all.back());
    }

private:
    FakeHost host_;
    sluice::testing::FakePlugin plugin_;
};

template <class Each>
void eachRecord(const std::string& path, Each&& each) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        const json record = json::parse(line, nullptr, false);
        if (record.is_object()) each(record);
    }
}

std::string padded(std::string text, size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

}  // namespace

int replay(const ReplayOptions& options) {
    const json params = json::parse(options.params, nullptr, false);
    Replayer now(options.script, params);
    std::unique_ptr<Replayer> before;
    if (!options.old_script.empty()) before = std::make_unique<Replayer>(options.old_script, params);
    const std::string name = options.name.empty()
                                 ? configOf(options.script)["policies"][0]["name"].get<std::string>()
                                 : options.name;
    std::map<std::pair<std::string, std::string>, size_t> table;
    json differences = json::array();
    size_t without = 0, total = 0;
    eachRecord(options.records, [&](const json& record) {
        ++total;
        const json body = requestOf(record);
        if (body.is_null()) {
            ++without;
            return;
        }
        const std::string old_word = before ? before->verdict(record, body) : recordedWord(record, name);
        const std::string new_word = now.verdict(record, body);
        ++table[{old_word, new_word}];
        if (options.all || old_word != new_word)
            differences.push_back(
                {{"id", textAt(record, "litellm_call_id")}, {"old", old_word}, {"new", new_word}});
    });
    size_t changed = 0;
    json counts = json::array();
    for (const auto& [words, count] : table) {
        changed += words.first != words.second ? count : 0;
        counts.push_back({{"old", words.first}, {"new", words.second}, {"count", count}});
    }
    if (options.as_json) {
        print(json{{"records", total},
                   {"without_messages", without},
                   {"changed", changed},
                   {"table", counts},
                   {"requests", differences}}
                  .dump(2) +
              "\n");
        return changed > 0 ? kFound : kGood;
    }
    print(padded("old", 28) + padded("new", 28) + "requests\n");
    for (const auto& row : counts)
        print(padded(row["old"], 28) + padded(row["new"], 28) + std::to_string(row["count"].get<size_t>()) +
              (row["old"] != row["new"] ? "  *" : "") + "\n");
    for (const auto& one : differences)
        print(padded(one["id"], 40) + one["old"].get<std::string>() + " -> " + one["new"].get<std::string>() +
              "\n");
    print(std::to_string(total) + " records, " + std::to_string(without) + " without messages, " +
          std::to_string(changed) + " changed\n");
    return changed > 0 ? kFound : kGood;
}

int explain(const ExplainOptions& options) {
    json found;
    eachRecord(options.records, [&](const json& record) {
        for (const char* id : {"litellm_call_id", "id", "trace_id"}) {
            if (textAt(record, id) == options.id) found = record;
        }
    });
    if (found.is_null()) throw std::runtime_error("no record has the id " + options.id);
    const json verdicts = recordedVerdicts(found);
    if (options.as_json) {
        print(json{{"id", options.id},
                   {"outcome", textAt(found, "outcome")},
                   {"model", textAt(found, "requested_model")},
                   {"http_status", found.value("http_status", 0)},
                   {"verdicts", verdicts},
                   {"guardrail_information", found.value("guardrail_information", json::array())}}
                  .dump(2) +
              "\n");
        return kGood;
    }
    print("request " + options.id + ": " + textAt(found, "outcome") + ", status " +
          std::to_string(found.value("http_status", 0)) + ", model " + textAt(found, "requested_model") +
          "\n");
    if (verdicts.empty()) print("no policy has run\n");
    for (const auto& one : verdicts) {
        std::string line =
            padded(textAt(one, "policy"), 28) + padded(textAt(one, "hook"), 14) + padded(wordOf(one), 24);
        if (one.contains("edits")) line += " edits: " + one["edits"].dump();
        if (one.contains("version")) line += " version: " + textAt(one, "version");
        if (one.contains("mode")) line += " " + textAt(one, "mode");
        print(line + "\n");
    }
    for (const auto& one : found.value("guardrail_information", json::array())) {
        if (textAt(one, "verdict") != "pass")
            print("instance " + textAt(one, "guardrail_name") + ": " + textAt(one, "verdict") + " " +
                  textAt(one, "reason") + "\n");
    }
    return kGood;
}

}  // namespace lua_policy::tool
