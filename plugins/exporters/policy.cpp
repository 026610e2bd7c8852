#include "policy.h"

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
        attributes.find("turn_off_message_logging") == std::string_view::npos)
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
    }
    return std::make_shared<const Rules>(both);
}

std::vector<Ticket> Policy::judge(const sluice_record& record) const {
    const bool success = sluice::view(record.outcome) == "success";
    const Found key = find("key", sluice::view(record.key_id));
    const Found team = find("team", sluice::view(record.team));
    const Found shown = shownRules(record);
    bool hide = options_.hide_messages;
    for (const auto& rules : {key, team, shown}) {
        if (!rules) continue;
        if (rules->off) return {};
        hide |= rules->hide_messages;
    }
    const uint8_t always =
        static_cast<uint8_t>((hide ? kHideMessages : 0) | (options_.hide_key_info ? kHideKeyInfo : 0));
    const auto id = sluice::view(record.record_id);
    std::vector<Ticket> tickets;
    const Found own = key && key->own ? key : team && team->own ? team : nullptr;
    if (!own) {
        if (usual_ && (success ? options_.success : options_.failure) && isSampled(id, options_.sample_rate))
            tickets.push_back({usual_, always});
        return tickets;
    }
    for (const Route& route : own->routes) {
        const auto& to = route.to ? route.to : usual_;
        if (!to || !(success ? route.success : route.failure)) continue;
        if (!isSampled(id, route.sample_rate.value_or(options_.sample_rate))) continue;
        tickets.push_back({to, static_cast<uint8_t>(always | (route.hide_messages ? kHideMessages : 0))});
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
