#include "settings.h"

#include <algorithm>
#include <array>

#include <sluice/config.hpp>

#include "ad_hoc.h"
#include "combined.h"
#include "engine/keyed.h"
#include "engine/rule_scanner.h"
#include "names/name_scanner.h"

namespace pii {
namespace {

using sluice::ConfigObject;

struct NameEntity {
    std::string_view name;
    unsigned bit;
    bool by_default;
};

constexpr std::array<NameEntity, 6> kNames{{{"PERSON", NameScanner::kPersons, true},
                                            {"STREET_ADDRESS", NameScanner::kAddresses, true},
                                            {"LOCATION", NameScanner::kLocations, false},
                                            {"ORGANIZATION", NameScanner::kOrganizations, false},
                                            {"NRP", NameScanner::kNrps, false},
                                            {"TITLE", NameScanner::kTitles, false}}};

unsigned nameBit(std::string_view entity) {
    for (const auto& one : kNames)
        if (one.name == entity) return one.bit;
    return 0;
}

// Other systems' words for the same.
std::string_view canonical(std::string_view entity) {
    if (entity == "GPE") return "LOCATION";
    if (entity == "ADDRESS") return "STREET_ADDRESS";
    return entity;
}

struct Reader {
    ConfigObject config;
    Settings settings{};
    Options rules{};
    unsigned names = 0;
    std::map<std::string, float, std::less<>> name_thresholds{};
    std::set<std::string> own{};  // entities that the configuration brings itself

