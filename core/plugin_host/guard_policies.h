// Policies at work: which guardrails they bring to a request.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/policies.h"

namespace sluice::host {

/// Of whom, and for what, a request is.
struct PolicySubject {
    std::string_view team, key_id, key_alias;
    std::vector<std::string_view> models;  // the client's name for it, and its group's
    const std::set<std::string>& tags;
};

/// Adds the guardrails of all policies that are attached to the subject, and of those `named` by somebody, to
/// `guardrails`; names of the policies go into `applied`. False: there is no policy of the name `unknown`.
bool applyPolicies(const config::Policies& policies, const PolicySubject& subject,
                   const std::set<std::string>& named, std::set<std::string>& guardrails,
                   std::vector<std::string>& applied, std::string& unknown);

}  // namespace sluice::host
