#include "accounts/notes.h"

#include <algorithm>

namespace accounts {
namespace {

constexpr size_t kTagsMax = 64, kTagBytesMax = 512;

using Texts = std::vector<std::string>;

// "a, b"
void addOfText(std::string_view text, Texts& tags) {
    while (!text.empty()) {
        const size_t comma = std::min(text.find(','), text.size());
        std::string_view tag = text.substr(0, comma);
        text.remove_prefix(std::min(text.size(), comma + 1));
        const size_t start = tag.find_first_not_of(" \t");
        if (start == std::string_view::npos) continue;
        tag = tag.substr(start, tag.find_last_not_of(" \t") - start + 1);
        addEach({std::string(tag)}, tags);
    }
}

// A list of texts, or one text with commas.
void addOfJson(const Json& value, Texts& tags) {
    if (value.is_string()) addOfText(value.get_ref<const std::string&>(), tags);
    if (!value.is_array()) return;
    for (const auto& one : value) {
        if (tags.size() > kTagsMax) return;
        if (one.is_string()) addEach({one.get<std::string>()}, tags);
    }
}

Json parsed(const std::optional<std::string_view>& json) {
    return json ? Json::parse(*json, nullptr, false) : Json();
}

void addOfRequest(const sluice::Request& request, Texts& tags) {
    if (const auto own = request.member("tags")) addOfJson(parsed(own), tags);
    for (const char* name : {"metadata", "litellm_metadata"}) {
        const auto object = request.member(name);
        if (!object || object->find("\"tags\"") == std::string_view::npos) continue;
        const Json metadata = parsed(object);
        const auto inner = metadata.is_object() ? metadata.find("tags") : metadata.end();
        if (inner != metadata.end()) addOfJson(*inner, tags);
    }
    if (const auto field = request.header("x-litellm-tags")) addOfText(*field, tags);
}

void show(const sluice::Request& request, const char* name, const std::string& value) {
    if (!value.empty()) (void)request.setAttribute(name, value);
}

void showLists(const sluice::Request& request, const char* name, const std::string* key,
               const std::string* team) {
    const bool of_key = key && !key->empty(), of_team = team && !team->empty();
    if (of_key && of_team) {
        Texts both;
        addOfJson(Json::parse(*key, nullptr, false), both);
        addOfJson(Json::parse(*team, nullptr, false), both);
        return show(request, name, jsonList(both));
    }
    if (of_key || of_team) show(request, name, of_key ? *key : *team);
}

}  // namespace

void noteEndUser(const sluice::Request& request) {
    if (!request.endUser().empty()) return;
    for (const char* name : {"x-litellm-customer-id", "x-litellm-end-user-id"}) {
        if (const auto value = request.header(name); value && !value->empty()) {
            request.setEndUser(*value);
            return;
        }
    }
    const auto user = request.member("user");
    if (!user || user->size() < 3 || user->front() != '"') return;
    const Json text = Json::parse(*user, nullptr, false);
    if (text.is_string()) request.setEndUser(text.get<std::string>());
}

void noteTags(const sluice::Request& request, const Extras* key, const Extras* team) {
    Texts tags;
    if (const auto there = request.attribute("tags")) {
        const Json list = Json::parse(*there, nullptr, false);
        list.is_array() ? addOfJson(list, tags) : addOfText(*there, tags);
    }
    const size_t before = tags.size();
    if (key) addEach(key->tags, tags);
    if (team) addEach(team->tags, tags);
    addOfRequest(request, tags);  // last: it may bring more than there is room for
    if (tags.size() == before) return;
    tags.erase(std::remove_if(tags.begin(), tags.end(),
                              [](const std::string& tag) { return tag.size() > kTagBytesMax; }),
               tags.end());
    if (tags.size() > kTagsMax) tags.resize(kTagsMax);
    show(request, "tags", jsonList(tags));
}

void noteExtras(const sluice::Request& request, const Extras* key, const Extras* team) {
    if (!key && !team) return;
    showLists(request, "sluice.guardrails", key ? &key->guardrails_json : nullptr,
              team ? &team->guardrails_json : nullptr);
    if (team) show(request, "sluice.team_metadata", team->metadata);
    if (!key) return;
    show(request, "sluice.cache_controls", key->cache_controls_json);
    show(request, "sluice.key_metadata", key->metadata);
    show(request, "sluice.key_permissions", key->permissions);
    show(request, "sluice.service_account", key->service_account);
}

std::optional<Denied> checkParams(const sluice::Request& request, const std::vector<std::string>& wanted) {
    for (const auto& path : wanted) {
        const size_t dot = path.find('.');
        const auto member = request.member(std::string_view(path).substr(0, dot));
        bool there = member && *member != "null";
        if (there && dot != std::string::npos) {
            Json value = parsed(member);
            std::string_view rest = std::string_view(path).substr(dot + 1);
            while (there && !rest.empty()) {
                const std::string name(rest.substr(0, rest.find('.')));
                rest.remove_prefix(std::min(rest.size(), name.size() + 1));
                there = value.is_object() && value.contains(name) && !value[name].is_null();
                if (there) value = Json(value[name]);
            }
        }
        if (there) continue;
        return Denied{
            400, "bad_request_error",
            "BadRequest: please pass the parameter \"" + path + "\" in the request: it is enforced"};
    }
    return std::nullopt;
}

}  // namespace accounts
