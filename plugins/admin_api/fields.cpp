#include "fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "accounts/duration.h"
#include "accounts/entity.h"
#include "json_text.h"

namespace admin_api {
namespace {

constexpr int64_t kLongestMs = 36'525LL * 86'400'000;  // 100 years
constexpr double kUsdMax = 9e6;  // more is beyond 63 bits of 1e-12 USD: no budget could count it
constexpr size_t kTextBytesMax = 1024;
constexpr size_t kIdBytesMax = 256;  // of 512 that the store takes
constexpr size_t kTextsMax = 10'000;

const char* wordFor(Type type) {
    switch (type) {
        case Type::Text:
            return "a text of at most 1024 bytes";
        case Type::Id:
            return "a text of at most 256 bytes without control characters";
        case Type::Number:
            return "a number that is not negative and at most 9000000";
        case Type::Whole:
            return "a whole number that is not negative and at most 9e15";
        case Type::Flag:
            return "true or false";
        case Type::Texts:
            return "a list of texts";
        case Type::Mapping:
            return "an object";
        case Type::TextMap:
            return "an object of texts";
        case Type::WholeMap:
            return "an object of whole numbers that are not negative";
        case Type::Budgets:
            return "an object of numbers, or of objects with budget_limit (or max_budget) and time_period "
                   "(or "
                   "budget_duration)";
        case Type::Duration:
            return "a duration of at most 100 years such as 30s, 30m, 12h, 30d, 1w, 1mo";
        case Type::Time:
            return "a time, RFC 3339";
        case Type::Day:
            return "a day such as 2026-11-21";
        case Type::Any:
            break;
    }
    return "anything";
}

bool isName(const std::string& text) {
    return text.size() <= kIdBytesMax &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool isNumber(const Json& value, double most) {
    return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= most;
}

bool isText(const Json& value, size_t most) {
    return value.is_string() && value.get_ref<const std::string&>().size() <= most;
}

bool isTime(const Json& value) {
    // The bound comes first: a number beyond it does not fit into 64 bits of milliseconds.
    if (value.is_number()) return isNumber(value, 253'402'300'799'999.0);
    return isText(value, 64) && accounts::readTime(accounts::Json(value.get_ref<const std::string&>()));
}

bool fits(const Json& value, Type type);

bool allFit(const Json& object, Type type) {
    return object.is_object() &&
           std::all_of(object.begin(), object.end(), [&](const Json& one) { return fits(one, type); });
}

// litellm/types/utils.py, BudgetConfig
bool isBudget(const Json& value) {
    if (!value.is_object()) return fits(value, Type::Number);
    for (const auto& [name, member] : value.items()) {
        const bool amount = name == "budget_limit" || name == "max_budget";
        const bool period = name == "time_period" || name == "budget_duration";
        const bool rate = name == "tpm_limit" || name == "rpm_limit";
        if (!amount && !period && !rate) return false;
        if (!member.is_null() && !fits(member, amount ? Type::Number : period ? Type::Duration : Type::Whole))
            return false;
    }
    return true;
}

bool fits(const Json& value, Type type) {
    switch (type) {
        case Type::Text:
            return isText(value, kTextBytesMax);
        case Type::Id:
            return value.is_string() && isName(value.get_ref<const std::string&>());
        case Type::Number:
            return isNumber(value, kUsdMax);
        case Type::Whole:
            return isNumber(value, 9e15) && value.get<double>() == std::floor(value.get<double>());
        case Type::Flag:
            return value.is_boolean();
        case Type::Texts:
            return value.is_array() && value.size() <= kTextsMax &&
                   std::all_of(value.begin(), value.end(),
                               [](const Json& one) { return isText(one, kTextBytesMax); });
        case Type::Mapping:
            return value.is_object();
        case Type::TextMap:
            return allFit(value, Type::Text);
        case Type::WholeMap:
            return allFit(value, Type::Whole);
        case Type::Budgets:
            return value.is_object() && std::all_of(value.begin(), value.end(), isBudget);
        case Type::Duration:
            return value.is_string() &&
                   accounts::durationMs(value.get_ref<const std::string&>()).value_or(kLongestMs + 1) <=
                       kLongestMs;
        case Type::Time:
            return isTime(value);
        case Type::Day:
            return isText(value, 64) && value.get_ref<const std::string&>().size() >= 10 && isTime(value);
        case Type::Any:
            break;
    }
    return true;
}

std::string describe(const Json& value) {
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

// No store has to keep a zero byte, and PostgreSQL does not.
bool hasZero(const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>().find('\0') != std::string::npos;
    if (value.is_object()) {
        return std::any_of(value.items().begin(), value.items().end(), [](const auto& member) {
            return member.key().find('\0') != std::string::npos || hasZero(member.value());
        });
    }
    return value.is_array() && std::any_of(value.begin(), value.end(), hasZero);
}

void checkMember(const std::string& name, const Json& value, const Fields& fields) {
    const auto named = [&](std::string_view wanted) {
        return std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return wanted == f.name; });
    };
    const auto field = named(name) == fields.end() ? named("*") : named(name);
    if (field == fields.end()) {
        std::string allowed;
        for (const Field& f : fields) allowed += (allowed.empty() ? "" : ", ") + std::string(f.name);
        throw invalid(describe(name), "a member that is not known here", allowed.empty() ? "none" : allowed);
    }
    if (!value.is_null() && !fits(value, field->type))
        throw invalid(name, describe(value), wordFor(field->type));
    if (hasZero(value)) throw invalid(name, "a zero byte", "text without \\u0000");
}

Json queryValue(const std::string& text, Type type) {
    if (type != Type::Whole && type != Type::Number && type != Type::Flag) return text;
    if (text == "True" || text == "False") return text == "True";  // as Python prints it
    return Json::parse(text, nullptr, false);
}

}  // namespace

Json readBody(std::string_view text, const Fields& fields) {
    if (text.size() > kBodyBytesMax)
        throw Refused(413, "bad_request_error",
                      "The body has " + std::to_string(text.size()) +
                          " bytes; allowed: " + std::to_string(kBodyBytesMax));
    if (depthOf(text, kDepthMax) > kDepthMax)
        throw badRequest("The body is nested too deeply; allowed: " + std::to_string(kDepthMax) + " levels");
    Json body = Json::parse(text.empty() ? std::string_view("{}") : text, nullptr, false);
    if (body.is_discarded()) throw badRequest("The body is no JSON");
    if (!body.is_object()) throw badRequest("The body is no JSON object");
    for (const auto& [name, value] : body.items()) checkMember(name, value, fields);
    return body;
}

std::string percentDecoded(std::string_view text, bool plus_is_blank) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        int byte = 0;
        const bool escape =
            text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
        out += escape ? static_cast<char>(byte) : plus_is_blank && text[i] == '+' ? ' ' : text[i];
        if (escape) i += 2;
    }
    return out;
}

