#include "policy.h"

#include <algorithm>
#include <limits>
#include <mutex>

#include "redact.h"

namespace exporters {
namespace {

using Json = nlohmann::json;

// The same records for every exporter and every gateway: by the record's id and not by a die.
bool isSampled(std::string_view id, double rate) {
    if (rate >= 1.0) return true;
    uint64_t hash = 14695981039346656037u;  // FNV-1a
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash ^= hash >> 29;
    hash *= 0xbf58476d1ce4e5b9u;
    hash ^= hash >> 32;
    return static_cast<double>(hash) < rate * static_cast<double>(std::numeric_limits<uint64_t>::max());
}

// "langfuse, datadog"
bool isNamed(std::string_view list, const std::vector<std::string>& names) {
    while (!list.empty()) {
        const size_t comma = std::min(list.find(','), list.size());
        std::string_view one = list.substr(0, comma);
        list.remove_prefix(std::min(list.size(), comma + 1));
        while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
        if (std::find(names.begin(), names.end(), one) != names.end()) return true;
    }
    return false;
}

}  // namespace

Policy::Policy(const Options& options, std::vector<std::string> names, const Sink& sink,
               std::shared_ptr<const Destination> usual, std::function<void(const std::string&)> warn)
    : options_(options),
      names_(std::move(names)),
      sink_(sink),
      usual_(std::move(usual)),
      warn_(std::move(warn)) {}

void Policy::learn(const sluice_document& document) {
    const std::string kind(sluice::view(document.kind));
    const std::string id(sluice::view(document.id));
    Found rules;
    if (!document.removed) {
        const Json json = Json::parse(sluice::view(document.json), nullptr, false);
        if (json.is_object() && json.contains("metadata")) {
            rules = rulesOf(
                json["metadata"], names_, [this](const Json& vars) { return sink_.own(vars); },
                [&](const std::string& why) {
                    warn_("the logging of the " + kind + " " + id.substr(0, 12) + "… is of no use: " + why);
                });
        }
    }
    const std::unique_lock lock(mutex_);
    if (rules)
        rules_[kind + ":" + id] = std::move(rules);
    else
        rules_.erase(kind + ":" + id);
}

Policy::Found Policy::find(const char* kind, std::string_view id) const {
    if (id.empty()) return nullptr;
    const std::shared_lock lock(mutex_);
    if (rules_.empty()) return nullptr;
    const auto found = rules_.find(std::string(kind).append(":").append(id));
    return found == rules_.end() ? nullptr : found->second;
}

// Where there is no store to follow: what other plugins show of the key's and team's metadata, without
// credentials.
Policy::Found Policy::shownRules(const sluice_record& record) const {
    const auto attributes = sluice::view(record.attributes);
    if (attributes.find("litellm_disabled_callbacks") == std::string_view::npos &&
        attributes.find("turn_off_message_logging") == std::string_view::npos &&
        attributes.find("redact_user_api_key_info") == std::string_view::npos)
        return nullptr;
    const Json all = Json::parse(attributes, nullptr, false);
    Rules both;
    for (const char* name : {"sluice.key_metadata", "sluice.team_metadata"}) {
        if (!all.is_object() || !all.contains(name) || !all[name].is_string()) continue;
        const Json metadata = Json::parse(all[name].get_ref<const std::string&>(), nullptr, false);
        const auto rules = rulesOf(
            metadata, names_, [](const Json&) { return nullptr; }, [](const std::string&) {});
        if (!rules) continue;
        both.off |= rules->off;
        both.hide_messages |= rules->hide_messages;
        both.hide_key_info |= rules->hide_key_info;
    }
    return std::make_shared<const Rules>(both);
}

// Attributes that the gateway leaves for what a client's fields and body say (docs/callbacks.md).
Policy::Wishes Policy::wishesOf(const sluice_record& record) const {
    Wishes wishes;
    const auto attributes = sluice::view(record.attributes);
    if (attributes.find("\"litellm.") == std::string_view::npos) return wishes;
    const Json all = Json::parse(attributes, nullptr, false);
    if (!all.is_object()) return wishes;
    const auto said = [&](const char* name) { return all.value(name, std::string()); };
    const std::string redaction = said("litellm.message_redaction");
    wishes.hide = redaction == "on";
    if (!options_.callers_decide) return wishes;
    wishes.show = redaction == "off";
    wishes.off = said("litellm.no_log") == "true" || isNamed(said("litellm.disabled_callbacks"), names_);
    return wishes;
}

std::vector<Ticket> Policy::judge(const sluice_record& record) const {
    const bool success = sluice::view(record.outcome) == "success";
    const Found key = find("key", sluice::view(record.key_id));
    const Found team = find("team", sluice::view(record.team));
    const Found shown = shownRules(record);
    const Wishes wishes = wishesOf(record);
    if (wishes.off) return {};
    bool hide = wishes.hide || (options_.hide_messages && !wishes.show);
    bool hide_key = options_.hide_key_info;
    for (const auto& rules : {key, team, shown}) {
        if (!rules) continue;
        if (rules->off) return {};
        hide |= rules->hide_messages;
        hide_key |= rules->hide_key_info;
    }
    const bool shape = !options_.masks.empty() || !options_.custom_fields.empty();
    const auto flags = [&](bool messages, bool who) {
        return static_cast<uint8_t>((messages ? kHideMessages : 0) | (who ? kHideKeyInfo : 0) |
                                    (shape ? kShape : 0));
    };
    const auto kept = [&](double rate) {
        return !sink_.samples() || isSampled(sluice::view(record.record_id), rate);
    };
    std::vector<Ticket> tickets;
    const Found own = key && key->own ? key : team && team->own ? team : nullptr;
    if (!own) {
        if (usual_ && (success ? options_.success : options_.failure) && kept(options_.sample_rate))
            tickets.push_back({usual_, flags(hide, hide_key)});
        return tickets;
    }
    for (const Route& route : own->routes) {
        const auto& to = route.to ? route.to : usual_;
        if (!to || !(success ? route.success : route.failure)) continue;
        if (!kept(route.sample_rate.value_or(options_.sample_rate))) continue;
        tickets.push_back({to, flags(hide || route.hide_messages, hide_key || route.hide_key_info)});
    }
    return tickets;
}

std::vector<std::shared_ptr<const Destination>> Policy::destinations() const {
    std::vector<std::shared_ptr<const Destination>> all;
    if (usual_) all.push_back(usual_);
    const std::shared_lock lock(mutex_);
    for (const auto& [who, rules] : rules_) {
        for (const auto& route : rules->routes) {
            if (route.to) all.push_back(route.to);
        }
    }
    return all;
}

}  // namespace exporters
