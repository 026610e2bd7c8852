#include "settings.h"

#include <sluice/types.hpp>

#include "engine/word_file.h"

namespace guard_content {

namespace {

// Texts are not quoted: they may be secrets in the wrong place.
std::string kindOf(const nlohmann::json& value) {
    if (value.is_string()) return "a text";
    if (value.is_object()) return "an object";
    return value.is_array() ? "a list" : value.dump();
}

}  // namespace

void Setting::fail(const std::string& found, const std::string& allowed) const {
    throw sluice::ConfigError((path_.empty() ? "the configuration" : path_) + ": found " + found +
                              "; allowed: " + allowed);
}

std::optional<Setting> Setting::find(const char* key) const {
    if (!value_->is_object()) fail(kindOf(*value_), "an object");
    const auto found = value_->find(key);
    if (found == value_->end() || found->is_null()) return std::nullopt;
    return Setting(*found, path_.empty() ? key : path_ + "." + key);
}

std::vector<Setting> Setting::elements() const {
    if (!value_->is_array()) fail(kindOf(*value_), "a list");
    std::vector<Setting> all;
    for (size_t i = 0; i < value_->size(); ++i)
        all.emplace_back((*value_)[i], path_ + "[" + std::to_string(i) + "]");
    return all;
}

void Setting::only(std::initializer_list<std::string_view> allowed) const {
    if (!value_->is_object()) fail(kindOf(*value_), "an object");
    for (const auto& [key, unused] : value_->items()) {
        std::string names;
        bool known = false;
        for (const auto name : allowed) {
            known |= name == key;
            names += (names.empty() ? "" : ", ") + std::string(name);
        }
        if (!known) fail("the unknown key " + key, names);
    }
}

std::string Setting::text() const {
    if (!value_->is_string()) fail(kindOf(*value_), "a text");
    return value_->get<std::string>();
}

bool Setting::flag() const {
    if (!value_->is_boolean()) fail(kindOf(*value_), "true or false");
    return value_->get<bool>();
}

double Setting::number() const {
    if (!value_->is_number()) fail(kindOf(*value_), "a number");
    return value_->get<double>();
}

uint64_t Setting::count() const {
    if (!value_->is_number_unsigned()) fail(kindOf(*value_), "a whole number from 0");
    return value_->get<uint64_t>();
}

std::vector<std::string> Setting::texts() const {
    std::vector<std::string> all;
    for (const Setting& one : elements()) all.push_back(one.text());
    return all;
}

Action Setting::action() const {
    const auto action = actionOf(text());
    if (!action) fail("another text", "BLOCK, MASK, WARN");
    return *action;
}

std::string Setting::text(const char* key, std::string otherwise) const {
    const auto value = find(key);
    return value ? value->text() : std::move(otherwise);
}
bool Setting::flag(const char* key, bool otherwise) const {
    const auto value = find(key);
    return value ? value->flag() : otherwise;
}
uint64_t Setting::count(const char* key, uint64_t otherwise) const {
    const auto value = find(key);
    return value ? value->count() : otherwise;
}
std::vector<std::string> Setting::texts(const char* key) const {
    const auto value = find(key);
    return value ? value->texts() : std::vector<std::string>();
}
std::optional<Action> Setting::action(const char* key) const {
    const auto value = find(key);
    return value ? std::optional(value->action()) : std::nullopt;
}

}  // namespace guard_content
