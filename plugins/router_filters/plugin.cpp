#include "plugin.h"

#include "capability.h"
#include "limits.h"
#include "region.h"
#include "tags.h"
#include "window.h"

namespace router_filters {

using sluice::Verdict;

Plugin::Plugin(std::string_view config_json, sluice::Host host)
    : host_(host),
      clock_(host.find<sluice_host_clock>(SLUICE_HOST_CLOCK_ID)),
      options_(readOptions(config_json)),
      budgets_(options_),
      facts_([this](const sluice::Candidate& candidate) { return makeFacts(candidate); }) {
    if (options_.affinity()) affinity_.emplace(options_);
}

bool Plugin::wants(std::string_view hook) const {
    if (hook == "on_attempt_end") return remembers();
    return hook == "route" && options_.any();
}

std::unique_ptr<Facts> Plugin::makeFacts(const sluice::Candidate& candidate) {
    std::vector<std::string> faults;
    auto facts = readFacts(candidate, faults);
    if (options_.budgets()) budgets_.attach(candidate, *facts, faults);
    for (const auto& fault : faults) host_.warn("deployment " + facts->id + ": " + fault);
    return facts;
}

Verdict Plugin::route(sluice::Request request, const sluice_candidates& given) {
    const sluice::Candidates all(given);
    if (all.begin() == all.end()) return Verdict::Continue;  // nothing to choose from: the gateway says so
    Choice choice(given, facts_);
    PerRequest forgotten;
    const auto refused = narrow(request, remembers() ? request.state<PerRequest>() : forgotten, choice);
    if (!refused) return Verdict::Continue;
    return request.block(sluice::Refusal{refused->message, refused->code, refused->type, "routing",
                                         refused->internal_reason, refused->status});
}

std::optional<Refused> Plugin::narrow(const sluice::Request& request, PerRequest& mine, Choice& choice) {
    if (options_.tags || budgets_.haveTags()) {
        auto tags = tagsOf(request);
        if (!tags) return Refused{400, "Too many tags, or too long ones", "", "invalid_request_error"};
        mine.tags = std::move(*tags);
    }
    if (options_.tags) {
        if (auto refused = byTags(request, mine.tags, choice)) return refused;
    }
    const bool reads = options_.pre_call || options_.prompt_affinity;
    const PromptMembers members = reads ? promptMembersOf(request) : PromptMembers();
    const Prompt prompt =
        reads && mustRead(members, choice) ? readPrompt(members, options_.prompt_affinity) : Prompt();
    if (options_.pre_call) {
        if (auto refused = byPrompt(request, members, prompt, choice)) return refused;
    }
    const int64_t now_ms = now();
    if (options_.budgets()) {
        if (auto refused = budgets_.filter(mine.tags, request.model(), now_ms, choice)) return refused;
    }
    if (options_.pre_call) filterByLimits(choice);
    if (affinity_) {
        mine.keys = affinity_->keysOf(request, prompt);
        affinity_->prefer(mine.keys, now_ms, choice);
    }
    return std::nullopt;
}

std::optional<Refused> Plugin::byTags(const sluice::Request& request, const Tags& tags,
                                      Choice& choice) const {
    const HeaderLines lines = choice.matters(kHasPatterns) ? headerLinesOf(request) : HeaderLines();
    return filterByTags(tags, lines, options_.match_any, request.model(), choice);
}

std::optional<Refused> Plugin::byPrompt(const sluice::Request& request, const PromptMembers& members,
                                        const Prompt& prompt, Choice& choice) const {
    if (auto refused = filterByRegion(request, choice)) return refused;
    if (choice.matters(kCapabilities)) {
        const uint32_t needed = neededByMembers(request, members) | neededByPrompt(prompt);
        if (auto refused = filterByCapability(needed, request.model(), choice)) return refused;
    }
    return filterByWindow(prompt, request.model(), choice);
}

// Prompts are long, and most of them concern no filter.
bool Plugin::mustRead(const PromptMembers& members, const Choice& choice) const {
    const uint64_t bytes = members.messages.size() + members.system.size() + members.instructions.size() +
                           members.tools.size() + members.functions.size();
    if (options_.prompt_affinity && bytes >= kCachedTokensMin * Prompt::kBytesPerToken) return true;
    if (!options_.pre_call) return false;
    return choice.matters(kVision | kAudioInput) || windowMatters(choice, bytes);
}

Verdict Plugin::on_attempt_end(sluice::Attempt attempt) {
    const auto number = attempt.deployment();
    if (!number || *number > UINT32_MAX) return Verdict::Continue;
    const auto deployment = static_cast<uint32_t>(*number);
    const Facts* facts = facts_.known(deployment, attempt.deploymentId());
    if (!facts) return Verdict::Continue;
    const auto& mine = attempt.state<PerRequest>();
    if (options_.budgets()) {
        const auto tokens = [&](uint32_t what) {
            return static_cast<double>(attempt.figure(what).value_or(0));
        };
        const double usd = tokens(SLUICE_ATTEMPT_PROMPT_TOKENS) * facts->input_cost +
                           tokens(SLUICE_ATTEMPT_COMPLETION_TOKENS) * facts->output_cost;
        budgets_.spent(*facts, mine.tags, usd, now());
    }
    if (affinity_) {
        const Served served{deployment, facts->id_hash};
        if (attempt.ok()) affinity_->succeeded(mine.keys, served, now());
        // A client that left says nothing about the deployment.
        if (attempt.figure(SLUICE_ATTEMPT_OUTCOME) == SLUICE_ATTEMPT_FAILED)
            affinity_->failed(mine.keys, served);
    }
    return Verdict::Continue;
}

}  // namespace router_filters

