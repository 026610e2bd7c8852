// LiteLLM's shapes: litellm/proxy/management_endpoints/team_callback_endpoints.py.
#include "team_callbacks.h"

#include <algorithm>

#include "json_text.h"

namespace admin_api {
namespace {

constexpr size_t kCallbacksMax = 32;
constexpr size_t kVarsMax = 64;

Json settingsOf(const Json& team) {
    Json settings = Json::object();
    if (isSet(team, "metadata") && team["metadata"].is_object())
        settings = team["metadata"].value("callback_settings", Json::object());
    if (!settings.is_object()) settings = Json::object();
    for (const char* list : {"success_callback", "failure_callback"}) {
        if (!settings.contains(list) || !settings[list].is_array()) settings[list] = Json::array();
    }
    if (!settings.contains("callback_vars") || !settings["callback_vars"].is_object())
        settings["callback_vars"] = Json::object();
    return settings;
}

void addTo(Json& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), Json(name)) != list.end())
        throw badRequest("callback_name: the team has " + Json(name).dump() + " already", "callback_name");
    if (list.size() >= kCallbacksMax) throw badRequest("callback_name: a team has at most 32 of them");
    list.push_back(name);
}

// Names of what may be shown: where, and as whom; nothing that opens it.
bool isSecret(const std::string& name) {
    const auto has = [&](const char* word) { return name.find(word) != std::string::npos; };
    if (has("public_key") || has("host") || has("endpoint")) return false;
    return has("key") || has("secret") || has("token") || has("password") || has("headers");
}

// As an answer has it: what is set, not what it is.
Json masked(Json settings) {
    Json& vars = settings["callback_vars"];
    for (auto var = vars.begin(); var != vars.end(); ++var) {
        if (isSecret(var.key())) var.value() = "****";
    }
    return settings;
}

}  // namespace

Document TeamCallbacks::team(const Asked& asked) const {
    const std::string& id = asked.path.at("team_id");
    auto document = documents_.find("team", id);
    if (!document) throw notFound("Team " + id.substr(0, 100));
    return std::move(*document);
}

void TeamCallbacks::write(const Asked& asked, Document team, Json settings) {
    Json& value = team.value;
    if (!isSet(value, "metadata") || !value["metadata"].is_object()) value["metadata"] = Json::object();
    if (settings.is_null())
        value["metadata"].erase("callback_settings");
    else
        value["metadata"]["callback_settings"] = std::move(settings);
    value["updated_at"] = timeText(host_.wallMs());
    value["updated_by"] = asked.caller.name();
    std::vector<Change> changes;
    changes.push_back({"team", asked.path.at("team_id"), std::move(value), team.version});
    documents_.write(std::move(changes), "updated", asked.caller.name());
}

Answer TeamCallbacks::add(const Asked& asked) {
    Document document = team(asked);
    const std::string name = textIn(asked.body, "callback_name");
    if (name.empty()) throw badRequest("callback_name: which one?", "callback_name");
    std::string type = textIn(asked.body, "callback_type");
    if (type.empty()) type = "success_and_failure";
    if (type != "success" && type != "failure" && type != "success_and_failure")
        throw invalid("callback_type", Json(type).dump().substr(0, 60),
                      "success, failure, success_and_failure");
    Json settings = settingsOf(document.value);
    if (type != "failure") addTo(settings["success_callback"], name);
    if (type != "success") addTo(settings["failure_callback"], name);
    if (isSet(asked.body, "callback_vars")) {
        for (const auto& [var, value] : asked.body["callback_vars"].items())
            settings["callback_vars"][var] = value;
    }
    if (settings["callback_vars"].size() > kVarsMax)
        throw badRequest("callback_vars: a team has at most 64 of them", "callback_vars");
    const Json shown = masked(settings);
    write(asked, std::move(document), std::move(settings));
    return {
        200,
        {{"status", "success"},
         {"data", {{"team_id", asked.path.at("team_id")}, {"metadata", {{"callback_settings", shown}}}}}}};
}

Answer TeamCallbacks::show(const Asked& asked) const {
    const Json settings = masked(settingsOf(team(asked).value));
    Json data{{"team_id", asked.path.at("team_id")}};
    for (const char* member : {"success_callback", "failure_callback", "callback_vars"})
        data[member] = settings[member];
    return {200, {{"status", "success"}, {"data", std::move(data)}}};
}

// Two empty lists say it; what the account was stays, so that it can be turned on again.
Answer TeamCallbacks::turnOff(const Asked& asked) {
    Document document = team(asked);
    Json settings = settingsOf(document.value);
    settings["success_callback"] = settings["failure_callback"] = Json::array();
    write(asked, std::move(document), std::move(settings));
    const std::string& id = asked.path.at("team_id");
    return {
        200,
        {{"status", "success"},
         {"message", "Logging disabled for team " + id},
         {"data",
          {{"team_id", id}, {"success_callbacks", Json::array()}, {"failure_callbacks", Json::array()}}}}};
}

// With the last one the settings go: two empty lists would send the team's records nowhere, which is another
// wish (turnOff). Credentials of an account that is not used any more go with its name.
Answer TeamCallbacks::remove(const Asked& asked) {
    Document document = team(asked);
    const std::string& name = asked.path.at("callback_name");
    Json settings = settingsOf(document.value);
    bool was = false;
    std::set<std::string> rest;
    for (const char* list : {"success_callback", "failure_callback"}) {
        Json others = Json::array();
        for (const auto& one : settings[list]) {
            if (one == Json(name)) continue;
            others.push_back(one);
            if (one.is_string()) rest.insert(one.get<std::string>());
        }
        was |= others.size() < settings[list].size();
        settings[list] = std::move(others);
    }
    if (!was) throw notFound("Callback " + name.substr(0, 100) + " of this team");
    Json vars = Json::object();
    for (const auto& [var, value] : settings["callback_vars"].items()) {
        const bool shared = std::any_of(rest.begin(), rest.end(), [&](const std::string& other) {
            return other.compare(0, name.size(), name) == 0 || var.compare(0, other.size(), other) == 0;
        });
        if (shared || var.compare(0, name.size() + 1, name + "_") != 0) vars[var] = value;
    }
    settings["callback_vars"] = std::move(vars);
    const Json shown = masked(settings);
    write(asked, std::move(document), rest.empty() ? Json() : std::move(settings));
    Json data{{"team_id", asked.path.at("team_id")}};
    for (const char* list : {"success_callback", "failure_callback"}) data[list] = shown[list];
    data["callback_vars"] = rest.empty() ? Json::object() : shown["callback_vars"];
    return {200, {{"status", "success"}, {"message", "Callback " + name + " removed"}, {"data", data}}};
}

Routes TeamCallbacks::routes() {
    const Fields body{
        {"callback_name", Type::Id}, {"callback_type", Type::Text}, {"callback_vars", Type::TextMap}};
    return {post("/team/{team_id}/callback", Access::OtherWrite,
                 "Sends the records of a team to an account of its own", body,
                 [this](const Asked& a) { return add(a); }),
            get("/team/{team_id}/callback", Access::OtherRead, "Where the records of a team go", {},
                [this](const Asked& a) { return show(a); }),
            change("DELETE", "/team/{team_id}/callback/{callback_name}", Access::OtherWrite,
                   "Sends no more records of a team to one of its accounts", {},
                   [this](const Asked& a) { return remove(a); }),
            post("/team/{team_id}/disable_logging", Access::OtherWrite,
                 "No record of a team is sent anywhere", {}, [this](const Asked& a) { return turnOff(a); })};
}

}  // namespace admin_api
