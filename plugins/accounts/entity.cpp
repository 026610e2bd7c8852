#include "accounts/entity.h"

#include <algorithm>
#include <ctime>

namespace accounts {
namespace {

bool matches(std::string_view pattern, std::string_view model) {
    if (pattern.empty() || pattern.back() != '*') return pattern == model;
    pattern.remove_suffix(1);
    return model.substr(0, pattern.size()) == pattern;
}

// Reads members and remembers the last that is not what it must be; null counts as missing.
class Reader {
public:
    Reader(std::string_view json, std::string& fault)
        : object_(Json::parse(json, nullptr, false)), fault_(fault) {
        fault_.clear();
        if (!object_.is_object()) fault_ = "it is no object";
    }

    void text(const char* name, std::string& to) {
        if (const Json* value = find(name, &Json::is_string, "a text")) to = value->get<std::string>();
    }
    void flag(const char* name, bool& to) {
        if (const Json* value = find(name, &Json::is_boolean, "true or false")) to = value->get<bool>();
    }
    void models(const char* name, Models& to) {
        if (const Json* value = find(name, &Json::is_array, "a list of model names")) to = Models(*value);
    }
    void texts(const char* name, std::vector<std::string>& to) {
        const Json* value = find(name, &Json::is_array, "a list of texts");
        if (!value) return;
        for (const auto& one : *value) {
            if (one.is_string()) to.push_back(one.get<std::string>());
        }
    }
    void mapping(const char* name, std::map<std::string, std::string>& to) {
        const Json* value = find(name, &Json::is_object, "a mapping of texts");
        if (!value) return;
        for (const auto& [from, target] : value->items()) {
            if (target.is_string()) to[from] = target.get<std::string>();
        }
    }
    void time(const char* name, int64_t& to) {
        const auto found = object_.is_object() ? object_.find(name) : object_.end();
        if (found == object_.end()) return;
        const auto value = readTime(*found);
        if (value) to = *value;
        if (!value) fault_ = std::string(name) + ": expected a time, RFC 3339 or milliseconds";
    }

    std::shared_ptr<const Extras> extras() { return readExtras(object_, fault_); }

private:
    const Json* find(const char* name, bool (Json::*is)() const noexcept, const char* what) {
        const auto found = object_.is_object() ? object_.find(name) : object_.end();
        if (found == object_.end() || found->is_null()) return nullptr;
        if (((*found).*is)()) return &*found;
        fault_ = std::string(name) + ": expected " + what;
        return nullptr;
    }

    const Json object_;
    std::string& fault_;
};

}  // namespace

Models::Models(const Json& list) {
    if (!list.is_array()) return;
    for (const auto& entry : list) {
        if (entry.is_string()) add(entry.get<std::string>());
    }
}

void Models::add(std::string name) {
    all_ |= name == "*" || name == "all-proxy-models";
    team_ |= name == "all-team-models";
    none_ |= name == "no-default-models";
    if (name != "no-default-models") names_.push_back(std::move(name));
}

Models Models::only(const std::vector<std::string>& names) {
    Models models;
    if (!names.empty()) models = Models(Json(names));
    models.none_ = true;  // also if nothing is left of them
    return models;
}

bool Models::allow(std::string_view model) const {
    return all_ || std::any_of(names_.begin(), names_.end(),
                               [&](const std::string& pattern) { return matches(pattern, model); });
}

std::optional<int64_t> readTime(const Json& value) {
    if (value.is_null()) return 0;
    if (value.is_number()) return static_cast<int64_t>(value.get<double>());
    if (!value.is_string()) return std::nullopt;
    const auto text = value.get<std::string>();
    if (text.empty()) return 0;
    std::tm parts{};
    const char* rest = ::strptime(text.c_str(), "%Y-%m-%d", &parts);
    if (!rest) return std::nullopt;
    if (*rest == 'T' || *rest == ' ') rest = ::strptime(rest + 1, "%H:%M:%S", &parts);
    if (!rest) return std::nullopt;
    int64_t ms = static_cast<int64_t>(::timegm(&parts)) * 1000;
    if (*rest == '.') {
        for (int64_t weight = 100; *++rest >= '0' && *rest <= '9'; weight /= 10) ms += (*rest - '0') * weight;
    }
    if (*rest == '\0' || *rest == 'Z' || *rest == 'z') return ms;  // LiteLLM's times without a zone are UTC
    if (*rest != '+' && *rest != '-') return std::nullopt;
    int hours = 0, minutes = 0;
    if (std::sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2) return std::nullopt;
    const int64_t offset = (hours * 60 + minutes) * 60'000;
    return *rest == '+' ? ms - offset : ms + offset;
}

std::optional<Key> readKey(std::string_view id, std::string_view json, std::string& fault) {
    Reader read(json, fault);
    Key key;
    key.id = id;
    read.text("key_name", key.name);
    read.text("key_alias", key.alias);
    read.text("user_id", key.user);
    read.text("team_id", key.team);
    read.text("organization_id", key.organization);
    read.text("project_id", key.project);
    read.time("expires", key.expires_ms);
    read.flag("blocked", key.blocked);
    read.models("models", key.models);
    read.mapping("aliases", key.aliases);
    read.texts("allowed_routes", key.routes);
    read.texts("allowed_ips", key.clients);
    read.texts("access_group_ids", key.access_groups);
    key.extras = read.extras();
    read.text("active_token_id", key.successor);
    return fault.empty() ? std::optional<Key>(std::move(key)) : std::nullopt;
}

std::optional<Group> readGroup(std::string_view id, std::string_view json, std::string& fault) {
    Reader read(json, fault);
    Group group;
    group.id = id;
    for (const char* alias : {"team_alias", "user_alias", "organization_alias", "project_alias", "alias"})
        read.text(alias, group.alias);
    read.flag("blocked", group.blocked);
    read.models("models", group.models);
    read.models("access_model_names", group.models);
    read.mapping("model_aliases", group.aliases);
    read.text("organization_id", group.organization);
    read.text("user_role", group.role);
    read.texts("teams", group.teams);
    read.texts("access_group_ids", group.access_groups);
    group.extras = read.extras();
    return fault.empty() ? std::optional<Group>(std::move(group)) : std::nullopt;
}

}  // namespace accounts
