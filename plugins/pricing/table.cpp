#include "table.h"

#include <mutex>

#include <sluice/json.hpp>
#include <sluice/types.hpp>

#include "names.h"

namespace pricing {
namespace {

using sluice::ConfigError;
using sluice::JsonObject;

// Those who made the models that others serve, too.
constexpr std::string_view kMakers[] = {"openai", "anthropic", "gemini", "mistral",
                                        "cohere", "deepinfra", "azure"};

// A text's first characters, for a fault.
std::string begin(std::string_view json) { return std::string(json.substr(0, 40)); }

Members readMembers(std::string_view json, const std::string& path, bool strict) {
    const JsonObject object(json);
    if (!object.object())
        throw ConfigError(path + ": found " + begin(json) + "; allowed: an object with prices");
    Members members;
    for (const auto name : object.names()) {
        if (strict && !isMember(name))
            throw ConfigError(
                path + "." + std::string(name) +
                ": there is no such price; allowed: input_cost_per_token, output_cost_per_token, "
                "cache_read_input_token_cost and others: see docs/pricing.md");
        members.emplace(name, *object.member(name));
    }
    return members;
}

std::string keyOf(std::string_view provider, std::string_view model) {
    std::string key;
    key.reserve(provider.size() + 1 + model.size());
    return key.append(provider).append(1, '/').append(model);
}

// The first of the names under which a model may stand that `at` has something for.
template <class At>
auto firstOf(std::string_view provider, std::string_view model, At&& at) -> decltype(at(std::string())) {
    const auto names = namesOf(model);
    for (const auto owner : providersOf(provider)) {
        for (const auto& name : names) {
            if (const auto found = at(keyOf(owner, name))) return found;
        }
        if (owner != provider) continue;
        for (const auto& name : names) {
            if (const auto found = at(name)) return found;
        }
    }
    return nullptr;
}

// LiteLLM's own file names the provider inside of the entry: {"gpt-4o": {"litellm_provider": "openai", …}}.
std::string targetOf(const Entries& entries, const std::string& name) {
    if (entries.count(name) > 0) return name;
    for (const auto maker : kMakers) {
        std::string key = keyOf(maker, name);
        if (entries.count(key) > 0) return key;
    }
    return name;
}

}  // namespace

Entries readEntries(std::string_view json, const std::string& path, bool strict) {
    const std::string at = path.empty() ? "" : path + ".";
    JsonObject object(json);
    if (!object.object()) throw ConfigError(path + ": found no JSON object of models");
    std::string prefix;
    Members common;  // of every entry that does not say it itself
    const auto models = object.member("models");
    if (models) {
        prefix = object.textOf("provider");
        if (!prefix.empty()) prefix += '/';
        for (const char* name : {"source", "as_of"}) {
            if (const auto value = object.member(name)) common.emplace(name, *value);
        }
        object = JsonObject(std::string(*models));
        if (!object.object()) throw ConfigError(at + "models: found no JSON object of models");
    }
    Entries entries;
    for (const auto name : object.names()) {
        if (name == "sample_spec") continue;  // LiteLLM's explanation of its own file
        const auto value = *object.member(name);
        if (value == "null") continue;
        Members members = readMembers(value, at + std::string(name), strict);
        members.insert(common.begin(), common.end());
        entries.emplace(prefix + std::string(name), std::move(members));
    }
    return entries;
}

void merge(Entries& entries, const Entries& changes) {
    for (const auto& [name, members] : changes) {
        Members& into = entries[targetOf(entries, name)];
        for (const auto& [member, json] : members) into[member] = json;
    }
}

Table::Table(Entries entries) : entries_(std::move(entries)) {
    for (const auto& [name, members] : entries_) {
        Prices prices(members, name);
        if (prices.known()) prices_.emplace(name, std::move(prices));
    }
}

const Prices* Table::find(std::string_view provider, std::string_view model) const {
    const std::string key = keyOf(provider, model);
    {
        const std::shared_lock lock(mutex_);
        if (const auto known = found_.find(key); known != found_.end()) return known->second;
    }
    const Prices* prices = search(provider, model);
    const std::unique_lock lock(mutex_);
    if (found_.size() < kFoundMax) found_.emplace(key, prices);
    return prices;
}

const Prices* Table::search(std::string_view provider, std::string_view model) const {
    return firstOf(provider, model, [this](const std::string& key) {
        const auto found = prices_.find(key);
        return found == prices_.end() ? nullptr : &found->second;
    });
}

const Members* Table::entry(std::string_view provider, std::string_view model) const {
    return firstOf(provider, model, [this](const std::string& key) {
        const auto found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second;
    });
}

std::string Table::makerOf(std::string_view model) const {
    if (const auto own = entries_.find(model); own != entries_.end()) {
        const auto named = own->second.find("litellm_provider");
        std::string provider;
        if (named != own->second.end()) (void)sluice::JsonReader(named->second).string(&provider);
        return provider;
    }
    for (const auto maker : kMakers) {
        if (find(maker, model)) return std::string(maker);
    }
    return {};
}

std::string Table::json() const {
    std::string out = "{";
    for (const auto& [name, members] : entries_) {
        out += out.size() > 1 ? ",\n" : "\n";
        out += sluice::jsonQuoted(name) + ":{";
        bool first = true;
        for (const auto& [member, json] : members) {
            if (!first) out += ',';
            first = false;
            out += sluice::jsonQuoted(member) + ":" + json;
        }
        out += '}';
    }
    return out + "\n}\n";
}

}  // namespace pricing
