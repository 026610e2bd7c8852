#include "store_common/question.h"

#include <algorithm>

#include "store_common/calendar.h"

namespace store_common {
namespace {

using Json = nlohmann::json;

constexpr size_t kBytesMax = 1 << 20;
constexpr size_t kValuesMax = 10'000;

std::string kindOf(const Json& value) {
    if (value.is_string())
        return "the text " + value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80);
    if (value.is_number()) return value.dump();
    if (value.is_array()) return "a list";
    if (value.is_object()) return "an object";
    return value.is_null() ? "null" : value.dump();
}

std::vector<std::string> textsOf(const Json& value, const std::string& path) {
    if (value.is_string()) return {value.get<std::string>()};
    std::vector<std::string> all;
    if (!value.is_array()) Question::fail(path, kindOf(value), "a text or a list of texts");
    for (const auto& one : value) {
        if (!one.is_string()) Question::fail(path, "a list with " + kindOf(one), "a list of texts");
        all.push_back(one.get<std::string>());
    }
    if (all.size() > kValuesMax)
        Question::fail(path, std::to_string(all.size()) + " values", "at most " + std::to_string(kValuesMax));
    return all;
}

bool contains(std::initializer_list<std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::optional<By> byFrom(std::string_view name) {
    const auto found = std::find(kByNames.begin(), kByNames.end(), name);
    if (found == kByNames.end()) return std::nullopt;
    return static_cast<By>(found - kByNames.begin());
}

std::string shown(const std::string& text) {
    return Json(text.substr(0, 60)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string listed(std::initializer_list<std::string_view> names) {
    std::string all;
    for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
    return all;
}

std::string listedDimensions() {
    std::string all;
    for (const auto name : kByNames) all += (all.empty() ? "" : ", ") + std::string(name);
    return all;
}

void Question::fail(const std::string& where, const std::string& found, const std::string& allowed) {
    throw QuestionError(where + ": found " + found + "; allowed: " + allowed);
}

Question::Question(std::string_view json) {
    if (json.size() > kBytesMax)
        fail("the question", std::to_string(json.size()) + " bytes", "at most " + std::to_string(kBytesMax));
    members_ = Json::parse(json, nullptr, false);
    if (members_.is_discarded()) fail("the question", "no JSON", "a JSON object");
    if (!members_.is_object()) fail("the question", kindOf(members_), "a JSON object");
}

void Question::only(std::initializer_list<std::string_view> allowed) const {
    for (const auto& [name, value] : members_.items()) {
        if (!contains(allowed, name)) fail(shown(name), "an unknown member", listed(allowed));
    }
}

std::string Question::text(std::string_view name, std::string_view otherwise) const {
    const auto found = members_.find(name);
    if (found == members_.end()) return std::string(otherwise);
    if (!found->is_string()) fail(std::string(name), kindOf(*found), "a text");
    return found->get<std::string>();
}

int64_t Question::number(std::string_view name, int64_t otherwise, int64_t least, int64_t most) const {
    const auto found = members_.find(name);
    if (found == members_.end()) return otherwise;
    const std::string allowed =
        "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    if (!found->is_number_integer()) fail(std::string(name), kindOf(*found), allowed);
    const bool huge = found->is_number_unsigned() && found->get<uint64_t>() > static_cast<uint64_t>(most);
    const int64_t value = huge ? 0 : found->get<int64_t>();
    if (huge || value < least || value > most) fail(std::string(name), kindOf(*found), allowed);
    return value;
}

int64_t Question::day(std::string_view name, int64_t otherwise) const {
    const auto found = members_.find(name);
    if (found == members_.end()) return otherwise;
    const auto day = found->is_string() ? dayFrom(found->get<std::string>()) : std::nullopt;
    if (!day) fail(std::string(name), kindOf(*found), "a day such as \"2026-11-21\"");
    return *day;
}

std::vector<std::string> Question::texts(std::string_view name) const {
    const auto found = members_.find(name);
    return found == members_.end() ? std::vector<std::string>() : textsOf(*found, std::string(name));
}

By Question::by(std::string_view name) const {
    const auto found = members_.find(name);
    if (found == members_.end()) fail(std::string(name), "nothing", listedDimensions());
    const auto by = found->is_string() ? byFrom(found->get<std::string>()) : std::nullopt;
    if (!by) fail(std::string(name), kindOf(*found), listedDimensions());
    return *by;
}

WhereTexts Question::where(std::initializer_list<std::string_view> others) const {
    WhereTexts where;
    const auto found = members_.find("where");
    if (found == members_.end()) return where;
    if (!found->is_object()) fail("where", kindOf(*found), "an object");
    for (const auto& [name, value] : found->items()) {
        if (contains(others, name)) continue;
        const auto by = byFrom(name);
        if (!by) {
            const std::string more = others.size() == 0 ? "" : ", " + listed(others);
            fail("where." + shown(name), "an unknown member", listedDimensions() + more);
        }
        const auto values = textsOf(value, "where." + name);
        where[*by].insert(values.begin(), values.end());
    }
    return where;
}

std::optional<std::string> Question::whereText(std::string_view name) const {
    const auto found = members_.find("where");
    if (found == members_.end() || !found->is_object() || !found->contains(name)) return std::nullopt;
    const auto& value = (*found)[std::string(name)];
    if (!value.is_string()) fail("where." + std::string(name), kindOf(value), "a text");
    return value.get<std::string>();
}

}  // namespace store_common
