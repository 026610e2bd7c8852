// Models and guardrails over LiteLLM's API: listed, tried out, and, with a store, made, changed and taken
// away while the gateway runs.
#include <algorithm>
#include <array>

#include <sluice/json_depth.hpp>

#include "routes.h"

namespace config_api {
namespace {

constexpr size_t kDepthMax = 64;

}  // namespace

Json bodyOf(const sluice::Request& request) {
    const auto text = request.body();
    // Trees are copied and written by recursion, and a fiber's stack is small.
    if (sluice::nestedBeyond(text, kDepthMax))
        throw Refused(400, "The body is nested too deeply: at most 64 levels");
    Json body = Json::parse(text, nullptr, false);
    if (!body.is_object()) throw Refused(400, "The body is no JSON object");
    return body;
}

std::string textOf(const Json& object, const char* member) {
    const auto found = object.find(member);
    if (found == object.end() || !found->is_string() || found->get<std::string>().empty())
        throw Refused(422, std::string(member) + ": allowed: a text that is not empty");
    return found->get<std::string>();
}

void merge(Json& value, const Json& changes) {
    for (const auto& [name, change] : changes.items()) {
        if (change.is_null()) {
            value.erase(name);
        } else if (change.is_object() && value.contains(name) && value[name].is_object()) {
            merge(value[name], change);
        } else {
            value[name] = change;
        }
    }
}

std::string randomId(const sluice::Host& host) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string id;
    for (int half = 0; half < 2; ++half) {
        uint64_t bits = host.random();
        for (int i = 0; i < 16; ++i, bits >>= 4) id += kHex[bits & 15];
    }
    return id;
}

namespace {

enum Wanted : uint32_t {
    kModelNew,
    kModelUpdate,
    kModelDelete,
    kModelPatch,
    kModelBlock,
    kModelUnblock,
    kList,
    kListV2,
    kApply,
    kApplyShort,
    kGuardrailNew,
    kGuardrailGet,
    kGuardrailPut,
    kGuardrailPatch,
    kGuardrailDelete,
};

const std::vector<sluice::Route>& allRoutes() {
    static const std::vector<sluice::Route> routes{{"POST", "/model/new", SLUICE_ROUTE_ADMIN},
                                                   {"POST", "/model/update", SLUICE_ROUTE_ADMIN},
                                                   {"POST", "/model/delete", SLUICE_ROUTE_ADMIN},
                                                   {"PATCH", "/model/*", SLUICE_ROUTE_ADMIN},
                                                   {"POST", "/model/block", SLUICE_ROUTE_ADMIN},
                                                   {"POST", "/model/unblock", SLUICE_ROUTE_ADMIN},
                                                   {"GET", "/guardrails/list"},
                                                   {"GET", "/v2/guardrails/list"},
                                                   {"POST", "/guardrails/apply_guardrail"},
                                                   {"POST", "/apply_guardrail"},
                                                   {"POST", "/guardrails", SLUICE_ROUTE_ADMIN},
                                                   {"GET", "/guardrails/*"},
                                                   {"PUT", "/guardrails/*", SLUICE_ROUTE_ADMIN},
                                                   {"PATCH", "/guardrails/*", SLUICE_ROUTE_ADMIN},
                                                   {"DELETE", "/guardrails/*", SLUICE_ROUTE_ADMIN}};
    return routes;
}

// What stands in a path between a prefix and an ending.
std::string between(std::string_view path, std::string_view prefix, std::string_view ending) {
    if (path.substr(0, prefix.size()) != prefix) throw Refused(404, "Not found");
    path.remove_prefix(prefix.size());
    if (path.size() > ending.size() && path.substr(path.size() - ending.size()) == ending)
        path.remove_suffix(ending.size());
    if (path.empty() || path.find('/') != std::string_view::npos) throw Refused(404, "Not found");
    return std::string(path);
}

}  // namespace

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host)
        : host_(host), entries_(host), models_(entries_, host), guardrails_(entries_, host) {
        const Json config = Json::parse(config_json);
        store_ = config.value("store", "");
        const auto salt = config.find("salt_key");
        if (salt != config.end() && salt->is_object() && salt->contains("$secret")) {
            const auto text = host.reveal((*salt)["$secret"].get<std::string>());
            salt_key_ = text.value_or("");
        }
    }

    void start() {
        entries_.open(store_, salt_key_);
        salt_key_.clear();
    }

    static const void* interface(std::string_view id) {
        static const sluice_config_source source{
            sizeof(sluice_config_source), 0,
            [](sluice_instance* self, sluice_str section, void (*add)(void*, sluice_str),
               void* arg) -> sluice_status {
                const auto& entries = reinterpret_cast<Plugin*>(self)->entries_;
                const bool models = sluice::view(section) == "model_list";
                if (!models && sluice::view(section) != "guardrails") return SLUICE_OK;
                for (const auto& [name, entry] : entries.all(models ? kModel : kGuardrail)) {
                    if (models && isBlocked(entry)) continue;
                    const std::string json = entry.dump(-1, ' ', false, Json::error_handler_t::replace);
                    add(arg, sluice::str(json));
                }
                return SLUICE_OK;
            }};
        return id == SLUICE_CONFIG_SOURCE_ID ? &source : nullptr;
    }

    const std::vector<sluice::Route>& routes() const { return allRoutes(); }

    sluice::Verdict handle(sluice::Request request, uint32_t route) {
        try {
            return answer(request, 200, answerTo(request, route));
        } catch (const Refused& refused) {
            const uint32_t status = refused.status();
            return answer(request, status,
                          {{"error",
                            {{"message", refused.what()},
                             {"type", status < 500 ? "invalid_request_error" : "internal_server_error"},
                             {"param", nullptr},
                             {"code", std::to_string(status)}}}});
        } catch (const Json::exception&) {
            return answer(request, 422,
                          {{"error",
                            {{"message", "A member of the body is not of the type that it must be"},
                             {"type", "invalid_request_error"},
                             {"param", nullptr},
                             {"code", "422"}}}});
        }
    }

