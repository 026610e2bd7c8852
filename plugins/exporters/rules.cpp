#include "rules.h"

#include <algorithm>
#include <stdexcept>

namespace exporters {
namespace {

using Json = nlohmann::json;

const Json& member(const Json& object, const char* key) {
    static const Json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

bool isTrue(const Json& value) { return value == true || value == "true" || value == "True" || value == "1"; }

std::optional<double> rateOf(const Json& value) {
    if (value.is_number()) return std::clamp(value.get<double>(), 0.0, 1.0);
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    char* end = nullptr;
    const double rate = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') return std::nullopt;
    return std::clamp(rate, 0.0, 1.0);
}

class Reading {
public:
    Reading(const std::vector<std::string>& names,
            const std::function<std::shared_ptr<const Destination>(const Json&)>& own,
            const std::function<void(const std::string&)>& refused)
        : names_(names), own_(own), refused_(refused) {}

    bool names(const Json& list) const {
        return list.is_array() && std::any_of(list.begin(), list.end(), [this](const Json& one) {
                   return std::find(names_.begin(), names_.end(), one) != names_.end();
               });
    }
    bool names(const std::string& one) const {
        return std::find(names_.begin(), names_.end(), one) != names_.end();
    }

    void add(const Json& vars, bool success, bool failure) {
        rules_.own = said_ = true;
        Route route;
        route.success = success;
        route.failure = failure;
        route.hide_messages = isTrue(member(vars, "turn_off_message_logging"));
        route.hide_key_info = isTrue(member(vars, "redact_user_api_key_info"));
        route.sample_rate = rateOf(member(vars, "sample_rate"));
        try {
            route.to = own_(vars.is_object() ? vars : Json::object());
        } catch (const std::invalid_argument& fault) {
            // Not to the configured destination: these were meant for somebody else.
            return refused_(fault.what());
        }
        rules_.routes.push_back(std::move(route));
    }
    void turnOff() { rules_.off = said_ = true; }
    void hide() { rules_.hide_messages = said_ = true; }
    void hideKeyInfo() { rules_.hide_key_info = said_ = true; }

    std::shared_ptr<const Rules> done() const {
        return said_ ? std::make_shared<const Rules>(rules_) : nullptr;
    }

private:
    const std::vector<std::string>& names_;
    const std::function<std::shared_ptr<const Destination>(const Json&)>& own_;
    const std::function<void(const std::string&)>& refused_;
    Rules rules_;
    bool said_ = false;
};

void readLogging(const Json& logging, Reading& reading) {
    if (!logging.is_array()) return;
    for (const auto& entry : logging) {
        const Json& name = member(entry, "callback_name");
        if (!name.is_string() || !reading.names(name.get<std::string>())) continue;
        const Json& type = member(entry, "callback_type");
        reading.add(member(entry, "callback_vars"), type != "failure", type != "success");
    }
}

void readSettings(const Json& settings, Reading& reading) {
    if (!settings.is_object()) return;
    const Json& success = member(settings, "success_callback");
    const Json& failure = member(settings, "failure_callback");
    if (success.is_array() && failure.is_array() && success.empty() && failure.empty())
        return reading.turnOff();
    const bool on_success = reading.names(success);
    const bool on_failure = reading.names(failure);
    if (on_success || on_failure) reading.add(member(settings, "callback_vars"), on_success, on_failure);
}

}  // namespace

std::shared_ptr<const Rules> rulesOf(
    const Json& metadata, const std::vector<std::string>& names,
    const std::function<std::shared_ptr<const Destination>(const Json&)>& own,
    const std::function<void(const std::string&)>& refused) {
    Reading reading(names, own, refused);
    if (reading.names(member(metadata, "litellm_disabled_callbacks"))) reading.turnOff();
    if (isTrue(member(metadata, "turn_off_message_logging"))) reading.hide();
    if (isTrue(member(metadata, "redact_user_api_key_info"))) reading.hideKeyInfo();
    readLogging(member(metadata, "logging"), reading);
    readSettings(member(metadata, "callback_settings"), reading);
    return reading.done();
}

}  // namespace exporters
