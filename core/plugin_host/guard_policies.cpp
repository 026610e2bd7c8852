#include "plugin_host/guard_policies.h"

#include <algorithm>

namespace sluice::host {
namespace {

template <class Texts>
bool anyMatches(const std::vector<std::string>& patterns, const Texts& texts) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
            return !text.empty() && config::matchesPattern(pattern, text);
        });
    });
}

bool isFor(const config::PolicyAttachment& attachment, const PolicySubject& subject) {
    using Texts = std::vector<std::string_view>;
    const auto fits = [](const std::vector<std::string>& patterns, const auto& texts) {
        return patterns.empty() || anyMatches(patterns, texts);
    };
    return fits(attachment.teams, Texts{subject.team}) &&
           fits(attachment.keys, Texts{subject.key_alias, subject.key_id}) &&
           fits(attachment.models, subject.models) && fits(attachment.tags, subject.tags);
}

void apply(const config::GuardPolicy& policy, const std::vector<std::string_view>& models,
           std::set<std::string>& guardrails) {
    std::set<std::string> own;
    for (const auto& step : policy.steps) {
        if (!step.models.empty() && !anyMatches(step.models, models)) continue;
        for (const auto& name : step.remove) own.erase(name);
        own.insert(step.add.begin(), step.add.end());
    }
    guardrails.merge(own);
}

}  // namespace

bool applyPolicies(const config::Policies& policies, const PolicySubject& subject,
                   const std::set<std::string>& named, std::set<std::string>& guardrails,
                   std::vector<std::string>& applied, std::string& unknown) {
    std::set<std::string> names = named;
    for (const auto& attachment : policies.attachments) {
        if (isFor(attachment, subject)) names.insert(attachment.policy);
    }
    for (const auto& name : names) {
        const auto found = policies.by_name.find(name);
        if (found == policies.by_name.end()) {
            unknown = name;
            return false;
        }
        apply(found->second, subject.models, guardrails);
        applied.push_back(name);
    }
    return true;
}

}  // namespace sluice::host
