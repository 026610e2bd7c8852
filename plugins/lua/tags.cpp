#include "tags.h"

#include <nlohmann/json.hpp>

namespace lua_policy {
namespace {

using nlohmann::json;

constexpr size_t kTagsMax = 64;

void addList(std::string_view text, std::vector<std::string>& tags) {
    while (!text.empty() && tags.size() < kTagsMax) {
        const size_t comma = std::min(text.find(','), text.size());
        std::string_view one = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
        if (!one.empty()) tags.emplace_back(one);
    }
}

void addJson(const json& value, std::vector<std::string>& tags) {
    if (value.is_string()) return addList(value.get_ref<const std::string&>(), tags);
    for (const auto& one : value.is_array() ? value : json::array()) {
        if (one.is_string() && tags.size() < kTagsMax) tags.push_back(one.get<std::string>());
    }
}

void addAttribute(std::string_view text, std::vector<std::string>& tags) {
    if (!text.empty() && text.front() == '[')
        addJson(json::parse(text, nullptr, false), tags);
    else
        addList(text, tags);
}

}  // namespace

std::vector<std::string> tagsOf(const sluice::Request& request) {
    std::vector<std::string> tags;
    if (const auto own = request.member("tags")) addJson(json::parse(*own, nullptr, false), tags);
    for (const char* name : {"metadata", "litellm_metadata"}) {
        const auto member = request.member(name);
        const json object = member ? json::parse(*member, nullptr, false) : json();
        if (object.is_object() && object.contains("tags")) addJson(object["tags"], tags);
    }
    if (const auto field = request.header("x-litellm-tags")) addList(*field, tags);
    if (const auto attribute = request.attribute("tags")) addAttribute(*attribute, tags);
    return tags;
}

std::vector<std::string> tagsOfRecord(std::string_view attributes_json) {
    std::vector<std::string> tags;
    const json all = json::parse(attributes_json, nullptr, false);
    if (all.is_object() && all.contains("tags") && all["tags"].is_string())
        addAttribute(all["tags"].get<std::string>(), tags);
    return tags;
}

}  // namespace lua_policy