std::map<std::string, std::string> readQuery(std::string_view query, const Fields& fields) {
    std::map<std::string, std::string> all;
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        const size_t equals = std::min(part.find('='), part.size());
        const std::string name = percentDecoded(part.substr(0, equals), true);
        const std::string text = percentDecoded(part.substr(std::min(part.size(), equals + 1)), true);
        if (!isUtf8(name) || !isUtf8(text)) throw invalid("the query", "bytes that are no UTF-8", "UTF-8");
        const auto field =
            std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return name == f.name; });
        if (field == fields.end()) continue;
        if (!text.empty() && !fits(queryValue(text, field->type), field->type))
            throw invalid(name, describe(text), wordFor(field->type));
        if (text.find('\0') != std::string::npos) throw invalid(name, "a zero byte", "text without %00");
        all[name] = text;
    }
    return all;
}

Fields with(Fields own, const Fields& more) {
    own.insert(own.end(), more.begin(), more.end());
    return own;
}

Fields withLimits(Fields own) {
    return with(std::move(own), {{"models", Type::Texts},
                                 {"max_budget", Type::Number},
                                 {"soft_budget", Type::Number},
                                 {"budget_duration", Type::Duration},
                                 {"budget_id", Type::Id},
                                 {"model_max_budget", Type::Budgets},
                                 {"tpm_limit", Type::Whole},
                                 {"rpm_limit", Type::Whole},
                                 {"rpd_limit", Type::Whole},
                                 {"tpd_limit", Type::Whole},
                                 {"max_parallel_requests", Type::Whole},
                                 {"model_tpm_limit", Type::WholeMap},
                                 {"model_rpm_limit", Type::WholeMap},
                                 {"metadata", Type::Mapping},
                                 {"tags", Type::Texts},
                                 {"guardrails", Type::Texts},
                                 {"blocked", Type::Flag}});
}

}  // namespace admin_api
