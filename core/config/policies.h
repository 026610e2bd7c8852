// `policies` and `policy_attachments`, as LiteLLM has them: named sets of guardrails, and for whom they hold.
// See docs/guardrails.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"

namespace sluice::config {

/// What one policy comes to, its parents included.
struct GuardPolicy {
    /// One step of the way from the oldest parent down: first `remove`, then `add`.
    struct Step {
        std::vector<std::string> add, remove;
        std::vector<std::string> models;  // patterns; empty: all
    };
    std::vector<Step> steps;
};

/// For whom a policy holds: everything that is named must match, by name or pattern ("support-*").
struct PolicyAttachment {
    std::string policy;
    bool everywhere = false;  // scope: "*"
    std::vector<std::string> teams, keys, models, tags;
};

struct Policies {
    std::map<std::string, GuardPolicy, std::less<>> by_name;
    std::vector<PolicyAttachment> attachments;
};

/// Faults: unknown parents and circles, attachments to nobody, names of guardrails that are not in `known`.
Policies readPolicies(const Tree& tree, Section& root, const std::vector<std::string>& known, Faults& faults);

/// "gpt-*": each * stands for anything.
bool matchesPattern(std::string_view pattern, std::string_view text);

}  // namespace sluice::config
