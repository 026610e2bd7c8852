#include "tags.h"

#include <algorithm>

namespace measures {

using exporters::Node;

namespace {

bool isPlain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string valueOf(const Node& record, const std::string& name) {
    if (name == "provider") return std::string(record["custom_llm_provider"].text());
    // Without a deployment it is the word of a client.
    if (name == "model_name")
        return record["model_id"].there() ? std::string(record["model"].text()) : std::string();
    if (name == "status_code") return std::to_string(record["http_status"].integer());
    if (name == "team") {
        const Node who = record["metadata"];
        const auto alias = who["user_api_key_team_alias"].text();
        return std::string(alias.empty() ? who["user_api_key_team_id"].text() : alias);
    }
    if (name == "stream") return record["stream"].boolean() ? "true" : "false";
    return std::string(record[name].text());  // model_group, outcome, call_type
}

}  // namespace

std::string plainText(std::string_view text, std::string_view others) {
    std::string plain(text);
    for (char& c : plain) {
        if (!isPlain(c) && others.find(c) == std::string_view::npos) c = '_';
    }
    return plain;
}

std::vector<Tag> Tagger::tagsOf(const Node& record) const {
    std::vector<Tag> tags;
    for (const auto& name : names_) {
        const std::string value = plainText(valueOf(record, name), "_-./:").substr(0, kTagBytesMax);
        tags.emplace_back(name, value.empty() ? value : bounded(name, value));
    }
    return tags;
}

std::string Tagger::bounded(const std::string& name, std::string_view value) const {
    const std::lock_guard lock(mutex_);
    auto& known = seen_[name];
    if (known.find(value) != known.end()) return std::string(value);
    if (known.size() >= values_max_) return "other";
    return *known.emplace(value).first;
}

std::string prefixOf(const nlohmann::json& config) {
    return plainText(config.value("prefix", "litellm."), "_.-").substr(0, kTagBytesMax);
}

std::vector<std::string> tagNamesOf(const nlohmann::json& config) {
    if (!config.contains("tag_names") || config["tag_names"].is_null())
        return {"provider", "model_name", "model_group", "status_code", "team"};
    return config["tag_names"].get<std::vector<std::string>>();
}

size_t tagValuesMaxOf(const nlohmann::json& config) { return config.value("tag_values_max", size_t{100}); }

}  // namespace measures
