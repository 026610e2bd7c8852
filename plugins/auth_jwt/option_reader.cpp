#include "option_reader.h"

#include <algorithm>

namespace auth_jwt {
namespace {

[[noreturn]] void fail(const std::string& path, const Json& found, const std::string& allowed) {
    sluice::ConfigObject::fail(path, sluice::ConfigObject::kindOf(found.dump()), allowed);
}

}  // namespace

const Json* OptionReader::find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::string OptionReader::textOf(const Json& value, const std::string& path) const {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_object() || value.size() != 1 || !value.contains("$secret") ||
        !value["$secret"].is_string())
        fail(path, value, "a text");
    const auto revealed = host_.reveal(value["$secret"].get<std::string>());
    if (!revealed) sluice::ConfigObject::fail(path, "a secret that the host does not know", "a text");
    return std::string(*revealed);
}

void OptionReader::text(const char* key, std::string& to) const {
    if (const Json* value = find(key)) to = textOf(*value, pathOf(key));
}

void OptionReader::flag(const char* key, bool& to) const {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_boolean()) fail(pathOf(key), *value, "true or false");
    to = value->get<bool>();
}

void OptionReader::whole(const char* key, int64_t& to, int64_t least, int64_t most) const {
    const Json* value = find(key);
    if (!value) return;
    const double number = value->is_number() ? value->get<double>() : -1;
    if (!(number >= static_cast<double>(least) && number <= static_cast<double>(most)))
        fail(pathOf(key), *value, std::to_string(least) + " to " + std::to_string(most));
    to = static_cast<int64_t>(number);
}

std::vector<std::string> OptionReader::texts(const char* key) const {
    std::vector<std::string> all;
    const Json* value = find(key);
    if (!value) return all;
    if (!value->is_array()) return {textOf(*value, pathOf(key))};
    for (size_t i = 0; i < value->size(); ++i)
        all.push_back(textOf((*value)[i], pathOf(key) + "[" + std::to_string(i) + "]"));
    return all;
}

void OptionReader::texts(const char* key, std::vector<std::string>& to) const {
    if (find(key)) to = texts(key);
}

void OptionReader::each(const char* key, std::initializer_list<const char*> allowed,
                        const std::function<void(const OptionReader&)>& visit) const {
    const Json* list = find(key);
    if (!list) return;
    if (!list->is_array()) fail(pathOf(key), *list, "a list of objects");
    for (size_t i = 0; i < list->size(); ++i) {
        const std::string path = pathOf(key) + "[" + std::to_string(i) + "]";
        if (!(*list)[i].is_object()) fail(path, (*list)[i], "an object");
        const OptionReader entry((*list)[i], path, host_);
        entry.only(allowed);
        visit(entry);
    }
}

void OptionReader::only(std::initializer_list<const char*> allowed) const {
    for (const auto& [name, value] : object_.items()) {
        if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
        std::string all;
        for (const char* one : allowed) all += (all.empty() ? "" : ", ") + std::string(one);
        sluice::ConfigObject::fail(pathOf(name), "an unknown key", all);
    }
}

std::vector<std::string> splitAtCommas(const std::string& text) {
    std::vector<std::string> parts;
    for (size_t start = 0; start <= text.size();) {
        const size_t end = std::min(text.find(',', start), text.size());
        const size_t first = text.find_first_not_of(' ', start);
        if (first < end) parts.push_back(text.substr(first, text.find_last_not_of(' ', end - 1) - first + 1));
        start = end + 1;
    }
    return parts;
}

}  // namespace auth_jwt
