// What a request leaves behind: its record. Called last: what nobody needs any more moves into it.
#include "account/record_content.h"
#include "base/random.h"
#include "base/text.h"
#include "gateway/completion.h"
#include "gateway/exchange.h"

namespace sluice::gateway {
namespace {

constexpr size_t kWishMax = 512;
constexpr size_t kLittle = 64 * 1024;  // of a body; more is not kept until the records' thread has time

// What header fields say of the record: the id of its trace; and, as attributes, wishes about who is told of
// it: litellm.disabled_callbacks (x-litellm-disable-callbacks) and litellm.message_redaction, "on" or "off"
// (litellm-enable-message-redaction, litellm-disable-message-redaction). docs.litellm.ai/docs/proxy/logging
void noteFields(account::Record& record, const http::Fields& fields) {
    for (const auto& [name, value] : fields) {
        if (name.size() < std::string_view("x-litellm-trace-id").size() || value.size() > kWishMax) continue;
        if (base::iequals(name, "x-litellm-trace-id") && http::isToken(value) && value.size() <= 128)
            record.trace_id = value;
        else if (base::iequals(name, "x-litellm-disable-callbacks"))
            record.attributes.emplace_back("litellm.disabled_callbacks", value);
        else if (base::iequals(name, "litellm-disable-message-redaction") && value == "true")
            record.attributes.emplace_back("litellm.message_redaction", "off");
        else if (base::iequals(name, "litellm-enable-message-redaction") && value == "true")
            record.attributes.emplace_back("litellm.message_redaction", "on");
    }
}

}  // namespace

void Exchange::fillRecord() {
    if (!wantsRecord()) return;
    account::Record& r = lease_.record;
    if (given_call_id_) r.own_id = base::timeUuid(start_ms_);
    r.call_id = std::move(request_.call_id);
    r.route = operation_->name;
    r.call_type = operation_->call_type;
    r.stream = request_.stream;
    r.start_ms = start_ms_;
    r.first_token_ms = first_token_ms_;
    r.duration_ms = base::toMillis(base::Clock::now() - start_);
    r.end_ms = start_ms_ + static_cast<int64_t>(r.duration_ms);
    r.upstream_ms = base::toMillis(upstream_time_);
    r.overhead_ms = r.duration_ms - r.upstream_ms;
    r.model = std::move(request_.model);
    r.model_group = std::move(group_);
    r.attempts = attempts_;
    r.retries = plan_ ? plan_->retries() : 0;
    r.fallbacks = plan_ ? plan_->fallbacks() : 0;
    r.upstream_model = std::move(request_.attempt.model);
    if (deployment_) {
        r.deployment_id = deployment_->config->id;
        r.provider = deployment_->config->provider;
        r.api_base = deployment_->api_base;
    }
    r.client_address = std::move(request_.client_address);
    r.user_agent = head_.fields.find("user-agent").value_or("");
    host::Identity& who = request_.identity;
    r.key_id = std::move(who.key_id);
    r.key_alias = std::move(who.key_alias);
    r.tenant = std::move(who.tenant);
    r.user = std::move(who.user);
    r.team = std::move(who.team);
    r.organization = std::move(who.organization);
    r.end_user = std::move(who.end_user);
    if (r.cache_hit) {
        r.usage.known = true;
        r.usage.prompt_tokens = request_.from_cache->prompt_tokens;
        r.usage.completion_tokens = request_.from_cache->completion_tokens;
        r.usage.total_tokens = r.usage.prompt_tokens + r.usage.completion_tokens;
    }
    recordGuardrails();
    while (!request_.attributes.empty()) {
        auto one = request_.attributes.extract(request_.attributes.begin());
        r.attributes.emplace_back(std::move(one.key()), std::move(one.mapped()));
    }
    recordSaid();
    r.response_bytes = client_.http().bytesSent();
}

void Exchange::recordGuardrails() {
    account::Record& r = lease_.record;
    const auto unasked = generation_->chains().guards().unasked(request_);
    const bool all = wantsJson(*record_chain_);  // the fields alone have what registered guardrails said
    r.guardrails.reserve((all ? request_.verdicts.size() : 0) + unasked.size());
    for (auto& v : request_.verdicts) {
        if (!all && !v.instance->settings().guard) continue;
        auto& entry = r.guardrails.emplace_back();
        entry.name = v.instance->id();
        entry.phase = host::name(v.phase);
        entry.verdict = v.verdict;
        entry.reason = std::move(v.reason);
        entry.duration_ms = v.duration_us / 1000.0;
        const auto found = request_.guards.reports.find({v.instance, v.phase});
        if (found != request_.guards.reports.end()) entry.report = found->second;
        entry.registered = v.instance->settings().guard != nullptr;
    }
    for (const auto* guard : unasked)
        r.guardrails.push_back(
            {guard->id(), "", "not_run", "the request ended before it was its turn", 0, ""});
}

// Bodies that are small are read by the records' thread.
void Exchange::recordSaid() {
    const bool content = wantsContent(), json = wantsJson(*record_chain_);
    if (!content && !json) return;
    account::Record& r = lease_.record;
    if (json) noteFields(r, head_.fields);
    r.said.content = content;
    // What was refused before anybody was asked has not been looked at by all guardrails.
    r.said.parameters = json && !(request_.block.set && !request_.attempt.deployment);
    request_.contents.settle(request_);
    r.said.asked = std::move(request_.body);
    if (content) {
        r.said.answer = std::move(request_.response.body);
        r.said.lanes = std::move(request_.response.lanes);
    }
    size_t bytes = r.said.asked.size() + r.said.answer.size();
    for (const auto& [lane, text] : r.said.lanes) bytes += text.size();
    if (bytes > kLittle) account::workOut(r);
}

}  // namespace sluice::gateway
