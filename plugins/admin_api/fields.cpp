#include "fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "accounts/duration.h"
#include "accounts/entity.h"

namespace admin_api {
namespace {

const char* wordFor(Type type) {
    switch (type) {
        case Type::Text:
            return "a text";
        case Type::Number:
            return "a number that is not negative";
        case Type::Whole:
            return "a whole number that is not negative";
        case Type::Flag:
            return "true or false";
        case Type::Texts:
            return "a list of texts";
        case Type::Mapping:
            return "an object";
        case Type::Duration:
            return "a duration such as 30s, 30m, 12h, 30d, 1w, 1mo";
        case Type::Time:
            return "a time, RFC 3339";
        case Type::Any:
            break;
    }
    return "anything";
}

bool fits(const Json& value, Type type) {
    const bool number = value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0;
    switch (type) {
        case Type::Text:
            return value.is_string() && value.get_ref<const std::string&>().size() <= 1024;
        case Type::Number:
            return number;
        case Type::Whole:
            return number && value.get<double>() == std::floor(value.get<double>()) &&
                   value.get<double>() < 9e15;
        case Type::Flag:
            return value.is_boolean();
        case Type::Texts:
            return value.is_array() &&
                   std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_string(); });
        case Type::Mapping:
            return value.is_object();
        case Type::Duration:
            return value.is_string() && accounts::durationMs(value.get_ref<const std::string&>());
        case Type::Time:
            return accounts::readTime(accounts::Json::parse(value.dump())).has_value();
        case Type::Any:
            break;
    }
    return true;
}

std::string describe(const Json& value) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

}  // namespace

Json readBody(std::string_view text, const std::vector<Field>& fields) {
    Json body = Json::parse(text.empty() ? std::string_view("{}") : text, nullptr, false);
    if (body.is_discarded()) throw badRequest("The body is no JSON");
    if (!body.is_object()) throw badRequest("The body is no JSON object");
    for (const auto& [name, value] : body.items()) {
        const auto field =
            std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return name == f.name; });
        if (field == fields.end()) {
            std::string allowed;
            for (const Field& f : fields) allowed += (allowed.empty() ? "" : ", ") + std::string(f.name);
            throw invalid(name.substr(0, 100), "a member that is not known here", allowed);
        }
        if (!value.is_null() && !fits(value, field->type))
            throw invalid(name, describe(value), wordFor(field->type));
    }
    return body;
}

std::vector<Field> withLimits(std::vector<Field> own) {
    const std::vector<Field> more{{"models", Type::Texts},
                                  {"max_budget", Type::Number},
                                  {"soft_budget", Type::Number},
                                  {"budget_duration", Type::Duration},
                                  {"budget_id", Type::Text},
                                  {"model_max_budget", Type::Mapping},
                                  {"tpm_limit", Type::Whole},
                                  {"rpm_limit", Type::Whole},
                                  {"max_parallel_requests", Type::Whole},
                                  {"model_tpm_limit", Type::Mapping},
                                  {"model_rpm_limit", Type::Mapping},
                                  {"metadata", Type::Mapping},
                                  {"tags", Type::Texts},
                                  {"guardrails", Type::Texts},
                                  {"blocked", Type::Flag}};
    own.insert(own.end(), more.begin(), more.end());
    return own;
}

std::string timeText(int64_t wall_ms) {
    const std::time_t seconds = wall_ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(wall_ms % 1000));
    return std::string(text.data(), size) + fraction.data();
}

}  // namespace admin_api
