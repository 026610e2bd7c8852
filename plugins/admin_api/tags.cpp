// Source: litellm/proxy/management_endpoints/tag_management_endpoints.py, litellm/types/tag_management.py.
#include "tags.h"

#include <algorithm>

#include "json_text.h"

namespace admin_api {
namespace {

constexpr size_t kNamesMax = 1000;   // of one question
constexpr size_t kSeenMax = 10'000;  // in a list

std::string nameIn(const Asked& asked) {
    auto name = textIn(asked.body, "name");
    if (name.empty()) throw badRequest("name: which tag?", "name");
    return name;
}

// LiteLLM's answers have all of its members.
Json withAll(const std::string& name, Json tag) {
    for (const char* member : {"description", "model_info", "budget_id", "created_at", "updated_at"}) {
        if (!tag.contains(member)) tag[member] = nullptr;
    }
    tag["models"] = Json::array();
    tag["name"] = name;
    return tag;
}

}  // namespace

void Tags::check(const Json& wishes) const {
    // At LiteLLM it puts the tag on deployments. Without a word it would look as if it did here, too.
    if (!textsIn(wishes, "models").empty())
        throw badRequest(
            "models: allowed: an empty list; which deployments serve a tag stands in the configuration, "
            "model_list[].litellm_params.tags",
            "models");
    const auto budget = textIn(wishes, "budget_id");
    if (!budget.empty() && !documents_.has("budget", budget))
        throw badRequest("budget_id: there is no budget " + Json(budget).dump(), "budget_id");
}

Json Tags::shown(const std::string& name, Json document) const {
    document["spend"] = usd(spent_.of("tag", name, document));
    return withAll(name, std::move(document));
}

Answer Tags::create(const Asked& asked) {
    const auto name = nameIn(asked);
    check(asked.body);
    Json tag = asked.body;
    tag.erase("models");
    tag["created_at"] = tag["updated_at"] = timeText(host_.wallMs());
    tag["created_by"] = asked.caller.name();
    documents_.write({{"tag", name, tag, SLUICE_STORE_NONE}}, "created", asked.caller.name());
    return {200,
            {{"message", "Tag " + name + " created successfully"}, {"tag", withAll(name, std::move(tag))}}};
}

Answer Tags::update(const Asked& asked) {
    const auto name = nameIn(asked);
    check(asked.body);
    auto document = documents_.find("tag", name);
    if (!document) throw notFound("Tag " + name.substr(0, 100));
    for (const auto& [member, value] : asked.body.items()) {
        if (member != "models") document->value[member] = value;
    }
    document->value["updated_at"] = timeText(host_.wallMs());
    document->value["updated_by"] = asked.caller.name();
    documents_.write({{"tag", name, document->value, document->version}}, "updated", asked.caller.name());
    return {200,
            {{"message", "Tag " + name + " updated successfully"},
             {"tag", withAll(name, std::move(document->value))}}};
}

Answer Tags::remove(const Asked& asked) {
    const auto name = nameIn(asked);
    const auto document = documents_.find("tag", name);
    if (!document) throw notFound("Tag " + name.substr(0, 100));
    documents_.write({{"tag", name, std::nullopt, document->version}}, "deleted", asked.caller.name());
    return {200, {{"message", "Tag " + name + " deleted successfully"}}};
}

// {"names": ["a", "b"]}: those that are there, by name.
Answer Tags::info(const Asked& asked) {
    const auto names = textsIn(asked.body, "names");
    if (names.empty() || names.size() > kNamesMax)
        throw badRequest("names: 1 to " + std::to_string(kNamesMax) + " of them", "names");
    Json all = Json::object();
    for (const auto& name : names) {
        if (auto document = documents_.find("tag", name)) all[name] = shown(name, std::move(document->value));
    }
    if (all.empty()) throw notFound("Tag " + names.front());
    return {200, std::move(all)};
}

// Those that were made, and then those that requests have named.
Answer Tags::list() {
    Json all = Json::array();
    for (const auto& name : documents_.ids("tag", [](const std::string&, const Links&) { return true; })) {
        if (auto document = documents_.find("tag", name))
            all.push_back(withAll(name, std::move(document->value)));
    }
    const Json seen = documents_.report({{"report", "names"}, {"dimension", "tag"}, {"limit", kSeenMax}});
    for (const auto& name : seen.value("rows", Json::array())) {
        if (!name.is_string() || documents_.has("tag", name.get<std::string>())) continue;
        all.push_back(withAll(name, {{"description", "Named by requests; it has no limits of its own"}}));
    }
    return {200, std::move(all)};
}

Routes Tags::routes() {
    const Fields own = with({{"name", Type::Id}}, withLimits({{"description", Type::Text}}));
    return {post("/tag/new", Access::OtherWrite, "Gives a tag a budget and limits", own,
                 [this](const Asked& a) { return create(a); }),
            post("/tag/update", Access::OtherWrite, "Changes members of it", own,
                 [this](const Asked& a) { return update(a); }),
            post("/tag/delete", Access::OtherWrite, "Takes its budget and limits away", {{"name", Type::Id}},
                 [this](const Asked& a) { return remove(a); }),
            post("/tag/info", Access::OtherRead, "Tells of several", {{"names", Type::Texts}},
                 [this](const Asked& a) { return info(a); }),
            get("/tag/list", Access::OtherRead, "Those that were made, and those that requests have named",
                {}, [this](const Asked&) { return list(); })};
}

}  // namespace admin_api
