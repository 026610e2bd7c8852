// sluice.host.guardrails/1: the guardrails of the configuration, listed and tried out.
#include "plugin_host/host_tables.h"
#include "plugin_host/runner.h"

namespace sluice::host {
namespace {

using config::Json;

constexpr auto kReplace = Json::error_handler_t::replace;

const GuardRules* rulesOf(const sluice_ctx* ctx) {
    const Peers* peers = ctx->instance->handle().services->peers;
    return peers ? peers->guards() : nullptr;
}

// LiteLLM's shape of /guardrails/list.
sluice_str list(sluice_ctx* ctx) {
    Json out = Json::array();
    if (const GuardRules* rules = rulesOf(ctx)) {
        for (const Instance* one : rules->all()) {
            const config::Guard& guard = *one->settings().guard;
            out.push_back(
                {{"guardrail_name", guard.name},
                 {"litellm_params", guard.params},
                 {"guardrail_info", guard.info},
                 {"guardrail_definition_location", guard.params.value("from_store", false) ? "db" : "config"},
                 {"plugin", one->settings().plugin}});
        }
    }
    return ctx->lend(out.dump(-1, ' ', false, kReplace));
}

// A conversation of one text, in the place of the request or of the answer.
void stage(RequestState& state, int32_t side, std::string_view text) {
    const Json message{{"role", side == SLUICE_GUARD_INPUT ? "user" : "assistant"}, {"content", text}};
    const Json request{{"model", state.model}, {"messages", Json::array({message})}};
    const Json answer{{"choices", Json::array({{{"index", 0}, {"message", message}}})}};
    state.operation = llm::Operation::Chat;
    state.route = llm::info(state.operation).name;
    (void)state.body.replace(request.dump(-1, ' ', false, kReplace));
    state.response.status = 200;
    state.response.body = answer.dump(-1, ' ', false, kReplace);
}

std::string textOf(RequestState& state, int32_t side) {
    state.contents.settle(state);
    const Json whole = Json::parse(side == SLUICE_GUARD_INPUT ? state.body.flattened() : state.response.body,
                                   nullptr, false);
    const auto* at = side == SLUICE_GUARD_INPUT ? "/messages/0/content" : "/choices/0/message/content";
    const Json::json_pointer pointer(at);
    return whole.is_object() && whole.contains(pointer) && whole[pointer].is_string()
               ? whole[pointer].get<std::string>()
               : std::string();
}

sluice_status apply(sluice_ctx* ctx, sluice_str name, int32_t side, sluice_str text,
                    sluice_guard_result* out) {
    if (!out || !SLUICE_REACHES(out, report) || (side != SLUICE_GUARD_INPUT && side != SLUICE_GUARD_OUTPUT))
        return SLUICE_E_INVALID;
    const GuardRules* rules = rulesOf(ctx);
    const Instance* found = rules ? rules->find(view(name)) : nullptr;
    if (!found) return SLUICE_E_NOT_FOUND;
    const RequestState& asking = *ctx->request;
    RequestState state;
    state.head = asking.head;
    state.call_id = asking.call_id;
    state.client_address = asking.client_address;
    state.deadline = ctx->hook_deadline;
    state.cancelled = asking.cancelled;
    state.identity = asking.identity;
    state.attributes = asking.attributes;
    auto body = llm::Body::read("{}", llm::BodyKind::Json, "application/json");
    if (body) state.body = std::move(*body);
    stage(state, side, view(text));
    state.guards.decided = true;
    const size_t instances = ctx->instance->handle().services->peers->count();
    state.guards.modes.assign(instances, 0);
    state.guards.modes[found->index()] = side == SLUICE_GUARD_INPUT ? config::kPreCall : config::kPostCall;
    const WaitMark mark(ctx);
    Runner runner(state, instances);
    const Outcome said = runner.tryOut(const_cast<Instance&>(*found),
                                       side == SLUICE_GUARD_INPUT ? Phase::PreCall : Phase::PostCall);
    const std::string_view verdict = state.verdicts.empty() ? "failed" : state.verdicts.back().verdict;
    const bool blocked = said == Outcome::Block && verdict == "blocked";
    out->verdict = blocked                                       ? SLUICE_BLOCK
                   : verdict == "not_scanned"                    ? SLUICE_NOT_SCANNED
                   : verdict == "failed" || verdict == "timeout" ? SLUICE_FAILED
                                                                 : SLUICE_CONTINUE;
    out->text = ctx->lend(textOf(state, side));
    out->message = ctx->lend(blocked || state.verdicts.empty() ? state.block.public_message
                                                               : state.verdicts.back().reason);
    out->report = ctx->lend(state.guards.reports.empty() ? "" : state.guards.reports.begin()->second);
    return SLUICE_OK;
}

}  // namespace

const sluice_host_guardrails kHostGuardrails{sizeof(sluice_host_guardrails), 0, checked<list>,
                                             checked<apply>};

}  // namespace sluice::host
