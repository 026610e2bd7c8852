// Models at run time (docs.litellm.ai/docs/proxy/model_management).
#include "routes.h"

namespace config_api {
namespace {

Json& infoOf(Json& entry) {
    Json& info = entry["model_info"];
    if (!info.is_object()) info = Json::object();
    return info;
}

Json entryOf(const Json& body) {
    Json entry = Json::object();
    for (const char* member : {"model_name", "litellm_params", "model_info"}) {
        if (body.contains(member)) entry[member] = body[member];
    }
    return entry;
}

// Secrets are not for answers.
Json shown(const Json& entry, const std::string& id) {
    return {{"model_id", id},
            {"model_name", entry.value("model_name", "")},
            {"model_info", entry.value("model_info", Json::object())},
            {"blocked", isBlocked(entry)}};
}

}  // namespace

Json Models::create(const sluice::Request& request) {
    Json entry = entryOf(bodyOf(request));
    (void)textOf(entry, "model_name");
    if (!entry.contains("litellm_params") || !entry["litellm_params"].is_object())
        throw Refused(422, "litellm_params: allowed: an object with at least `model`");
    Json& info = infoOf(entry);
    std::string id = info.value("id", Json()).is_string() ? info["id"].get<std::string>() : "";
    if (id.empty()) id = randomId(host_);
    if (entries_.find(kModel, id)) throw Refused(409, "There is a model with the id \"" + id + "\" already");
    info["id"] = id;
    info["db_model"] = true;
    entries_.put(request, kModel, id, entry, SLUICE_STORE_NONE);
    return shown(entry, id);
}

Json Models::update(const sluice::Request& request, std::string id) {
    const Json changes = entryOf(bodyOf(request));
    if (id.empty() && changes.contains("model_info") && changes["model_info"].is_object())
        id = changes["model_info"].value("id", "");
    if (id.empty()) throw Refused(422, "model_info.id: found nothing; allowed: the id of a model");
    const uint64_t version = entries_.version(kModel, id);
    auto entry = entries_.find(kModel, id);
    if (!entry)
        throw Refused(404, "There is no model \"" + id +
                               "\" in the store; models of the configuration file are changed there");
    merge(*entry, changes);
    infoOf(*entry)["id"] = id;
    (void)textOf(*entry, "model_name");
    entries_.put(request, kModel, id, *entry, version);
    return shown(*entry, id);
}

Json Models::remove(const sluice::Request& request) {
    const std::string id = textOf(bodyOf(request), "id");
    if (!entries_.find(kModel, id))
        throw Refused(404, "There is no model \"" + id +
                               "\" in the store; models of the configuration file are taken out there");
    entries_.remove(request, kModel, id);
    return {{"message", "Model: " + id + " deleted successfully"}};
}

// The entry stays in the store with a mark, and is no entry of model_list as long as it has it.
Json Models::setBlocked(const sluice::Request& request, bool blocked) {
    const Json body = bodyOf(request);
    for (const auto& [name, value] : body.items()) {
        if (name != "model_id") throw Refused(422, "There is no such member; allowed: model_id");
    }
    const std::string id = textOf(body, "model_id");
    const uint64_t version = entries_.version(kModel, id);
    auto entry = entries_.find(kModel, id);
    if (!entry)
        throw Refused(404, "There is no model \"" + id +
                               "\" in the store; models of the configuration file are taken out there");
    if (isBlocked(*entry) == blocked) return shown(*entry, id);
    if (blocked)
        (*entry)["blocked"] = true;
    else
        entry->erase("blocked");
    entries_.put(request, kModel, id, *entry, version);
    return shown(*entry, id);
}

}  // namespace config_api