    bool known(std::string_view entity) const {
        const auto all = RuleScanner::known();
        return nameBit(entity) != 0 || own.contains(std::string(entity)) ||
               std::find(all.begin(), all.end(), entity) != all.end();
    }
    void needKnown(const std::string& path, std::string_view entity) const {
        if (!known(entity))
            ConfigObject::fail(path, "\"" + std::string(entity.substr(0, 60)) + "\"",
                               "an entity of docs/pii.md, or one of presidio_ad_hoc_recognizers");
    }
    void enable(std::string_view entity, Action action) {
        settings.actions[std::string(entity)] = action;
        if (const unsigned bit = nameBit(entity)) {
            names = action == Action::Off ? names & ~bit : names | bit;
        } else if (own.contains(std::string(entity))) {
            return;
        } else if (action == Action::Off) {
            rules.entities.erase(std::string(entity));
        } else {
            rules.entities.emplace(entity);
        }
    }
    void readOwn();
    void readEntities();
    void readThresholds();
    void readRest(const sluice::Host& host);
    void build();
};

Action actionFrom(const ConfigObject& from, std::string_view entity) {
    std::string text;
    from.read(entity, text, {"MASK", "BLOCK", "HASH", "REPLACE", "WARN", "OFF"});
    constexpr std::string_view kTexts[] = {"MASK", "BLOCK", "HASH", "REPLACE", "WARN", "OFF"};
    return static_cast<Action>(std::find(std::begin(kTexts), std::end(kTexts), text) - std::begin(kTexts));
}

void Reader::readOwn() {
    rules.patterns = readAdHoc(config, "presidio_ad_hoc_recognizers", rules.deny);
    for (const auto& pattern : rules.patterns) own.insert(pattern.entity);
    if (const auto words = config.object("deny_words")) {
        for (const auto entity : words->keys()) words->read(entity, rules.deny[std::string(entity)]);
    }
    for (const auto& [entity, phrases] : rules.deny) own.insert(entity);
    for (const auto& known : RuleScanner::known()) own.erase(std::string(known));
}

void Reader::readEntities() {
    const auto wanted = config.object("pii_entities_config");
    const auto keys = wanted ? wanted->keys() : std::vector<std::string_view>();
    const bool all = std::find(keys.begin(), keys.end(), "ALL") != keys.end();
    // Only told what not to look for: everything else of the default stays.
    const bool none = std::all_of(keys.begin(), keys.end(),
                                  [&wanted](auto key) { return actionFrom(*wanted, key) == Action::Off; });
    if (none || all) {
        const auto action = all ? actionFrom(*wanted, "ALL") : Action::Mask;
        for (const auto entity : RuleScanner::byDefault()) enable(entity, action);
        for (const auto& one : kNames)
            if (one.by_default) enable(one.name, action);
        for (const auto& entity : own) enable(entity, action);
    }
    for (const auto key : keys) {
        if (key == "ALL") continue;
        const auto entity = canonical(key);
        needKnown(wanted->pathOf(key), entity);
        enable(entity, actionFrom(*wanted, key));
    }
    std::vector<std::string> denied;
    config.read("presidio_entities_deny_list", denied);
    for (const auto& entity : denied) {
        needKnown(config.pathOf("presidio_entities_deny_list"), canonical(entity));
        enable(canonical(entity), Action::Off);
    }
}

void Reader::readThresholds() {
    const auto wanted = config.object("presidio_score_thresholds");
    if (!wanted) return;
    for (const auto key : wanted->keys()) {
        double value = 0;
        wanted->read(key, value);
        if (value < 0 || value > 1) ConfigObject::fail(wanted->pathOf(key), std::to_string(value), "0 to 1");
        const auto entity = canonical(key);
        const auto threshold = static_cast<float>(value);
        if (entity == "ALL") {
            for (const auto& one : kNames) name_thresholds.try_emplace(std::string(one.name), threshold);
            rules.thresholds["ALL"] = threshold;
            continue;
        }
        needKnown(wanted->pathOf(key), entity);
        if (nameBit(entity) != 0)
            name_thresholds.insert_or_assign(std::string(entity), threshold);
        else
            rules.thresholds[std::string(entity)] = threshold;
    }
}

void Reader::readRest(const sluice::Host& host) {
    std::string scope = "both";
    config.read("presidio_filter_scope", scope, {"input", "output", "both"});
    settings.input = scope != "output";
    settings.output = scope != "input";
    config.read("output_parse_pii", settings.reversible);
    config.read("presidio_skip_system_developer_message", settings.skip_system);
    config.read("presidio_phrase_allow_list", rules.allow);
    config.read("mask_format", settings.mask_format);
    if (settings.mask_format.find("{entity}") == std::string::npos && settings.reversible)
        ConfigObject::fail("mask_format", "a text without {entity}",
                           "one with it, as output_parse_pii is on");
    std::string secret;
    config.read("hash_secret", secret);
    if (!secret.empty() && secret.size() < 16)
        ConfigObject::fail("hash_secret", std::to_string(secret.size()) + " bytes", "16 bytes or more");
    settings.secret = secret.empty() ? randomSecret() : secret;
    std::string base;
    for (const auto* unused : {"presidio_analyzer_api_base", "presidio_anonymizer_api_base"}) {
        config.read(unused, base);
        if (!base.empty())
            host.info(std::string(unused) + " is not used: everything is found in this process");
        base.clear();
    }
}

void Reader::build() {
    std::unique_ptr<sluice::Scanner> by_rules;
    std::unique_ptr<sluice::Scanner> by_names;
    const auto off = [this](const std::string& entity) { return settings.actionOf(entity) == Action::Off; };
    std::erase_if(rules.patterns, [&off](const auto& pattern) { return off(pattern.entity); });
    std::erase_if(rules.deny, [&off](const auto& list) { return off(list.first); });
    if (!rules.entities.empty() || !rules.patterns.empty() || !rules.deny.empty()) {
        try {
            by_rules = std::make_unique<RuleScanner>(rules);
        } catch (const BadOptions& bad) {
            throw sluice::ConfigError(bad.what());
        }
    }
    if (names != 0) by_names = std::make_unique<NameScanner>(names);
    if (!by_rules && !by_names)
        ConfigObject::fail("pii_entities_config", "nothing to look for",
                           "at least one entity that is not OFF");
    AllowList allow;
    for (const auto& value : rules.allow) allow.add(value);
    settings.scanner = std::make_unique<Combined>(std::move(by_rules), std::move(by_names),
                                                  std::move(name_thresholds), std::move(allow));
    settings.blocks_or_masks =
        std::any_of(settings.actions.begin(), settings.actions.end(),
                    [](const auto& one) { return one.second != Action::Warn && one.second != Action::Off; });
}

}  // namespace

Settings readSettings(std::string_view config, const sluice::Host& host) {
    Reader reader{ConfigObject(config.empty() ? "{}" : config, &host)};
    reader.readOwn();
    reader.readEntities();
    reader.readThresholds();
    reader.readRest(host);
    reader.build();
    return std::move(reader.settings);
}

}  // namespace pii