SLUICE_PLUGIN(router_filters::Plugin, R"({
  "id": "router_filters",
  "version": "0.1.0",
  "abi": 1,
  "description": "Takes deployments out of the choice: by tags, context window, limits, region, capabilities and budgets; prompt-cache affinity",
  "interfaces": ["sluice.hooks/1", "sluice.state/1"],
  "hooks": ["route", "on_attempt_end"],
  "activated_by": {
    "router_settings.enable_tag_filtering": "enable_tag_filtering",
    "router_settings.tag_filtering_match_any": "tag_filtering_match_any",
    "router_settings.enable_pre_call_checks": "enable_pre_call_checks",
    "router_settings.provider_budget_config": "provider_budget_config",
    "router_settings.optional_pre_call_checks": "optional_pre_call_checks",
    "router_settings.deployment_affinity_ttl_seconds": "deployment_affinity_ttl_seconds",
    "litellm_settings.tag_budget_config": "tag_budget_config",
    "model_list[].litellm_params.max_budget": "deployment_max_budget"
  },
  "config_schema": {
    "type": "object",
    "examples": [{"enable_tag_filtering": true, "enable_pre_call_checks": true, "optional_pre_call_checks": ["prompt_caching"],
                  "provider_budget_config": {"openai": {"budget_limit": 100, "time_period": "1d"}}}],
    "additionalProperties": false,
    "properties": {
      "enable_tag_filtering": {"type": "boolean", "default": false, "description": "route by tags"},
      "tag_filtering_match_any": {"type": "boolean", "default": true,
                                  "description": "false: a deployment must have all tags of the request"},
      "enable_pre_call_checks": {"type": "boolean", "default": false,
                                 "description": "context window, rpm and tpm, region, capabilities"},
      "provider_budget_config": {"type": "object", "default": {},
                                 "description": "provider: {budget_limit: USD, time_period: duration}"},
      "tag_budget_config": {"type": "object", "default": {},
                            "description": "tag: {max_budget: USD, budget_duration: duration}"},
      "deployment_max_budget": {"description": "anything: deployments may have a max_budget in litellm_params"},
      "optional_pre_call_checks": {"type": "array", "default": [], "items": {"type": "string"},
                                   "description": "prompt_caching, session_affinity, deployment_affinity; others are not for this plugin"},
      "deployment_affinity_ttl_seconds": {"type": "number", "minimum": 0.001, "maximum": 1000000000, "default": 3600,
                                          "description": "how long a pin is remembered after its last success"}
    }
  }
})")
