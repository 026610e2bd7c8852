#include "claim.h"

#include <array>
#include <charconv>

namespace limits {
namespace {

uint32_t kindOf(What what) {
    if (what == What::Parallel) return SLUICE_COUNTER_LEVEL;
    return what == What::Spend ? SLUICE_COUNTER_SUM : SLUICE_COUNTER_WINDOW;
}

constexpr int64_t kPlaceMs = 3'600'000;  // a place of a gateway that died comes back by then

// A number, and perhaps a unit, as text; no memory is asked for.
class Number {
public:
    explicit Number(int64_t value, std::string_view unit = {}) {
        char* end = std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr;
        size_ = static_cast<size_t>(std::copy(unit.begin(), unit.end(), end) - text_.data());
    }
    operator std::string_view() const { return {text_.data(), size_}; }

private:
    std::array<char, 24> text_;
    size_t size_;
};

// An amount that is not negative, likewise.
class Usd {
public:
    explicit Usd(int64_t pico) {
        constexpr int64_t kUnit = 1'000'000'000'000;
        char* const last = text_.data() + text_.size();
        char* point = std::to_chars(text_.data(), last, pico / kUnit).ptr;
        // With a one in front the zeros that lead are written, too; the point takes its place.
        char* end = std::to_chars(point, last, kUnit + pico % kUnit).ptr;
        *point = '.';
        while (end[-1] == '0' && end - point > 2) --end;
        size_ = static_cast<size_t>(end - text_.data());
    }
    operator std::string_view() const { return {text_.data(), size_}; }

private:
    std::array<char, 40> text_;
    size_t size_;
};

}  // namespace

void Claim::add(std::shared_ptr<const Holder> holder, std::string_view asked) {
    if (!holder) return;
    constexpr size_t kUsual = 8;
    if (holders.empty()) {
        holders.reserve(kUsual);
        parts.reserve(2 * kUsual);
    }
    for (const auto& rule : holder->rules) {
        if (rule->appliesTo(asked)) parts.push_back({rule.get(), holder.get()});
    }
    holders.push_back(std::move(holder));
}

bool Claim::wants(What what) const {
    for (const auto& part : parts) {
        if (part.rule->what == what) return true;
    }
    return false;
}

std::array<counters::Memory::Hint*, counters::Memory::kAtOnce> Claim::hints() const {
    std::array<counters::Memory::Hint*, counters::Memory::kAtOnce> all;
    for (size_t i = 0; i < std::min(parts.size(), all.size()); ++i) all[i] = &parts[i].rule->hint;
    return all;
}

void Claim::ask(const Zone& zone, int64_t now_ms, int64_t tokens, int64_t pico) {
    counters.assign(parts.size(), {});
    for (size_t i = 0; i < parts.size(); ++i) {
        const Rule& rule = *parts[i].rule;
        sluice_counter& c = counters[i];
        c.size = sizeof c;
        c.kind = kindOf(rule.what);
        c.name = sluice::str(rule.name);
        c.limit = rule.limitAt(now_ms);
        c.span_ms = rule.what == What::Parallel ? kPlaceMs : rule.span_ms;
        c.holder = sluice::str(id);
        c.amount = 1;
        if (rule.what == What::Tokens) c.amount = tokens;
        if (rule.what != What::Spend) continue;
        c.amount = pico;
        c.ends_ms = rule.period(zone, now_ms).end_ms;
    }
}

std::string usd(int64_t pico) { return std::string(Usd(pico)); }

Refused refused(const Claim& claim, int64_t now_ms) {
    const auto& [rule, holder] = claim.parts[claim.which];
    const sluice_counter& c = claim.counters[claim.which];
    const std::string whose =
        rule->scope + ": " + holder->id + (rule->model.empty() ? "" : ":" + rule->model);
    if (rule->what == What::Spend) {
        const std::string until = c.ends_ms > 0 ? " Resets at: " + utcText(c.ends_ms) + "." : "";
        return {"budget_exceeded", "Budget has been exceeded! " + whose + ". Current cost: " + usd(c.used) +
                                       ", Max budget: " + usd(c.limit) + "." + until};
    }
    std::string text = "Rate limit exceeded for " + whose + ". Limit type: " + nameOf(rule->what) +
                       ". Current limit: " + std::to_string(c.limit) + ", Remaining: 0.";
    if (rule->span_ms > 0)
        text += std::string(" Window: ") + (rule->span_ms > 60'000 ? "day" : "minute") +
                ". Limit resets at: " + utcText(now_ms + c.reset_ms);
    return {"throttling_error", text};
}

namespace {

int64_t seconds(int64_t ms) { return (ms + 999) / 1000; }
int64_t left(const sluice_counter& c) { return std::max<int64_t>(0, c.limit - c.used); }

void set(const sluice::Response& response, std::string_view name, std::string_view value) {
    (void)response.setResponseHeader(name, value);
}

void setRetry(const sluice::Response& response, const Claim& claim, int64_t now_ms) {
    const Rule& rule = *claim.parts[claim.which].rule;
    const sluice_counter& c = claim.counters[claim.which];
    int64_t wait = rule.what == What::Parallel ? 1000 : c.reset_ms;
    if (rule.what == What::Spend) wait = c.ends_ms > 0 ? c.ends_ms - now_ms : -1;
    set(response, "rate_limit_type", nameOf(rule.what));
    if (wait < 0) return;  // a budget for ever: waiting does not help
    set(response, "retry-after", Number(seconds(std::max<int64_t>(wait, 1))));
    set(response, "reset_at", Number(seconds(now_ms + wait)));
}

// A limit that is raised for a while is another number than the rule's.
void setLimit(const sluice::Response& response, std::string_view name, const Rule& rule,
              const sluice_counter& c) {
    if (c.limit == rule.limit) return set(response, name, rule.limit_text);
    set(response, name, Number(c.limit));
}

// Clients of OpenAI know one set of these: the key's own, by the minute.
void setOfKey(const sluice::Response& response, const Rule& rule, const sluice_counter& c) {
    if (!rule.model.empty()) return;
    if (rule.what == What::Spend) {
        if (c.limit != INT64_MAX) set(response, "x-litellm-key-max-budget", Usd(c.limit));
        return set(response, "x-litellm-key-spend", Usd(std::max<int64_t>(0, c.used - c.taken)));
    }
    if (rule.what == What::Parallel || rule.span_ms > 60'000) return;
    const bool requests = rule.what == What::Requests;
    setLimit(response, requests ? "x-ratelimit-limit-requests" : "x-ratelimit-limit-tokens", rule, c);
    set(response, requests ? "x-ratelimit-remaining-requests" : "x-ratelimit-remaining-tokens",
        Number(left(c)));
    set(response, requests ? "x-ratelimit-reset-requests" : "x-ratelimit-reset-tokens",
        Number(seconds(c.reset_ms), "s"));
    setLimit(response, requests ? "x-litellm-key-rpm-limit" : "x-litellm-key-tpm-limit", rule, c);
}

}  // namespace

void setHeaders(const sluice::Response& response, const Claim& claim, int64_t now_ms) {
    if (claim.refused) setRetry(response, claim, now_ms);
    for (size_t i = 0; i < claim.parts.size(); ++i) {
        const Rule& rule = *claim.parts[i].rule;
        const sluice_counter& c = claim.counters[i];
        if (claim.refused && i != claim.which) continue;  // of the others nothing was asked
        if (rule.scope == "api_key") setOfKey(response, rule, c);
        if (rule.what == What::Spend || rule.span_ms > 60'000) continue;
        setLimit(response, rule.fields->limit, rule, c);
        set(response, rule.fields->remaining, Number(left(c)));
    }
}

}  // namespace limits
