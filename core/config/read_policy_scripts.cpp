// The entries of `policies` that are scripts: docs/policies.md. Those that are sets of guardrails, LiteLLM's,
// are read in read_policies.cpp. What a script may say is the plugin's business; the keys around it are
// checked here, where their lines are known.
#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "config/read_plugins.h"

namespace sluice::config {
namespace {

constexpr const char* kPlugin = "lua";  // runs them
constexpr std::array<const char*, 12> kKeys{"name",     "script",     "code",   "bind",   "mode", "mandatory",
                                            "on_error", "on_timeout", "budget", "params", "urls", "stream"};
constexpr std::array<const char*, 8> kBindKeys{"key", "team",  "organization", "customer",
                                               "tag", "route", "model",        "tenant"};

class Scripts {
public:
    Scripts(const Tree& tree, Faults& faults) : tree_(tree), faults_(faults) {}

    void readList(const Json& all) {
        for (size_t i = 0; i < all.size(); ++i) {
            const std::string path = childPath("policies", i);
            if (!isPolicyScript(all[i])) {
                fault(path, describe(all[i]), "a mapping with `name`, and `script` or `code`",
                      "sets of guardrails stand in a mapping, name to set");
                continue;
            }
            read(all[i], path, {});
        }
    }

    void readMapping(const Json& all) {
        for (const auto& [name, value] : all.items()) {
            if (isPolicyScript(value)) read(value, childPath("policies", name), name);
        }
    }

    Json out = Json::array();

private:
    void read(const Json& value, const std::string& path, const std::string& name) {
        Section entry(tree_, &value, path, faults_);
        Json one = value;
        if (!name.empty() && !one.contains("name")) one["name"] = name;
        readName(entry, one);
        readSource(entry);
        onlyKnown(value, path, kKeys);
        (void)entry.choice("mode", {"enforce", "shadow", "off"});
        (void)entry.choice("on_error", {"block", "allow"});
        (void)entry.choice("on_timeout", {"block", "allow"});
        (void)entry.boolean("mandatory");
        for (const char* key : {"params", "urls", "stream"}) (void)entry.mapping(key);
        const Json* bind = entry.mapping("bind");
        if (bind) readBinding(*bind, childPath(path, "bind"));
        if (const Json* budget = entry.mapping("budget")) {
            Section section(tree_, budget, childPath(path, "budget"), faults_);
            (void)section.whole("instructions", "a number of instructions", 1000, 1'000'000'000);
            (void)section.whole("time_ms", "milliseconds", 1, 10'000);
            (void)section.whole("memory_bytes", "bytes", 262'144, 268'435'456);
            onlyKnown(*budget, section.path(), std::array{"instructions", "time_ms", "memory_bytes"});
        }
        out.push_back(std::move(one));
    }

    void readName(Section& entry, const Json& one) {
        (void)entry.text("name");
        const auto name = one.find("name");
        const std::string text =
            name != one.end() && name->is_string() ? name->get<std::string>() : std::string();
        if (text.empty() || text.size() > 64)
            return fault(childPath(entry.path(), "name"), name == one.end() ? "nothing" : describe(*name),
                         "the policy's name, 1 to 64 bytes: it stands in records and metrics");
        if (!names_.insert(text).second)
            fault(childPath(entry.path(), "name"), "the name \"" + text + "\" is there twice",
                  "a name for each policy");
    }

    void readSource(Section& entry) {
        const auto script = entry.text("script", "the path of a script");
        const auto code = entry.text("code", "the script itself");
        if (script && code)
            return fault(childPath(entry.path(), "code"), "code beside a script",
                         "one of `script` and `code`");
        if (!script) return;
        std::error_code failed;
        if (!std::filesystem::is_regular_file(*script, failed))
            fault(childPath(entry.path(), "script"), "the text \"" + *script + "\"", "the path of a file",
                  "relative to the directory in which the gateway is started");
    }

    void readBinding(const Json& bind, const std::string& path) {
        Section section(tree_, &bind, path, faults_);
        for (const char* key : kBindKeys) {
            if (bind.contains(key) && section.texts(key).empty())
                fault(childPath(path, key), describe(bind[key]),
                      "a text, or a list of which one has to match");
        }
        onlyKnown(bind, path, kBindKeys);
    }

    template <size_t Size>
    void onlyKnown(const Json& value, const std::string& path, const std::array<const char*, Size>& known) {
        for (const auto& [key, unused] : value.items()) {
            if (std::find(known.begin(), known.end(), key) == known.end())
                fault(childPath(path, key), "a key that is not known",
                      fmt::format("{}", fmt::join(known, ", ")));
        }
    }

    void fault(const std::string& path, std::string found, std::string allowed, std::string hint = {}) {
        faults_.error(tree_.place(path), path, std::move(found), std::move(allowed), std::move(hint));
    }

    const Tree& tree_;
    Faults& faults_;
    std::set<std::string> names_;
};

}  // namespace

bool isPolicyScript(const Json& entry) {
    return entry.is_object() && (entry.contains("script") || entry.contains("code"));
}

void readPolicyScripts(const Tree& tree, Settings& settings, Section& root, Faults& faults) {
    const Json* all = root.any("policies");
    if (!all || (!all->is_array() && !all->is_object())) return;
    const size_t faults_before = faults.all().size();
    Scripts scripts(tree, faults);
    if (all->is_array())
        scripts.readList(*all);
    else
        scripts.readMapping(*all);
    if (scripts.out.empty() || faults.all().size() > faults_before) return;
    for (auto& instance : settings.plugins) {
        if (instance.plugin != kPlugin) continue;
        const std::string own = childPath(childPath(instance.path, "config"), "policies");
        if (instance.config.contains("policies"))
            faults.error(tree.place(own), own, "policies, and there are others in `policies`",
                         "one place for them: their order must be seen");
        else
            instance.config["policies"] = std::move(scripts.out);
        return;
    }
    PluginInstance instance;
    instance.id = instance.plugin = kPlugin;
    instance.path = "policies";
    instance.config["policies"] = std::move(scripts.out);
    settings.plugins.push_back(std::move(instance));
}

}  // namespace sluice::config
