#include "unified_groups.h"

#include <algorithm>

#include "keys.h"

namespace admin_api {
namespace {

constexpr const char* kKind = "access_group";
constexpr size_t kHoldersMax = 500;  // teams and keys that one body names

struct Assigned {
    const char* member;
    const char* kind;
};
constexpr Assigned kAssigned[]{{"assigned_team_ids", "team"}, {"assigned_key_ids", "key"}};

// As auth_keys reads the document: LiteLLM's own member goes before ours.
std::vector<std::string> modelsOf(const Json& group) {
    return textsIn(group, isSet(group, "access_model_names") ? "access_model_names" : "models");
}

std::string nameOf(const std::string& id, const Json& group) {
    const auto name = textIn(group, "access_group_name");
    return name.empty() ? id : name;
}

bool holds(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

std::string quoted(const std::string& text) {
    return Json(text.substr(0, 100)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

std::vector<std::string> UnifiedGroups::holdersOf(const char* kind, const std::string& id) const {
    return documents_.ids(kind,
                          [&](const std::string&, const Links& links) { return holds(links.groups, id); });
}

UnifiedGroups::Holders UnifiedGroups::holders() const {
    Holders all;
    for (const auto& [member, kind] : kAssigned) {
        auto& of = all[member];
        (void)documents_.ids(kind, [&](const std::string& holder, const Links& links) {
            for (const auto& group : links.groups) of[group].push_back(holder);
            return false;
        });
    }
    return all;
}

Json UnifiedGroups::shown(const std::string& id, const Json& group, const Holders& holders) {
    Json one{{"access_group_id", id},
             {"access_group_name", nameOf(id, group)},
             {"description", group.value("description", Json())},
             {"access_model_names", modelsOf(group)},
             {"access_mcp_server_ids", Json::array()},
             {"access_agent_ids", Json::array()}};
    for (const auto& [member, of] : holders) {
        const auto found = of.find(id);
        one[member] = found == of.end() ? Json::array() : Json(found->second);
    }
    for (const char* member : {"created_at", "created_by", "updated_at", "updated_by"})
        one[member] = group.value(member, Json());
    return one;
}

Document UnifiedGroups::group(const Asked& asked) const {
    const auto& id = asked.path.at("access_group_id");
    auto document = documents_.find(kKind, id);
    if (!document) throw notFound("Access group " + id.substr(0, 100));
    if (!document->value.is_object()) document->value = Json::object();
    return std::move(*document);
}

void UnifiedGroups::apply(const Asked& asked, const std::string& id, Json& group) const {
    for (const char* none : {"access_mcp_server_ids", "access_agent_ids"}) {
        if (!textsIn(asked.body, none).empty())
            throw badRequest(
                std::string(none) + ": found some; allowed: none, as there are no such things here", none);
    }
    if (const auto name = textIn(asked.body, "access_group_name");
        !name.empty() && name != nameOf(id, group)) {
        for (const auto& other :
             documents_.ids(kKind, [](const std::string&, const Links&) { return true; })) {
            const auto document = documents_.find(kKind, other);
            if (other != id && document && nameOf(other, document->value) == name)
                throw Refused(409, "conflict_error", "access_group_name: " + quoted(name) + " is taken",
                              "access_group_name");
        }
        group["access_group_name"] = name;
    }
    if (asked.body.contains("description")) group["description"] = asked.body["description"];
    if (asked.body.contains("access_model_names")) {
        const auto names = textsIn(asked.body, "access_model_names");
        for (const auto& model : names) {
            if (!models_.covers(model))
                throw badRequest("access_model_names: there is no model " + quoted(model) +
                                     "; allowed: names that stand in model_list, and patterns that fit one",
                                 "access_model_names");
        }
        group.erase("models");
        group["access_model_names"] = names;
    }
    group["updated_at"] = timeText(host_.wallMs());
    group["updated_by"] = asked.caller.name();
}

std::optional<Change> UnifiedGroups::given(const char* kind, const std::string& holder, const std::string& id,
                                           bool has, const std::string& who) const {
    auto document = documents_.find(kind, holder);
    if (!document) return std::nullopt;  // gone meanwhile
    auto groups = textsIn(document->value, "access_group_ids");
    if (holds(groups, id) == has) return std::nullopt;
    if (has)
        groups.push_back(id);
    else
        groups.erase(std::remove(groups.begin(), groups.end(), id), groups.end());
    document->value["access_group_ids"] = groups;
    // Without groups an empty list of models is every model there is.
    if (groups.empty() && textsIn(document->value, "models").empty())
        document->value["models"] = {"no-default-models"};
    document->value["updated_at"] = timeText(host_.wallMs());
    document->value["updated_by"] = who;
    return Change{kind, holder, std::move(document->value), document->version};
}

std::vector<Change> UnifiedGroups::assigned(const Asked& asked, const std::string& id) const {
    std::vector<Change> changes;
    for (const auto& [member, kind] : kAssigned) {
        if (!isSet(asked.body, member)) continue;
        auto wanted = textsIn(asked.body, member);
        if (wanted.size() > kHoldersMax)
            throw badRequest(std::string(member) + ": found " + std::to_string(wanted.size()) +
                                 "; allowed: at most " + std::to_string(kHoldersMax),
                             member);
        for (auto& holder : wanted) {
            if (std::string_view(kind) == "key") holder = keyId(holder);
            if (!documents_.has(kind, holder))
                throw badRequest(std::string(member) + ": found one that is not there", member);
        }
        std::set<std::string> touched(wanted.begin(), wanted.end());
        for (auto& holder : holdersOf(kind, id)) touched.insert(std::move(holder));
        for (const auto& holder : touched) {
            auto change = given(kind, holder, id, holds(wanted, holder), asked.caller.name());
            if (change) changes.push_back(std::move(*change));
        }
    }
    return changes;
}

// Under an id that nobody chooses: a name that a model has would open the group to keys with that model.
Answer UnifiedGroups::create(const Asked& asked) {
    if (textIn(asked.body, "access_group_name").empty())
        throw badRequest("access_group_name: which name?", "access_group_name");
    const std::string id = randomText();
    Json value{{"created_at", timeText(host_.wallMs())}, {"created_by", asked.caller.name()}};
    value["access_model_names"] = Json::array();
    apply(asked, id, value);
    auto changes = assigned(asked, id);
    changes.insert(changes.begin(), {kKind, id, value, SLUICE_STORE_NONE});
    documents_.write(std::move(changes), "created", asked.caller.name());
    return {200, shown(id, value, holders())};
}

Answer UnifiedGroups::update(const Asked& asked) {
    const auto& id = asked.path.at("access_group_id");
    Document document = group(asked);
    apply(asked, id, document.value);
    auto changes = assigned(asked, id);
    changes.insert(changes.begin(), {kKind, id, document.value, document.version});
    documents_.write(std::move(changes), "updated", asked.caller.name());
    return {200, shown(id, document.value, holders())};
}

// Whoever else names it, in `models` or as a user or an organisation, may use nothing by it.
Answer UnifiedGroups::remove(const Asked& asked) {
    const auto& id = asked.path.at("access_group_id");
    const Document document = group(asked);
    std::vector<Change> changes{{kKind, id, std::nullopt, document.version}};
    for (const auto& [member, kind] : kAssigned) {
        for (const auto& holder : holdersOf(kind, id)) {
            auto change = given(kind, holder, id, false, asked.caller.name());
            if (change) changes.push_back(std::move(*change));
        }
    }
    documents_.write(std::move(changes), "deleted", asked.caller.name());
    return {200, {{"access_group_id", id}, {"message", "Access group deleted"}}};
}

Answer UnifiedGroups::one(const Asked& asked) const {
    return {200, shown(asked.path.at("access_group_id"), group(asked).value, holders())};
}

Answer UnifiedGroups::list() const {
    const Holders all_holders = holders();  // one look at all keys, not one for each group
    Json all = Json::array();
    for (const auto& id : documents_.ids(kKind, [](const std::string&, const Links&) { return true; })) {
        const auto document = documents_.find(kKind, id);
        if (!document) continue;
        all.push_back(shown(id, document->value.is_object() ? document->value : Json::object(), all_holders));
    }
    return {200, std::move(all)};
}

Routes UnifiedGroups::routes() {
    const Fields body{{"access_group_name", Type::Id},     {"description", Type::Text},
                      {"access_model_names", Type::Texts}, {"access_mcp_server_ids", Type::Texts},
                      {"access_agent_ids", Type::Texts},   {"assigned_team_ids", Type::Texts},
                      {"assigned_key_ids", Type::Texts}};
    Routes routes;
    for (const char* path : {"/v1/access_group", "/v1/unified_access_group"}) {
        const std::string single = std::string(path) + "/{access_group_id}";
        routes.push_back(post(path, Access::OtherWrite, "A group of models, and who has it", body,
                              [this](const Asked& a) { return create(a); }));
        routes.push_back(
            get(path, Access::OtherRead, "All groups", {}, [this](const Asked&) { return list(); }));
        routes.push_back(
            get(single, Access::OtherRead, "One group", {}, [this](const Asked& a) { return one(a); }));
        routes.push_back(change("PUT", single, Access::OtherWrite, "Changes members of a group", body,
                                [this](const Asked& a) { return update(a); }));
        routes.push_back(change("DELETE", single, Access::OtherWrite,
                                "Takes it away, also from the teams and keys that have it", {},
                                [this](const Asked& a) { return remove(a); }));
    }
    return routes;
}

}  // namespace admin_api
