#include "options.h"

#include "guard_secrets_manifest.hpp"

#include <algorithm>

namespace guard_secrets {

namespace {

using sluice::ConfigObject;

constexpr size_t kPatternsMax = 64, kMatchMax = 1024;
constexpr int64_t kPatternMemory = 8 << 20;  // bytes of one compiled expression

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

/// The elements of a list, as their JSON.
std::vector<std::string> elements(std::string_view json, const std::string& path) {
    std::vector<std::string> all;
    sluice::JsonReader reader(json);
    if (!reader.take('[')) ConfigObject::fail(path, ConfigObject::kindOf(json), "a list");
    for (bool more = !reader.take(']'); more; more = reader.take(',')) {
        const size_t begin = json.find_first_not_of(" \t\r\n", reader.at());
        (void)reader.value();
        all.emplace_back(json.substr(begin, reader.at() - begin));
    }
    return all;
}

std::string entityNamed(const std::string& name, const std::string& path,
                        const std::vector<Pattern>& patterns) {
    const auto entity = upper(name);
    const auto known = secrets::SecretScanner::entities();
    const bool ours = std::find(known.begin(), known.end(), entity) != known.end();
    const bool own = std::any_of(patterns.begin(), patterns.end(),
                                 [&entity](const auto& one) { return one.name == entity; });
    if (!ours && !own)
        ConfigObject::fail(path, "an unknown detector",
                           "the names in the README of guard_secrets, and those of patterns");
    return entity;
}

Action actionNamed(const std::string& name) {
    return name == "block" || name == "BLOCK" ? Action::Block
           : name == "warn"                   ? Action::Warn
                                              : Action::Redact;
}

void readPatterns(const std::string& json, const sluice::Host* host, Settings& settings) {
    const auto all = elements(json, "patterns");
    if (all.size() > kPatternsMax) ConfigObject::fail("patterns", std::to_string(all.size()), "at most 64");
    for (const auto& one : all) {
        const auto path = "patterns[" + std::to_string(settings.patterns.size()) + "]";
        const ConfigObject entry(one, host, path);
        entry.only({"name", "pattern", "action", "max_length"});
        Pattern pattern;
        std::string expression, action;
        int64_t longest = 128;
        entry.need("name", pattern.name);
        entry.need("pattern", expression);
        entry.read("max_length", longest);
        if (longest < 1 || longest > static_cast<int64_t>(kMatchMax))
            ConfigObject::fail(path + ".max_length", std::to_string(longest), "1 to 1024");
        pattern.name = upper(pattern.name);
        pattern.max_length = static_cast<size_t>(longest);
        re2::RE2::Options how(re2::RE2::Quiet);
        how.set_max_mem(kPatternMemory);
        pattern.expression = std::make_shared<const re2::RE2>(expression, how);
        if (!pattern.expression->ok())
            ConfigObject::fail(path + ".pattern", pattern.expression->error(), "a regular expression of RE2");
        if (entry.has("action")) {
            entry.read("action", action, {"redact", "block", "warn"});
            settings.actions[pattern.name] = actionNamed(action);
        }
        settings.patterns.push_back(std::move(pattern));
    }
}

// A host takes the value of a key such as AWS_ACCESS_KEY for a secret, and gives a handle.
void readDetectors(const std::string& json, const sluice::Host* host, Settings& settings) {
    const ConfigObject detectors(json, host, "detectors");
    for (const auto key : detectors.keys()) {
        std::string action;
        detectors.read(key, action, {"redact", "block", "warn", "off"});
        const auto entity = entityNamed(std::string(key), detectors.pathOf(key), settings.patterns);
        if (action == "off") {
            settings.engine.off.push_back(entity);
        } else {
            settings.actions[entity] = actionNamed(action);
        }
    }
}

// detect_secrets_config: {plugins_used: [{name, limit}]} as detect-secrets and LiteLLM have it.
void readDetectSecrets(const std::string& json, const sluice::Host* host, Settings& settings) {
    const ConfigObject config(json, host, "detect_secrets_config");
    if (!config.has("plugins_used")) return;
    std::string list;
    config.readJson("plugins_used", list);
    size_t index = 0;
    for (const auto& one : elements(list, "detect_secrets_config.plugins_used")) {
        const auto path = "detect_secrets_config.plugins_used[" + std::to_string(index++) + "]";
        const ConfigObject entry(one, host, path);
        std::string name;
        double limit = 0;
        entry.need("name", name);
        const auto entities = entitiesOfDetector(name);
        if (entities.empty())
            ConfigObject::fail(path + ".name", "an unknown detector", "those of detect-secrets and LiteLLM");
        for (const auto& entity : entities) settings.engine.only.push_back(entity);
        if (!entry.has("limit")) continue;
        entry.read("limit", limit);
        if (limit < 0 || limit > 8) ConfigObject::fail(path + ".limit", std::to_string(limit), "0 to 8");
        if (name == "HexHighEntropyString") settings.engine.hex_limit = limit;
        if (name == "Base64HighEntropyString") settings.engine.base64_limit = limit;
    }
}

}  // namespace

Action Settings::actionOf(std::string_view entity) const {
    const auto known = actions.find(secrets::SecretScanner::ownerOf(entity));
    return known == actions.end() ? action : known->second;
}

std::string Settings::maskOf(std::string_view entity) const {
    if (secrets::SecretScanner::continues(entity)) return {};
    std::string text = mask;
    constexpr std::string_view kPlace = "{entity}";
    for (size_t at = text.find(kPlace); at != text.npos; at = text.find(kPlace, at + entity.size()))
        text.replace(at, kPlace.size(), entity);
    return text;
}

Settings settingsOf(std::string_view json, const sluice::Host* host) {
    const Config config = host ? Config::read(json, *host) : Config::read(json);
    Settings settings;
    settings.action = actionNamed(config.action);
    settings.mask = config.mask;
    settings.engine.allow = config.allow;
    settings.engine.base64_limit = config.entropy.base64;
    settings.engine.hex_limit = config.entropy.hex;
    settings.engine.strict_checksums = config.strict_checksums;
    settings.engine.known_examples = config.known_examples;
    if (!config.patterns.empty()) readPatterns(config.patterns, host, settings);
    if (!config.detect_secrets_config.empty())
        readDetectSecrets(config.detect_secrets_config, host, settings);
    if (!config.detectors.empty()) readDetectors(config.detectors, host, settings);
    for (size_t i = 0; i < config.only.size(); ++i)
        settings.engine.only.push_back(
            entityNamed(config.only[i], "only[" + std::to_string(i) + "]", settings.patterns));
    return settings;
}

}  // namespace guard_secrets
