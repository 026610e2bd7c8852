#include "config/policies.h"

#include <algorithm>
#include <set>

#include "config/read_plugins.h"
#include "http/fields.h"

namespace sluice::config {
namespace {

class Reader {
public:
    Reader(const Tree& tree, const std::vector<std::string>& known, Faults& faults)
        : tree_(tree), known_(known), faults_(faults) {}

    void policies(const Json& all) {
        for (const auto& [name, value] : all.items()) {
            if (!isPolicyScript(value)) readPolicy(name, value);
        }
        for (const auto& [name, one] : read_) {
            std::set<std::string> seen;
            GuardPolicy& policy = out.by_name[name];
            if (!collect(name, seen, policy)) {
                fault(childPath(childPath("policies", name), "inherit"), "a circle of policies",
                      "a policy that does not inherit from this one");
            }
        }
    }

    void attachments(const Json& list) {
        for (size_t i = 0; i < list.size(); ++i) {
            const std::string path = childPath("policy_attachments", i);
            Section entry(tree_, &list[i], path, faults_);
            PolicyAttachment one;
            one.policy = entry.text("policy", "the name of a policy").value_or("");
            if (out.by_name.find(one.policy) == out.by_name.end())
                fault(childPath(path, "policy"), "the text \"" + one.policy + "\"",
                      "the name of one of `policies`");
            const auto scope = entry.text("scope", "\"*\"");
            if (scope && *scope != "*")
                fault(childPath(path, "scope"), "the text \"" + *scope + "\"", "\"*\"");
            one.everywhere = scope == "*";
            one.teams = entry.texts("teams");
            one.keys = entry.texts("keys");
            one.models = entry.texts("models");
            one.tags = entry.texts("tags");
            entry.warnUnknown();
            const bool nobody = !one.everywhere && one.teams.empty() && one.keys.empty() &&
                                one.models.empty() && one.tags.empty();
            if (nobody) fault(path, "nobody it is for", "scope: \"*\", or teams, keys, models, tags");
            out.attachments.push_back(std::move(one));
        }
    }

    Policies out;

private:
    struct Read {
        GuardPolicy::Step step;
        std::string inherit;
    };

    void readPolicy(const std::string& name, const Json& value) {
        const std::string path = childPath("policies", name);
        Section entry(tree_, &value, path, faults_);
        Read one;
        if (!http::isFieldValue(name) || name.empty() || name.find(',') != std::string::npos)
            fault(path, "the name \"" + name + "\"",
                  "a name without control characters and commas: it stands in a header");
        (void)entry.any("description");
        one.inherit = entry.text("inherit", "the name of a policy").value_or("");
        if (const Json* guardrails = entry.mapping("guardrails")) {
            Section section(tree_, guardrails, childPath(path, "guardrails"), faults_);
            one.step.add = section.texts("add");
            one.step.remove = section.texts("remove");
            section.warnUnknown();
            for (const auto& guardrail : one.step.add)
                check(guardrail, childPath(childPath(path, "guardrails"), "add"));
        }
        if (const Json* condition = entry.mapping("condition")) {
            Section section(tree_, condition, childPath(path, "condition"), faults_);
            for (const auto& model : section.texts("model")) one.step.models.push_back(pattern(model));
            section.warnUnknown();
        }
        entry.warnUnknown();
        read_[name] = std::move(one);
    }

    // LiteLLM takes regular expressions; those that people write for models are names and ".*".
    static std::string pattern(std::string model) {
        for (size_t at = model.find(".*"); at != std::string::npos; at = model.find(".*", at + 1))
            model.replace(at, 2, "*");
        return model;
    }

    void check(const std::string& guardrail, const std::string& path) {
        if (std::find(known_.begin(), known_.end(), guardrail) == known_.end())
            faults_.warning(tree_.place(path), path,
                            "there is no guardrail \"" + guardrail + "\" in `guardrails`", "",
                            "requests that this policy holds for are refused");
    }

    bool collect(const std::string& name, std::set<std::string>& seen, GuardPolicy& policy) {
        if (!seen.insert(name).second) return false;
        const auto found = read_.find(name);
        if (found == read_.end()) return true;
        const std::string& parent = found->second.inherit;
        if (!parent.empty() && read_.find(parent) == read_.end())
            fault(childPath(childPath("policies", name), "inherit"), "the text \"" + parent + "\"",
                  "the name of one of `policies`");
        if (!parent.empty() && !collect(parent, seen, policy)) return false;
        policy.steps.push_back(found->second.step);
        return true;
    }

    void fault(const std::string& path, std::string found, std::string allowed) {
        faults_.error(tree_.place(path), path, std::move(found), std::move(allowed));
    }

    const Tree& tree_;
    const std::vector<std::string>& known_;
    Faults& faults_;
    std::map<std::string, Read> read_;
};

}  // namespace

Policies readPolicies(const Tree& tree, Section& root, const std::vector<std::string>& known,
                      Faults& faults) {
    Reader reader(tree, known, faults);
    const Json* all = root.any("policies");
    if (all && all->is_object())
        reader.policies(*all);
    else if (all && !all->is_array())
        root.fault("policies", describe(*all), "a list of scripts, or a mapping: name to set of guardrails");
    if (const Json* list = root.list("policy_attachments")) reader.attachments(*list);
    return std::move(reader.out);
}

bool matchesPattern(std::string_view pattern, std::string_view text) {
    const size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (text.substr(0, star) != pattern.substr(0, star)) return false;
    pattern.remove_prefix(star + 1);
    text.remove_prefix(star);
    for (size_t at = 0; at <= text.size(); ++at) {
        if (matchesPattern(pattern, text.substr(at))) return true;
    }
    return false;
}

}  // namespace sluice::config
