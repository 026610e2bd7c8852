#include "config/section.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"

namespace sluice::config {

Section::Section(const Tree& tree, const Json* value, std::string path, Faults& faults)
    : tree_(tree), value_(value), path_(std::move(path)), faults_(faults) {
    if (value_ && value_->is_null()) value_ = nullptr;
    if (value_ && !value_->is_object()) {
        faults_.error(tree_.place(path_), path_, describe(*value_), "a mapping");
        value_ = nullptr;
    }
}

const Json* Section::find(std::string_view key) {
    asked_.push_back(key);
    if (!value_) return nullptr;
    const auto found = value_->find(std::string(key));
    return found == value_->end() || found->is_null() ? nullptr : &*found;
}

void Section::fault(std::string_view key, std::string found, std::string allowed, std::string hint) {
    const auto path = childPath(path_, std::string(key));
    faults_.error(tree_.place(path), path, std::move(found), std::move(allowed), std::move(hint));
}

const Json* Section::typed(std::string_view key, bool (Json::*is)() const noexcept,
                           std::string_view allowed) {
    const Json* value = find(key);
    if (value && !(value->*is)()) {
        fault(key, describe(*value), std::string(allowed));
        return nullptr;
    }
    return value;
}

std::optional<std::string> Section::text(std::string_view key, std::string_view allowed) {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (value->is_number_integer()) return value->dump();  // an unquoted 123 where a name is meant
    if (!value->is_string()) {
        fault(key, describe(*value), std::string(allowed));
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::optional<bool> Section::boolean(std::string_view key) {
    const Json* value = typed(key, &Json::is_boolean, "true or false");
    return value ? std::optional<bool>(value->get<bool>()) : std::nullopt;
}

std::optional<double> Section::number(std::string_view key, std::string_view allowed, double min) {
    const Json* value = typed(key, &Json::is_number, allowed);
    if (!value) return std::nullopt;
    const auto number = value->get<double>();
    if (number >= min && std::isfinite(number)) return number;
    fault(key, describe(*value), std::string(allowed));
    return std::nullopt;
}

std::optional<uint32_t> Section::secondsAsMs(std::string_view key) {
    const auto seconds = number(key, "a number of seconds", 0.001);
    if (!seconds) return std::nullopt;
    return static_cast<uint32_t>(std::min(*seconds * 1000, 4.29e9));
}

std::optional<uint64_t> Section::whole(std::string_view key, std::string_view allowed, uint64_t min,
                                       uint64_t max) {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (value->is_number_integer() && *value >= 0) {
        const auto number = value->get<uint64_t>();
        if (number >= min && number <= max) return number;
    }
    fault(key, describe(*value), fmt::format("{}, from {} to {}", allowed, min, max));
    return std::nullopt;
}

std::optional<std::string> Section::secretHandle(std::string_view key) {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    const auto handle = Secrets::handleOf(*value);
    if (handle && !tree_.secrets.structured(*handle)) return handle;
    fault(key, handle ? "a list or a mapping" : describe(*value), "a text or os.environ/NAME");
    return std::nullopt;
}

std::optional<std::string> Section::choice(std::string_view key,
                                           const std::vector<std::string_view>& choices) {
    auto value = text(key, fmt::format("{}", fmt::join(choices, ", ")));
    if (!value || std::find(choices.begin(), choices.end(), *value) != choices.end()) return value;
    const auto near = base::nearest(*value, choices);
    fault(key, "the text " + base::jsonQuoted(*value), fmt::format("{}", fmt::join(choices, ", ")),
          near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
    return std::nullopt;
}

std::vector<std::string> Section::texts(std::string_view key) {
    const Json* value = find(key);
    std::vector<std::string> out;
    if (!value) return out;
    if (value->is_string()) return {value->get<std::string>()};
    if (!value->is_array()) {
        fault(key, describe(*value), "a list of texts");
        return out;
    }
    for (const auto& element : *value) {
        if (element.is_string()) {
            out.push_back(element.get<std::string>());
        } else {
            fault(key, "a list with " + describe(element), "a list of texts");
        }
    }
    return out;
}

const Json* Section::mapping(std::string_view key) { return typed(key, &Json::is_object, "a mapping"); }
const Json* Section::list(std::string_view key) { return typed(key, &Json::is_array, "a list"); }
const Json* Section::any(std::string_view key) { return find(key); }

void Section::knownButUnused(const std::vector<std::string_view>& keys) {
    unused_.insert(unused_.end(), keys.begin(), keys.end());
}

void Section::warnUnknown() {
    if (!value_) return;
    for (const auto& [key, value] : value_->items()) {
        if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
        const auto path = childPath(path_, key);
        if (std::find(unused_.begin(), unused_.end(), key) != unused_.end()) {
            faults_.unread(tree_.place(path), path, "LiteLLM knows this key, Sluice does not use it yet");
            continue;
        }
        auto known = asked_;
        known.insert(known.end(), unused_.begin(), unused_.end());
        const auto near = base::nearest(key, known);
        faults_.unread(tree_.place(path), path, "unknown key, ignored",
                       near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
    }
}

}  // namespace sluice::config
