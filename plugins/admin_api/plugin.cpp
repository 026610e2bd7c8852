// LiteLLM's admin routes (docs.litellm.ai/docs/proxy/virtual_keys, users, cost_tracking). Its hooks may
// block: they wait for the store. One request: its row of the table, who asks, may they at all, what is
// asked, the answer.
#include <string>

#include <sluice/plugin.hpp>

#include "access_groups.h"
#include "accounts/jwt_mapping.h"
#include "audit.h"
#include "budgets.h"
#include "groups.h"
#include "json_text.h"
#include "jwt_mappings.h"
#include "keys.h"
#include "known_models.h"
#include "model_access.h"
#include "model_catalog.h"
#include "openapi.h"
#include "search.h"
#include "settings.h"
#include "spend.h"
#include "table.h"
#include "tag_activity.h"
#include "tags.h"
#include "team_permissions.h"
#include "unified_groups.h"

namespace admin_api {
namespace {

Routes joined(std::initializer_list<Routes> parts) {
    Routes all;
    for (const Routes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Json availableRoles() {
    return {{"proxy_admin",
             {{"description", "admin over the whole gateway, has all permissions"},
              {"ui_label", "Admin (All Permissions)"}}},
            {"proxy_admin_viewer",
             {{"description", "view all keys, view all spend"}, {"ui_label", "Admin (View Only)"}}},
            {"internal_user",
             {{"description", "view/create/delete their own keys, view their own spend"},
              {"ui_label", "Internal User (Create/Delete/View)"}}},
            {"internal_user_viewer",
             {{"description", "view their own keys, view their own spend"},
              {"ui_label", "Internal User (View Only)"}}}};
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : host_(host),
          documents_(host),
          rights_(documents_),
          keys_(documents_, host),
          groups_(documents_, host),
          spend_(documents_, host),
          tags_(documents_, host),
          tag_activity_(documents_, host),
          jwt_mappings_(documents_, host),
          access_groups_(documents_, models_, host),
          unified_groups_(documents_, models_, host),
          team_permissions_(documents_, host),
          search_(documents_),
          budgets_(documents_),
          model_access_(documents_, host),
          model_catalog_(model_access_, host),
          audit_(documents_),
          table_(joined({keys_.routes(), groups_.routes(), team_permissions_.routes(), search_.routes(),
                         budgets_.routes(), tags_.routes(), jwt_mappings_.routes(), access_groups_.routes(),
                         unified_groups_.routes(), model_catalog_.routes(), settings_.routes(),
                         tag_activity_.routes(), spend_.routes(), audit_.routes(), ownRoutes()})) {
        const Json config = Json::parse(config_json);
        store_ = config.value("store", "");
        documents_.setAudit(config.value("audit", true));
        groups_.setAvailable(textsIn(config, "available_teams"));
        const Json show = config.value("show", Json::object());
        settings_.open(show);
        const Json& threshold = member(member(show, "general_settings"), "alerting_threshold");
        if (threshold.is_number() && threshold > 0) spend_.setSlowAfter(threshold.get<double>());
    }

    void start() {
        documents_.follow(store_, {"team", "user", "organization", "project", "customer", "tag", "budget",
                                   "key", "access_group", accounts::kJwtMappingKind});
        model_access_.follow(store_);
        model_catalog_.start();
    }

    void model_group(std::string_view name, const sluice::Deployments& all) {
        models_.learn(name, all);
        settings_.learn(name, all);
        model_access_.learn(name, all);
        model_catalog_.learn(name, all);
    }

    const std::vector<sluice::Route>& routes() const { return table_.registered(); }

    sluice::Verdict handle(sluice::Request request, uint32_t) {
        Answer answer;
        try {
            answer = answerTo(request);
        } catch (const Refused& refused) {
            answer = refused.answer();
        } catch (const Json::exception& fault) {
            // A document that another program has put there, of a shape that nothing here writes.
            host_.error("a document of the store is not what it must be: " +
                        std::string(fault.what()).substr(0, 200));
            answer = Refused(500, "internal_server_error", "A document in the store is not what it must be")
                         .answer();
        }
        return request.respond(answer.status, "application/json", textOf(answer.body));
    }

private:
    Answer answerTo(const sluice::Request& request) {
        Asked asked;
        const Route& route = table_.find(request.method(), request.path(), asked.path);
        asked.caller.key_id = request.keyId();
        asked.caller.user = request.user();
        asked.caller.team = request.team();
        asked.caller.organization = request.organization();
        asked.caller = rights_.callerOf(request.admin(), std::move(asked.caller));
        Rights::require(asked.caller, route.access);  // before anything is said about what is asked
        asked.query = readQuery(request.query(), route.query);
        asked.body = Json::object();
        if (!route.takesBody()) return route.handler(asked);
        asked.body = readBody(request.body(), route.body);
        if (!changes(route.access)) return route.handler(asked);
        // What is looked up and what is written then are one step, at least in this process.
        const std::lock_guard lock(changing_);
        return route.handler(asked);
    }

    Routes ownRoutes() {
        return {get("/openapi.json", Access::Open, "This document", {},
                    [this](const Asked&) {
                        return Answer{200, openApiOf(table_.routes())};
                    }),
                get("/routes", Access::Open, "The routes of this plugin", {},
                    [this](const Asked&) {
                        return Answer{200, listOf(table_.routes())};
                    }),
                get("/user/available_roles", Access::Open, "Roles of users", {}, [](const Asked&) {
                    return Answer{200, availableRoles()};
                })};
    }

    sluice::Host host_;
    Documents documents_;
    Rights rights_;
    Keys keys_;
    Groups groups_;
    Spend spend_;
    Tags tags_;
    TagActivity tag_activity_;
    JwtMappings jwt_mappings_;
    KnownModels models_;
    AccessGroups access_groups_;
    UnifiedGroups unified_groups_;
    TeamPermissions team_permissions_;
    Search search_;
    Budgets budgets_;
    ModelAccess model_access_;
    ModelCatalog model_catalog_;
    Settings settings_;
    Audit audit_;
    Table table_;
    std::string store_;
    std::mutex changing_;
};

}  // namespace admin_api

SLUICE_PLUGIN(admin_api::Plugin, R"({
  "id": "admin_api",
  "version": "0.2.0",
  "abi": 1,
  "description": "LiteLLM's admin routes: keys, teams, users, organisations, budgets, what they spend, who changed what",
  "interfaces": ["sluice.endpoint/1", "sluice.start/1", "sluice.models/1"],
  "blocking": true,
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "",
                "description": "id of the instance that keeps them; may be left out if there is one store"},
      "audit": {"type": "boolean", "default": true,
                "description": "each change leaves a document of the kind audit"},
      "available_teams": {"type": "array", "items": {"type": "string"}, "default": [],
                "description": "ids of teams that users may join by themselves; LiteLLM's litellm_settings.default_internal_user_params.available_teams"},
      "show": {"type": "object", "additionalProperties": false, "default": {},
               "description": "sections of the configuration for /config/list, /router/settings and the like, without secrets",
               "properties": {"general_settings": {"type": "object"}, "litellm_settings": {"type": "object"},
                              "router_settings": {"type": "object"}}}
    }
  }
})")