private:
    static sluice::Verdict answer(const sluice::Request& request, uint32_t status, const Json& body) {
        return request.respond(status, "application/json",
                               body.dump(-1, ' ', false, Json::error_handler_t::replace));
    }

    Json answerTo(const sluice::Request& request, uint32_t route) {
        const auto guardrail = [&] { return between(request.path(), "/guardrails/", "/info"); };
        switch (route) {
            case kModelNew:
                return models_.create(request);
            case kModelUpdate:
                return models_.update(request, "");
            case kModelDelete:
                return models_.remove(request);
            case kModelPatch:
                return models_.update(request, between(request.path(), "/model/", "/update"));
            case kModelBlock:
            case kModelUnblock:
                return models_.setBlocked(request, route == kModelBlock);
            case kList:
            case kListV2:
                return guardrails_.list(request);
            case kApply:
            case kApplyShort:
                return guardrails_.apply(request);
            case kGuardrailNew:
                return guardrails_.create(request);
            case kGuardrailGet:
                return guardrails_.one(request, guardrail());
            case kGuardrailDelete:
                return guardrails_.remove(request, guardrail());
            default:
                return guardrails_.update(request, guardrail(), route == kGuardrailPut);
        }
    }

    sluice::Host host_;
    std::string store_, salt_key_;
    Entries entries_;
    Models models_;
    Guardrails guardrails_;
};

}  // namespace config_api

SLUICE_PLUGIN(config_api::Plugin, R"({
  "id": "config_api",
  "version": "0.1.0",
  "abi": 1,
  "description": "Models and guardrails over LiteLLM's API, kept in a store",
  "interfaces": ["sluice.endpoint/1", "sluice.start/1", "sluice.config_source/1"],
  "capabilities": ["admin"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "store": {"type": "string", "default": "", "description": "id of the instance that keeps them; may be left out if there is one store"},
      "salt_key": {"description": "secret: what is kept is encrypted with it; without it nothing can be changed"}
    }
  }
})")
