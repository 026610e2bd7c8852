#include "accounts/usage_limits.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "accounts/duration.h"
#include "accounts/entity.h"

namespace accounts {
namespace {

using Json = nlohmann::json;

constexpr double kPicoPerUsd = 1e12, kUsdMax = 9e6;  // beyond it 1e-12 USD are more than 63 bits

// Members of one object; `metadata` is the second place where LiteLLM keeps those of models.
class Members {
public:
    Members(const Json& object, std::string& fault) : object_(object), fault_(fault) {}

    const Json* find(const char* name) const {
        const auto found = object_.find(name);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }
    void whole(const char* name, std::optional<int64_t>& to) const {
        const Json* value = find(name);
        if (!value) return;
        const bool fits = value->is_number() && value->get<double>() >= 0 && value->get<double>() < 9e15;
        if (!fits) return refuse(name, "a number from 0");
        to = static_cast<int64_t>(value->get<double>());
    }
    void usd(const char* name, int64_t& pico) const {
        const Json* value = find(name);
        if (!value) return;
        const bool fits = value->is_number() && value->get<double>() >= 0 && value->get<double>() <= kUsdMax;
        if (!fits) return refuse(name, "USD, 0 to 9000000");
        pico = std::llround(value->get<double>() * kPicoPerUsd);
    }
    void time(const char* name, int64_t& ms) const {
        const Json* value = find(name);
        if (!value) return;
        const auto read = readTime(*value);
        if (!read) return refuse(name, "a time, RFC 3339 or milliseconds");
        ms = *read;
    }
    void duration(const char* name, std::string& to) const {
        const Json* value = find(name);
        if (!value) return;
        if (!value->is_string()) return refuse(name, "a duration such as 30d");
        const auto text = value->get<std::string>();
        if (!text.empty() && !durationMs(text)) return refuse(name, "a duration such as 24h, 30d, 1mo");
        to = text;
    }
    void text(const char* name, std::string& to) const {
        const Json* value = find(name);
        if (value && value->is_string()) to = value->get<std::string>();
    }
    void refuse(const std::string& name, const char* allowed) const {
        fault_ = name + ": expected " + allowed;
    }

private:
    const Json& object_;
    std::string& fault_;
};

ModelLimits& ofModel(std::vector<ModelLimits>& all, const std::string& model) {
    for (auto& one : all) {
        if (one.model == model) return one;
    }
    all.push_back({model, {}, {}, {}});
    return all.back();
}

// {"gpt-4o": 10}
void addCounts(const Json* object, const char* name, std::optional<int64_t> ModelLimits::*which,
               std::vector<ModelLimits>& all, std::string& fault) {
    if (!object) return;
    if (!object->is_object()) return Members(*object, fault).refuse(name, "an object of numbers by model");
    const Members members(*object, fault);
    for (const auto& [model, value] : object->items()) {
        std::optional<int64_t> limit;
        members.whole(model.c_str(), limit);
        auto& mine = ofModel(all, model).*which;
        if (limit && !mine) mine = limit;
    }
}

// {"gpt-4o": {"budget_limit": 1.5, "time_period": "1d"}}, with LiteLLM's other names for the two.
void addBudgets(const Json* object, std::vector<ModelLimits>& all, std::string& fault) {
    if (!object) return;
    const Members outer(*object, fault);
    if (!object->is_object()) return outer.refuse("model_max_budget", "an object by model");
    for (const auto& [model, value] : object->items()) {
        Budget& budget = ofModel(all, model).budget;
        if (value.is_number()) {
            outer.usd(model.c_str(), budget.max_pico);
            continue;
        }
        if (!value.is_object())
            return outer.refuse("model_max_budget." + model, "{budget_limit, time_period}");
        const Members members(value, fault);
        members.usd("max_budget", budget.max_pico);
        members.usd("budget_limit", budget.max_pico);
        members.duration("budget_duration", budget.duration);
        members.duration("time_period", budget.duration);
    }
}

void addModels(const Json& object, Limits& limits, std::string& fault) {
    const Members members(object, fault);
    addCounts(members.find("model_rpm_limit"), "model_rpm_limit", &ModelLimits::rpm, limits.models, fault);
    addCounts(members.find("model_tpm_limit"), "model_tpm_limit", &ModelLimits::tpm, limits.models, fault);
    addBudgets(members.find("model_max_budget"), limits.models, fault);
}

void inheritOne(std::optional<int64_t>& mine, const std::optional<int64_t>& theirs) {
    if (!mine) mine = theirs;
}

}  // namespace

Json limitMembers(std::string_view document) {
    constexpr std::string_view kNames[]{"rpm_limit",
                                        "tpm_limit",
                                        "rpd_limit",
                                        "tpd_limit",
                                        "budget_id",
                                        "max_budget",
                                        "soft_budget",
                                        "budget_duration",
                                        "temp_budget_increase",
                                        "spend_from",
                                        "temp_budget_expiry",
                                        "spend_base_usd",
                                        "model_rpm_limit",
                                        "model_tpm_limit",
                                        "model_max_budget",
                                        "metadata",
                                        "project_id",
                                        "members_with_roles",
                                        "team_member_budget",
                                        "team_member_rpm_limit",
                                        "max_parallel_requests",
                                        "team_member_tpm_limit",
                                        "team_member_budget_duration"};
    thread_local simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(document.data(), document.size()).get(object) != simdjson::SUCCESS) return {};
    Json members = Json::object();
    for (const auto field : object) {
        if (field.value.is_null() ||
            std::find(std::begin(kNames), std::end(kNames), field.key) == std::end(kNames))
            continue;
        const std::string text = simdjson::minify(field.value);
        if (field.key == "metadata" && text.find("\"model_") == std::string::npos) continue;
        members[std::string(field.key)] = Json::parse(text, nullptr, false);
    }
    return members;
}

