// The filters in the order in which they narrow the choice, and what they learn from attempts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sluice/plugin.hpp>

#include "affinity.h"
#include "budgets.h"
#include "facts_table.h"
#include "options.h"

namespace router_filters {

class Plugin {
public:
    Plugin(std::string_view config_json, sluice::Host host);

    /// What on_attempt_end needs of route.
    struct PerRequest {
        Tags tags;
        AffinityKeys keys;
    };

    bool wants(std::string_view hook) const;
    sluice::Verdict route(sluice::Request request, const sluice_candidates& given);
    sluice::Verdict on_attempt_end(sluice::Attempt attempt);

    std::string export_state() { return budgets_.book().write(now()); }
    bool import_state(std::string_view bytes) { return budgets_.book().read(bytes); }

private:
    // Is anything learnt of the end of an attempt?
    bool remembers() const { return options_.budgets() || options_.affinity(); }
    std::unique_ptr<Facts> makeFacts(const sluice::Candidate& candidate);
    std::optional<Refused> narrow(const sluice::Request& request, PerRequest& mine, Choice& choice);
    std::optional<Refused> byTags(const sluice::Request& request, const Tags& tags, Choice& choice) const;
    std::optional<Refused> byPrompt(const sluice::Request& request, const PromptMembers& members,
                                    const Prompt& prompt, Choice& choice) const;
    bool mustRead(const PromptMembers& members, const Choice& choice) const;
    int64_t now() const { return clock_ ? clock_->wall_ms(host_.raw()) : 0; }

    const sluice::Host host_;
    const sluice_host_clock* const clock_;
    const Options options_;
    Budgets budgets_;
    std::optional<Affinity> affinity_;  // its table takes 2 MB
    FactsTable facts_;
};

}  // namespace router_filters
