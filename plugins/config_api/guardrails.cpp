// Guardrails at run time, listed and tried out (docs.litellm.ai/docs/proxy/guardrails).
#include "routes.h"

namespace config_api {
namespace {

Json entryOf(const Json& body) {
    const auto inner = body.find("guardrail");
    const Json& from = inner != body.end() && inner->is_object() ? *inner : body;
    Json entry = Json::object();
    for (const char* member : {"guardrail_name", "litellm_params", "guardrail_info"}) {
        if (from.contains(member)) entry[member] = from[member];
    }
    return entry;
}

Json shown(const Json& entry, const std::string& id) {
    return {{"guardrail_id", id},
            {"guardrail_name", entry.value("guardrail_name", "")},
            {"guardrail_info", entry.value("guardrail_info", Json())},
            {"guardrail_definition_location", "db"}};
}

Json parsedStr(sluice_str text) { return Json::parse(sluice::view(text), nullptr, false); }

}  // namespace

Guardrails::Guardrails(Entries& entries, sluice::Host host)
    : entries_(entries), host_(host), table_(host.find<sluice_host_guardrails>(SLUICE_HOST_GUARDRAILS_ID)) {
    if (!table_) throw sluice::ConfigError("this gateway is too old: it has no " SLUICE_HOST_GUARDRAILS_ID);
}

Json Guardrails::create(const sluice::Request& request) {
    const Json entry = entryOf(bodyOf(request));
    (void)textOf(entry, "guardrail_name");
    const std::string id = randomId(host_);
    entries_.put(request, kGuardrail, id, entry, SLUICE_STORE_NONE);
    return shown(entry, id);
}

// PUT puts another in its place, PATCH changes members.
Json Guardrails::update(const sluice::Request& request, const std::string& id_or_name, bool whole) {
    const std::string id = idOf(id_or_name);
    const uint64_t version = entries_.version(kGuardrail, id);
    const auto before = entries_.find(kGuardrail, id);
    if (!before)
        throw Refused(404, "There is no guardrail \"" + id_or_name +
                               "\" in the store; those of the configuration file are changed there");
    Json entry = entryOf(bodyOf(request));
    if (!whole) {
        Json merged = *before;
        merge(merged, entry);
        entry = std::move(merged);
    }
    (void)textOf(entry, "guardrail_name");
    entries_.put(request, kGuardrail, id, entry, version);
    return shown(entry, id);
}

Json Guardrails::remove(const sluice::Request& request, const std::string& id_or_name) {
    const std::string id = idOf(id_or_name);
    if (!entries_.find(kGuardrail, id))
        throw Refused(404, "There is no guardrail \"" + id_or_name +
                               "\" in the store; those of the configuration file are taken out there");
    entries_.remove(request, kGuardrail, id);
    return {{"message", "Guardrail " + id + " deleted successfully"}};
}

std::string Guardrails::idOf(const std::string& id_or_name) const {
    for (const auto& [id, entry] : entries_.all(kGuardrail)) {
        if (labelOf(kGuardrail, entry) == id_or_name) return id;
    }
    return id_or_name;
}

// Parameters are the admin's to see; secrets in them are handles.
Json Guardrails::list(const sluice::Request& request) const {
    Json all = parsedStr(table_->list(request.raw()));
    for (auto& one : all) {
        if (!request.admin()) one.erase("litellm_params");
        const std::string name = one.value("guardrail_name", "");
        const std::string id = idOf(name);
        if (!entries_.find(kGuardrail, id)) continue;
        one["guardrail_id"] = id;
        one["guardrail_definition_location"] = "db";
    }
    return {{"guardrails", all}};
}

Json Guardrails::one(const sluice::Request& request, const std::string& id) const {
    const Json all = list(request);
    for (const auto& guardrail : all["guardrails"]) {
        if (guardrail.value("guardrail_id", "") == id || guardrail.value("guardrail_name", "") == id)
            return guardrail;
    }
    throw Refused(404, "There is no guardrail \"" + id + "\"");
}

Json Guardrails::apply(const sluice::Request& request) const {
    const Json body = bodyOf(request);
    const std::string name = textOf(body, "guardrail_name"), text = textOf(body, "text");
    const std::string type = body.value("input_type", Json("request")).is_string()
                                 ? body.value("input_type", "request")
                                 : std::string("?");
    if (type != "request" && type != "response")
        throw Refused(422, "input_type: allowed: \"request\" or \"response\"");
    sluice_guard_result result{};
    result.size = sizeof result;
    const auto status = table_->apply(request.raw(), sluice::str(name),
                                      type == "response" ? SLUICE_GUARD_OUTPUT : SLUICE_GUARD_INPUT,
                                      sluice::str(text), &result);
    if (status == SLUICE_E_NOT_FOUND) throw Refused(404, "There is no guardrail \"" + name + "\"");
    if (status != SLUICE_OK) throw Refused(500, "The guardrail could not be tried");
    if (result.verdict == SLUICE_BLOCK) throw Refused(400, std::string(sluice::view(result.message)));
    if (result.verdict != SLUICE_CONTINUE)
        throw Refused(
            500, "The guardrail could not look at the text: " + std::string(sluice::view(result.message)));
    Json answer{{"response_text", sluice::view(result.text)}};
    if (const Json report = parsedStr(result.report); report.is_object()) answer["findings"] = report;
    return answer;
}

}  // namespace config_api