bool Limits::empty() const {
    return !rpm && !tpm && !rpd && !tpd && !parallel && budget.max_pico < 0 && budget.soft_pico < 0 &&
           models.empty();
}

void Limits::inherit(const Limits& other) {
    inheritOne(rpm, other.rpm);
    inheritOne(tpm, other.tpm);
    inheritOne(rpd, other.rpd);
    inheritOne(tpd, other.tpd);
    inheritOne(parallel, other.parallel);
    if (budget.max_pico < 0) budget.max_pico = other.budget.max_pico;
    if (budget.soft_pico < 0) budget.soft_pico = other.budget.soft_pico;
    if (budget.duration.empty()) budget.duration = other.budget.duration;
    if (models.empty()) models = other.models;
}

std::optional<Limits> readLimits(const Json& document, std::string& fault) {
    fault.clear();
    if (!document.is_object()) {
        fault = "it is no object";
        return std::nullopt;
    }
    Limits limits;
    const Members members(document, fault);
    members.whole("rpm_limit", limits.rpm);
    members.whole("tpm_limit", limits.tpm);
    members.whole("rpd_limit", limits.rpd);
    members.whole("tpd_limit", limits.tpd);
    members.whole("max_parallel_requests", limits.parallel);
    members.usd("max_budget", limits.budget.max_pico);
    members.usd("soft_budget", limits.budget.soft_pico);
    members.duration("budget_duration", limits.budget.duration);
    members.usd("temp_budget_increase", limits.extra_pico);
    members.time("temp_budget_expiry", limits.extra_until_ms);
    members.time("spend_from", limits.spend_from_ms);
    members.usd("spend_base_usd", limits.spend_base_pico);
    members.text("budget_id", limits.budget_id);
    addModels(document, limits, fault);
    if (const Json* metadata = members.find("metadata"); metadata && metadata->is_object())
        addModels(*metadata, limits, fault);
    return fault.empty() ? std::optional(std::move(limits)) : std::nullopt;
}

std::vector<MemberLimits> readMembers(const Json& team, std::string& fault) {
    std::vector<MemberLimits> all;
    if (!team.is_object()) return all;
    Limits common;
    const Members members(team, fault);
    members.usd("team_member_budget", common.budget.max_pico);
    members.duration("team_member_budget_duration", common.budget.duration);
    members.whole("team_member_rpm_limit", common.rpm);
    members.whole("team_member_tpm_limit", common.tpm);
    if (!common.empty()) all.push_back({"", common});
    const Json* listed = members.find("members_with_roles");
    if (!listed || !listed->is_array()) return all;
    for (const auto& one : *listed) {
        if (!one.is_object() || !one.contains("user_id") || !one["user_id"].is_string()) continue;
        const Members own(one, fault);
        Limits limits;
        own.usd("max_budget_in_team", limits.budget.max_pico);
        own.duration("budget_duration", limits.budget.duration);
        own.whole("rpm_limit", limits.rpm);
        own.whole("tpm_limit", limits.tpm);
        own.time("spend_from", limits.spend_from_ms);
        own.usd("spend_base_usd", limits.spend_base_pico);
        int64_t before = 0;
        own.usd("spend_before_usd", before);
        limits.spend_base_pico -= before;
        if (limits.empty() && limits.spend_from_ms == 0) continue;
        limits.inherit(common);
        if (limits.empty()) continue;
        all.push_back({one["user_id"].get<std::string>(), limits});
    }
    return all;
}

}  // namespace accounts
